import { EVENT_CHARS_MAX, EVENT_DEPTH_MAX, EVENT_VALUES_MAX, NAME_CHARS_MAX } from '../limits.ts';
import { isSecretPlainName, plainName, REDACTED, withoutSecrets } from './secret-patterns.ts';

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

/**
 * Makes a value fit to leave: without secrets, and such that a strict parser of JSON and the schema of events take it. What
 * is so already is not copied.
 *
 * @param charsMax  characters of one text of a free object; a longer one is cut
 * @param valuesMax values in all
 */
export type Redact = <Value>(value: Value, charsMax?: number, valuesMax?: number) => Value;

/** What becomes of the members of a name. */
interface NameRule {
  readonly isSecret: boolean;
  /** Such as `value` and `from`, beside a member that names what it is the value of. */
  readonly isValue: boolean;
  /** The name under which they leave. */
  readonly to: string;
}

/** Members that name what their neighbours are the values of: headers, lists of changes, JSON Patch. */
const LABELS = ['name', 'key', 'field', 'path', 'property', 'attribute', 'column', 'header'] as const;

const VALUE_NAME = /^(?:old|new|prev(?:ious)?|current)?_?(?:val(?:ue)?|from|to|before|after)?$/;

/** What `JSON.stringify` would make nothing of: their items are kept. */
const ITERABLE = /^(?:Set|Map|Headers|URLSearchParams|FormData)$/;

/**
 * What leaves in place of an object: of what `JSON.stringify` would make nothing of, its content; what `toJSON` gives; of
 * others themselves. A map of texts is an object; other items are a list, within an object where the schema wants one.
 */
export function presented(value: object, isBlock = false): unknown {
  if (ArrayBuffer.isView(value)) return '[binary]';
  if (value instanceof String) return String(value);
  if (value instanceof Error) return { name: value.name, message: value.message };
  if (ITERABLE.test((value as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] ?? '')) {
    const items = [...(value as Iterable<unknown>)];
    if (value instanceof Map && [...value.keys()].every((key) => typeof key === 'string'))
      return Object.fromEntries(value);
    return isBlock ? { items } : items;
  }
  const { toJSON } = value as { toJSON?: unknown };
  return typeof toJSON === 'function' ? (toJSON.call(value, '') as unknown) : value;
}

/** Names whose rule is remembered. Names come from the app's code, nearly always; else memory stays bounded. */
const NAMES_KNOWN_MAX = 1_000;

/** Texts are looked through for secrets before they are cut, so far beyond the cut. */
const CUT_SLACK_CHARS = 256;

/** Below it texts are not cut any more to make an event fit. */
const TEXT_CHARS_MIN = 50;

/**
 * Members whose form the schema knows: no place for a secret, and a pattern of the app's own that happens to match (of
 * numbers, of a word) would have the event refused. So is the `id` of the event itself.
 */
const FORMAL: ReadonlySet<string> = new Set([
  'type',
  'category',
  'severity',
  'occurred_at',
  'tenant_id',
  'parent_id',
  'status',
  'verb',
  'method',
  'ip_address',
  'trace_id',
  'span_id',
]);

/** Members with anything in them. The others are those of the schema, and each of their texts has a bound of its own. */
const FREE_MEMBERS: ReadonlySet<string> = new Set(['metadata', 'before', 'after', 'details', 'fields']);

/** Bounds of the schema for texts; where there is none here it is that of names and ids. */
const CHARS_MAX: Readonly<Record<string, number | undefined>> = {
  reasoning: 8_000,
  error: 4_000,
  description: 2_000,
  reason: 2_000,
  user_agent: 2_000,
  route: 2_000,
  path: 2_000,
  issue: 2_000,
  email: 320,
  actor_id: 200,
  type: 100,
  verb: 100,
  method: 100,
  country: 100,
  region: 100,
  city: 100,
};

/** Not through the middle of a character outside the basic plane. */
export function cut(text: string, charsMax: number): string {
  return text.length > charsMax ? `${text.slice(0, charsMax - 1).replace(/[\ud800-\udbff]$/, '')}…` : text;
}

