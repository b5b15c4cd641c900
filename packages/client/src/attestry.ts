import { checkRates, sampleRate } from './capture/sampling.ts';
import { activeSpan } from './context/active-span.ts';
import { contextStorage } from './context/context-storage.ts';
import { type EventDefaults, mergeDefaults } from './context/merge-event.ts';
import { Delivery } from './delivery/delivery.ts';
import { LossReport } from './delivery/loss-report.ts';
import { httpTransport, type Transport } from './delivery/transport.ts';
import { AttestryError, type AttestryErrorCode } from './errors.ts';
import type { EventInput } from './event/event-input.ts';
import type { AuditEvent, AuditEventType } from './event/event-types.ts';
import { uuidV7 } from './event/uuid-v7.ts';
import { diagnose } from './lifecycle/diagnostics.ts';
import { drainOnExit } from './lifecycle/drain-on-exit.ts';
import { CLOSE_DEADLINE_MS } from './limits.ts';
import { type AttestryOptions, resolveOptions, type Settings } from './options.ts';
import { EventQueue, type QueuedEvent } from './queue/event-queue.ts';
import type { Receipt } from './receipt.ts';
import { makeRedact, type Redact } from './redaction/redact.ts';
import { type TrackedEvent, type Tracker, type TrackOptions, trackWork } from './track/track.ts';

/** How a client is doing; for health pages. */
export interface AttestryStats {
  /** Events that wait in memory, and their bytes. */
  readonly queued: { readonly events: number; readonly bytes: number };
  readonly captured: number;
  /** Events that are in the log. */
  readonly sent: number;
  /** Events that will never be there, refused ones included. */
  readonly lost: number;
  /** Events left out by the sample rates or by `beforeSend`. */
  readonly left_out: number;
  /** Requests that failed in a row; 0 while the server takes events. */
  readonly failures: number;
}

/** What all children of a client share. */
interface Shared {
  readonly settings: Settings;
  readonly options: AttestryOptions;
  readonly queue: EventQueue;
  readonly delivery: Delivery;
  readonly losses: LossReport;
  readonly redact: Redact | undefined;
  readonly counts: { captured: number; sent: number; leftOut: number };
  readonly waiters: (() => void)[];
  stopDrain: () => void;
  closing: Promise<CloseReport> | undefined;
}

/** What `close` left behind. */
export interface CloseReport {
  /** Events that could not be sent before the deadline. */
  readonly unsent: number;
}

/** A prepared event, or why there is none. */
type Prepared = QueuedEvent | 'left_out';

/**
 * A client of an Attestry server: captures events and gets them into the audit log in the background.
 *
 * `capture` returns at once and never throws, whatever happens to the server. `captureDurable` waits for the receipt.
 * Make one per process; `child` gives it further defaults for a part of the app.
 */
export class Attestry {
  readonly #shared: Shared;
  readonly #defaults: EventDefaults;

  /** @throws {AttestryError} `configuration`, naming every mistake */
  constructor(options?: AttestryOptions);
  /** @internal of `child` */
  constructor(options: AttestryOptions | undefined, shared: Shared, defaults: EventDefaults);
  constructor(options: AttestryOptions = {}, shared?: Shared, defaults?: EventDefaults) {
    this.#shared = shared ?? makeShared(options);
    this.#defaults = defaults ?? options.defaults ?? {};
  }

  /**
   * Captures an event. Returns at once, never throws: what goes wrong is told to `onError` and counted.
   *
   * @returns the event's id, or `undefined` when it was left out or dropped
   */
  capture<const Type extends AuditEventType>(event: AuditEvent<Type>): string | undefined {
    try {
      const prepared = this.#prepare(event as EventInput);
      if (prepared === undefined || prepared === 'left_out') return undefined;
      return this.#enqueue(prepared) ? prepared.id : undefined;
    } catch (cause) {
      this.#lose({ id: '', type: String((event as Partial<EventInput> | null)?.type) }, invalid(cause));
      return undefined;
    }
  }

