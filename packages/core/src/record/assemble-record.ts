import type { SealRef } from './ledger-record.ts';
import { isLogOrigin } from './log-origin.ts';
import { isRecordTimestamp } from './record-timestamp.ts';
import type { RecordType } from './record-type.ts';

const HASH_HEX = /^[0-9a-f]{64}$/;

/** The parts of a record. The two JSON texts must be canonical already; everything else is checked here. */
export interface RecordParts {
  readonly at: string;
  /** Canonical text of the `data` object. */
  readonly dataJson: string;
  readonly log: string;
  readonly prevHex: string;
  /** Canonical text of the `seals` array, from `assembleSeals`. */
  readonly sealsJson: string;
  readonly seq: number;
  readonly type: RecordType;
}

/**
 * The canonical text of a record, put together from canonical parts: the same text as `canonicalize` of the whole
 * record, without looking at `data` again. This is what makes numbering and linking cheap enough for one thread.
 *
 * @throws {RangeError} when a part is not what the format says: a broken caller, never a user's mistake
 */
export function assembleRecord(parts: RecordParts): string {
  const { at, dataJson, log, prevHex, sealsJson, seq, type } = parts;
  if (!isRecordTimestamp(at) || !isLogOrigin(log) || !HASH_HEX.test(prevHex)) {
    throw new RangeError(
      `record ${seq}: at, log or prev is malformed: ${JSON.stringify([at, log, prevHex])}`,
    );
  }
  if (!Number.isSafeInteger(seq) || seq < 0) {
    throw new RangeError(`record number ${seq} is not an integer from 0 to 2^53-1`);
  }
  if (!dataJson.startsWith('{') || !sealsJson.startsWith('[')) {
    throw new RangeError(`record ${seq}: data must be a JSON object and seals a JSON array`);
  }
  return `{"at":"${at}","data":${dataJson},"log":"${log}","prev":"${prevHex}","seals":${sealsJson},"seq":${seq},"type":"${type}","v":1}`;
}

/** The canonical text of a record's `seals`. Commitments and handles hold nothing that JSON escapes. */
export function assembleSeals(seals: readonly SealRef[]): string {
  let text = '';
  for (const { cm, sub } of seals) {
    text += `${text === '' ? '' : ','}{"cm":"${cm}","sub":"${sub}"}`;
  }
  return `[${text}]`;
}
