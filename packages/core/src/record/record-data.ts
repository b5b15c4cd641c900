import { isJsonObject, type JsonObject } from '../canonical/json-value.ts';
import { isRecordTimestamp } from './record-timestamp.ts';
import type { RecordType } from './record-type.ts';

const NONCE_HEX = /^[0-9a-f]{32}$/;
const SHA256_HEX = /^[0-9a-f]{64}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** First record: which hash, which key, and a nonce that makes every log's tree its own. */
export interface GenesisData extends JsonObject {
  readonly hash: 'sha256';
  readonly nonce: string;
  readonly vkey: string;
}

/** What every event has; the whole shape is in the event model. */
export interface EventData extends JsonObject {
  readonly id: string;
  readonly type: string;
  readonly tenant_id: string;
  readonly occurred_at: string;
}

/** One data subject's key was destroyed; `seals` counts the seals that no one can open any more. */
export interface ErasureData extends JsonObject {
  readonly request: string;
  readonly sub: string;
  readonly kid: string;
  readonly seals: number;
}

/** Records removed after their time: `ranges` are inclusive, ascending and disjoint, `count` is their total. */
export interface PruneData extends JsonObject {
  readonly policy: string;
  readonly before: string;
  readonly ranges: readonly (readonly [number, number])[];
  readonly count: number;
  readonly archive: JsonObject & { readonly sha256: string };
}

/** The log signs with the key of `vkey` from the first checkpoint after the one that covers this record. */
export interface KeyData extends JsonObject {
  readonly vkey: string;
}

/** A choice that changes how the log treats what comes after it, under the name of the policy. */
export interface PolicyData extends JsonObject {
  readonly policy: string;
}

/** A legal hold, by its id, placed or released. */
export interface HoldData extends JsonObject {
  readonly hold: string;
  readonly state: 'placed' | 'released';
}

/** Something outside has seen the tree at `size` with root `root` (lower-case hex). */
export interface AnchorData extends JsonObject {
  readonly kind: string;
  readonly size: number;
  readonly root: string;
}

/** A rectification or remark on the earlier record `seq`. */
export interface NoteData extends JsonObject {
  readonly seq: number;
  readonly text: string;
}

/** The type of `data` for each type of record. Members beyond the named ones are allowed and signed like them. */
export interface RecordDataByType {
  readonly genesis: GenesisData;
  readonly event: EventData;
  readonly erasure: ErasureData;
  readonly prune: PruneData;
  readonly hold: HoldData;
  readonly key: KeyData;
  readonly policy: PolicyData;
  readonly anchor: AnchorData;
  readonly note: NoteData;
}

/** A rule for one member: what it has to be, in words for the finding, and the test. */
interface MemberRule {
  readonly member: string;
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
}

const RULES: Readonly<Record<RecordType, readonly MemberRule[]>> = {
  genesis: [
    { member: 'hash', expected: '"sha256"', holds: (value) => value === 'sha256' },
    { member: 'nonce', expected: '32 lower-case hex digits', holds: (value) => matches(NONCE_HEX, value) },
    text('vkey'),
  ],
  event: [
    { member: 'id', expected: 'a lower-case UUID', holds: (value) => matches(UUID, value) },
    text('type'),
    text('tenant_id'),
    timestamp('occurred_at'),
  ],
  erasure: [text('request'), text('sub'), text('kid'), count('seals')],
  prune: [
    text('policy'),
    timestamp('before'),
    { member: 'ranges', expected: 'a list of [first, last] pairs', holds: isRangeList },
    count('count'),
    {
      member: 'archive',
      expected: 'an object with the sha256 of the archive',
      holds: (value) => isJsonObject(value) && matches(SHA256_HEX, value.sha256),
    },
  ],
  key: [text('vkey')],
  policy: [text('policy')],
  hold: [
    text('hold'),
    {
      member: 'state',
      expected: '"placed" or "released"',
      holds: (value) => value === 'placed' || value === 'released',
    },
  ],
  anchor: [
    text('kind'),
    count('size'),
    { member: 'root', expected: '64 lower-case hex digits', holds: (value) => matches(SHA256_HEX, value) },
  ],
  note: [count('seq'), text('text')],
};

/**
 * What is wrong with the `data` of a record of this type, in words, or `undefined` when it has every member that the
 * format asks for. Whether the content is true (the ranges add up, the key is the right one) is for the verifier.
 */
export function recordDataDefect(type: RecordType, data: JsonObject): string | undefined {
  for (const rule of RULES[type]) {
    if (!rule.holds(data[rule.member])) {
      return `data.${rule.member} of a ${type} record must be ${rule.expected}`;
    }
  }
  return undefined;
}

function text(member: string): MemberRule {
  return {
    member,
    expected: 'a text that is not empty',
    holds: (value) => typeof value === 'string' && value !== '',
  };
}

function timestamp(member: string): MemberRule {
  return { member, expected: 'a time as YYYY-MM-DDTHH:mm:ss.sssZ', holds: isRecordTimestamp };
}

function count(member: string): MemberRule {
  return { member, expected: 'an integer from 0 to 2^53-1', holds: isCount };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isRangeList(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((range) => Array.isArray(range) && range.length === 2 && range.every(isCount))
  );
}

function matches(form: RegExp, value: unknown): boolean {
  return typeof value === 'string' && form.test(value);
}
