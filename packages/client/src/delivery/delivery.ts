import { AttestryError } from '../errors.ts';
import { diagnose } from '../lifecycle/diagnostics.ts';
import { REFUSED_KEY_RETRY_MS } from '../limits.ts';
import type { EventQueue, QueuedEvent } from '../queue/event-queue.ts';
import type { Verdict } from './answers.ts';
import { backoffMs } from './backoff.ts';
import type { SendOptions, Transport } from './transport.ts';

export interface DeliveryParts {
  readonly queue: EventQueue;
  readonly transport: Transport;
  readonly batchEvents: number;
  readonly batchBytes: number;
  readonly flushIntervalMs: number;
  /** An event that has to go first and was not captured: the report of what was lost. */
  readonly pending: () => QueuedEvent | undefined;
  /** Whether there is such an event. */
  readonly hasPending: () => boolean;
  /** Told of every event that is settled: in the log, or never to be. */
  readonly onSettled: (event: QueuedEvent, error: AttestryError | undefined) => void;
  /** Told once when sending begins to fail, and again after it has worked in between. */
  readonly onTrouble: (error: AttestryError) => void;
  /** Lets an edge runtime live until a request has ended. */
  readonly waitUntil: ((work: Promise<unknown>) => void) | undefined;
}

/**
 * Takes events out of the queue and gets them into the log: batches, one request at a time, so that the order of a
 * process is kept; failures are tried again with growing pauses, a refused event never holds up its neighbours.
 */
export class Delivery {
  readonly #parts: DeliveryParts;
  #batchEvents: number;
  #sending: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #oldestAtMs = 0;
  #notBeforeMs = 0;
  /** The server, not we, asked for the pause. */
  #asked = false;
  #failures = 0;
  #flushes: ((sent: boolean) => void)[] = [];
  #stopped = false;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    this.#batchEvents = parts.batchEvents;
  }

  /** Failures in a row; 0 while the server takes events. */
  get failures(): number {
    return this.#failures;
  }

  /** Says that the queue has grown. */
  wake(): void {
    if (this.#oldestAtMs === 0) this.#oldestAtMs = Date.now();
    this.#pump();
  }

  /**
   * Sends what waits without waiting for more.
   *
   * @returns true when everything is settled, false when the server could not take it now
   */
  flush(): Promise<boolean> {
    const settled = new Promise<boolean>((resolve) => this.#flushes.push(resolve));
    if (!this.#asked) this.#notBeforeMs = 0;
    this.#pump();
    return settled;
  }

  /** Sends one batch at once, past the one in flight: the page or process may be gone in a moment. */
  sendNow(options: SendOptions & { readonly bytesMax: number }): Promise<void> {
    const batch = this.#parts.queue.take(this.#batchEvents, options.bytesMax);
    if (batch.length === 0) return Promise.resolve();
    return this.#parts.transport(batch, options).then((verdict) => this.#judge(batch, verdict));
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#answerFlushes(false);
  }

  #pump(): void {
    if (this.#sending !== undefined || this.#stopped) return;
    const { queue, flushIntervalMs, batchBytes } = this.#parts;
    if (queue.size === 0 && !this.#parts.hasPending()) {
      this.#oldestAtMs = 0;
      this.#answerFlushes(true);
      return;
    }
    const nowMs = Date.now();
    const isDue = this.#flushes.length > 0 || queue.size >= this.#batchEvents || queue.bytes >= batchBytes;
    const dueAtMs = Math.max(this.#notBeforeMs, isDue ? 0 : this.#oldestAtMs + flushIntervalMs);
    if (dueAtMs > nowMs) {
      this.#wait(dueAtMs - nowMs);
      if (this.#notBeforeMs > nowMs) this.#answerFlushes(false);
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const sending = this.#sendNext().finally(() => {
      this.#sending = undefined;
      this.#oldestAtMs = Date.now();
      this.#pump();
    });
    this.#sending = sending;
    this.#parts.waitUntil?.(sending);
  }

  #wait(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#pump(), ms);
    // In Node a timer keeps the process alive; the drain at its end sends what waits.
    (this.#timer as { unref?: () => void }).unref?.();
  }

  async #sendNext(): Promise<void> {
    const { queue, transport, batchBytes, pending } = this.#parts;
    const first = pending();
    if (first !== undefined) queue.unshift([first]);
    const batch = queue.take(this.#batchEvents, batchBytes);
    const startedMs = performance.now();
    const verdict = await transport(batch);
    diagnose(() =>
      verdict.kind === 'settled'
        ? { kind: 'sent', events: batch.length, durationMs: performance.now() - startedMs }
        : { kind: 'failed', events: batch.length, code: verdict.error.code },
    );
    this.#judge(batch, verdict);
  }

  #judge(batch: readonly QueuedEvent[], verdict: Verdict): void {
    switch (verdict.kind) {
      case 'settled':
        this.#failures = 0;
        this.#asked = false;
        this.#notBeforeMs = 0;
        this.#batchEvents = this.#parts.batchEvents;
        for (const [index, event] of batch.entries()) this.#settle(event, verdict.results[index]);
        return;
      case 'too_large':
        // In halves, down to the one event that is the reason; that one is answered alone.
        this.#batchEvents = Math.max(1, Math.ceil(batch.length / 2));
        this.#parts.queue.unshift(batch);
        return;
      case 'key_refused':
        this.#holdBack(batch, verdict.error, REFUSED_KEY_RETRY_MS, true);
        return;
      default: {
        const pauseMs = verdict.afterMs ?? backoffMs(this.#failures + 1);
        this.#holdBack(batch, verdict.error, pauseMs, verdict.afterMs !== undefined);
      }
    }
  }

  #settle(
    event: QueuedEvent,
    result: Parameters<NonNullable<QueuedEvent['settle']>['resolve']>[0] | AttestryError | undefined,
  ): void {
    if (result === undefined || result instanceof AttestryError) {
      const error =
        result ??
        new AttestryError('event_refused', 'the server gave no result for it', { eventId: event.id });
      event.settle?.reject(error);
      this.#parts.onSettled(event, error);
      return;
    }
    event.settle?.resolve(result);
    this.#parts.onSettled(event, undefined);
  }

  #holdBack(batch: readonly QueuedEvent[], error: AttestryError, pauseMs: number, asked: boolean): void {
    this.#parts.queue.unshift(batch);
    this.#failures += 1;
    this.#asked = asked;
    this.#notBeforeMs = Date.now() + pauseMs;
    if (this.#failures === 1) this.#parts.onTrouble(error);
    this.#answerFlushes(false);
  }

  #answerFlushes(sent: boolean): void {
    const flushes = this.#flushes;
    this.#flushes = [];
    for (const answer of flushes) answer(sent);
  }
}
