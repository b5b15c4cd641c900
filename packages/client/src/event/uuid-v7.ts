const COUNTER_MAX = 0xfff;

/** Random words of 16 bits, fetched many at once: asking for each id takes longer than making it. */
const pool = new Uint16Array(4_096);
let poolAt = pool.length;
let lastMs = 0;
let counter = 0;
let time = '';

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
    time = lastMs.toString(16).padStart(12, '0').replace(/.{8}/, '$&-');
  } else counter += 1;
  if (poolAt === pool.length) {
    crypto.getRandomValues(pool);
    poolAt = 0;
  }
  const variant = ((pool[poolAt++] as number) & 0x3fff) | 0x8000;
  return `${time}-${(0x7000 + counter).toString(16)}-${variant.toString(16)}-${word()}${word()}${word()}`;
}

function word(): string {
  return ((pool[poolAt++] as number) + 0x10000).toString(16).slice(1);
}
