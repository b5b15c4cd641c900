import { isCanonicalTextOf } from '../canonical/is-canonical.ts';
import { isJsonObject, type JsonObject } from '../canonical/json-value.ts';
import { utf8Length } from '../encoding/utf8.ts';
import { RECORD_BYTES_MAX, SUBJECT_HANDLE_CHARS_MAX } from '../limits.ts';
import { type LedgerRecord, RECORD_VERSION } from './ledger-record.ts';
import { isLogOrigin } from './log-origin.ts';
import { recordDataDefect } from './record-data.ts';
import { isRecordTimestamp } from './record-timestamp.ts';
import { isRecordType } from './record-type.ts';

const MEMBERS = ['at', 'data', 'log', 'prev', 'seals', 'seq', 'type', 'v'];
const HASH_HEX = /^[0-9a-f]{64}$/;
const HANDLE = /^[A-Za-z0-9_-]+$/;

/** Codes of the verifier's findings (record format 8) that one record alone can cause. */
export type RecordDefectCode = 'UNPARSEABLE' | 'NOT_CANONICAL' | 'SCHEMA' | 'VERSION';

export type ParsedRecord =
  | { readonly ok: true; readonly record: LedgerRecord }
  | { readonly ok: false; readonly code: RecordDefectCode; readonly detail: string };

/**
 * Reads a stored record and checks all that one record alone can show: it is JSON, canonical, of a known version, has
 * exactly the eight members with the right types, and its `data` has the members of its type. Order, links and times
 * between records are the verifier's.
 *
 * Never throws: a record that cannot be read is a finding.
 */
export function parseRecord(text: string): ParsedRecord {
  // Every UTF-16 unit is at most 3 bytes, so short texts need no count.
  if (text.length * 3 > RECORD_BYTES_MAX && utf8Length(text) > RECORD_BYTES_MAX) {
    return defect('SCHEMA', `a record has at most ${RECORD_BYTES_MAX} bytes`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return defect('UNPARSEABLE', `not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isJsonObject(value)) {
    return defect('SCHEMA', 'a record is a JSON object');
  }
  if (value.v !== RECORD_VERSION) {
    return defect('VERSION', `v must be ${RECORD_VERSION}, it is ${JSON.stringify(value.v)?.slice(0, 40)}`);
  }
  if (!isCanonicalTextOf(text, value)) {
    return defect('NOT_CANONICAL', 'the text is not the canonical form (RFC 8785) of what it says');
  }
  const wrong = recordDefect(value);
  return wrong === undefined
    ? { ok: true, record: value as unknown as LedgerRecord }
    : defect('SCHEMA', wrong);
}

function recordDefect(value: JsonObject): string | undefined {
  const names = Object.keys(value);
  // Canonical, so the members are in order, and comparing by place finds the missing and the foreign.
  if (names.length !== MEMBERS.length || names.some((name, index) => name !== MEMBERS[index])) {
    return `a record has exactly the members ${MEMBERS.join(' ')}, this one ${names.slice(0, 12).join(' ')}`;
  }
  const { at, data, log, prev, seals, seq, type } = value;
  if (!isRecordTimestamp(at)) {
    return 'at must be a time as YYYY-MM-DDTHH:mm:ss.sssZ';
  }
  if (!isLogOrigin(log)) {
    return 'log must be an origin: no white space, plus, quote or control character';
  }
  if (typeof prev !== 'string' || !HASH_HEX.test(prev)) {
    return 'prev must be 64 lower-case hex digits';
  }
  if (!Number.isSafeInteger(seq) || (seq as number) < 0) {
    return 'seq must be an integer from 0 to 2^53-1';
  }
  if (!isRecordType(type)) {
    return 'type must be one of the nine types of record';
  }
  if (!isJsonObject(data)) {
    return 'data must be an object';
  }
  return sealsDefect(seals) ?? recordDataDefect(type, data);
}

function sealsDefect(seals: unknown): string | undefined {
  if (!Array.isArray(seals)) {
    return 'seals must be an array';
  }
  const wrong = seals.findIndex((seal) => !isSealRef(seal));
  return wrong < 0 ? undefined : `seals[${wrong}] must be {"cm": 64 lower-case hex digits, "sub": a handle}`;
}

function isSealRef(seal: unknown): boolean {
  if (!isJsonObject(seal) || Object.keys(seal).length !== 2) {
    return false;
  }
  const { cm, sub } = seal;
  return (
    typeof cm === 'string' &&
    HASH_HEX.test(cm) &&
    typeof sub === 'string' &&
    sub.length <= SUBJECT_HANDLE_CHARS_MAX &&
    HANDLE.test(sub)
  );
}

function defect(code: RecordDefectCode, detail: string): ParsedRecord {
  return { ok: false, code, detail };
}
