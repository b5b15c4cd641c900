import { EVENT_CHARS_MAX, EVENT_DEPTH_MAX, EVENT_VALUES_MAX } from '../limits.ts';
import { isSecretName, plainName, REDACTED, withoutSecrets } from './secret-patterns.ts';

export interface RedactionOptions {
  /** Further member names whose values never leave; case, `-` and `_` do not matter. */
  readonly names?: readonly string[];
  /** Member names that are left alone although they are in the built-in list. */
  readonly allow?: readonly string[];
  /** Further patterns, with the flag `g`; what they match is replaced. */
  readonly patterns?: readonly RegExp[];
}

type Members = Record<string, unknown>;

/** In place of an object stands an object: the server takes nothing else for `metadata`. */
const omitted = (why: string): Members => ({ omitted: why });

/** Makes a value fit to leave: without secrets, and such that it can be JSON. What is so already is not copied. */
export type Redact = <Value>(value: Value) => Value;

/** Names whose answer is remembered. Names come from the app's code, nearly always; else memory stays bounded. */
const NAMES_KNOWN_MAX = 1_000;

/**
 * Makes the function that every event goes through before it is kept or sent. It takes secrets out, and leaves a marker
 * where something cannot be sent: what refers to itself, is too deep, too much, binary, or throws when it is read. So
 * one odd member never costs the event, and hostile ones cost bounded time.
 *
 * @param options `false` looks for no secrets
 */
export function makeRedact(options: RedactionOptions | false = {}): Redact {
  const { names = [], allow = [], patterns = [] } = options === false ? {} : options;
  const known = new Map<string, boolean>();
  const nameIsSecret = (name: string): boolean => {
    let answer = known.get(name);
    if (answer === undefined) {
      const isSame = (other: string): boolean => plainName(other) === plainName(name);
      answer = options !== false && (names.some(isSame) || (isSecretName(name) && !allow.some(isSame)));
      if (known.size < NAMES_KNOWN_MAX) known.set(name, answer);
    }
    return answer;
  };
  let valuesLeft: number;
  let charsLeft: number;
  const cleanText = (text: string): string => {
    if (text.length > charsLeft) return '[too long]';
    charsLeft -= text.length;
    // Half of a pair, left by a cut through an emoji, is no text; the server would refuse the whole event for it.
    let clean = text.toWellFormed?.() ?? text;
    if (options !== false) clean = withoutSecrets(clean);
    for (const pattern of patterns) clean = clean.replace(pattern, REDACTED);
    return clean;
  };
  /** The objects that the value is in, outermost first. */
  const path: object[] = [];
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return cleanText(value);
    // JSON has no such numbers; database ids are often such.
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'object' || value === null) return value;
    if (path.includes(value)) return '[circular]';
    if (path.length > EVENT_DEPTH_MAX) return '[too deep]';
    if (ArrayBuffer.isView(value)) return '[binary]';
    const depth = path.push(value);
    let clean: unknown = omitted('unreadable');
    try {
      const { toJSON } = value as { toJSON?: unknown };
      clean = typeof toJSON === 'function' ? walk(toJSON.call(value, '')) : walkMembers(value as Members);
    } catch {
      // A getter or a proxy that throws: the marker stays.
    }
    path.length = depth - 1;
    return clean;
  };
  const walkMembers = (object: Members): unknown => {
    const names = Object.keys(object);
    valuesLeft -= names.length;
    if (valuesLeft < 0) return omitted('too much');
    const isList = Array.isArray(object);
    let copy: Members | undefined;
    for (let i = 0; i < names.length; i += 1) {
      const name = names[i] as string;
      const member = object[name];
      // A flag is no secret, and an empty text tells none.
      const isTelling = typeof member !== 'boolean' && (member ?? '') !== '';
      const clean = isTelling && !isList && nameIsSecret(name) ? REDACTED : walk(member);
      if (clean === member) continue;
      copy ??= (isList ? [...object] : { ...object }) as Members;
      copy[name] = clean;
    }
    return copy ?? object;
  };
  return <Value>(value: Value): Value => {
    valuesLeft = EVENT_VALUES_MAX;
    charsLeft = EVENT_CHARS_MAX;
    path.length = 0;
    return walk(value) as Value;
  };
}
