import { RETRY_MS } from '../limits.ts';

/**
 * Pause before the next try: anything from 0 to a bound that doubles with each failure ("full jitter"), so that many
 * clients do not come back at once.
 *
 * @param failures in a row, from 1
 * @see Brooker: Exponential Backoff And Jitter (AWS Architecture Blog, 2015)
 */
export function backoffMs(failures: number, random: () => number = Math.random): number {
  return random() * Math.min(RETRY_MS.max, RETRY_MS.first * 2 ** Math.min(failures - 1, 20));
}
