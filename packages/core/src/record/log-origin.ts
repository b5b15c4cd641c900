import { ORIGIN_CHARS_MAX } from '../limits.ts';

// Also a signed note's key name, so it obeys that grammar: no white space, no plus, no control characters.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
const FORM = /^[^\s+"\\\u0000-\u001f\u007f]+$/;

/** True when the text can be the origin of a log: what records name in `log` and checkpoints in their first line. */
export function isLogOrigin(text: unknown): text is string {
  return (
    typeof text === 'string' && text.length <= ORIGIN_CHARS_MAX && FORM.test(text) && text.isWellFormed()
  );
}
