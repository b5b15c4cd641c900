/** A path (`/health`), a path and all below it (`/internal/*`), or a question. */
export type Exclusion = string | ((request: { readonly method: string; readonly path: string }) => boolean);

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
  return (request) =>
    exact.has(request.path) ||
    prefixes.some((prefix) => request.path.startsWith(prefix) || `${request.path}/` === prefix) ||
    questions.some((asks) => asks(request));
}
