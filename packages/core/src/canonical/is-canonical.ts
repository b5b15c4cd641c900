import { CanonicalError, canonicalize } from './canonicalize.ts';

/**
 * True when the text is exactly the canonical form of what it says. Catches duplicate members, `1.0`, needless
 * escapes, lost precision, white space and `__proto__`, because each of them makes the round trip differ.
 */
export function isCanonical(text: string): boolean {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) {
      return false;
    }
    throw error;
  }
  return isCanonicalTextOf(text, value);
}

/** The same for a text that was already parsed: true when `text` is the canonical form of `value`. */
export function isCanonicalTextOf(text: string, value: unknown): boolean {
  try {
    return canonicalize(value) === text;
  } catch (error) {
    if (error instanceof CanonicalError) {
      return false;
    }
    throw error;
  }
}
