import { REDACTION_DEPTH_MAX, REDACTION_TEXT_CHARS_MAX, REDACTION_VALUES_MAX } from '../limits.ts';
import { REDACTED, SECRET_NAMES, SECRET_PATTERNS, withoutCards } from './secret-patterns.ts';

export interface RedactionOptions {
  /** Further member names whose values never leave; case, `-` and `_` do not matter. */
  readonly names?: readonly string[];
  /** Member names that are left alone although they are in the built-in list. */
  readonly allow?: readonly string[];
  /** Further patterns, with the flag `g`; what they match is replaced. */
  readonly patterns?: readonly RegExp[];
}

/** Removes secrets from a JSON value; what has none is returned as it is, not copied. */
export type Redact = <Value>(value: Value) => Value;

/** What every text that a pattern matches contains; most texts do not, and are done with after one pass. */
const SUSPECT = /eyJ|-----BEGIN|att_|bearer /i;
const MANY_DIGITS = /\d(?:[ -]?\d){12}/;

/** Makes the function that takes secrets out of events before they are kept or sent. */
export function makeRedact(options: RedactionOptions = {}): Redact {
  const allow = new Set((options.allow ?? []).map(plainName));
  const names = new Set(
    [...SECRET_NAMES, ...(options.names ?? []).map(plainName)].filter((name) => !allow.has(name)),
  );
  const own = options.patterns ?? [];
  for (const pattern of own) {
    if (!pattern.global) throw new TypeError(`redaction pattern ${String(pattern)} needs the flag g`);
  }
  const isSecret = new Map<string, boolean>();
  const nameIsSecret = (name: string): boolean => {
    let known = isSecret.get(name);
    if (known === undefined) {
      known = names.has(plainName(name));
      // Names come from the app's code, nearly always; should they come from its users, memory stays bounded.
      if (isSecret.size < 1_000) isSecret.set(name, known);
    }
    return known;
  };
  return <Value>(value: Value): Value => {
    let valuesLeft = REDACTION_VALUES_MAX;
    const walk = (one: unknown, depth: number): unknown => {
      valuesLeft -= 1;
      if (typeof one === 'string') return cleanText(one, own);
      if (typeof one !== 'object' || one === null) return one;
      // What nobody looked into does not leave.
      if (depth > REDACTION_DEPTH_MAX || valuesLeft < 0) return REDACTED;
      if (typeof (one as { toJSON?: unknown }).toJSON === 'function') {
        return walk((one as { toJSON(): unknown }).toJSON(), depth + 1);
      }
      return Array.isArray(one) ? walkArray(one, depth) : walkObject(one as Record<string, unknown>, depth);
    };
    const walkArray = (list: readonly unknown[], depth: number): unknown => {
      let copy: unknown[] | undefined;
      for (let i = 0; i < list.length; i += 1) {
        const clean = walk(list[i], depth + 1);
        if (clean === list[i]) continue;
        copy ??= list.slice();
        copy[i] = clean;
      }
      return copy ?? list;
    };
    const walkObject = (object: Record<string, unknown>, depth: number): unknown => {
      let copy: Record<string, unknown> | undefined;
      for (const name of Object.keys(object)) {
        const member = object[name];
        const clean =
          nameIsSecret(name) && member != null && member !== '' ? REDACTED : walk(member, depth + 1);
        if (clean === member) continue;
        copy ??= { ...object };
        copy[name] = clean;
      }
      return copy ?? object;
    };
    return walk(value, 0) as Value;
  };
}

function cleanText(text: string, own: readonly RegExp[]): string {
  if (text.length < 12 && own.length === 0) return text;
  if (text.length > REDACTION_TEXT_CHARS_MAX) return REDACTED;
  let clean = text;
  if (SUSPECT.test(clean)) for (const pattern of SECRET_PATTERNS) clean = clean.replace(pattern, REDACTED);
  if (MANY_DIGITS.test(clean)) clean = withoutCards(clean);
  for (const pattern of own) clean = clean.replace(pattern, REDACTED);
  return clean;
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '');
}
