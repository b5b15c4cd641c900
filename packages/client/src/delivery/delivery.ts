import { endsWithRequests, outsideOfRequests } from '../context/context-storage.ts';
import { AttestryError } from '../errors.ts';
import { CLOSE_RETRY_MS } from '../limits.ts';
import type { Settings } from '../options.ts';
import { EventQueue, type QueuedEvent } from '../queue/event-queue.ts';
import type { Receipt } from '../receipt.ts';
import { diagnose } from '../telemetry/diagnostics.ts';
import { untraced } from '../telemetry/opentelemetry.ts';
import type { Verdict } from './answers.ts';
import { backoffMs } from './backoff.ts';
import { byServerClock } from './server-clock.ts';
import type { Transport } from './transport.ts';

export type DeliverySettings = Pick<
  Settings,
  'batchEvents' | 'batchBytes' | 'flushIntervalMs' | 'timeoutMs' | 'waitUntil'
>;

interface Flush {
  /** Answered when so many events have left the queue. */
  readonly upTo: number;
  readonly answer: (sent: boolean) => void;
}

/**
 * Takes events out of the queue and gets them into the log: batches, one request at a time, so that the order of a
 * process is kept; failures are tried again with growing pauses, a refused event never holds up its neighbours. All times
 * are of the monotonic clock: a clock that is set does not stop capture.
 */
export abstract class Delivery {
  protected readonly queue = new EventQueue();
  /** Requests that failed in a row; 0 while the server takes events. */
  protected failures = 0;
  readonly #settings: DeliverySettings;
  readonly #transport: Transport;
  /** Runs work that belongs to no request of the app. */
  readonly #outside = outsideOfRequests();
  /** Timers and answers of one request may never come to another: each sends what waits itself. */
  readonly #isPerRequest: boolean;
  #batchEvents: number;
  /** Events that were in the log when something else than the server first refused an event. */
  readonly #suspects = new WeakMap<QueuedEvent, number>();
  #delivered = 0;
  #inFlight: readonly QueuedEvent[] | undefined;
  /** Goes first in each batch until it is settled; it is not in the queue, where it could be dropped. */
  #report: QueuedEvent | undefined;
  #abort: AbortController | undefined;
  /** Comes when the oldest event has waited long enough, or when a pause is over. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  #notBeforeMs = 0;
  /** The server, not we, asked for the pause. */
  #asked = false;
  #toldOf: string | undefined;
  #flushes: Flush[] = [];
  #stopped = false;

  constructor(settings: DeliverySettings, transport: Transport) {
    this.#settings = settings;
    this.#transport = transport;
    this.#batchEvents = settings.batchEvents;
    this.#isPerRequest = settings.waitUntil !== undefined || endsWithRequests();
  }

  /**
   * Whether there is an event that has to go first and was not captured: the report of what was lost. Asked whenever it is
   * decided what is sent next; the queue may grow meanwhile.
   */
  protected abstract hasReport(): boolean;
  /** That event, which is then not there any more. */
  protected abstract makeReport(): QueuedEvent;
  /** Told of every event that is settled: in the log, or never to be. */
  protected abstract settle(event: QueuedEvent, result: Receipt | AttestryError): void;
  /** Told once when sending begins to fail, and again when it fails for another reason. */
  protected abstract tell(error: AttestryError): void;

  protected takeReport(): QueuedEvent | undefined {
    return this.hasReport() ? this.makeReport() : undefined;
  }

