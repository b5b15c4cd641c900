import { JSON_DEPTH_MAX } from '../limits.ts';
import { startsWithDigit } from './index-key.ts';
import { formatPointer } from './json-pointer.ts';
import { isPrototypeKey } from './prototype-key.ts';
import { isUnsafeInteger } from './strict-number.ts';

/** Why a value has no canonical form. */
export type CanonicalErrorCode =
  | 'lone_surrogate'
  | 'not_finite'
  | 'unsafe_integer'
  | 'unsupported_type'
  | 'sparse_array'
  | 'not_plain_object'
  | 'prototype_key'
  | 'too_deep';

/** Thrown by `canonicalize`; `path` is the JSON pointer of the first value in canonical order that is refused. */
export class CanonicalError extends Error {
  readonly code: CanonicalErrorCode;
  readonly path: string;

  constructor(code: CanonicalErrorCode, path: string, detail: string) {
    super(`${detail} at ${path === '' ? 'the top level' : path}`);
    this.name = 'CanonicalError';
    this.code = code;
    this.path = path;
  }
}

/**
 * The canonical JSON text of a value (RFC 8785), strict: what two parsers could read differently is refused.
 *
 * Members are sorted by UTF-16 code units, numbers printed as ECMAScript does, strings kept without Unicode
 * normalisation. Objects must be plain and have data members only.
 *
 * Fast when members are already in order: then the text is what the engine's own `JSON.stringify` makes after one
 * checking walk. Otherwise a sorted copy is made first.
 *
 * @throws {CanonicalError} for lone surrogates, NaN and infinities, integers outside +-(2^53-1), anything that is not
 *   JSON (`undefined`, functions, symbols, bigints), sparse arrays, objects with a class, members that reach a
 *   prototype, and more than 64 levels
 * @see RFC 8785
 */
export function canonicalize(value: unknown): string {
  const ordered = inOrder(value, 0);
  return ordered === undefined ? serialize(value, []) : JSON.stringify(ordered);
}

/**
 * The value with the members of every object in canonical order: the same object where they already are, a copy where
 * not; `undefined` when something is wrong or cannot be brought in order by copying, for `serialize` to sort out.
 * Tracks no path: this is the hot path.
 */
function inOrder(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? value : undefined;
    case 'number':
      return Number.isFinite(value) && !isUnsafeInteger(value) ? value : undefined;
    case 'boolean':
      return value;
    case 'object':
      if (value === null) {
        return value;
      }
      if (depth >= JSON_DEPTH_MAX) {
        return undefined;
      }
      return Array.isArray(value) ? arrayInOrder(value, depth) : objectInOrder(value, depth);
    default:
      return undefined;
  }
}

function arrayInOrder(array: readonly unknown[], depth: number): unknown {
  let copy: unknown[] | undefined;
  for (let index = 0; index < array.length; index += 1) {
    const item = array[index];
    const ordered = inOrder(item, depth + 1);
    if (ordered === undefined) {
      return undefined;
    }
    if (ordered !== item && copy === undefined) {
      copy = array.slice();
    }
    if (copy !== undefined) {
      copy[index] = ordered;
    }
  }
  return copy ?? array;
}

function objectInOrder(object: object, depth: number): unknown {
  if (!isPlain(object)) {
    return undefined;
  }
  const keys = Object.keys(object);
  const sorted = sortKeys(keys);
  let copy: Record<string, unknown> | undefined = sorted ? undefined : {};
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] as string;
    const member = object[key];
    if (isPrototypeKey(key, member) || !key.isWellFormed()) {
      return undefined;
    }
    const ordered = inOrder(member, depth + 1);
    if (ordered === undefined) {
      return undefined;
    }
    if (copy !== undefined) {
      if (startsWithDigit(key)) {
        return undefined;
      }
      copy[key] = ordered;
    } else if (ordered !== member) {
      copy = copyUpTo(object, keys, index);
      copy[key] = ordered;
    }
  }
  return copy ?? object;
}

