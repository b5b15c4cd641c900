/** Bounds of the PostgreSQL store, with the reason for each number. Those of queries are in postgres-query-limits.ts. */

/** Connecting, TLS and login included: beyond it a caller is better told to come again. */
export const CONNECT_MS_MAX = 10_000;

/** A write that takes longer has met a lock or a sick disk; the commit of 512 records takes about 20 ms. */
export const WRITE_MS_MAX = 30_000;

/** Waiting for a lock in a write; nobody holds one longer than a commit takes. */
export const LOCK_MS_MAX = 10_000;

/** A read of the ledger itself: by key, at most 1,000 rows. */
export const READ_MS_MAX = 30_000;

/** A transaction that was opened and forgotten, as by a paused process, gives its locks back after this. */
export const IDLE_IN_TRANSACTION_MS_MAX = 60_000;

/** How long an answer may stay out after the server itself should have given up: then the connection is dead. */
export const ANSWER_GRACE_MS = 5_000;

/** First probe of a silent connection; a peer that vanished is noticed by the kernel after this and a few more. */
export const KEEP_ALIVE_MS = 10_000;

/** Connections for reads, beside the one that appends and those that change settings. */
export const READ_CONNECTIONS_MAX = 8;

/** Connections for keys, checkpoints, settings and leases. */
export const WRITE_CONNECTIONS_MAX = 3;

/** Connections that nobody uses are closed after this: `max_connections` is shared by all nodes. */
export const IDLE_CONNECTION_MS = 60_000;

/** Calls that wait for a connection before the next one is refused; at 5 ms each, the last waits a second. */
export const CALLS_WAITING_MAX = 1_000;

/** Numbers of tenants kept in memory (about 100 bytes each). */
export const TENANT_NUMBERS_CACHED_MAX = 20_000;

/** Numbers and names of data keys kept in memory (about 250 bytes each). */
export const KEY_NAMES_CACHED_MAX = 20_000;

/** Rows of one `readRecords`. */
export const RECORDS_PER_READ_MAX = 1_000;

/** Leaf hashes of one call: one tile. */
export const LEAF_HASHES_PER_READ_MAX = 256;

/** Months whose partitions are made ahead of time, the present one not counted. */
export const MONTHS_AHEAD = 3;

/** Logs whose weeks are kept in memory (16 bytes a week). */
export const TIME_MARKS_CACHED_MAX = 5_000;

/** How long it is believed that a log has come into no other week; reads of the newest then open a partition more. */
export const MARKS_KNOWN_MS = 3_600_000;

/** How long a lost connection's server process is waited for, until it is known to have ended. */
export const SETTLE_MS_MAX = 5_000;

/** Commits of this long are told to the other nodes together. */
export const HINT_INTERVAL_MS = 20;

/** Pause before a lost connection that listens is opened again. */
export const RECONNECT_MS = 500;

/** How long it is believed that a replica's log is the one of the database itself. */
export const REPLICA_HELD_MS = 10_000;

/** How long a start waits until a replica has the tables that were made a moment ago, and how often it looks. */
export const REPLICA_START_MS = 10_000;
export const REPLICA_TRY_MS = 100;

/** Relations of a month that a statement locks: its table and the indexes. */
export const INDEXES_PER_MONTH = 26;

/** Queries over all of a log that a server should have room for: those of one node, and an export. */
export const QUERIES_AT_ONCE = 8;
