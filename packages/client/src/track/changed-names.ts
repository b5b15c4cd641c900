import { makeRedact } from '../redaction/redact.ts';
import { type Fingerprints, fingerprints, MORE } from './fingerprints.ts';

/** Names of changed members in one event: of a state with more it is not known what it is about. */
const NAMES_MAX = 1_000;

const fit = /* @__PURE__ */ makeRedact(false);

/** What was in the states when they were copied. */
const known = new WeakMap<object, Fingerprints>();

/**
 * Names of the members that differ between two copies of states, sorted, with those of which it cannot be told. Compared
 * is all that was in them: nobody shall change a document unseen because it is long.
 */
export function changedNames(before: object, after: object): string[] {
  const was = known.get(before);
  const is = known.get(after);
  const names = Object.keys({ ...was, ...is }).filter((name) => (was?.[name] ?? 0) !== (is?.[name] ?? 0));
  return names.length > NAMES_MAX ? [...names.sort().slice(0, NAMES_MAX), MORE] : names.sort();
}

/**
 * A state as JSON would have it; bounded, and without what cannot be sent. Secrets are looked for later.
 *
 * @returns `undefined` for what is no state
 */
export function copiedState(state: object | null | undefined): object | null | undefined {
  if (!state) return state;
  let copy: object | undefined;
  try {
    [copy] = (JSON.parse(JSON.stringify(fit({ details: [state] }))) as { details: [object] }).details;
    known.set(copy, { [MORE]: Number.NaN });
    known.set(copy, fingerprints(state));
  } catch {
    // What cannot be compared is a state all the same.
  }
  return copy;
}
