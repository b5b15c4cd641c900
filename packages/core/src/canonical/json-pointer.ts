/**
 * JSON pointer (RFC 6901) of the place that `tokens` lead to; the empty text is the whole document.
 */
export function formatPointer(tokens: readonly (string | number)[]): string {
  let pointer = '';
  for (const token of tokens) {
    pointer += `/${escapeToken(String(token))}`;
  }
  return pointer;
}

/** Tokens of a JSON pointer, or `undefined` when it is not one. */
export function parsePointer(pointer: string): string[] | undefined {
  if (pointer === '') {
    return [];
  }
  if (!pointer.startsWith('/')) {
    return undefined;
  }
  if (!pointer.includes('~')) {
    return pointer.slice(1).split('/');
  }
  if (/~(?![01])/.test(pointer)) {
    return undefined;
  }
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Pointers seen lately with their tokens: those of sealed members are the same few again and again. */
const known = new Map<string, readonly string[] | undefined>();
const KNOWN_MAX = 1_000;
const KNOWN_CHARS_MAX = 200;

/** The same as `parsePointer`, remembered. */
export function pointerTokens(pointer: string): readonly string[] | undefined {
  const tokens = known.get(pointer);
  if (tokens !== undefined) {
    return tokens;
  }
  const parsed = parsePointer(pointer);
  if (pointer.length <= KNOWN_CHARS_MAX) {
    if (known.size >= KNOWN_MAX) {
      known.clear();
    }
    known.set(pointer, parsed);
  }
  return parsed;
}

function escapeToken(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1');
}
