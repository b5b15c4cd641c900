import type { EventQuery } from '@attestry/ledger';
import { ApiError } from '../errors/api-error.ts';
import {
  LIVE_HEARTBEAT_MS,
  LIVE_PAUSE_MS,
  LIVE_STALL_MS,
  LIVE_STREAMS_MAX,
  LIVE_STREAMS_PER_CREDENTIAL_MAX,
  LIVE_STREAMS_PER_TENANT_MAX,
} from '../limits.ts';
import { type LiveLedger, LivePages } from './live-pages.ts';

/** What a stream sends. Every frame says how far the log was looked through, so that a reader can go on from there. */
export type LiveFrame =
  | { readonly kind: 'events'; readonly events: readonly { readonly seq: number; readonly json: string }[] }
  /** @property behind records that are in the log and not looked at yet */
  | { readonly kind: 'heartbeat'; readonly seq: number; readonly behind: number }
  /** The last one: ask again, from `seq` on. */
  | { readonly kind: 'resume'; readonly seq: number; readonly reason: ResumeReason };

/** Why a stream ends before its reader does. */
export type ResumeReason = 'slow' | 'stopping' | 'signed_out';

/** What a stream watches, for whom. */
export interface LiveWatch {
  readonly tenant: string;
  /** In recorded order; `undefined`: nothing can be seen. */
  readonly query: EventQuery | undefined;
  /** First record to look at; `undefined`: what is recorded from now on. */
  readonly next: number | undefined;
  /** Whose stream it is, for the bounds. */
  readonly credential: string;
  /** Whether the credential still counts. */
  readonly isLive: () => boolean;
}

export interface LiveOptions {
  readonly ledger: LiveLedger;
  /** Calls back when a log may have grown. A call that is lost delays a stream, until its next heartbeat at most. */
  readonly onGrowth: (listener: (tenant: string) => void) => () => void;
  readonly heartbeatMs?: number;
  readonly stallMs?: number;
}

/**
 * Streams of events as they are recorded. Each reads on from its own place in the log, when its reader has taken what
 * came before: nothing waits in memory for a slow reader, and nothing is lost or sent twice, whatever happened between
 * two connections.
 */
