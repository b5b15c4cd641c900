import { setTimeout as sleep } from 'node:timers/promises';
import { CLOCK_ROUND_TRIP_MS_MAX, CLOCK_SKEW_WARN_MS, CLOCK_SYNC_MS } from '../limits.ts';
import type { SharedStore } from '../ports/shared-store.ts';

export interface NodeClockParts {
  readonly shared: Pick<SharedStore, 'nowMs'>;
  /** This machine's own clock. */
  readonly local: () => number;
  readonly warn: (details: Readonly<Record<string, unknown>>, message: string) => void;
}

/**
 * The database's clock, as one node carries it on: all nodes date their records by the same clock, and a machine whose
 * own clock is wrong does no harm. Between two looks at the database the monotonic clock of the process counts, so a
 * jump of the machine's clock is not seen at all.
 */
export class NodeClock {
  readonly #parts: NodeClockParts;
  readonly #stopped = new AbortController();
  /** Database's time minus `performance.now()`. */
  #offsetMs = 0;
  #skewMs = 0;
  #running: Promise<void> | undefined;

  constructor(parts: NodeClockParts) {
    this.#parts = parts;
  }

  /** Milliseconds since the epoch. */
  readonly now = (): number => Math.floor(performance.now() + this.#offsetMs);

  /** How far this machine's own clock is ahead of the database's (behind: negative). */
  get skewMs(): number {
    return this.#skewMs;
  }

  /** @throws whatever the store throws; the first look must succeed */
  async start(): Promise<void> {
    await this.#look();
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await sleep(CLOCK_SYNC_MS, undefined, { signal, ref: false }).catch(() => undefined);
      // A database that is away has its own alarms; the time goes on meanwhile.
      if (!signal.aborted) await this.#look().catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    const before = performance.now();
    const databaseMs = await this.#parts.shared.nowMs();
    const after = performance.now();
    // An answer that took long says little about now; the first one is all there is.
    if (this.#offsetMs !== 0 && after - before > CLOCK_ROUND_TRIP_MS_MAX) return;
    this.#offsetMs = databaseMs - (before + after) / 2;
    const skewMs = Math.round(this.#parts.local() - this.now());
    const isNews = Math.abs(skewMs) >= CLOCK_SKEW_WARN_MS && Math.abs(this.#skewMs) < CLOCK_SKEW_WARN_MS;
    this.#skewMs = skewMs;
    if (isNews) {
      this.#parts.warn(
        { skew_ms: skewMs },
        "this machine's clock differs from the database's, which is used; set the machine's clock",
      );
    }
  }
}
