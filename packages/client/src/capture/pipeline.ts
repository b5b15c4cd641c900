import { contextStorage } from '../context/context-storage.ts';
import type { EventContext } from '../context/merge-event.ts';
import { Delivery, within } from '../delivery/delivery.ts';
import { LOST, LossReport } from '../delivery/loss-report.ts';
import { httpTransport } from '../delivery/transport.ts';
import { AttestryError, closedError, invalidEvent } from '../errors.ts';
import type { EventInput } from '../event/event-input.ts';
import { drainOnExit } from '../lifecycle/drain-on-exit.ts';
import { CLOSE_DEADLINE_MS } from '../limits.ts';
import { type AttestryOptions, resolveOptions, type Settings } from '../options.ts';
import type { QueuedEvent } from '../queue/event-queue.ts';
import type { Receipt } from '../receipt.ts';
import { makeRedact, type Redact } from '../redaction/redact.ts';
import { diagnose } from '../telemetry/diagnostics.ts';
import { ofSpan } from '../telemetry/opentelemetry.ts';
import { callHook, quietly } from './call-hook.ts';
import { completedEvent } from './completed-event.ts';
import { queuedEvent } from './queued-event.ts';
import { sampleRate } from './sampling.ts';
import { makeTell, type Tell } from './tell-trouble.ts';

/** How a client is doing; for health pages. */
export interface AttestryStats {
  /** Events that wait in memory, and their bytes. */
  readonly queued: { readonly events: number; readonly bytes: number };
  /** Bytes of the spool's files; what is in them may be in memory as well. */
  readonly spooled: { readonly bytes: number };
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

/** What `close` left behind. */
export interface CloseReport {
  /** Events that could not be sent before the deadline. */
  readonly unsent: number;
}

/** An event on its way in: what is told of it when it is lost. */
type Named = Pick<QueuedEvent, 'id' | 'type' | 'settle'>;

/** The way of an event through a client: completed, cleaned, kept, sent. All children of a client share one. */
export class Pipeline extends Delivery {
  readonly settings: Settings;
  readonly #redact: Redact;
  readonly #fit = makeRedact(false);
  readonly #losses = new LossReport();
  readonly #stopDrain: () => void;
  readonly #lookUps = new Set<Promise<unknown>>();
  readonly #tell: Tell;
  #waiters: (() => void)[] = [];
  #isAwaited = false;
  #captured = 0;
  #sent = 0;
  #leftOut = 0;
  #closing: Promise<CloseReport> | undefined;
  #isClosed = false;
  #unsent = 0;

  /** @throws {AttestryError} `configuration` */
  constructor(options: AttestryOptions | undefined) {
    const settings = resolveOptions(options);
    super(settings, httpTransport(settings));
    this.settings = settings;
    this.#redact = makeRedact(settings.redact);
    this.#tell = makeTell(settings.onError);
    settings.spool?.onTrouble((cause) =>
      this.tell(new AttestryError('spool_failed', cause.message, { cause })),
    );
    this.#refill();
    this.#stopDrain = settings.drainOnExit === false ? () => undefined : drainOnExit(this);
    if (this.queue.size > 0) this.wake();
  }

  /**
   * @param event or what makes it, which may throw
   * @param draw  from 0 to 1, by which events that belong together are all kept or all left out
   * @returns the event's id, or `undefined` when it was left out or lost; never throws
   */
  capture(
    event: EventInput | (() => EventInput),
    defaults: EventContext,
    draw = Math.random(),
  ): string | undefined {
    let type: unknown;
    try {
      const given = typeof event === 'function' ? event() : event;
      type = given.type;
      const prepared = this.#prepare(given, defaults, draw);
      return prepared !== undefined && this.#enqueue(prepared) ? prepared.id : undefined;
    } catch (cause) {
      this.#lose({ id: '', type: typeof type === 'string' ? type : 'unknown' }, invalidEvent(cause));
      return undefined;
    }
  }

