import { atOnce } from './hook-answer.ts';

/** A path (`/health`), a path and all below it (`/internal/*`), or a question. */
export type Exclusion = string | ((request: { readonly method: string; readonly path: string }) => boolean);

/** Ways to write a path that leads elsewhere than it looks: `/static/../admin`. */
const WINDING = /\/\/|\\|(?:\/|%2f)(?:\.|%2e){1,2}(?:\/|%2f|$)/i;

/** Makes the test whether a request is left out. Prefixes end at a segment: `/api/*` does not mean `/apix`. */
export function makeIsExcluded(
  exclusions: readonly Exclusion[],
): (request: { readonly method: string; readonly path: string }) => boolean {
  const exact = new Set<string>();
  const prefixes: string[] = [];
  const questions: ((request: { method: string; path: string }) => boolean)[] = [];
  for (const exclusion of exclusions) {
    if (typeof exclusion === 'function') questions.push(exclusion);
    else if (exclusion.endsWith('/*')) prefixes.push(exclusion.slice(0, -1));
    else exact.add(exclusion);
  }
  return ({ method, path }) =>
    exact.has(path) ||
    (prefixes.some((prefix) => path.startsWith(prefix) || `${path}/` === prefix) && !WINDING.test(path)) ||
    questions.some((asks) => atOnce(asks({ method, path })));
}
