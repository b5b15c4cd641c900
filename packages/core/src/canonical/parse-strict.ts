import { JSON_DEPTH_MAX } from '../limits.ts';
import { isPrototypeKey } from './prototype-key.ts';
import { StrictJsonParser } from './strict-json-parser.ts';

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/**
 * Parses a JSON text (RFC 8259) and refuses what two parsers could read differently: duplicate members, lone
 * surrogates, integers outside +-(2^53-1), numbers beyond the range of a double, more than 64 levels, and members
 * that reach a prototype (`__proto__`, or `constructor` with a `prototype`).
 *
 * Fast path: the engine's own parser, one walk over the result, and a count of member names in the text, which is
 * larger than the number of members found exactly when a name came twice. At the first doubt the exact parser
 * decides, and says where.
 *
 * @throws {StrictJsonError} with code, JSON pointer and offset
 */
export function parseStrict(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) {
      throw error;
    }
    return new StrictJsonParser(text).parse();
  }
  return countMembers(value, 0) === countMemberNames(text) ? value : new StrictJsonParser(text).parse();
}

/** Members of all objects in the value; NaN, which equals nothing, at anything the exact parser has to look at. */
function countMembers(value: unknown, depth: number): number {
  if (typeof value === 'string') {
    return value.isWellFormed() ? 0 : Number.NaN;
  }
  if (typeof value === 'number') {
    return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? 0 : Number.NaN;
  }
  if (typeof value !== 'object' || value === null) {
    return 0;
  }
  if (depth >= JSON_DEPTH_MAX) {
    return Number.NaN;
  }
  return Array.isArray(value)
    ? countInArray(value, depth)
    : countInObject(value as Record<string, unknown>, depth);
}

function countInArray(array: readonly unknown[], depth: number): number {
  let members = 0;
  for (let index = 0; index < array.length; index += 1) {
    members += countMembers(array[index], depth + 1);
  }
  return members;
}

function countInObject(object: Readonly<Record<string, unknown>>, depth: number): number {
  const keys = Object.keys(object);
  let members = keys.length;
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] as string;
    const member = object[key];
    if (isPrototypeKey(key, member) || !key.isWellFormed()) {
      return Number.NaN;
    }
    members += countMembers(member, depth + 1);
  }
  return members;
}

/**
 * Strings of a valid JSON text that are followed by a colon. Hops from quote to quote with the engine's search, so
 * its cost goes with the number of strings, not of characters.
 */
function countMemberNames(text: string): number {
  let names = 0;
  let open = text.indexOf('"');
  while (open >= 0) {
    let at = endOfString(text, open) + 1;
    let unit = text.charCodeAt(at);
    while (unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09) {
      at += 1;
      unit = text.charCodeAt(at);
    }
    if (unit === COLON) {
      names += 1;
    }
    open = unit === QUOTE ? at : text.indexOf('"', at);
  }
  return names;
}

/** Index of the quote that ends the string opened at `open`: the first one behind an even run of backslashes. */
function endOfString(text: string, open: number): number {
  let close = text.indexOf('"', open + 1);
  while (text.charCodeAt(close - 1) === BACKSLASH) {
    let backslashes = 1;
    while (text.charCodeAt(close - 1 - backslashes) === BACKSLASH) {
      backslashes += 1;
    }
    if (backslashes % 2 === 0) {
      break;
    }
    close = text.indexOf('"', close + 1);
  }
  return close;
}
