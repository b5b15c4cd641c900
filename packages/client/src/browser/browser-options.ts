import type { AttestryError } from '../errors.ts';
import type { EventInput } from '../event/event-input.ts';
import type { RedactionOptions } from '../redaction/redact.ts';
import type { PageEventDefaults } from './page-event.ts';
import type { AskForToken } from './token-source.ts';

/** What a page's client can be told. */
export interface BrowserOptions {
  /** Address of the Attestry server. */
  readonly url: string;
  /** Asks your own backend for a token; called when one is needed and before it ends. */
  readonly token: AskForToken;
  /** Longest time an event waits for company. */
  readonly flushIntervalMs?: number;
  /** Events kept in memory while the server cannot be reached; the newest are dropped beyond it. */
  readonly queueEventsMax?: number;
  /** Bytes of them. */
  readonly queueBytesMax?: number;
  /** Longest time one request, or the function `token`, may take. */
  readonly timeoutMs?: number;
  /** Members that every event gets unless it has its own. Who it is about is in the token. */
  readonly defaults?: PageEventDefaults;
  /** Secrets are taken out before an event is kept or sent; `false` turns that off. */
  readonly redact?: RedactionOptions | false;
  /** Sees each event last, after the redaction, and may change it; `null` drops it on purpose. */
  readonly beforeSend?: (event: EventInput) => EventInput | null;
  /** Told of trouble, once per outage and once per refused event; without it the console is, once a minute at most. */
  readonly onError?: (error: AttestryError) => void;
  /** Told of every event that will never be in the log. */
  readonly onDrop?: (event: { readonly id: string; readonly type: string }, reason: AttestryError) => void;
}

/** How the client of a page is doing. */
export interface BrowserStats {
  /** Events that wait in memory, and their bytes. */
  readonly queued: { readonly events: number; readonly bytes: number };
  readonly captured: number;
  /** Events that are in the log. */
  readonly sent: number;
  /** Events that will never be there, refused ones included. */
  readonly lost: number;
  /** Events left out by `beforeSend`. */
  readonly left_out: number;
  /** Requests that failed in a row; 0 while the server takes events. */
  readonly failures: number;
}
