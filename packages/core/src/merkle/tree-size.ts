/**
 * Arithmetic on tree sizes and indices up to 2^53-1. Never with bit operators: they cut numbers to 32 bits, and a
 * proof for leaf 2^32 would pass for leaf 0.
 */

/** True for an integer from 0 to 2^53-1. */
export function isTreeSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** @throws {RangeError} unless `value` is an integer from 0 to 2^53-1 */
export function assertTreeSize(name: string, value: number): void {
  if (!isTreeSize(value)) {
    throw new RangeError(`${name} must be an integer from 0 to 2^53-1, got ${value}`);
  }
}

/** The largest power of two below `size`, for `size` > 1: where RFC 6962 splits a tree of that size. */
export function splitPoint(size: number): number {
  let power = 1;
  while (power * 2 < size) {
    power *= 2;
  }
  return power;
}

/** The exponent when `size` is a power of two, else `undefined`. */
export function exactLog2(size: number): number | undefined {
  let level = 0;
  let power = 1;
  while (power < size) {
    power *= 2;
    level += 1;
  }
  return power === size ? level : undefined;
}

/** Number of perfect subtrees that a tree of `size` leaves consists of. */
export function onesOf(size: number): number {
  let ones = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) {
    ones += rest % 2;
  }
  return ones;
}
