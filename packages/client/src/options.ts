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
  readonly url?: string | URL;
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
  readonly headers?: Readonly<Record<string, string>> | Headers;
  /** Lets an edge function live until its events are sent: `(work) => ctx.waitUntil(work)`. They are then sent at once. */
  readonly waitUntil?: (work: Promise<unknown>) => void;
  /** Send what waits when the process ends or the page is hidden. On by default. */
  readonly drainOnExit?: boolean;
}

/** Options with their defaults; `url` is that of the endpoint. */
export type Settings = Omit<AttestryOptions, 'url' | 'headers' | 'redact'> &
  Required<
    Pick<
      AttestryOptions,
      'key' | 'batchEvents' | 'flushIntervalMs' | 'queueEventsMax' | 'queueBytesMax' | 'timeoutMs'
    >
  > & {
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly redact: RedactionOptions | false | undefined;
    readonly batchBytes: number;
  };

/** What an option must be, whether a value is that, and what it is by default. */
type Check = readonly [must: string, isSound: (value: unknown) => unknown, fallback?: () => unknown];
type Checks<Given> = Readonly<Record<keyof Given, Check>>;

const isText = (value: unknown): value is string => typeof value === 'string';
const isFunction = (value: unknown): value is () => unknown => typeof value === 'function';
const isObject = (value: unknown): value is object => Object(value) === value && !Array.isArray(value);
export const isKey = (value: unknown): value is string => isText(value) && /^[\x21-\x7e]+$/.test(value);
const count = (fallback: number, max: number): Check => [
  `from 1 to ${max}`,
  (value) => Number.isInteger(value) && (value as number) > 0 && (value as number) <= max,
  () => fallback,
];
const listOf = (what: string, isSound: (value: unknown) => unknown): Check => [
  `a list of ${what}`,
  (value) => Array.isArray(value) && value.every(isSound),
];
const oneOf = (...values: readonly unknown[]): Check => [
  values.join(' or '),
  (value) => values.includes(value),
];
const FUNCTION: Check = ['a function', isFunction];
const OBJECT: Check = ['an object', isObject];
const TEXTS = listOf('texts', isText);

/** All that can be told; nobody would notice that something else has no effect. */
const OPTIONS: Checks<AttestryOptions> = {
  // `fetch` refuses addresses with a user in them, for ever.
  url: [
    'an http address without a user, given or in ATTESTRY_URL',
    (value) => /^https?:\/\/[^/?#@]+(?:[/?#]|$)/.test(value as string) && URL.canParse(value as string),
    () => environment('ATTESTRY_URL'),
  ],
  key: [
    'given or in ATTESTRY_API_KEY, without spaces',
    (value) => isFunction(value) || isKey(value),
    () => environment('ATTESTRY_API_KEY'),
  ],
  batchEvents: count(BATCH_EVENTS, BATCH_EVENTS_MAX),
  flushIntervalMs: count(FLUSH_INTERVAL_MS, 3_600_000),
  queueEventsMax: count(QUEUE_EVENTS_MAX, 10_000_000),
  queueBytesMax: count(QUEUE_BYTES_MAX, 10_000_000_000),
  timeoutMs: count(REQUEST_TIMEOUT_MS, 600_000),
  whenFull: oneOf('drop-newest', 'drop-oldest', 'block'),
  spool: ['that of fileSpool()', (value) => isFunction((value as Partial<EventSpool>).keep)],
  defaults: OBJECT,
  sample: OBJECT,
  redact: ['an object or false', (value) => typeof value === 'boolean' || isObject(value)],
  enrich: listOf('functions', isFunction),
  beforeSend: FUNCTION,
  onError: FUNCTION,
  onDrop: FUNCTION,
  fetch: FUNCTION,
  waitUntil: FUNCTION,
  headers: ['those of a request', headersOf],
  drainOnExit: oneOf(true, false),
};

const REDACTION: Checks<RedactionOptions> = {
  names: TEXTS,
  allow: TEXTS,
  patterns: listOf('patterns with the flag g', (value) => value instanceof RegExp && value.global),
};

/** Reads what was given; what is null is not. Members of a class may be getters, so each that there can be is asked for. */
function read<Given extends object>(
  given: unknown,
  checks: Checks<Given>,
  problems: string[],
  prefix = '',
): Given {
  const known: Readonly<Record<string, Check>> = checks;
  const values = (isObject(given) ? given : {}) as Readonly<Record<string, unknown>>;
  const sound: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(known), ...Object.keys(values)])) {
    const [must, isSound, fallback] = Object.hasOwn(known, name) ? (known[name] as Check) : [];
    const value = values[name] ?? fallback?.();
    if (value === undefined) continue;
    sound[name] = value;
    // A key that is wrong may be half of a right one.
    const not = name === 'key' || Object(value) === value ? '' : `, not "${String(value as string)}"`;
    if (isSound === undefined) problems.push(`there is no option ${prefix}${name}`);
    else if (!isSound(value)) problems.push(`${prefix}${name} must be ${must}${not}`);
  }
  return sound as Given;
}

/**
 * Fills in what is missing and checks the rest.
 *
 * @throws {AttestryError} `configuration`, naming every mistake: better at the start of an app than never
 */
export function resolveOptions(options: AttestryOptions | null | undefined): Settings {
  const problems = isObject(options ?? {}) ? [] : ['options must be an object { url, key }'];
  const all = read<AttestryOptions>(options, OPTIONS, problems) as AttestryOptions & Settings;
  const redact = all.redact && read(all.redact, REDACTION, problems, 'redact.');
  for (const [type, rate] of Object.entries(all.sample ?? {}))
    if (!(rate >= 0 && rate <= 1 && /^[^*]+(?:\.\*)?$|^\*$/.test(type)))
      problems.push(`sample of ${type} must be from 0 to 1, and * only the end of a type`);
  if (problems.length > 0) throw new AttestryError('configuration', `Attestry: ${problems.join('; ')}`);
  const { origin, pathname } = new URL(all.url);
  return {
    ...all,
    // What the docs of the API name is taken for what it is.
    url: origin + pathname.replace(/(?:\/v1\/events)?\/*$/, '/v1/events'),
    headers: headersOf(all.headers) ?? {},
    redact,
    batchBytes: BATCH_BYTES_MAX,
  };
}

/** @returns `undefined` for what are no headers */
function headersOf(given: unknown): Readonly<Record<string, string>> | undefined {
  try {
    return Object.fromEntries(new Headers(given as Headers));
  } catch {
    return undefined;
  }
}

function environment(name: string): string {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.[name] ?? '';
}