  /**
   * Captures an event and waits until it is in the log.
   *
   * @returns its receipt
   * @throws {AttestryError} `event_refused`, `key_refused`, `queue_full`, `closed`, `invalid_event`
   */
  async captureDurable<const Type extends AuditEventType>(event: AuditEvent<Type>): Promise<Receipt> {
    let prepared: Prepared | undefined;
    try {
      prepared = this.#prepare(event as EventInput, true);
    } catch (cause) {
      throw invalid(cause);
    }
    if (prepared === undefined) throw new AttestryError('closed', 'the client is closed');
    if (prepared === 'left_out') throw new AttestryError('invalid_event', 'beforeSend left the event out');
    const ready = prepared;
    const { queue, settings, waiters, delivery } = this.#shared;
    while (settings.whenFull === 'block' && !queue.fits(ready.bytes) && queue.size > 0) {
      if (this.#shared.closing !== undefined) throw new AttestryError('closed', 'the client is closed');
      await new Promise<void>((resolve) => waiters.push(resolve));
    }
    return new Promise<Receipt>((resolve, reject) => {
      if (this.#enqueue({ ...ready, settle: { resolve, reject } })) void delivery.flush();
      else reject(new AttestryError('queue_full', 'no room for the event', { eventId: ready.id }));
    });
  }

  /**
   * Runs work whose events all get these members: a request's actor, tenant and request id. Nested calls add to it.
   * Where the runtime cannot carry context along asynchronous calls (browsers), use `child`.
   */
  run<Result>(context: EventDefaults, work: () => Result): Result {
    const storage = contextStorage();
    if (storage === undefined) return work();
    return storage.run(mergeDefaults(storage.getStore() ?? {}, context), work);
  }

  /** A client with further defaults. It shares queue, connection and counts with this one. */
  child(defaults: EventDefaults): Attestry {
    return new Attestry(undefined, this.#shared, mergeDefaults(this.#defaults, defaults));
  }

  /**
   * Records an action with its outcome: success when `work` returns, failure with the error's text when it throws (the
   * error goes on to the caller untouched), and how long it took. Set `before` and `after` on the tracker for a change.
   */
  track<Result>(
    event: TrackedEvent,
    work: (tracker: Tracker) => Result | Promise<Result>,
    options?: TrackOptions,
  ): Promise<Result> {
    return trackWork((input) => this.capture(input as AuditEvent<AuditEventType>), event, work, options);
  }

  /**
   * Sends what waits now.
   *
   * @returns true when everything captured before is settled; false when the server could not take it
   */
  flush(): Promise<boolean> {
    return this.#shared.delivery.flush();
  }

  /**
   * Takes nothing more, sends what waits, and ends. Safe to call twice.
   *
   * @param deadlineMs longest time it may take
   */
  close(deadlineMs: number = CLOSE_DEADLINE_MS): Promise<CloseReport> {
    const shared = this.#shared;
    shared.closing ??= closeShared(shared, deadlineMs, (event, error) => this.#lose(event, error));
    return shared.closing;
  }

  stats(): AttestryStats {
    const { queue, counts, losses, delivery } = this.#shared;
    return {
      queued: { events: queue.size, bytes: queue.bytes },
      captured: counts.captured,
      sent: counts.sent,
      lost: losses.total,
      left_out: counts.leftOut,
      failures: delivery.failures,
    };
  }

  /** @returns `undefined` when the client is closed */
  #prepare(event: EventInput, durable = false): Prepared | undefined {
    const { options, closing, counts } = this.#shared;
    if (closing !== undefined) {
      if (!durable)
        this.#lose({ id: '', type: event.type }, new AttestryError('closed', 'the client is closed'));
      return undefined;
    }
    const rate = durable || options.sample === undefined ? 1 : sampleRate(options.sample, event.type);
    if (rate < 1 && Math.random() >= rate) {
      counts.leftOut += 1;
      return 'left_out';
    }
    let whole = this.#complete(event, rate);
    for (const enrich of options.enrich ?? []) whole = enrich(whole);
    if (this.#shared.redact !== undefined) whole = redacted(whole, this.#shared.redact);
    if (options.beforeSend !== undefined) {
      const changed = options.beforeSend(whole);
      if (changed === null) {
        counts.leftOut += 1;
        return 'left_out';
      }
      whole = changed;
    }
    return queued(whole);
  }

  #complete(event: EventInput, rate: number): EventInput {
    const nowMs = Date.now();
    const context = contextStorage()?.getStore();
    const base = context === undefined ? this.#defaults : mergeDefaults(this.#defaults, context);
    const { id, occurred_at: occurredAt, ...rest } = mergeDefaults(base, event) as EventInput;
    const span = activeSpan();
    const traced = span === undefined ? {} : { context: { ...span, ...rest.context } };
    const sampled = rate < 1 ? { metadata: { ...rest.metadata, sample_rate: rate } } : {};
    return {
      id: id ?? uuidV7(nowMs),
      occurred_at: occurredAt ?? new Date(nowMs).toISOString(),
      ...rest,
      ...traced,
      ...sampled,
    };
  }

  #enqueue(event: QueuedEvent): boolean {
    const { queue, settings, delivery, counts, options } = this.#shared;
    const { spool } = options;
    // What waits for a receipt stays in memory; everything else keeps its order behind what the spool has.
    const toSpool = event.settle === undefined && (!queue.fits(event.bytes) || spool?.hasBacklog() === true);
    const isKept = spool?.keep(event, !toSpool) ?? false;
    if (isKept && toSpool) {
      counts.captured += 1;
      refill(this.#shared);
      delivery.wake();
      return true;
    }
    if (!queue.fits(event.bytes)) {
      const full = new AttestryError('queue_full', 'more events wait than may', { eventId: event.id });
      if (settings.whenFull !== 'drop-oldest') {
        this.#lose(event, full);
        return false;
      }
      while (queue.size > 0 && !queue.fits(event.bytes)) {
        const oldest = queue.shift() as QueuedEvent;
        spool?.done(oldest);
        oldest.settle?.reject(full);
        this.#lose(oldest, full);
      }
    }
    queue.push(isKept ? { ...event, isKept } : event);
    counts.captured += 1;
    delivery.wake();
    return true;
  }

  #lose(event: { readonly id: string; readonly type: string }, error: AttestryError): void {
    loseEvent(this.#shared, event, error);
  }
}

function makeShared(options: AttestryOptions): Shared {
  const settings = resolveOptions(options);
  if (options.sample !== undefined) checkRates(options.sample);
  const queue = new EventQueue({ eventsMax: settings.queueEventsMax, bytesMax: settings.queueBytesMax });
  const losses = new LossReport();
  const transport: Transport = httpTransport({
    ...settings,
    fetch: options.fetch ?? globalThis.fetch.bind(globalThis),
    headers: options.headers ?? {},
  });
  const shared: Shared = {
    settings,
    options,
    queue,
    losses,
    redact: options.redact === false ? undefined : makeRedact(options.redact),
    counts: { captured: 0, sent: 0, leftOut: 0 },
    waiters: [],
    stopDrain: () => undefined,
    closing: undefined,
    delivery: new Delivery({
      queue,
      transport,
      batchEvents: settings.batchEvents,
      batchBytes: settings.batchBytes,
      flushIntervalMs: settings.flushIntervalMs,
      waitUntil: options.waitUntil,
      hasPending: () => !losses.isEmpty,
      pending: () => (losses.isEmpty ? undefined : lossEvent(losses, options.defaults)),
      onSettled: (event, error) => {
        options.spool?.done(event);
        if (error === undefined) shared.counts.sent += 1;
        else loseEvent(shared, event, error);
        refill(shared);
        for (const wake of shared.waiters.splice(0)) wake();
      },
      onTrouble: (error) => tell(options.onError, error),
    }),
  };
  if (options.spool?.hasBacklog() === true) {
    refill(shared);
    shared.delivery.wake();
  }
  if (options.drainOnExit !== false) shared.stopDrain = drainOnExit(shared.delivery, queue);
  return shared;
}

/** Brings back what the spool has and memory has room for. */
function refill({ queue, options, settings }: Shared): void {
  if (options.spool === undefined || queue.size >= settings.batchEvents) return;
  if (!options.spool.hasBacklog()) return;
  for (const event of options.spool.next(settings.batchEvents)) queue.push({ ...event, isKept: true });
}

/** What the log itself needs is not looked at: an id is no secret, whatever it looks like. */
function redacted(event: EventInput, redact: Redact): EventInput {
  const { id, occurred_at: occurredAt, ...rest } = event;
  const clean = redact(rest);
  return clean === rest ? event : ({ id, occurred_at: occurredAt, ...clean } as EventInput);
}

/** The text is made now: what the caller changes later is not what happened. */
function queued(event: EventInput): QueuedEvent {
  if (typeof event.type !== 'string') throw new TypeError('an event needs a type');
  const text = JSON.stringify(event);
  return { id: event.id as string, type: event.type, text, bytes: utf8Bytes(text) };
}

function lossEvent(losses: LossReport, defaults: EventDefaults | undefined): QueuedEvent {
  const nowMs = Date.now();
  const { context } = defaults ?? {};
  return queued({
    id: uuidV7(nowMs),
    occurred_at: new Date(nowMs).toISOString(),
    ...losses.take(),
    ...(context === undefined ? {} : { context }),
  } as EventInput);
}

function loseEvent(
  shared: Shared,
  event: { readonly id: string; readonly type: string },
  error: AttestryError,
): void {
  // The report of a loss that is itself refused is not reported again.
  if (event.type !== 'system.events.lost') shared.losses.add(event.type, error.code, Date.now());
  if (error.code !== 'queue_full' && error.code !== 'closed') tell(shared.options.onError, error);
  diagnose(() => ({ kind: 'dropped', id: event.id, type: event.type, code: error.code }));
  try {
    shared.options.onDrop?.({ id: event.id, type: event.type }, error);
  } catch {
    // The app's own hook; its trouble must not become the app's outage.
  }
}

function tell(listener: AttestryOptions['onError'], error: AttestryError): void {
  try {
    listener?.(error);
  } catch {
    // The app's own hook; its trouble must not become the app's outage.
  }
}

async function closeShared(
  shared: Shared,
  deadlineMs: number,
  lose: (event: QueuedEvent, error: AttestryError) => void,
): Promise<CloseReport> {
  const { delivery, queue, waiters } = shared;
  shared.stopDrain();
  for (const wake of waiters.splice(0)) wake();
  const endMs = Date.now() + deadlineMs;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), deadlineMs);
  });
  while (queue.size > 0 && Date.now() < endMs) {
    if (await Promise.race([delivery.flush(), deadline])) break;
    await Promise.race([new Promise((resolve) => setTimeout(resolve, 100)), deadline]);
  }
  if (queue.size === 0) await Promise.race([delivery.flush(), deadline]);
  clearTimeout(timer);
  delivery.stop();
  let unsent = 0;
  for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
    const error = new AttestryError('closed', 'the client was closed before it could be sent', {
      eventId: event.id,
    });
    event.settle?.reject(error);
    // What the spool keeps is sent by the next process.
    if (event.isKept !== true) lose(event, error);
    unsent += 1;
  }
  shared.options.spool?.close();
  return { unsent };
}

function invalid(cause: unknown): AttestryError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const code: AttestryErrorCode = 'invalid_event';
  return cause instanceof AttestryError
    ? cause
    : new AttestryError(code, `the event cannot be sent: ${why}`, { cause });
}

/** Bytes of a text in UTF-8. */
function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}
