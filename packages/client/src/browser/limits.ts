/** Bounds of a page's client. The first three are the server's for what pages send. */

/** Events of one request. */
export const PAGE_BATCH_EVENTS = 100;

/** Characters of one text; what is longer is cut, so that a long message does not cost the event. */
export const PAGE_TEXT_CHARS_MAX = 1_000;

/** Levels of an event; what is deeper is left out. */
export const PAGE_DEPTH_MAX = 5;

/**
 * Bytes of the events of one request. A browser lets 64 KiB outlive a page, all its requests together (Fetch standard,
 * HTTP-network-or-cache fetch): the one in flight and the last one, with their tokens.
 */
export const PAGE_BATCH_BYTES = 28_000;

/** Events that wait while the server cannot be reached: a page is not there for long. */
export const PAGE_QUEUE_EVENTS_MAX = 1_000;
export const PAGE_QUEUE_BYTES_MAX = 2_000_000;

/** Part of a token's life after which the next request asks for another one. */
export const TOKEN_RENEWAL_SHARE = 0.75;
