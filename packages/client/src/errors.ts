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
  /** The event could not be prepared: it is no JSON, or a hook of yours threw. */
  | 'invalid_event'
  /** Something in the configuration is wrong. */
  | 'configuration';

/** What `onError` is told and `captureDurable` rejects with. Never thrown by `capture`. */
export class AttestryError extends Error {
  readonly code: AttestryErrorCode;
  /** The server's own code, e.g. `schema_violation`, when it gave one. */
  readonly serverCode: string | undefined;
  /** JSON pointer of the member that was refused. */
  readonly path: string | undefined;
  /** Id of the event it is about. */
  readonly eventId: string | undefined;
  /** HTTP status, when there was an answer. */
  readonly status: number | undefined;

  constructor(
    code: AttestryErrorCode,
    message: string,
    more: {
      readonly cause?: unknown;
      readonly serverCode?: string | undefined;
      readonly path?: string | undefined;
      readonly eventId?: string | undefined;
      readonly status?: number | undefined;
    } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'AttestryError';
    this.code = code;
    this.serverCode = more.serverCode;
    this.path = more.path;
    this.eventId = more.eventId;
    this.status = more.status;
  }
}
