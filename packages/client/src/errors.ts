/** Why an event did not get into the log. */
export type AttestryErrorCode =
  /** The server refused this event; `path` says where. */
  | 'event_refused'
  /** The key is missing, wrong, expired or may not write. Events are kept meanwhile. */
  | 'key_refused'
  /** The server cannot be reached or cannot take events now. They are kept and sent again. */
  | 'unavailable'
  /** There was no room for it. */
  | 'queue_full'
  /** The client was closed before it could be sent. */
  | 'closed'
  /** The event could not be prepared: it has no type, or your `beforeSend` threw. */
  | 'invalid_event'
  /** A hook of yours threw, or returned no event but a promise or nothing; the event went without it. */
  | 'hook_failed'
  /** The spool cannot keep events on the disk. They are in memory only. */
  | 'spool_failed'
  /** Something in the configuration is wrong. */
  | 'configuration';

/** What `onError` is told and `captureDurable` rejects with. Never thrown by `capture`. */
export class AttestryError extends Error {
  readonly code: AttestryErrorCode;
  /** The server's own code, e.g. `schema_violation`, when it gave one. */
  declare readonly serverCode: string | undefined;
  /** JSON pointer of the member that was refused. */
  declare readonly path: string | undefined;
  /** Id of the event it is about. */
  declare readonly eventId: string | undefined;
  /** HTTP status, when there was an answer. */
  declare readonly status: number | undefined;

  constructor(code: AttestryErrorCode, message: string, more: ErrorMembers = {}) {
    super(message);
    this.name = 'AttestryError';
    this.code = code;
    Object.assign(this, more);
  }
}

interface ErrorMembers {
  readonly cause?: unknown;
  readonly serverCode?: string | undefined;
  readonly path?: string | undefined;
  readonly eventId?: string | undefined;
  readonly status?: number | undefined;
}

/** What something thrown says, and what it was caused by; anything can be thrown, also what cannot be made a text. */
export function messageOf(thrown: unknown): string {
  try {
    if (!(thrown instanceof Error)) return String(thrown);
    return thrown.cause === undefined ? thrown.message : `${thrown.message} (${messageOf(thrown.cause)})`;
  } catch {
    return 'unreadable';
  }
}

/** Trouble of the client as it is; whatever else is thrown on the way of an event is a reason not to send it. */
export function invalidEvent(cause: unknown): AttestryError {
  try {
    if (cause instanceof AttestryError) return cause;
  } catch {
    // A proxy that has been revoked.
  }
  return new AttestryError('invalid_event', `an event cannot be sent: ${messageOf(cause)}`, { cause });
}

export function closedError(): AttestryError {
  return new AttestryError('closed', 'the client is closed');
}
