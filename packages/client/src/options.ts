import type { SampleRates } from './capture/sampling.ts';
import type { EventContext } from './context/merge-event.ts';
import { AttestryError } from './errors.ts';
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

/** The key, or who knows the one that is good now. */
export type KeySource = string | (() => string | Promise<string>);

/** What a client can be told. Everything has a default but the address and the key. */
export interface AttestryOptions {
  /** Address of the server; `ATTESTRY_URL` when absent. */
  readonly url?: string;
  /** Key with the scope `events:write`, or who gives the one that is good now; `ATTESTRY_API_KEY` when absent. */
  readonly key?: KeySource;
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
  readonly defaults?: EventContext;
  /** Secrets are taken out before an event is kept or sent; `false` turns that off. */
  readonly redact?: RedactionOptions | false;
  /** Add members to events; called in order, each with what the one before returned. */
  readonly enrich?: readonly ((event: EventInput) => EventInput)[];
  /** Sees each event last, after the redaction, and may change it; `null` drops it on purpose, without counting it as lost. */
  readonly beforeSend?: (event: EventInput) => EventInput | null;
  /** Shares of events that are kept, by type: `{ "document.viewed": 0.1, "api.*": 0.5 }`. */
  readonly sample?: SampleRates;
  /** Told of trouble, once per outage and once per refused event; without it the console is, once a minute at most. */
  readonly onError?: (error: AttestryError) => void;
  /** Told of every event that will never be in the log. */
  readonly onDrop?: (event: { readonly id: string; readonly type: string }, reason: AttestryError) => void;
  /** Another `fetch`, for proxies and tests. */
  readonly fetch?: typeof fetch;
  /** Further headers of each request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Lets an edge function live until its events are sent: `(work) => ctx.waitUntil(work)`. They are then sent at once. */
  readonly waitUntil?: (work: Promise<unknown>) => void;
  /** Send what waits when the process ends or the page is hidden. On by default. */
  readonly drainOnExit?: boolean;
}

/** Options with their defaults; `url` is that of the endpoint. */
export type Settings = AttestryOptions &
  Required<
    Pick<
      AttestryOptions,
      'url' | 'key' | 'batchEvents' | 'flushIntervalMs' | 'queueEventsMax' | 'queueBytesMax' | 'timeoutMs'
    >
  > & { readonly batchBytes: number };

/**
 * Fills in what is missing and checks the rest.
 *
 * @throws {AttestryError} `configuration`, naming every mistake: better at the start of an app than never
 */
export function resolveOptions(options: AttestryOptions): Settings {
  const { whenFull = 'block', sample = {}, enrich = [], redact } = options;
  const url = options.url ?? environment('ATTESTRY_URL') ?? '';
  const key = options.key ?? environment('ATTESTRY_API_KEY') ?? '';
  const problems: string[] = [];
  const need = (isSound: unknown, problem: string): void => {
    if (!isSound) problems.push(problem);
  };
  const count = (name: keyof AttestryOptions, fallback: number, max: number): number => {
    const value = (options[name] ?? fallback) as number;
    need(
      Number.isInteger(value) && value > 0 && value <= max,
      `${name} must be from 1 to ${max}, not ${value}`,
    );
    return value;
  };
  // `fetch` refuses addresses with a user in them, for ever.
  const isUrl = /^https?:\/\/[^/?#@]+(?:[/?#]|$)/.test(url) && URL.canParse(url);
  need(
    isUrl,
    `url must be an http address without a user, given or in ATTESTRY_URL, not ${JSON.stringify(url)}`,
  );
  need(
    typeof key === 'function' || (typeof key === 'string' && /^[\x21-\x7e]+$/.test(key)),
    'key must be given or in ATTESTRY_API_KEY, without spaces',
  );
  need(['drop-newest', 'drop-oldest', 'block'].includes(whenFull), `whenFull cannot be ${whenFull}`);
  for (const [name, kind] of KINDS)
    need(
      (options[name] ?? undefined) === undefined || typeof options[name] === kind,
      `${name} must be ${kind === 'object' ? 'an object' : 'a function'}`,
    );
  need(
    Array.isArray(enrich) && enrich.every((one) => typeof one === 'function'),
    'enrich must be a list of functions',
  );
  for (const [type, rate] of Object.entries(sample)) {
    need(rate >= 0 && rate <= 1, `sample of ${type} must be from 0 to 1, not ${rate}`);
    need(/^[^*]+(?:\.\*)?$|^\*$/.test(type), `sample: * may only be the end of a type, not ${type}`);
  }
  const { names = [], allow = [], patterns = [], ...unknown } = redact || {};
  for (const name of Object.keys(unknown)) need(false, `there is no option redact.${name}`);
  for (const [list, text] of Object.entries({ names, allow }))
    need(
      Array.isArray(text) && text.every((one) => typeof one === 'string'),
      `redact.${list} must be a list of texts`,
    );
  need(Array.isArray(patterns), 'redact.patterns must be a list');
  for (const pattern of [patterns].flat()) need(pattern?.global, `${pattern} needs the flag g`);
  const settings: Settings = {
    ...options,
    url: isUrl ? new URL('v1/events', url.replace(/\/?$/, '/')).href : '',
    key,
    batchEvents: count('batchEvents', BATCH_EVENTS, BATCH_EVENTS_MAX),
    batchBytes: BATCH_BYTES_MAX,
    flushIntervalMs: count('flushIntervalMs', FLUSH_INTERVAL_MS, 3_600_000),
    queueEventsMax: count('queueEventsMax', QUEUE_EVENTS_MAX, 10_000_000),
    queueBytesMax: count('queueBytesMax', QUEUE_BYTES_MAX, 10_000_000_000),
    timeoutMs: count('timeoutMs', REQUEST_TIMEOUT_MS, 600_000),
  };
  for (const name of Object.keys(options)) need(NAMES.includes(` ${name} `), `there is no option ${name}`);
  if (problems.length > 0) throw new AttestryError('configuration', `Attestry: ${problems.join('; ')}`);
  return settings;
}

const KINDS = [
  ...(['beforeSend', 'onError', 'onDrop', 'fetch', 'waitUntil'] as const).map(
    (name) => [name, 'function'] as const,
  ),
  ...(['spool', 'defaults', 'headers', 'sample'] as const).map((name) => [name, 'object'] as const),
] as const;

/** All that can be told; what is not known is a mistake, and nobody would notice that it has no effect. */
const NAMES =
  ' url key batchEvents flushIntervalMs queueEventsMax queueBytesMax whenFull timeoutMs spool defaults redact enrich beforeSend sample onError onDrop fetch headers waitUntil drainOnExit ';

function environment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.[name];
}
