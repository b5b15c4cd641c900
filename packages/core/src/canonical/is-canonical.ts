import { CanonicalError, canonicalize } from './canonicalize.ts';
import { countMembers } from './member-count.ts';
import { countCanonicalNames } from './name-scan.ts';

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

/**
 * The same for a text that was already parsed.
 *
 * Fast path, because verifiers ask this of every record: one look at the text and one walk over the value show that
 * most canonical texts are canonical. Whatever they leave open, the round trip decides.
 *
 * @param value what `JSON.parse` made of `text`
 */
export function isCanonicalTextOf(text: string, value: unknown): boolean {
  if (countMembers(value, 0, 'canonical') === countCanonicalNames(text)) {
    return true;
  }
  try {
    return canonicalize(value) === text;
  } catch (error) {
    if (error instanceof CanonicalError) {
      return false;
    }
    throw error;
  }
}
