import { randomFillSync } from 'node:crypto';
import { RANDOM_POOL_BYTES } from '../limits.ts';

/** A source of `length` unpredictable bytes. */
export type RandomSource = (length: number) => Uint8Array;

/**
 * The system's random numbers, fetched in large pieces. Each byte is handed out once; the returned array is its own
 * copy, so that nobody keeps the pool alive or reads what another caller got.
 */
export function createRandomPool(): RandomSource {
  const pool = new Uint8Array(RANDOM_POOL_BYTES);
  let used = pool.length;
  return (length) => {
    if (length > pool.length) return randomFillSync(new Uint8Array(length));
    if (used + length > pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const bytes = pool.slice(used, used + length);
    pool.fill(0, used, used + length);
    used += length;
    return bytes;
  };
}

/** The process's own pool. */
export const systemRandom: RandomSource = createRandomPool();