/**
 * Makes the function that every event goes through before it is kept or sent. It takes secrets out, and leaves a marker
 * where something cannot be sent: what refers to itself, is too deep, too much, binary, or throws when it is read. So
 * one odd member never costs the event, and hostile ones cost bounded time. What is too long is cut, the longest texts of
 * free objects first: nobody can hide who did what behind a long text.
 *
 * @param options `false` looks for no secrets
 */
export function makeRedact(options: RedactionOptions | false = {}): Redact {
  const cleaner = new Cleaner(options);
  return (value, charsMax, valuesMax) => cleaner.clean(value, charsMax, valuesMax);
}

class Cleaner {
  readonly #options: RedactionOptions | false;
  readonly #rules = new Map<string, NameRule>();
  /** The objects that the value is in, outermost first. */
  readonly #path: object[] = [];
  #textCharsMax = 0;
  #valuesLeft = 0;
  #charsLeft = 0;

  constructor(options: RedactionOptions | false) {
    this.#options = options;
  }

  clean<Value>(value: Value, charsMax = EVENT_CHARS_MAX, valuesMax = EVENT_VALUES_MAX): Value {
    for (this.#textCharsMax = charsMax; ; this.#textCharsMax = Math.ceil(this.#textCharsMax / 4)) {
      this.#valuesLeft = valuesMax;
      this.#charsLeft = EVENT_CHARS_MAX;
      this.#path.length = 0;
      const clean = this.#value(value, '', false) as Value;
      if (this.#charsLeft >= 0 || this.#textCharsMax < TEXT_CHARS_MIN) return clean;
    }
  }

  #rule(name: string): NameRule {
    let rule = this.#rules.get(name);
    if (rule === undefined) {
      const { names = [], allow = [] } = this.#options || {};
      const plain = plainName(name);
      const isSame = (other: string): boolean => plainName(other) === plain;
      const looks = this.#options !== false;
      rule = {
        isSecret: looks && (names.some(isSame) || (isSecretPlainName(plain) && !allow.some(isSame))),
        isValue: looks && VALUE_NAME.test(plain),
        // Code that copies members by assignment would set a prototype; strict parsers refuse the name.
        to: name === '__proto__' ? '[__proto__]' : this.#text(name, NAME_CHARS_MAX),
      };
      if (this.#rules.size < NAMES_KNOWN_MAX) this.#rules.set(name, rule);
    }
    return rule;
  }

  #isFormal(name: string): boolean {
    return FORMAL.has(name) || (this.#path.length === 1 && name.endsWith('id'));
  }

  #text(text: string, charsMax: number, isFormal = false): string {
    let clean = text.length > charsMax ? text.slice(0, charsMax + CUT_SLACK_CHARS) : text;
    // Half of a pair, left by a cut through an emoji, is no text, and databases know no NUL.
    clean = clean.toWellFormed?.() ?? clean;
    if (clean.includes('\0')) clean = clean.replaceAll('\0', '\ufffd');
    if (this.#options !== false && !isFormal) {
      clean = (text.length <= charsMax ? this.#json(text) : undefined) ?? withoutSecrets(clean);
      for (const pattern of this.#options.patterns ?? []) clean = clean.replace(pattern, REDACTED);
    }
    return cut(clean, charsMax);
  }

  /** A text of JSON without its secrets, as the value that it is would be; not one with numbers that cannot be printed again. */
  #json(text: string): string | undefined {
    if (text.length > EVENT_CHARS_MAX || !/^\s*[[{][^"]*"/.test(text) || /[:,[]\s*-?[\d.]{16}/.test(text))
      return undefined;
    try {
      const given = { metadata: JSON.parse(text) as unknown };
      const clean = new Cleaner(this.#options).clean(given);
      return clean === given ? text : JSON.stringify(clean.metadata);
    } catch {
      return undefined;
    }
  }

  #number(number: number | bigint): unknown {
    const size = Math.abs(Number(number));
    if (typeof number === 'number' && size < 1e11) return number;
    const text = this.#text(String(number), NAME_CHARS_MAX);
    // Not every parser reads a run of more than 53 bits of digits as the same number; `1e+21` they all do.
    const isSame = !Number.isInteger(number) || size <= Number.MAX_SAFE_INTEGER || size >= 1e21;
    return typeof number === 'number' && isSame && text === String(number) ? number : text;
  }

  #value(value: unknown, name: string, isFree: boolean): unknown {
    if (typeof value === 'string') {
      if (!isFree) return this.#text(value, CHARS_MAX[name] ?? NAME_CHARS_MAX, this.#isFormal(name));
      this.#charsLeft -= Math.min(value.length, this.#textCharsMax);
      return this.#charsLeft < 0 ? '[too long]' : this.#text(value, this.#textCharsMax);
    }
    if (typeof value === 'number' || typeof value === 'bigint')
      // Databases number things; the schema wants texts.
      return !isFree && name.endsWith('id') ? this.#value(String(value), name, false) : this.#number(value);
    // `JSON.stringify` would ask a function for its form, and take a text out of its object.
    if (typeof value === 'function') return undefined;
    if (typeof value !== 'object' || value === null) return value;
    const path = this.#path;
    if (path.includes(value)) return '[circular]';
    if (path.length > EVENT_DEPTH_MAX) return '[too deep]';
    const depth = path.push(value);
    let clean: unknown = omitted('unreadable');
    try {
      // Asking each object for all that it might be takes longer than all the rest.
      const isPlain = Object.getPrototypeOf(value) === Object.prototype && !('toJSON' in value);
      const shown = isPlain ? value : presented(value, FREE_MEMBERS.has(name) && name !== 'fields');
      clean =
        shown === value ? this.#members(value as Members, name, isFree) : this.#value(shown, name, isFree);
    } catch {
      // A getter or a proxy that throws: the marker stays.
    }
    path.length = depth - 1;
    return clean;
  }

  #members(object: Members, block: string, isFree: boolean): unknown {
    const isList = Array.isArray(object);
    if (isList && object.length > this.#valuesLeft) return omitted('too much');
    const members = Object.keys(object);
    this.#valuesLeft -= members.length;
    if (this.#valuesLeft < 0) return omitted('too much');
    const isPairs =
      isList && (/headers$/i.test(block) || (object.length === 2 && Array.isArray(this.#path.at(-2))));
    let copy: Members | undefined;
    for (const name of members) {
      const member = object[name];
      const rule = isList ? ITEM : this.#rule(name);
      if (isFree) this.#charsLeft -= rule.to.length;
      const isBlock = !isFree && typeof member === 'object';
      const isSecret =
        (rule.isSecret && (isFree || !(name === 'session_id' || this.#isFormal(name)))) ||
        ((isPairs || (rule.isValue && !isBlock)) && this.#isLabelled(object, name));
      const bound = isList ? block : name === 'id' && block !== 'target' ? 'actor_id' : name;
      let clean: unknown;
      if (!isSecret || !isTelling(name, member) || (isBlock && !FREE_MEMBERS.has(name)))
        clean = this.#value(member, bound, isFree || isList || FREE_MEMBERS.has(name));
      // Blocks of the schema are objects, whatever is in them.
      else clean = isBlock ? omitted('redacted') : REDACTED;
      const isReserved = name === 'constructor' && Object.hasOwn(Object(clean) as object, 'prototype');
      const isOwn = isList || (!isFree && name !== '__proto__');
      const to = isReserved ? '[constructor]' : isOwn ? name : rule.to;
      if (clean === member && to === name) continue;
      copy ??= (isList ? [...object] : { ...object }) as Members;
      if (to !== name) delete copy[name];
      copy[to] = clean;
    }
    return copy ?? object;
  }

  /** Whether the name of a secret stands beside its value: `{ name, value }`, `{ field, from, to }`, `[name, value]`, `rawHeaders`. */
  #isLabelled(object: Members, name: string): boolean {
    const before = Number(name) % 2 === 1 ? [object[Number(name) - 1]] : [];
    const labels = Array.isArray(object) ? before : LABELS.map((label) => object[label]);
    return labels.some((label) => typeof label === 'string' && this.#rule(label).isSecret);
  }
}

/** A flag is no secret, an empty text tells none, and a number of tokens is what was used of a model. */
function isTelling(name: string, value: unknown): boolean {
  return (
    typeof value !== 'boolean' &&
    (value ?? '') !== '' &&
    !(typeof value === 'number' && /tokens$/i.test(name))
  );
}

/** Items of lists have no names. */
const ITEM: NameRule = { isSecret: false, isValue: false, to: '' };
