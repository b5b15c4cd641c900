import { endsWithRequests, outsideOfRequests } from '../context/context-storage.ts';
import { AttestryError } from '../errors.ts';
import { BATCH_PARTS, CLOSE_RETRY_MS, SUSPECT_MS, SUSPECT_TIMES } from '../limits.ts';
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

type Suspect = readonly [event: QueuedEvent, verdict: Verdict];

/** One batch with what becomes of its parts. */
interface Search {
  /** Events that are not settled yet. */
  readonly waiting: Set<QueuedEvent>;
  readonly settledBefore: number;
  /** Refused alone, and not by the server; nobody knows yet what for. */
  readonly suspects: Suspect[];
  /** Why the rest has to wait. */
  trouble?: Verdict;
}

/** A request that was answered, and its events that are not settled by that. */
interface Tried {
  readonly verdict: Verdict;
  readonly rest: readonly QueuedEvent[];
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
  /** Less than what was set, once something has refused a request for its size. */
  #batchBytes: number;
  /** What the server has settled, either way. That it does so tells that the way to it works. */
  #settled = 0;
  /** Events that something else than the server has refused alone, while others got through. */
  readonly #suspects = new WeakMap<QueuedEvent, { readonly times: number; readonly nextMs: number }>();
  /** What is being sent and not settled yet, in order; the report is not among them. */
  readonly #underWay = new Set<Set<QueuedEvent>>();
  #isSending = false;
  /** Goes first in each batch until it is settled; it is not in the queue, where it could be dropped. */
  #report: QueuedEvent | undefined;
  readonly #aborts = new Set<AbortController>();
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
    this.#batchBytes = settings.batchBytes;
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
    const { batchEvents, flushIntervalMs } = this.#settings;
    if (this.#isSending || this.#isPerRequest) return;
    if (queue.ready >= batchEvents || queue.bytes >= this.#batchBytes) this.#pump();
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
    const batch = this.queue.take(this.#settings.batchEvents, bytesMax);
    if (batch.length === 0) return;
    const verdict = await this.#transport(batch, undefined, true);
    this.queue.unshift(this.#settleAll(batch, verdict, new Set(batch)));
  }

  /** Ends at once. What is in flight is given back to the queue: nobody will hear what becomes of it. */
  protected stop(): QueuedEvent | undefined {
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const waiting of this.#underWay) this.queue.unshift([...waiting]);
    this.#isSending = true;
    for (const abort of this.#aborts) abort.abort();
    this.#answerFlushes(false);
    return this.#report;
  }

  #pump(): void {
    const { queue } = this;
    if (this.#isSending) {
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
    const reports = this.#report === undefined ? [] : [this.#report];
    const events = this.queue.take(this.#settings.batchEvents - reports.length, this.#batchBytes);
    this.#isSending = true;
    await this.#deliver([...reports, ...events], new Set(events));
    if (this.#stopped) return;
    this.#isSending = false;
    if (this.failures > 0 || this.#flushes.length > 0 || this.#report !== undefined || this.hasReport())
      this.#pump();
    else if (this.queue.size > 0) this.wake();
  }

  /** Sends what waits, in whatever request this is called. */
  async #sendHere(): Promise<boolean> {
    const { queue } = this;
    while (this.hasReport() || queue.size > 0) {
      if (this.#stopped || performance.now() < this.#notBeforeMs) return false;
      const report = this.takeReport();
      if (report !== undefined) queue.unshift([report]);
      const batch = queue.take(this.#settings.batchEvents, this.#batchBytes);
      await this.#deliver(batch, new Set(batch));
    }
    return true;
  }

  async #ask(batch: readonly QueuedEvent[]): Promise<Verdict> {
    const { timeoutMs } = this.#settings;
    const abort = new AbortController();
    this.#aborts.add(abort);
    const startedMs = performance.now();
    const verdict = (await within(timeoutMs, this.#transport(batch, abort.signal))) ?? {
      error: new AttestryError('unavailable', `no answer within ${timeoutMs} ms`),
    };
    abort.abort();
    this.#aborts.delete(abort);
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

  /**
   * Sends one batch until each of its events is settled or has to wait.
   *
   * @param waiting its events but the report; what is settled is taken out
   */
  async #deliver(batch: readonly QueuedEvent[], waiting: Set<QueuedEvent>): Promise<void> {
    const search: Search = { waiting, settledBefore: this.#settled, suspects: [] };
    this.#underWay.add(waiting);
    await this.#sift(await this.#try(batch, search), search);
    if (this.#stopped) return;
    this.#underWay.delete(waiting);
    const isStuck = this.#settled === search.settledBefore;
    const left = isStuck
      ? search.suspects
      : search.suspects.filter((suspect) => !this.#giveUp(suspect, search));
    const trouble = search.trouble ?? (isStuck ? left[0]?.[1] : undefined);
    // What is suspected goes behind the others, who tell whether it is the event or the way.
    if (left.length > 0) this.queue.putBack([...waiting]);
    else this.queue.unshift([...waiting]);
    if (trouble !== undefined) {
      this.#pause(trouble);
      return;
    }
    this.failures = 0;
    this.#asked = false;
    this.#notBeforeMs =
      left.length > 0 && this.queue.ready === waiting.size ? performance.now() + SUSPECT_MS : 0;
    this.#toldOf = undefined;
  }

  /**
   * Something in front refuses one event for what is in it, and a wrong address, a ban or too high a rate all, or some. It was
   * the event when it is refused again and again, some time between, and each time others get through beside it.
   */
  #giveUp([event, { error }]: Suspect, search: Search): boolean {
    const nowMs = performance.now();
    const { times, nextMs } = this.#suspects.get(event) ?? { times: 0, nextMs: 0 };
    if (nowMs < nextMs) return false;
    this.#suspects.set(event, { times: times + 1, nextMs: nowMs + SUSPECT_MS });
    if (times + 1 < SUSPECT_TIMES) return false;
    const refused = `${event.type}: ${error.message}`;
    this.#settle(event, new AttestryError('event_refused', refused, { eventId: event.id }), search);
    return true;
  }

  async #try(batch: readonly QueuedEvent[], search: Search): Promise<Tried> {
    const verdict = await this.#ask(batch);
    return { verdict, rest: this.#stopped ? [] : this.#settleAll(batch, verdict, search.waiting) };
  }

  /** Goes on with what was refused: without the events that were named, else in parts, down to the one that is the reason. */
  async #sift({ rest, verdict }: Tried, search: Search): Promise<void> {
    const [event] = rest;
    if (event === undefined) return;
    if (verdict.isRefused !== true && verdict.isForeign !== true) {
      if (verdict.results?.includes(undefined) !== false) search.trouble = verdict;
    } else if (verdict.results?.some((result) => result !== undefined) === true)
      await this.#sift(await this.#try(rest, search), search);
    else if (rest.length === 1) search.suspects.push([event, verdict]);
    else await this.#siftParts(rest, verdict, search);
  }

  async #siftParts(
    batch: readonly QueuedEvent[],
    { isForeign, error }: Verdict,
    search: Search,
  ): Promise<void> {
    const isTooLarge = error.status === 413;
    if (isTooLarge) this.#batchBytes = Math.ceil(batch.reduce((sum, { bytes }) => sum + bytes, 0) / 2);
    const size = Math.ceil(batch.length / BATCH_PARTS);
    const parts = Array.from({ length: Math.ceil(batch.length / size) }, (_, at) =>
      batch.slice(at * size, (at + 1) * size),
    );
    const tries = parts.map((part) => () => this.#try(part, search));
    // Side by side, as long as nothing passes: one by one would take longer than whoever provokes it needs for the next.
    const tried =
      isForeign === true && !isTooLarge ? await Promise.all(tries.map((begin) => begin())) : tries;
    for (const one of tried) {
      await this.#sift(typeof one === 'function' ? await one() : one, search);
      if (this.#stopped || search.trouble !== undefined) return;
      // Nothing says yet that it is the events: so one part stands for all.
      if (search.suspects.length > 0 && this.#settled === search.settledBefore) return;
    }
  }

  /** @returns what is to be sent again */
  #settleAll(
    batch: readonly QueuedEvent[],
    verdict: Verdict,
    waiting: Set<QueuedEvent>,
  ): readonly QueuedEvent[] {
    return batch.flatMap((event, index) => {
      const result = verdict.results?.[index];
      if (result === undefined) return [event];
      const retimed = result instanceof AttestryError ? byServerClock(event, result, verdict) : undefined;
      if (retimed === undefined) {
        this.#settled += 1;
        this.#settle(event, result, { waiting });
        return [];
      }
      if (event === this.#report) this.#report = retimed;
      else if (waiting.delete(event)) waiting.add(retimed);
      return [retimed];
    });
  }

  #settle(event: QueuedEvent, result: Receipt | AttestryError, { waiting }: Pick<Search, 'waiting'>): void {
    waiting.delete(event);
    if (event === this.#report) this.#report = undefined;
    this.settle(event, result);
  }

  #pause({ error, afterMs }: Pick<Verdict, 'error' | 'afterMs'>): void {
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
