/** Every bound of the client, with the reason for the number. */

/** Events of one request: one receipt soon, and little lost when a process dies without a spool. */
export const BATCH_EVENTS = 100;

/** Most events the server takes in one request. */
export const BATCH_EVENTS_MAX = 1_000;

/** Parts in which a batch goes again, side by side, when something in front of the server refuses it as a whole. */
export const BATCH_PARTS = 10;

/** How often an event has to be refused alone beside others that get through, and the time between, until it is given up. */
export const SUSPECT_TIMES = 3;
export const SUSPECT_MS = 1_000;

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

/** How long `close`, SIGTERM and the end of the process try to get everything out. */
export const CLOSE_DEADLINE_MS = 5_000;

/** First pause between the tries of a client that is being closed; it doubles, so that a server in need is not beaten. */
export const CLOSE_RETRY_MS = 100;

/** Most often that the console is told of the same kind of trouble, where there is no `onError`. */
export const WARN_INTERVAL_MS = 60_000;

/** Levels of an event; what is deeper the server would refuse with the whole event. */
export const EVENT_DEPTH_MAX = 32;

/** Values of one event; the server takes no more. */
export const EVENT_VALUES_MAX = 30_000;

/** Characters of all texts in the free objects of one event: a record holds 60,000 bytes. */
export const EVENT_CHARS_MAX = 50_000;

/** Bytes of one event: with what the server adds to it, a record of 60,000 bytes. */
export const EVENT_BYTES_MAX = 55_000;

/** Characters of a name of anything. */
export const NAME_CHARS_MAX = 500;

/** Types that the report of a loss tells apart; an app has few, unless it makes them up. */
export const LOST_TYPES_MAX = 50;
