/** Bounds of the embedded store, with the reason for each number. */

/**
 * Heap of the writer thread. Without a limit V8 lets the young generation of each thread grow to 48 MB, whatever it
 * needs; the old one has room for several transactions of the largest records.
 */
export const WRITER_MEMORY = { maxYoungGenerationSizeMb: 3, maxOldGenerationSizeMb: 256 } as const;

/** Heap of a reader thread: a page of 1,000 records of 60,000 bytes, twice. */
export const READER_MEMORY = { maxYoungGenerationSizeMb: 3, maxOldGenerationSizeMb: 256 } as const;

/** Page cache of the writer: holds the inner pages of all indexes at a million events. */
export const WRITER_CACHE_KIB = 16 * 1024;

/** Page cache of one reader thread. The operating system caches the file as well; this only saves system calls. */
export const READER_CACHE_KIB = 4 * 1024;

/** Pages (16 KiB) in the write-ahead log before it is copied into the database: 16 MiB. */
export const WAL_PAGES = 1_000;

/** How long a statement waits for a lock; only a checkpoint of the log or a foreign process can hold one. */
export const STORE_BUSY_MS = 5_000;

/** Words kept in memory by a connection; a tenant may invent types, verbs and projects without end. */
export const WORDS_CACHED_MAX = 20_000;

/** Key numbers kept in memory by the writer (about 100 bytes each). */
export const KEY_NUMBERS_CACHED_MAX = 50_000;

/** Handles and ids of data keys kept in memory by a reading connection (about 250 bytes each). */
export const KEY_NAMES_CACHED_MAX = 5_000;

/** Rows of one `readRecords`. */
export const RECORDS_PER_READ_MAX = 1_000;

/** Leaf hashes of one call: one tile. */
export const LEAF_HASHES_PER_READ_MAX = 256;

/** Page cache of the search index's writer: the segments being merged. */
export const SEARCH_CACHE_KIB = 4 * 1024;

/** Pages of `search.db`: the blocks of FTS5 are about 4 KiB. */
export const SEARCH_PAGE_BYTES = 4_096;

/** Threads that answer queries, beside the one for the ledger's own reads: one keeps a 2-core machine fair. */
export const READERS_DEFAULT = 1;

/** Queries waiting for one reader thread before the next is refused; at 5 ms each, the last waits a second. */
export const QUERIES_WAITING_MAX = 200;

/** A query longer than this has lost its reader; the widest count over a million events takes about one second. */
export const QUERY_MS_MAX = 30_000;

/** Values of one IN list; SQLite binds 32,766 in a statement. */
export const IN_LIST_MAX = 2_000;

/** Alternatives of one condition that are looked up in the filter index (each opens a list); more are checked row by row. */
export const TERMS_PER_CONDITION_MAX = 64;

/** Members of a metadata path: one join each. */
export const METADATA_DEPTH_MAX = 12;

/** Matches that are collected and sorted (3 µs each) rather than found by walking the log in the asked order. */
export const SORTED_MATCHES_MAX = 20_000;

/** Rows of an identifier that are checked for each row of a page (6 µs each) before the filter index is asked for all of it. */
export const CANDIDATES_PER_ROW_MAX = 4;

/** Records read for an estimate (about 10 µs each): a share of 10 % comes out within 1 % of all, 19 times of 20. */
export const ESTIMATE_ROWS = 5_000;

/** Statements that a reader keeps prepared. */
export const STATEMENTS_CACHED_MAX = 200;
