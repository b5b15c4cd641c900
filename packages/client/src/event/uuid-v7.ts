const COUNTER_MAX = 0xfff;

/** Random words, fetched many at once: asking for each id takes longer than making it. */
const pool = new Uint32Array(1_024);
let poolAt = pool.length;
let lastMs = 0;
let counter = 0;

/**
 * A UUID version 7: ids made one after the other sort in that order, also within a millisecond and when the clock
 * goes back.
 *
 * @see RFC 9562, 5.7 and 6.2 (method 1)
 */
export function uuidV7(nowMs: number): string {
  if (nowMs > lastMs || counter === COUNTER_MAX) {
    lastMs = Math.max(nowMs, lastMs + 1);
    counter = 0;
  } else counter += 1;
  const time = hex(lastMs, 12);
  const random = randomWord();
  const variant = (random >>> 18) | 0x8000;
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(counter, 3)}-${hex(variant, 4)}-${hex(random & 0xffff, 4)}${hex(randomWord(), 8)}`;
}

function randomWord(): number {
  if (poolAt === pool.length) {
    crypto.getRandomValues(pool);
    poolAt = 0;
  }
  poolAt += 1;
  return pool[poolAt - 1] as number;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
