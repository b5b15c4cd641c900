import type { SampleRates } from './capture/sampling.ts';
import type { EventDefaults } from './context/merge-event.ts';
import { type AttestryError, AttestryError as ConfigurationError } from './errors.ts';
import type { EventInput } from './event/event-input.ts';
import {
  BATCH_BYTES_MAX,
  BATCH_EVENTS,
  BATCH_EVENTS_MAX,
  FLUSH_INTERVAL_MS,
  QUEUE_BYTES_MAX,
  QUEUE_EVENTS_MAX,
  REQUEST_TIMEOUT_MS,
} from './limits.ts';
import type { WhenFull } from './queue/event-queue.ts';
import type { EventSpool } from './queue/event-spool.ts';
import type { RedactionOptions } from './redaction/redact.ts';

/** What a client can be told. Everything has a default but the address and the key. */
export interface AttestryOptions {
  /** Address of the server; `ATTESTRY_URL` when absent. */
  readonly url?: string;
  /** Key with the scope `events:write`; `ATTESTRY_API_KEY` when absent. */
  readonly key?: string;
  /** Events of one request, 1 to 1,000. */
  readonly batchEvents?: number;
  /** Longest time an event waits for company. */
  readonly flushIntervalMs?: number;
  /** Events kept in memory while the server cannot be reached. */
  readonly queueEventsMax?: number;
  /** Bytes of them. */
  readonly queueBytesMax?: number;
  /** What is done when they are full. `block` makes `captureDurable` wait; `capture` then drops the newest. */
  readonly whenFull?: WhenFull;
  /** Longest time one request may take. */
  readonly timeoutMs?: number;
  /** Keeps events outside the process until they are in the log; `fileSpool` of `@attestry/client/spool`. */
  readonly spool?: EventSpool;
  /** Members that every event gets unless it has its own: service, environment, actor. */
  readonly defaults?: EventDefaults;
  /** Secrets are taken out before an event is kept or sent; `false` turns that off. */
  readonly redact?: RedactionOptions | false;
  /** Add members to events; called in order, each with what the one before returned. */
  readonly enrich?: readonly ((event: EventInput) => EventInput)[];
  /** Sees each event last and may change it; `null` drops it on purpose, without counting it as lost. */
  readonly beforeSend?: (event: EventInput) => EventInput | null;
  /** Shares of events that are kept, by type: `{ "document.viewed": 0.1, "api.*": 0.5 }`. */
  readonly sample?: SampleRates;
  /** Told of trouble, once per outage and once per refused event. */
  readonly onError?: (error: AttestryError) => void;
  /** Told of every event that will never be in the log. */
  readonly onDrop?: (event: { readonly id: string; readonly type: string }, reason: AttestryError) => void;
  /** Another `fetch`, for proxies and tests. */
  readonly fetch?: typeof fetch;
  /** Further headers of each request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Lets an edge function live until its events are sent: `(work) => ctx.waitUntil(work)`. */
  readonly waitUntil?: (work: Promise<unknown>) => void;
  /** Send what waits when the process ends or the page is hidden. On by default. */
  readonly drainOnExit?: boolean;
}

/** Options with their defaults. */
export interface Settings {
  readonly url: string;
  readonly key: string;
  readonly batchEvents: number;
  readonly batchBytes: number;
  readonly flushIntervalMs: number;
  readonly queueEventsMax: number;
  readonly queueBytesMax: number;
  readonly whenFull: WhenFull;
  readonly timeoutMs: number;
}

/**
 * Fills in what is missing and checks the rest.
 *
 * @throws {AttestryError} `configuration`, naming every mistake: better at the start of an app than never
 */
export function resolveOptions(options: AttestryOptions): Settings {
  const problems: string[] = [];
  const url = options.url ?? environment('ATTESTRY_URL');
  const key = options.key ?? environment('ATTESTRY_API_KEY');
  if (url === undefined) problems.push('url is missing: give it or set ATTESTRY_URL');
  else if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    problems.push(`url ${JSON.stringify(url)} is no http address`);
  if (key === undefined) problems.push('key is missing: give it or set ATTESTRY_API_KEY');
  else if (!/^[\x21-\x7e]+$/.test(key)) problems.push('key has characters that no key has');
  const count = (name: keyof AttestryOptions, fallback: number, max: number): number => {
    const value = (options[name] as number | undefined) ?? fallback;
    if (!Number.isInteger(value) || value < 1 || value > max)
      problems.push(`${name} must be from 1 to ${max}, not ${value}`);
    return value;
  };
  const settings: Settings = {
    url: url ?? '',
    key: key ?? '',
    batchEvents: count('batchEvents', BATCH_EVENTS, BATCH_EVENTS_MAX),
    batchBytes: BATCH_BYTES_MAX,
    flushIntervalMs: count('flushIntervalMs', FLUSH_INTERVAL_MS, 3_600_000),
    queueEventsMax: count('queueEventsMax', QUEUE_EVENTS_MAX, 10_000_000),
    queueBytesMax: count('queueBytesMax', QUEUE_BYTES_MAX, 10_000_000_000),
    whenFull: options.whenFull ?? 'drop-newest',
    timeoutMs: count('timeoutMs', REQUEST_TIMEOUT_MS, 600_000),
  };
  if (problems.length > 0) throw new ConfigurationError('configuration', `Attestry: ${problems.join('; ')}`);
  return settings;
}

function environment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  const value = process?.env?.[name];
  return value === '' ? undefined : value;
}
