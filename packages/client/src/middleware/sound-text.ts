/**
 * A text as the log takes it: at most so long, without NUL and without halves of surrogate pairs. Much of a request is
 * written by its sender, who must not be able to have its event refused.
 */
export function soundText(text: string, charsMax: number): string {
  const cut = text.length > charsMax ? text.slice(0, charsMax) : text;
  return cut.isWellFormed() && !cut.includes('\0') ? cut : cut.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** Class and message of what was thrown, never the stack: it names files. Nothing of an object that is no error. */
export function thrownText(thrown: unknown): string {
  try {
    if (thrown instanceof Error) return soundText(`${thrown.name}: ${thrown.message}`, ERROR_CHARS_MAX);
    if (typeof thrown !== 'object' || thrown === null) return soundText(String(thrown), ERROR_CHARS_MAX);
  } catch {
    // Its name or message is a getter that throws, or no text.
  }
  return 'a value that is no error was thrown';
}

/** Longest text of `action.error`. */
const ERROR_CHARS_MAX = 4_000;
