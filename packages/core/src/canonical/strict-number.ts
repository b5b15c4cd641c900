/** From here on ECMAScript prints numbers with an exponent. */
const EXPONENT_FROM = 1e21;

/**
 * True when `value` would be printed as a plain run of digits that other parsers may read as another integer:
 * 2^53 <= |value| < 10^21. Larger numbers print as `1e+30`, which everybody reads as a float, and stay allowed.
 */
export function isUnsafeInteger(value: number): boolean {
  const size = Math.abs(value);
  return size > Number.MAX_SAFE_INTEGER && size < EXPONENT_FROM;
}
