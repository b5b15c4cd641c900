/** Errors that have their event already. Shared by all copies of this module: Next bundles each entry of an app apart. */
const TOLD = Symbol.for('@attestry/client told');

type Shared = { [TOLD]?: WeakSet<object> };

/** Notes that an error has its event, so that `onRequestError` does not write a second one. */
export function tell(error: unknown): void {
  const shared = globalThis as Shared;
  shared[TOLD] ??= new WeakSet();
  if (typeof error === 'object' && error !== null) shared[TOLD].add(error);
}

/** Whether an error has its event, or is what Next made of one that has (of a stream that failed, for one). */
export function isTold(error: unknown): boolean {
  const told = (globalThis as Shared)[TOLD];
  if (told === undefined || typeof error !== 'object' || error === null) return false;
  if (told.has(error)) return true;
  const { cause } = error as { cause?: unknown };
  return typeof cause === 'object' && cause !== null && told.has(cause);
}

/** Requests that Next will refuse to answer, though they have their event. Shared like the errors. */
const REFUSED = Symbol.for('@attestry/client refused');
const REFUSED_MAX = 100;

type SharedRefused = { [REFUSED]?: Set<string> };

/** Notes that a handler gave no answer: the error that Next makes of it is not seen before `onRequestError`, if at all. */
export function tellUnanswered(method: string, path: string): void {
  const shared = globalThis as SharedRefused;
  shared[REFUSED] ??= new Set();
  if (shared[REFUSED].size >= REFUSED_MAX) shared[REFUSED].clear();
  shared[REFUSED].add(`${method} ${path}`);
}

/** Whether an error is what Next made of an answer that was missing, and has its event. */
export function isUnansweredTold(error: unknown, method: string, path: string): boolean {
  return (
    error instanceof Error &&
    error.message.startsWith('No response is returned from route handler') &&
    (globalThis as SharedRefused)[REFUSED]?.delete(`${method} ${path}`) === true
  );
}

/** The status that Next answers for what its own functions throw: `redirect()`, `notFound()`, `forbidden()`. */
export function digestStatus(error: unknown): number | undefined {
  const { digest } = (error ?? {}) as { digest?: unknown };
  if (typeof digest !== 'string') return undefined;
  const code = /^NEXT_(?:REDIRECT;.*;(\d{3});|HTTP_ERROR_FALLBACK;(\d{3}))/.exec(digest);
  return code === null ? undefined : Number(code[1] ?? code[2]);
}

/**
 * The pattern of a path whose parameters are known: `/users/7` with `{ id: '7' }` is `/users/[id]`. Next does not tell
 * a route handler its own.
 *
 * @returns `undefined` when a value is not in the path, as after a rewrite: what is left then is no pattern
 */
export function routePattern(path: string, params: Readonly<Record<string, unknown>>): string | undefined {
  const segments = path.split('/');
  let end = segments.length;
  // From the last one: values that occur twice are then given to the right one more often than not.
  for (const [name, value] of Object.entries(params).toReversed()) {
    if (Array.isArray(value)) {
      end = segments.length - value.length;
      if (end < 1) return undefined;
      segments.splice(end, value.length, `[...${name}]`);
      continue;
    }
    if (typeof value !== 'string') continue;
    end = segments.findLastIndex(
      (segment, at) => at < end && (segment === value || decode(segment) === decode(value)),
    );
    if (end < 0) return undefined;
    segments[end] = `[${name}]`;
  }
  return segments.join('/');
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Not percent-encoded text; then it is compared as it stands.
    return segment;
  }
}
