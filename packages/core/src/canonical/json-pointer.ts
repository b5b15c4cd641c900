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

function escapeToken(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1');
}
