import { invalidParameter } from '../errors/api-error.ts';

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    // The only error it throws is this very answer.
    return false;
  }
}

/**
 * Refuses a query string that is not percent-encoded UTF-8. Parsers leave such a value as it stands, and a filter for
 * the text `%ff` reads as "nothing found" (trap 36).
 *
 * @param url path and query as sent
 * @throws {ApiError} `invalid_parameter` naming the parameter
 */
export function refuseMalformedQuery(url: string): void {
  const start = url.indexOf('?');
  if (start < 0 || !url.includes('%', start) || isDecodable(url.slice(start))) return;
  for (const pair of url.slice(start + 1).split('&')) {
    if (isDecodable(pair)) continue;
    const [name = ''] = pair.split('=', 1);
    const parameter = isDecodable(name) ? decodeURIComponent(name) : name;
    throw invalidParameter(
      parameter,
      `The parameter ${parameter} is not percent-encoded UTF-8: write a % itself as %25, other text as its UTF-8 bytes.`,
    );
  }
}
