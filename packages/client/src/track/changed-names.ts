import { EVENT_VALUES_MAX } from '../limits.ts';
import { makeRedact } from '../redaction/redact.ts';

/** Names of the members that differ between two states, sorted. States are compared as the JSON that they will be. */
export function changedNames(before: object, after: object): string[] {
  return Object.keys({ ...before, ...after, ...originals.get(before), ...originals.get(after) })
    .filter((name) => textOf(before, name) !== textOf(after, name) || isCutOtherwise(before, after, name))
    .sort();
}

/**
 * A state as JSON would have it; bounded, and without what cannot be sent. Secrets are looked for later.
 *
 * @returns `undefined` for what is no state
 */
export function copiedState(state: object | null | undefined): object | null | undefined {
  try {
    const given = { details: [state] };
    const fitted = fit(given);
    const [copy] = (JSON.parse(JSON.stringify(fitted)) as { details: (object | null)[] }).details;
    if (fitted !== given && state && copy) originals.set(copy, partsOf(state));
    return state === undefined ? undefined : copy;
  } catch {
    return undefined;
  }
}

const fit = /* @__PURE__ */ makeRedact(false);

/** A member as a text in which the order of names does not matter. */
function textOf(state: object, member: string): string {
  return JSON.stringify((state as Record<string, unknown>)[member], (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort())
      : value,
  );
}

/** Texts that may have been cut in a copy, and lengths of lists, in order. */
type Parts = readonly unknown[];

/** Shorter texts are never cut. */
const LONG_CHARS = 50;

/** What copies were made of, as far as it may have been cut: nobody shall change a document unseen because it is long. */
const originals = new WeakMap<object, Readonly<Record<string, Parts>>>();

function isCutOtherwise(before: object, after: object, name: string): boolean {
  const was = originals.get(before)?.[name];
  const is = originals.get(after)?.[name];
  // Of a state that was not cut, all that is long is in the copy itself.
  return (
    was !== undefined &&
    is !== undefined &&
    (was.length !== is.length || was.some((part, i) => part !== is[i]))
  );
}

function partsOf(state: object): Record<string, Parts> {
  const parts: Record<string, Parts> = Object.create(null);
  const seen = new Set<object>();
  for (const [name, member] of Object.entries(state)) {
    const long: unknown[] = [];
    collect(member, long, seen);
    parts[name] = long;
  }
  return parts;
}

function collect(value: unknown, into: unknown[], seen: Set<object>): void {
  if (typeof value === 'string' && value.length > LONG_CHARS) into.push(value);
  if (typeof value !== 'object' || value === null || seen.has(value) || seen.size > EVENT_VALUES_MAX) return;
  seen.add(value);
  if (Array.isArray(value)) into.push(value.length);
  for (const name of Object.keys(value).sort()) {
    if (into.length > EVENT_VALUES_MAX) return;
    collect((value as Record<string, unknown>)[name], into, seen);
  }
}
