/**
 * Row ids of the SQLite store. A record's row id is `k = logNo * 2^32 + seq`: the rows of one log lie together and in
 * order without another index, and a condition on `k` is what keeps a statement inside its tenant.
 */
export const SEQS_PER_LOG = 2 ** 32;

/** Log numbers stay below this so that `k * 16 + i` is an exact JavaScript integer. */
export const LOG_NO_MAX = 2 ** 17 - 1;

/** Seals of one record (8 declared subjects, actor, person acted for, target) fit with room to spare. */
export const SEALS_PER_RECORD = 16;

/** Row id of record `seq` of log `logNo`. */
export function recordKey(logNo: number, seq: number): number {
  return logNo * SEQS_PER_LOG + seq;
}

/** Sequence number in a record's row id. */
export function seqOfKey(key: number): number {
  return key % SEQS_PER_LOG;
}

/** Row id of the `i`-th seal of the record with row id `key`. */
export function sealKey(key: number, i: number): number {
  return key * SEALS_PER_RECORD + i;
}

/** First millisecond of the time keys below (2020-01-01T00:00:00Z); 2^41 ms reach about 69 years to each side. */
const TIME_KEY_EPOCH_MS = 1_577_836_800_000;
const TIME_KEY_SPAN_MS = 2 ** 41 - 1;

/** Low bits of `seq` in a time key. */
export const TIME_KEY_SEQS = 2 ** 22;

/** `occurredAtMs` moved into the range that time keys can express (1950 to 2089); events outside share its ends. */
function clampTime(occurredAtMs: number): number {
  const offset = occurredAtMs - TIME_KEY_EPOCH_MS;
  return TIME_KEY_EPOCH_MS + Math.max(-TIME_KEY_SPAN_MS, Math.min(TIME_KEY_SPAN_MS, offset));
}

/**
 * Row id of an event in the filter index: occurred time, then the low bits of `seq`. Rows come out in the order of
 * the default query. Not unique (other logs, and `seq`s 2^22 apart in one millisecond, share keys): whoever reads
 * it looks the records up by time and low bits and checks each against the whole condition.
 */
export function timeKey(occurredAtMs: number, seq: number): bigint {
  const offset = clampTime(occurredAtMs) - TIME_KEY_EPOCH_MS;
  return BigInt(offset) * BigInt(TIME_KEY_SEQS) + BigInt(seq % TIME_KEY_SEQS);
}

/** A time key as two unsigned halves of 32 bits, as FTS5 stores it; without the cost of a bigint. */
export function timeKeyHalves(occurredAtMs: number, seq: number): readonly [high: number, low: number] {
  const offset = clampTime(occurredAtMs) - TIME_KEY_EPOCH_MS;
  const high = Math.floor(offset / 2 ** 10);
  return [high >>> 0, (offset - high * 2 ** 10) * TIME_KEY_SEQS + (seq % TIME_KEY_SEQS)];
}

/** SQL for the lowest and highest occurred time that the time key in `column` stands for (a name of ours, never user input). */
export function timeBoundsSql(column: string): { readonly low: string; readonly high: string } {
  const time = `((${column} >> 22) + ${TIME_KEY_EPOCH_MS})`;
  const first = TIME_KEY_EPOCH_MS - TIME_KEY_SPAN_MS;
  const last = TIME_KEY_EPOCH_MS + TIME_KEY_SPAN_MS;
  return {
    low: `CASE ${time} WHEN ${first} THEN ${Number.MIN_SAFE_INTEGER} ELSE ${time} END`,
    high: `CASE ${time} WHEN ${last} THEN ${Number.MAX_SAFE_INTEGER} ELSE ${time} END`,
  };
}

/** SQL condition that record row id `recordColumn` has the low bits of time key `keyColumn`. */
export function sameSeqBitsSql(recordColumn: string, keyColumn: string): string {
  return `(${recordColumn} & ${TIME_KEY_SEQS - 1}) = (${keyColumn} & ${TIME_KEY_SEQS - 1})`;
}

/** Lowest and highest time key of a range of occurred times, both inclusive. */
export function timeKeyRange(
  fromMs: number | undefined,
  toMsInclusive: number | undefined,
): [low: bigint, high: bigint] {
  const low = clampTime(fromMs ?? Number.MIN_SAFE_INTEGER);
  const high = clampTime(toMsInclusive ?? Number.MAX_SAFE_INTEGER);
  return [timeKey(low, 0), timeKey(high, TIME_KEY_SEQS - 1)];
}
