/** Bounds of queries on PostgreSQL, with the reason for each number. */

/** A query that takes longer is ended; the widest count over a million events takes about two seconds. */
export const QUERY_MS_MAX = 30_000;

/** Connections for queries, beside those of the ledger's own reads: a page keeps one busy for some milliseconds. */
export const QUERY_CONNECTIONS_MAX = 6;

/** Members of a metadata path: one operator each. */
export const METADATA_DEPTH_MAX = 12;

/** Rows of an identifier that are checked for each row of a page before it is asked how else they could be found. */
export const CANDIDATES_PER_ROW = 4;

/** The same without an identifier: rows that follow each other lie beside each other, 2 µs each. */
export const CHECKED_PER_ROW = 20;

/** Values of an identifier by which candidates are still found in order; more are one index scan each. */
export const LEADING_VALUES_MAX = 100;

/**
 * What collecting and sorting all matches may cost, as the planner counts (2 to 5 µs a unit, so half a second); above it
 * the log is walked in the asked order until the page is full.
 */
export const COLLECT_COST_MAX = 150_000;

/** The same for full text, where what is not rare is found by walking at once. */
export const COLLECT_TEXT_COST_MAX = 30_000;

/** What an exact count may cost where a near one is enough, as the planner counts. */
export const EXACT_COST_MAX = 50_000;

/** Records read for an estimate: a share of 10 % comes out within 1 % of all, 19 times of 20. */
export const ESTIMATE_ROWS = 5_000;

/** Blocks read for an estimate, where a log is a small part of its table. */
export const ESTIMATE_BLOCKS_MAX = 5_000;

/** Records of the log in a sample below which the statistics of the planner know more. */
export const ESTIMATE_ROWS_MIN = 500;

const DAY_MS = 86_400_000;

/**
 * Spans before now, or before the last page, in which the newest events are looked for first. Planning costs 0.2 ms for
 * each partition (a month), so a log of many years is as quick as a new one.
 */
export const WINDOWS_MS: readonly number[] = [35 * DAY_MS, 400 * DAY_MS];

/** Partitions up to which all of them are planned at once. */
export const PARTITIONS_AT_ONCE = 6;

/** How long the number of partitions is remembered; it grows once a month. */
export const PARTITIONS_KNOWN_MS = 3_600_000;

/** How far beyond its last record, and beyond now, a log is looked for records: clocks differ by less than a day. */
export const LOG_END_AHEAD_MS = DAY_MS;

/** How long the end of a log is remembered; it moves with the clock, unless that is wrong by more than a day. */
export const LOG_END_KNOWN_MS = 60_000;

/** Ends of logs kept in memory (about 100 bytes each). */
export const LOG_ENDS_CACHED_MAX = 10_000;
