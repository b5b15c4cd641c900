/** Strings are matched only to step over them. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;

/**
 * Puts numbers that a double cannot hold into quotes: whole numbers beyond 2^53 - 1 and decimals of more than 17
 * digits. A record is kept without loss, and a log of canonical JSON refuses such numbers.
 *
 * @returns the text, and the numbers that became text, as they stood
 */
export function quoteLossyNumbers(text: string): {
  readonly text: string;
  readonly quoted: readonly string[];
} {
  const quoted: string[] = [];
  const result = text.replace(TOKENS, (token) => {
    if (token.startsWith('"') || !isLossy(token)) return token;
    quoted.push(token);
    return `"${token}"`;
  });
  return { text: quoted.length === 0 ? text : result, quoted };
}

function isLossy(token: string): boolean {
  if (token.length < 16 && !/[eE]/.test(token)) return false;
  const value = Number(token);
  if (!Number.isFinite(value)) return true;
  if (Number.isInteger(value)) return !Number.isSafeInteger(value);
  const digits = token
    .replace(/[eE].*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+/, '');
  return digits.length > 17;
}
