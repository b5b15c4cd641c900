import { RANDOM_POOL_BYTES } from '../limits.ts';

const ID_RANDOM_BYTES = 8;
const COUNTER_MAX = 0xfff;
const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

let pool = new Uint8Array(0);
let poolAt = 0;
let lastMs = 0;
let counter = 0;

/**
 * A UUID version 7: ids made one after the other sort in that order, also within a millisecond and when the clock
 * goes back.
 *
 * @see RFC 9562, 5.7 and 6.2 (method 1)
 */
export function uuidV7(nowMs: number): string {
  if (nowMs > lastMs) {
    lastMs = nowMs;
    counter = 0;
  } else if (counter < COUNTER_MAX) {
    counter += 1;
  } else {
    lastMs += 1;
    counter = 0;
  }
  if (poolAt + ID_RANDOM_BYTES > pool.length) {
    pool = crypto.getRandomValues(new Uint8Array(RANDOM_POOL_BYTES));
    poolAt = 0;
  }
  const time = lastMs.toString(16).padStart(12, '0');
  const random = pool.subarray(poolAt, poolAt + ID_RANDOM_BYTES);
  poolAt += ID_RANDOM_BYTES;
  const variant = HEX[((random[0] as number) & 0x3f) | 0x80];
  let tail = '';
  for (let i = 2; i < ID_RANDOM_BYTES; i += 1) tail += HEX[random[i] as number];
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${variant}${HEX[random[1] as number]}-${tail}`;
}