export class LiveStreams {
  readonly #options: LiveOptions;
  readonly #pages: LivePages;
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #open = new Map<object, LiveWatch>();
  readonly #unsubscribe: () => void;
  #isClosed = false;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#pages = new LivePages(options.ledger);
    this.#unsubscribe = options.onGrowth((tenant) => this.#wake(tenant));
  }

  /** Streams that are open. */
  get count(): number {
    return this.#open.size;
  }

  /**
   * Opens a stream. Ending the iteration, or the signal, closes it.
   *
   * @throws {ApiError} `rate_limited` when the credential or its tenant has too many, `overloaded`, `stopping`
   */
  open(watch: LiveWatch, signal: AbortSignal): AsyncGenerator<LiveFrame, void, void> {
    if (this.#isClosed) throw new ApiError('stopping', 'The server is stopping.', { retryAfterS: 5 });
    this.#assertRoom(watch);
    const place = {};
    this.#open.set(place, watch);
    const leave = (): void => {
      this.#open.delete(place);
    };
    // Also when the iteration never begins.
    signal.addEventListener('abort', leave, { once: true });
    return this.#frames(watch, signal, leave);
  }

  /** Ends every stream with the advice to come back. */
  close(): void {
    this.#isClosed = true;
    this.#unsubscribe();
    for (const tenant of [...this.#waiting.keys()]) this.#wake(tenant);
  }

  #assertRoom({ credential, tenant }: LiveWatch): void {
    if (this.#open.size >= LIVE_STREAMS_MAX)
      throw new ApiError('overloaded', `The server has ${LIVE_STREAMS_MAX} streams.`, { retryAfterS: 30 });
    let [own, ofTenant] = [0, 0];
    for (const open of this.#open.values()) {
      if (open.tenant !== tenant) continue;
      ofTenant += 1;
      if (open.credential === credential) own += 1;
    }
    const options = { retryAfterS: 30 };
    if (own >= LIVE_STREAMS_PER_CREDENTIAL_MAX)
      throw new ApiError('rate_limited', `You have ${own} streams open; close one of them.`, options);
    if (ofTenant >= LIVE_STREAMS_PER_TENANT_MAX)
      throw new ApiError('rate_limited', `The tenant has ${ofTenant} streams open.`, options);
  }

  async *#frames(
    watch: LiveWatch,
    signal: AbortSignal,
    leave: () => void,
  ): AsyncGenerator<LiveFrame, void, void> {
    const { heartbeatMs = LIVE_HEARTBEAT_MS, stallMs = LIVE_STALL_MS } = this.#options;
    try {
      let next = watch.next ?? (await this.#options.ledger.head(watch.tenant))?.size ?? 0;
      // At once, so that a reader has a place to come back to before the first event.
      let beatAtMs = 0;
      while (!signal.aborted) {
        const ended = this.#isClosed ? 'stopping' : watch.isLive() ? undefined : 'signed_out';
        if (ended !== undefined) {
          yield { kind: 'resume', seq: next - 1, reason: ended };
          return;
        }
        // Before the look at the log: what grows meanwhile wakes the sleep below.
        const sleep = this.#sleeper(watch.tenant, signal);
        const page = await this.#pages.read(watch.tenant, watch.query, next);
        next = page.next;
        const sentAtMs = performance.now();
        if (page.events.length > 0) yield { kind: 'events', events: page.events };
        if (performance.now() >= beatAtMs) {
          yield { kind: 'heartbeat', seq: next - 1, behind: page.size - next };
          beatAtMs = performance.now() + heartbeatMs;
        }
        if (performance.now() - sentAtMs > stallMs) {
          yield { kind: 'resume', seq: next - 1, reason: 'slow' };
          return;
        }
        // A reader that is behind reads on at once; at the end of the log a moment's pause gathers what comes.
        const isBehind = next < page.size && page.events.length > 0;
        if (isBehind) sleep.cancel();
        else if (next < page.size) await sleep.pause(LIVE_PAUSE_MS);
        else await sleep.until(Math.max(0, beatAtMs - performance.now()));
      }
    } finally {
      leave();
    }
  }

  /** Something to sleep on that hears of growth from now on. */
  #sleeper(tenant: string, signal: AbortSignal): Sleeper {
    const listeners = this.#waiting.get(tenant) ?? new Set();
    this.#waiting.set(tenant, listeners);
    const sleeper = new Sleeper(signal, () => {
      listeners.delete(wake);
      if (listeners.size === 0 && this.#waiting.get(tenant) === listeners) this.#waiting.delete(tenant);
    });
    const wake = (): void => sleeper.wake();
    listeners.add(wake);
    return sleeper;
  }

  #wake(tenant: string): void {
    for (const wake of [...(this.#waiting.get(tenant) ?? [])]) wake();
  }
}

/** One sleep, which may be over before it begins. */
class Sleeper {
  readonly #signal: AbortSignal;
  readonly #onEnd: () => void;
  #isWoken = false;
  #resolve: (() => void) | undefined;

  constructor(signal: AbortSignal, onEnd: () => void) {
    this.#signal = signal;
    this.#onEnd = onEnd;
  }

  wake(): void {
    this.#isWoken = true;
    this.#resolve?.();
  }

  cancel(): void {
    this.#onEnd();
  }

  /** Until woken, and then a moment longer. */
  async until(ms: number): Promise<void> {
    if (!this.#isWoken) await this.#sleep(ms);
    this.#onEnd();
    if (this.#isWoken) await this.#sleep(LIVE_PAUSE_MS, false);
  }

  async pause(ms: number): Promise<void> {
    this.#onEnd();
    await this.#sleep(ms, false);
  }

  #sleep(ms: number, isWakeable = true): Promise<void> {
    if (this.#signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#signal.removeEventListener('abort', end);
        this.#resolve = undefined;
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#signal.addEventListener('abort', end, { once: true });
      if (isWakeable) this.#resolve = end;
    });
  }
}
