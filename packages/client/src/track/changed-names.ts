import { makeRedact } from '../redaction/redact.ts';

/** Names of the members that differ between two states, sorted. States are compared as the JSON that they will be. */
export function changedNames(before: object, after: object): string[] {
  return Object.keys({ ...before, ...after })
    .filter((name) => textOf(before, name) !== textOf(after, name))
    .sort();
}

/**
 * A state as JSON would have it; bounded, and without what cannot be sent. Secrets are looked for later.
 *
 * @returns `undefined` for what is no state
 */
export function copiedState(state: object | null | undefined): object | null | undefined {
  try {
    const [copy] = (JSON.parse(JSON.stringify(fit({ details: [state] }))) as { details: (object | null)[] })
      .details;
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
