/** Every bound of the command line, with the reason beside the number. */

/** Events of one import request: the server takes 1,000, half of that keeps a retry cheap. */
export const IMPORT_BATCH_EVENTS_MAX = 500;

/** Bytes of one import request: the server takes 5 MB, the rest is room for the JSON around the events. */
export const IMPORT_BATCH_BYTES_MAX = 4_000_000;

/** Import requests under way at once: enough to hide the network, too few to crowd out live traffic. */
export const IMPORT_CONCURRENCY_DEFAULT = 4;
export const IMPORT_CONCURRENCY_MAX = 16;

/** A file is held as one text: V8 ends strings at about 512 MB, CloudTrail files at about 50 MB. */
export const IMPORT_FILE_BYTES_MAX = 400_000_000;

/** Problems of one code that a person reads; the others of it are counted in a sentence. */
export const IMPORT_PROBLEMS_SHOWN_MAX = 10;

/** Problems that `--json` lists: as many as a verification lists findings. */
export const IMPORT_PROBLEMS_LISTED_MAX = 1000;

/** A line of NDJSON that is longer cannot be an event: a record is at most 60,000 bytes, escaped six-fold. */
export const NDJSON_LINE_BYTES_MAX = 400_000;

/** Time without any answer after which a request is given up; streams count from their last byte. */
export const REQUEST_TIMEOUT_MS = 60_000;

/** Retries of a request that must get through (import, tail) when refused or cut: about a minute of patience. */
export const PATIENT_RETRIES_MAX = 8;

/** Retries of a request that a person waits for, when refused for load: about three seconds. */
export const LOAD_RETRIES_MAX = 3;

/** First and longest pause between retries when the server names none. */
export const RETRY_PAUSE_FIRST_MS = 250;
export const RETRY_PAUSE_MAX_MS = 30_000;

/** A page of a query: the API's own maximum. */
export const PAGE_EVENTS_MAX = 1000;

/** Events `query` fetches when nothing is said: what fits a few screens; also the API's default. */
export const QUERY_EVENTS_DEFAULT = 100;

/** A server says something on a stream every 15 s: after three times that the connection is dead. */
export const STREAM_SILENCE_MS_MAX = 45_000;

/** Pause of `tail` before it goes on where a stream ended. */
export const STREAM_PAUSE_MS = 250;

/** Pause between two looks at a verification job. */
export const VERIFY_POLL_MS = 250;

/** Longest `bench` and its most connections: it measures a server politely, it is not a load test. */
export const BENCH_SECONDS_MAX = 60;
export const BENCH_CONNECTIONS_MAX = 32;

/** Characters of an untrusted cell in a table; the full value is in `get` and in `--json`. */
export const CELL_CHARS_MAX = 120;

/** Free space under which `doctor` warns, and under which it fails. */
export const DISK_FREE_BYTES_WARN = 2_000_000_000;
export const DISK_FREE_BYTES_FAIL = 200_000_000;

/** Difference between the two clocks that `doctor` warns about; the server refuses events 5 minutes ahead. */
export const CLOCK_SKEW_MS_WARN = 5_000;
export const CLOCK_SKEW_MS_FAIL = 300_000;

/** A heartbeat checkpoint is signed daily: older than this and something is wrong. */
export const CHECKPOINT_AGE_MS_WARN = 25 * 3_600_000;
