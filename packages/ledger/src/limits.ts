/** Every bound of the ledger, with the reason for the number. */

/** Events that make the sequencer flush without waiting: a full tile, and enough that one fsync costs little per event. */
export const BATCH_EVENTS = 256;

/** Longest time an event waits for company while another commit is on its way; below what a caller notices. */
export const BATCH_INTERVAL_MS = 5;

/** Events of one transaction. From 500 on a commit costs no less per event, it only makes everybody wait longer. */
export const GROUP_EVENTS_MAX = 512;

/** Text of one transaction, so that 512 records of 60,000 bytes do not become one write of 30 MB. */
export const GROUP_CHARS_MAX = 8 * 1024 * 1024;

/** Transactions sent and not yet committed: one being written, one waiting for the writer, one on its way to it. */
export const PIPELINE_DEPTH = 3;

/** Events accepted and not yet committed, all tenants: about half a second of work at full speed. */
export const QUEUE_EVENTS_MAX = 16_384;

/** Characters of event data accepted and not yet committed: bounds memory when events are large. */
export const QUEUE_CHARS_MAX = 64 * 1024 * 1024;

/** Share of the queue one tenant may fill, so that it cannot shut the others out. */
export const QUEUE_TENANT_SHARE = 0.5;

/** Advice to a caller that met a full queue: the queue drains in less. */
export const OVERLOAD_RETRY_AFTER_S = 1;

/** Events prepared before the event loop gets a turn (about 5 ms of work). */
export const PREPARE_SLICE_EVENTS = 128;

/**
 * Commits that may fail one after the other before the store counts as down and the batch is answered with an error.
 * Halving 512 events down to the one that poisons the rest takes 10, repetitions before and after it 3 more.
 */
export const COMMIT_FAILURES_MAX = 14;

/** How often a full disk is looked at: readiness comes back within this after space was made. */
export const DISK_PROBE_INTERVAL_MS = 1_000;

/** Written and removed to see whether there is space: more than most transactions need, nothing to a disk. */
export const DISK_PROBE_BYTES = 1_048_576;

/** Longest pause between two failing commits. With the bound above: answered in about two seconds. */
export const COMMIT_BACKOFF_MS_MAX = 250;

/** Times a batch is linked again because somebody else moved the head, before the caller is told to try later. */
export const MOVED_RETRIES_MAX = 32;

/** Attempts at reading a head after a failed commit; its fate is not guessed. */
export const RELOAD_ATTEMPTS_MAX = 6;

/** Logs kept open in memory (about 10 kB each: the unfinished tiles). Idle ones are closed first. */
export const OPEN_LOGS_MAX = 2_000;

/** Data keys kept ready to use (about 1 kB each with the engine's own key object). */
export const DATA_KEYS_CACHED_MAX = 20_000;

/** Blind indexes remembered, all tenants (about 130 bytes each): actors, addresses and sessions that come again. */
export const BLIND_INDEXES_CACHED_MAX = 100_000;

/** Tenants whose index keys are kept in memory, a few hundred bytes each. */
export const INDEX_KEYS_CACHED_MAX = 1_000;

/** Random bytes fetched at once: `randomFillSync` per value costs 2 µs, a slice of a pool 0.02 µs. */
export const RANDOM_POOL_BYTES = 16 * 1024;

/** A log is signed at most this often while it grows. */
export const CHECKPOINT_INTERVAL_MS = 1_000;

/** An idle log is signed again at least this often, so that silence can be told from being cut off. */
export const HEARTBEAT_INTERVAL_MS = 20 * 60 * 60 * 1_000;

/** How often idle logs are looked through for a heartbeat that is due: the day above plus this stays under 24 h. */
export const HEARTBEAT_SWEEP_MS = 60 * 60 * 1_000;

/** Checkpoints signed at the same time; bounds what a sweep over 10,000 logs takes from the writer. */
export const CHECKPOINTS_CONCURRENT = 16;

/** Roots of full tiles remembered (40 bytes each and immutable): 65,536 cover a log of 16 million records. */
export const TILE_ROOTS_CACHED_MAX = 65_536;

/** Logs checked at the same time at start. */
export const START_CHECKS_CONCURRENT = 16;

/** Records read by one call of the store. */
export const READ_RECORDS_MAX = 1_000;

/** Alternatives of one filter: more is a job for an export. */
export const FILTER_VALUES_MAX = 100;

/** Characters of one filter value: twice the longest id, so that nothing that can be stored cannot be asked for. */
export const FILTER_VALUE_CHARS_MAX = 1_000;

/** Levels of a `metadata.<path>` filter: as deep as free objects are. */
export const FILTER_METADATA_DEPTH_MAX = 32;

/** Indexed networks that the `ip` filters of one query may be made up of (about 0.2 s of fingerprints). */
export const FILTER_NETWORKS_MAX = 65_536;

/** Fingerprints made for a filter before the event loop gets a turn (about 2 ms). */
export const FILTER_NETWORKS_SLICE = 512;

/** Characters of a full-text query. */
export const TEXT_QUERY_CHARS_MAX = 1_000;

/** Words of a full-text query: each is one look-up in the index. */
export const TEXT_QUERY_WORDS_MAX = 32;

/** How often a shared store is asked to make ahead of time what it will need (partitions, months ahead of their use). */
export const UPKEEP_MS = 3_600_000;

/** The same after it failed. */
export const UPKEEP_RETRY_MS = 60_000;

/** How long a lease lasts that is not renewed: what a node that died keeps the others from signing and indexing. */
export const LEASE_TTL_MS = 5_000;

/** How often a lease is renewed, or tried for: three times before it runs out. */
export const LEASE_RENEW_MS = 1_500;

/** How often a node compares its clock with the database's; a crystal drifts by 1 ms in this time at most. */
export const CLOCK_SYNC_MS = 10_000;

/** A look at the database's clock that took longer says too little. */
export const CLOCK_ROUND_TRIP_MS_MAX = 1_000;

/** From here on a machine's clock is worth a line in the log. */
export const CLOCK_SKEW_WARN_MS = 2_000;

/** How often a node looks whether settings were changed by another, besides being told: one row is read. */
export const CHANGE_POLL_MS = 1_000;

/** A look that has no answer for this long, while the process had turns: the database counts as away. */
export const LOOK_MS_MAX = 5_000;

/** Looks of one request whose answers were all read too late to count, before it is refused. */
export const FRESH_LOOKS_MAX = 4;

/** How long hints about logs that grew are gathered: far below the checkpoint interval. */
export const GROWN_WAIT_MS = 25;

/** How often all heads are read, in case a hint was lost. */
export const GROWN_SWEEP_MS = 5_000;

/** Heads read one by one after hints; of more logs than that all are read at once. */
export const GROWN_READ_MAX = 64;

/** How often it looks meanwhile. */
export const SIGNATURE_POLL_MS = 100;

/** How long a node that stops waits for its last records to be signed: the lease of one that died runs out. */
export const LAST_SIGNATURE_MS_MAX = 6_000;

/** How long a call that wants a signature waits for the node that signs: a lease that ran out and was taken anew. */
export const SIGNATURE_WAIT_MS_MAX = 30_000;

/** How often a node looks whether another one is through with what only one may do at a time. */
export const EXCLUSIVE_POLL_MS = 50;

/** How long it waits for that: a node that died at it keeps its lease for the time above. */
export const EXCLUSIVE_WAIT_MS_MAX = 15_000;
