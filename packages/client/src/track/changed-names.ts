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
    const given = { details: [state] };
    const fitted = fit(given);
    const [copy] = (JSON.parse(JSON.stringify(fitted)) as { details: (object | null)[] }).details;
    if (fitted !== given && state && copy) wholeTexts.set(copy, textsOf(state));
    return state === undefined ? undefined : copy;
  } catch {
    return undefined;
  }
}

const fit = /* @__PURE__ */ makeRedact(false);

/** What was cut of a copy counts: nobody shall change a document unseen because it is long. */
const wholeTexts = new WeakMap<object, Readonly<Record<string, string | undefined>>>();

function textsOf(state: object): Record<string, string | undefined> {
  const texts: Record<string, string | undefined> = Object.create(null);
  for (const name of Object.keys(state)) {
    try {
      texts[name] = plainText((state as Record<string, unknown>)[name]);
    } catch {
      // It refers to itself, or has a number that JSON does not know: then the copy is compared.
    }
  }
  return texts;
}

function textOf(state: object, member: string): string | undefined {
  return wholeTexts.get(state)?.[member] ?? plainText((state as Record<string, unknown>)[member]);
}

/** A member as a text in which the order of names does not matter. */
function plainText(member: unknown): string | undefined {
  return JSON.stringify(member, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort())
      : value,
  );
}