  /** Says that the queue has grown. */
  protected wake(): void {
    const { queue } = this;
    const { batchBytes, flushIntervalMs } = this.#settings;
    if (this.#inFlight !== undefined || this.#isPerRequest) return;
    if (queue.ready >= this.#batchEvents || queue.bytes >= batchBytes) this.#pump();
    else this.#later(flushIntervalMs);
  }

  /**
   * Sends what waits without waiting for more.
   *
   * @param upTo answers when so many events have left the queue; all that waits when absent
   * @returns true when that is settled, false when the server could not take it now
   */
  protected flushTo(upTo: number = Infinity): Promise<boolean> {
    if (this.#isPerRequest) return this.#sendHere();
    return new Promise((answer) => {
      this.#flushes.push({ upTo, answer });
      if (!this.#asked) this.#notBeforeMs = 0;
      this.#pump();
    });
  }

  /**
   * Sends what waits, trying again until the deadline.
   *
   * @returns whether everything is settled
   */
  async drain(deadlineMs: number): Promise<boolean> {
    const endMs = performance.now() + deadlineMs;
    for (let pauseMs = CLOSE_RETRY_MS; ; pauseMs *= 2) {
      if (await within(endMs - performance.now(), this.flushTo())) return true;
      const nextMs = Math.max(performance.now() + pauseMs, this.#notBeforeMs);
      if (nextMs >= endMs) return false;
      await within(nextMs - performance.now());
    }
  }

  /** Sends one batch at once, past the one in flight: the page may be gone in a moment. */
  async sendNow(bytesMax: number): Promise<void> {
    const batch = this.queue.take(this.#batchEvents, bytesMax);
    if (batch.length > 0) this.#judge(batch, await this.#transport(batch, undefined, true));
  }

  /** Ends at once. What is in flight is given back to the queue: nobody will hear what becomes of it. */
  protected stop(): QueuedEvent | undefined {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.queue.unshift(this.#inFlight ?? []);
    this.#inFlight = [];
    this.#abort?.abort();
    this.#answerFlushes(false);
    return this.#report;
  }

  #pump(): void {
    const { queue } = this;
    if (this.#inFlight !== undefined) {
      if (this.#stopped) this.#answerFlushes(false);
      return;
    }
    if (!this.hasReport() && this.#report === undefined) {
      this.#answerFlushes(true, queue.pushed - queue.size);
      if (queue.size === 0) {
        this.#answerFlushes(true);
        return;
      }
    }
    const pauseMs = this.#notBeforeMs - performance.now();
    if (pauseMs <= 0) {
      this.#outside(() => untraced(() => void this.#send()));
      return;
    }
    this.#answerFlushes(false);
    this.#later(pauseMs);
  }

  #later(ms: number): void {
    if (this.#timer !== undefined || this.#stopped) return;
    this.#outside(() => {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#pump();
      }, ms);
    });
    // In Node a timer keeps the process alive; the drain at its end sends what waits.
    (this.#timer as { unref?: () => void } | undefined)?.unref?.();
  }

  async #send(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#report ??= this.takeReport();
    const report = this.#report;
    // One that is suspected waits until others have got through.
    const isHeld =
      report !== undefined && this.#suspects.get(report) === this.#delivered && this.queue.ready > 0;
    const reports = report === undefined || isHeld ? [] : [report];
    const events = this.queue.take(this.#batchEvents - reports.length, this.#settings.batchBytes);
    const batch = [...reports, ...events];
    this.#inFlight = events;
    this.#abort = new AbortController();
    const verdict = await this.#ask(batch, this.#abort);
    if (this.#stopped) return;
    this.#inFlight = undefined;
    this.#judge(batch, verdict);
    if (this.failures > 0 || this.#flushes.length > 0 || this.hasReport()) this.#pump();
    else if (this.queue.size > 0) this.wake();
  }

  /** Sends what waits, in whatever request this is called. */
  async #sendHere(): Promise<boolean> {
    const { queue } = this;
    while (this.hasReport() || queue.size > 0) {
      if (this.#stopped || performance.now() < this.#notBeforeMs) return false;
      const report = this.takeReport();
      if (report !== undefined) queue.unshift([report]);
      const batch = queue.take(this.#batchEvents, this.#settings.batchBytes);
      this.#judge(batch, await this.#ask(batch, new AbortController()));
    }
    return true;
  }

  async #ask(batch: readonly QueuedEvent[], abort: AbortController): Promise<Verdict> {
    const { timeoutMs } = this.#settings;
    const startedMs = performance.now();
    const verdict = (await within(timeoutMs, this.#transport(batch, abort.signal))) ?? {
      error: new AttestryError('unavailable', `no answer within ${timeoutMs} ms`),
    };
    abort.abort();
    if (!this.#stopped) {
      const durationMs = performance.now() - startedMs;
      diagnose(
        verdict.results === undefined
          ? { kind: 'failed', events: batch.length, durationMs, code: verdict.error.code }
          : { kind: 'sent', events: batch.length, durationMs },
      );
    }
    return verdict;
  }

  #judge(batch: readonly QueuedEvent[], verdict: Verdict): void {
    const { isRefused, isForeign, error, afterMs } = verdict;
    const results = isForeign === true ? this.#suspect(batch, error) : (verdict.results ?? []);
    const again = batch.flatMap((event, index) => {
      const result = results[index];
      const retimed = result instanceof AttestryError ? byServerClock(event, result, verdict) : undefined;
      if (event === this.#report) {
        if (result !== undefined) this.#report = retimed;
        if (result === undefined || retimed !== undefined) return [];
      } else if (result === undefined || retimed !== undefined) return [retimed ?? event];
      if (!(result instanceof AttestryError)) this.#delivered += 1;
      this.settle(event, result);
      return [];
    });
    // What is suspected alone goes behind the others, which tell whether it was the event or the way.
    if (isForeign === true && batch.length === 1) this.queue.putBack(again);
    else this.queue.unshift(again);
    const isSettled = results.length > 0 && !results.includes(undefined);
    // The others go again at once: without those that were named, else in halves, down to the one event that is the reason.
    const isHalved = (isForeign ?? isRefused) === true && !results.some((result) => result !== undefined);
    // And then larger step by step: the event that is the reason is still near.
    this.#batchEvents = isHalved
      ? Math.max(1, Math.ceil(batch.length / 2))
      : Math.min(this.#settings.batchEvents, 2 * Math.max(this.#batchEvents, batch.length));
    // The same at once, where the way has worked and it is but some of the events that do not get through.
    if (!isSettled && (isRefused === true || (isForeign === true && batch.length > 1 && this.#delivered > 0)))
      return;
    if (!isSettled) {
      this.#pause(error, afterMs);
      return;
    }
    this.failures = 0;
    this.#asked = false;
    this.#notBeforeMs = 0;
    this.#toldOf = undefined;
  }

  /** A proxy refuses one event for what is in it, and a wrong address all: given up is what alone is refused again when others are taken. */
  #suspect([event, ...others]: readonly QueuedEvent[], error: AttestryError): readonly AttestryError[] {
    if (event === undefined || others.length > 0) return [];
    const deliveredThen = this.#suspects.get(event);
    if (deliveredThen !== undefined && deliveredThen < this.#delivered)
      return [new AttestryError('event_refused', `${event.type}: ${error.message}`, { eventId: event.id })];
    this.#suspects.set(event, this.#delivered);
    return [];
  }

  #pause(error: AttestryError, afterMs: number | undefined): void {
    this.failures += 1;
    this.#asked = afterMs !== undefined;
    this.#notBeforeMs = performance.now() + (afterMs ?? backoffMs(this.failures));
    if (this.#toldOf !== error.code) this.tell(error);
    this.#toldOf = error.code;
    this.#answerFlushes(false);
  }

  #answerFlushes(sent: boolean, upTo: number = Infinity): void {
    const flushes = this.#flushes;
    this.#flushes = [];
    for (const flush of flushes) {
      if (flush.upTo <= upTo) flush.answer(sent);
      else this.#flushes.push(flush);
    }
  }
}

/** What the work comes to, or undefined after so many ms. */
export async function within<Result>(ms: number, work?: Promise<Result>): Promise<Result | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), Math.max(0, ms));
  });
  try {
    return await (work === undefined ? late : Promise.race([work, late]));
  } finally {
    clearTimeout(timer);
  }
}
