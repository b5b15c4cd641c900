/** Every bound of the client, with the reason for the number. */

/** Events of one request: one receipt soon, and little lost when a process dies without a spool. */
export const BATCH_EVENTS = 100;

/** Most events the server takes in one request. */
export const BATCH_EVENTS_MAX = 1_000;

/** Longest time an event waits for company. */
export const FLUSH_INTERVAL_MS = 5_000;

/** Bytes of one request: the server's own bound is 5 MB of body, brackets and commas included. */
export const BATCH_BYTES_MAX = 5_000_000 - 1_024;

/** Events kept in memory while the server cannot be reached. */
export const QUEUE_EVENTS_MAX = 10_000;

/** Bytes of them, so that large events do not take the app's memory. */
export const QUEUE_BYTES_MAX = 20_000_000;

/** Bytes from which a body is compressed: below it the saving is less than the work. */
export const GZIP_BYTES_MIN = 8_192;

/** Longest time one request may take. */
export const REQUEST_TIMEOUT_MS = 15_000;

/** First and longest pause after a failure; the real one is drawn from 0 up to it. */
export const RETRY_MS = { first: 500, max: 30_000 } as const;

/** Longest pause that a Retry-After is obeyed for: a wrong clock must not stop capture for a year. */
export const RETRY_AFTER_MS_MAX = 5 * 60_000;

/** Pause after the key was refused: somebody has to do something first. */
export const REFUSED_KEY_RETRY_MS = 60_000;

/** How long `close` tries to get everything out. */
export const CLOSE_DEADLINE_MS = 5_000;

/** Levels that redaction looks into; deeper than the server accepts (32) nothing would be kept anyway. */
export const REDACTION_DEPTH_MAX = 40;

/** Values of one event that redaction looks at; a record cannot hold more. */
export const REDACTION_VALUES_MAX = 20_000;

/** Characters of one text that are searched for secrets. */
export const REDACTION_TEXT_CHARS_MAX = 100_000;

/** Random bytes fetched at once for ids. */
export const RANDOM_POOL_BYTES = 4_096;
