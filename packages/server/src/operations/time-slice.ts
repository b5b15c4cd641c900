import { setImmediate as nextTurn } from 'node:timers/promises';
import { INGEST_SLICE_MS } from '../limits.ts';

/**
 * Cuts long work on the event loop into slices, so that a batch of the largest size does not hold up everybody else:
 *
 * ```ts
 * for (const item of items) {
 *   if (slice.isOver()) await slice.next();
 *   work(item);
 * }
 * ```
 */
export class TimeSlice {
  #endMs = performance.now() + INGEST_SLICE_MS;

  isOver(): boolean {
    return performance.now() >= this.#endMs;
  }

  /** Lets what waits on the event loop run, and begins the next slice. */
  async next(): Promise<void> {
    await nextTurn();
    this.#endMs = performance.now() + INGEST_SLICE_MS;
  }
}