  /** @throws {AttestryError} */
  async captureDurable(event: EventInput, defaults: EventContext): Promise<Receipt> {
    let prepared: QueuedEvent | undefined;
    try {
      prepared = this.#prepare(event, defaults);
    } catch (cause) {
      throw invalidEvent(cause);
    }
    if (prepared === undefined) throw new AttestryError('invalid_event', 'beforeSend left it out');
    const ready = prepared;
    while (this.settings.whenFull === 'block' && !this.#fits(ready) && this.queue.size > 0) {
      void this.flushTo();
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
      if (this.#isClosed) throw closedError();
    }
    return new Promise<Receipt>((resolve, reject) => {
      if (this.#enqueue({ ...ready, settle: { resolve, reject } })) void this.#flushQueue();
    });
  }

  /** @param lookUp never rejects, and captures its events before it resolves */
  waitFor(lookUp: Promise<unknown>): void {
    this.#lookUps.add(lookUp);
    void lookUp.then(() => this.#lookUps.delete(lookUp));
  }

  async flush(): Promise<boolean> {
    if (this.#lookUps.size > 0) await Promise.all(this.#lookUps);
    return this.#flushQueue();
  }

  #flushQueue(): Promise<boolean> {
    const isAll = this.settings.spool?.hasBacklog() === true || this.queue.held > 0;
    return this.flushTo(isAll ? Infinity : this.queue.pushed);
  }

  override async drain(deadlineMs: number): Promise<boolean> {
    const endMs = performance.now() + deadlineMs;
    // One that hangs must not take the time that the others need.
    if (this.#lookUps.size > 0)
      await Promise.all([super.drain(deadlineMs), within(deadlineMs, Promise.all(this.#lookUps))]);
    return super.drain(endMs - performance.now());
  }

  close(deadlineMs: number = CLOSE_DEADLINE_MS): Promise<CloseReport> {
    this.#isClosed = true;
    this.#closing ??= this.drain(deadlineMs).then(() => ({ unsent: this.end() }));
    this.#wakeWaiters();
    return this.#closing;
  }

  stats(): AttestryStats {
    return {
      queued: { events: this.queue.size, bytes: this.queue.bytes },
      spooled: { bytes: this.settings.spool?.bytes ?? 0 },
      captured: this.#captured,
      sent: this.#sent,
      lost: this.#losses.total,
      left_out: this.#leftOut,
      failures: this.failures,
    };
  }

  /**
   * @param draw absent for what is not drawn, but always kept
   * @returns `undefined` when the event is left out on purpose
   */
  #prepare(event: EventInput, defaults: EventContext, draw?: number): QueuedEvent | undefined {
    const { sample, enrich = [], beforeSend } = this.settings;
    if (this.#isClosed && this.#lookUps.size === 0) throw closedError();
    const rate = draw === undefined || sample === undefined ? 1 : sampleRate(sample, event);
    let whole: EventInput | null = null;
    if ((draw ?? 0) < rate) {
      const sampled = rate < 1 ? { metadata: { sample_rate: rate } } : undefined;
      whole = completedEvent(ofSpan(), defaults, contextStorage()?.getStore(), event, sampled);
      for (const change of enrich) whole = callHook('enrich', change, whole, this.#tell) as EventInput;
      whole = this.#redact(whole);
      if (beforeSend !== undefined) whole = this.#fit(callHook('beforeSend', beforeSend, whole, this.#tell));
    }
    if (whole !== null) return queuedEvent(whole, this.#fit);
    this.#leftOut += 1;
    return undefined;
  }

  #fits({ bytes }: QueuedEvent): boolean {
    const { queueEventsMax, queueBytesMax } = this.settings;
    return this.queue.size < queueEventsMax && this.queue.bytes + bytes <= queueBytesMax;
  }

  #enqueue(event: QueuedEvent): boolean {
    const { spool } = this.settings;
    const queue = this.queue;
    const isDurable = event.settle !== undefined;
    const isBehind = spool?.hasBacklog() === true;
    // What waits for a receipt stays in memory; everything else keeps its order behind what the spool has.
    const toSpool = !isDurable && queue.held === 0 && (isBehind || !this.#fits(event));
    const isKept = (!isDurable || this.#fits(event)) && spool?.keep(event, !toSpool) === true;
    if (!isKept || !toSpool) {
      if (!this.#makeRoom(event)) return false;
      queue.push(isKept ? { ...event, isKept } : event);
      // The spool has older ones and could not take this one.
      if (isBehind && !isDurable) queue.held += 1;
    }
    this.#captured += 1;
    this.#refill();
    this.wake();
    this.#await();
    return true;
  }

  #makeRoom(event: QueuedEvent): boolean {
    while (!this.#fits(event)) {
      const oldest = this.settings.whenFull === 'drop-oldest' ? this.queue.shift() : undefined;
      this.#lose(oldest ?? event, QUEUE_FULL);
      if (oldest === undefined) return false;
      this.settings.spool?.done(oldest);
    }
    return true;
  }

  /** Brings back what the spool has and memory has room for. */
  #refill(): void {
    const { spool, batchEvents } = this.settings;
    const queue = this.queue;
    if (spool === undefined || queue.ready >= batchEvents) return;
    const events = spool.hasBacklog() ? spool.next(batchEvents) : [];
    if (events.length > 0) queue.insert(events.map((event) => ({ ...event, isKept: true })));
    else queue.held = 0;
  }

  /** Lets an edge runtime live until what was captured is sent: there the timer of a batch may never come. */
  #await(): void {
    const { waitUntil } = this.settings;
    if (waitUntil === undefined || this.#isAwaited) return;
    this.#isAwaited = true;
    const sent = new Promise((resolve) => setTimeout(resolve, 0)).then(() => {
      this.#isAwaited = false;
      return this.drain(CLOSE_DEADLINE_MS);
    });
    quietly(() => waitUntil(sent));
  }

  protected settle(event: QueuedEvent, result: Receipt | AttestryError): void {
    this.settings.spool?.done(event);
    if (result instanceof AttestryError) this.#lose(event, result);
    else {
      this.#sent += 1;
      event.settle?.resolve(result);
    }
    this.#wakeWaiters();
  }

  #wakeWaiters(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }

  protected hasReport(): boolean {
    this.#refill();
    return !this.#losses.isEmpty;
  }

  protected makeReport(): QueuedEvent {
    return queuedEvent(this.#fit(this.#losses.take(this.settings.defaults)), this.#fit);
  }

  /** Takes nothing more, sends nothing more; what is left is lost, or sent by the next process. Harmless when repeated. */
  end(): number {
    this.#isClosed = true;
    this.#lookUps.clear();
    const { spool } = this.settings;
    this.#stopDrain();
    const report = this.stop();
    const error = closedError();
    for (let event = this.queue.shift(); event !== undefined; event = this.queue.shift()) {
      this.#unsent += 1;
      if (event.isKept === true) event.settle?.reject(error);
      else this.#lose(event, error);
    }
    for (const event of [report, this.takeReport()]) if (event !== undefined) spool?.keep(event, false);
    spool?.close();
    return this.#unsent;
  }

  #lose({ id, type, settle }: Named, error: AttestryError): void {
    settle?.reject(error);
    // The report of a loss that is itself refused is not reported again.
    if (type !== LOST) this.#losses.add(type, error.code);
    this.tell(error);
    diagnose({ kind: 'dropped', id, type, code: error.code });
    quietly(() => this.settings.onDrop?.({ id, type }, error));
    this.wake();
  }

  protected tell(error: AttestryError, kind?: string): void {
    this.#tell(error, kind);
  }
}

/** The same for all: making one for each of the events that there are too many of would cost more than the event. */
const QUEUE_FULL = new AttestryError('queue_full', 'the queue is full; events are dropped');