/** A copy of the first `count` members, in the order of `keys`, which is the engine's own order of `object`. */
function copyUpTo(
  object: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  count: number,
): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (let index = 0; index < count; index += 1) {
    const key = keys[index] as string;
    copy[key] = object[key];
  }
  return copy;
}

/** Sorts in place; true when nothing had to move. By insertion: key lists are short and mostly in order. */
function sortKeys(keys: string[]): boolean {
  if (keys.length > 32) {
    for (let index = 1; index < keys.length; index += 1) {
      if ((keys[index - 1] as string) > (keys[index] as string)) {
        keys.sort();
        return false;
      }
    }
    return true;
  }
  let moved = false;
  for (let index = 1; index < keys.length; index += 1) {
    const key = keys[index] as string;
    let at = index;
    while (at > 0 && (keys[at - 1] as string) > key) {
      keys[at] = keys[at - 1] as string;
      at -= 1;
    }
    if (at !== index) {
      keys[at] = key;
      moved = true;
    }
  }
  return !moved;
}

function isPlain(object: object): object is Record<string, unknown> {
  const prototype = Object.getPrototypeOf(object);
  return prototype === Object.prototype || prototype === null;
}

/** The exact path: member by member, knows where it is, and says what is wrong. `tokens` is its way there. */
function serialize(value: unknown, tokens: (string | number)[]): string {
  switch (typeof value) {
    case 'string':
      return serializeString(value, tokens);
    case 'number':
      return serializeNumber(value, tokens);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) {
        return 'null';
      }
      if (tokens.length >= JSON_DEPTH_MAX) {
        throw refusal('too_deep', tokens, `more than ${JSON_DEPTH_MAX} levels of arrays and objects`);
      }
      return Array.isArray(value) ? serializeArray(value, tokens) : serializeObject(value, tokens);
    default:
      throw refusal('unsupported_type', tokens, `${typeof value} is not JSON`);
  }
}

function serializeString(value: string, tokens: readonly (string | number)[]): string {
  if (!value.isWellFormed()) {
    throw refusal('lone_surrogate', tokens, 'a string with half of a surrogate pair');
  }
  return JSON.stringify(value);
}

function serializeNumber(value: number, tokens: readonly (string | number)[]): string {
  if (!Number.isFinite(value)) {
    throw refusal('not_finite', tokens, `${value} is not JSON`);
  }
  if (isUnsafeInteger(value)) {
    throw refusal('unsafe_integer', tokens, `integer ${value} is outside +-(2^53-1); send it as a string`);
  }
  return JSON.stringify(value);
}

function serializeArray(array: readonly unknown[], tokens: (string | number)[]): string {
  let text = '';
  for (let index = 0; index < array.length; index += 1) {
    tokens.push(index);
    if (!(index in array)) {
      throw refusal('sparse_array', tokens, 'an array element that is not there');
    }
    text += (index === 0 ? '' : ',') + serialize(array[index], tokens);
    tokens.pop();
  }
  return `[${text}]`;
}

function serializeObject(object: object, tokens: (string | number)[]): string {
  if (!isPlain(object)) {
    throw refusal('not_plain_object', tokens, 'an object that is not a plain one');
  }
  const keys = Object.keys(object);
  sortKeys(keys);
  let text = '';
  for (const key of keys) {
    const member = object[key];
    tokens.push(key);
    if (isPrototypeKey(key, member)) {
      throw refusal('prototype_key', tokens, 'a member name that reaches an object prototype');
    }
    text += `${text === '' ? '' : ','}${serializeString(key, tokens)}:${serialize(member, tokens)}`;
    tokens.pop();
  }
  return `{${text}}`;
}

function refusal(
  code: CanonicalErrorCode,
  tokens: readonly (string | number)[],
  detail: string,
): CanonicalError {
  return new CanonicalError(code, formatPointer(tokens), detail);
}
