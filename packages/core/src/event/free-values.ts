import { formatPointer } from '../canonical/json-pointer.ts';
import { isPrototypeKey } from '../canonical/prototype-key.ts';
import { isUnsafeInteger } from '../canonical/strict-number.ts';
import { FREE_OBJECT_DEPTH_MAX, JSON_DEPTH_MAX, PROBLEM_NAME_CHARS_MAX, PROBLEMS_MAX } from '../limits.ts';
import { type Problem, type ProblemCode, problem } from './problem.ts';

/** Members of the closed levels that hold free objects; no closed member of another kind has one of these names. */
const FREE_MEMBERS: ReadonlySet<string> = new Set(['metadata', 'before', 'after', 'details']);

/**
 * What no schema says about the values of an event: strings and member names are well formed and without NUL (which
 * PostgreSQL and C strings cannot hold), numbers survive every JSON parser, free objects are at most 32 levels deep,
 * and all of it is plain JSON.
 *
 * A quick walk says yes or no; only after a no does the exact one keep track of where it is.
 *
 * @param event  an event whose closed levels were checked by the schema
 * @returns the first problems in member order, none when all is well
 */
export function checkValues(event: object): Problem[] {
  if (isSoundObject(event, 0)) {
    return [];
  }
  const walk: Walk = { problems: [], tokens: [] };
  walkObject(walk, event, 0);
  return walk.problems;
}

/**
 * Whether a value has more than `max` values in it, found without looking at the rest: what cannot become a record is
 * refused before anything is spent on it.
 */
export function hasMoreValues(value: unknown, max: number): boolean {
  return countValues(value, max, 0) < 0;
}

/** Values still allowed after this one; negative once there are too many. */
function countValues(value: unknown, allowed: number, depth: number): number {
  let left = allowed - 1;
  // Too deep is refused by others; here it only must not exhaust the stack.
  if (typeof value !== 'object' || value === null || depth > JSON_DEPTH_MAX) return left;
  for (const key in value) {
    if (left < 0) return left;
    const member = (value as Readonly<Record<string, unknown>>)[key];
    left = typeof member === 'object' ? countValues(member, left, depth + 1) : left - 1;
  }
  return left;
}

/** `depth` counts the levels of the free object the walk is in; 0 on the closed levels. */
function isSound(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
      return isSoundText(value);
    case 'number':
      return Number.isFinite(value) && !isUnsafeInteger(value);
    case 'boolean':
      return true;
    case 'object':
      if (value === null) {
        return true;
      }
      if (depth > FREE_OBJECT_DEPTH_MAX) {
        return false;
      }
      return Array.isArray(value) ? isSoundArray(value, depth) : isSoundObject(value, depth);
    default:
      return false;
  }
}

function isSoundArray(array: readonly unknown[], depth: number): boolean {
  const below = depth === 0 ? 0 : depth + 1;
  for (let index = 0; index < array.length; index += 1) {
    if (!isSound(array[index], below)) {
      return false;
    }
  }
  return true;
}

function isSoundObject(object: object, depth: number): boolean {
  if (!isPlain(object)) {
    return false;
  }
  // Twice as fast as Object.keys. Inherited members, which a plain object has none of, would only be checked as well.
  for (const key in object) {
    const value = (object as Readonly<Record<string, unknown>>)[key];
    if (depth > 0 && (!isSoundText(key) || isPrototypeKey(key, value))) {
      return false;
    }
    if (!isSound(value, typeof value === 'object' ? depthBelow(key, depth) : depth)) {
      return false;
    }
  }
  return true;
}

function isSoundText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

function isPlain(object: object): boolean {
  const prototype = Object.getPrototypeOf(object);
  return prototype === Object.prototype || prototype === null;
}

/** Depth of the value of a member: free objects begin at the members named for them. */
function depthBelow(key: string, depth: number): number {
  return depth > 0 ? depth + 1 : FREE_MEMBERS.has(key) ? 1 : 0;
}

interface Walk {
  readonly problems: Problem[];
  /** Where the walk is. */
  readonly tokens: (string | number)[];
}

function walkValue(walk: Walk, value: unknown, depth: number): void {
  switch (typeof value) {
    case 'string':
      checkText(walk, value, 'contains');
      return;
    case 'number':
      checkNumber(walk, value);
      return;
    case 'boolean':
      return;
    case 'object':
      if (value !== null) {
        walkContainer(walk, value, depth);
      }
      return;
    default:
      refuse(walk, 'not_json', 'a JSON value; leave the member out instead', `is ${typeof value}`);
  }
}

function walkContainer(walk: Walk, container: object, depth: number): void {
  if (depth > FREE_OBJECT_DEPTH_MAX) {
    refuse(walk, 'too_deep', `at most ${FREE_OBJECT_DEPTH_MAX} nested levels`, 'is nested too deeply');
    return;
  }
  if (!Array.isArray(container)) {
    walkObject(walk, container, depth);
    return;
  }
  const below = depth === 0 ? 0 : depth + 1;
  for (let index = 0; index < container.length && walk.problems.length < PROBLEMS_MAX; index += 1) {
    walk.tokens.push(index);
    walkValue(walk, container[index], below);
    walk.tokens.pop();
  }
}

function walkObject(walk: Walk, object: object, depth: number): void {
  if (!isPlain(object)) {
    refuse(walk, 'not_json', 'a plain object', 'is an object of a class');
    return;
  }
  const keys = Object.keys(object);
  for (let index = 0; index < keys.length && walk.problems.length < PROBLEMS_MAX; index += 1) {
    const key = keys[index] as string;
    const value = (object as Readonly<Record<string, unknown>>)[key];
    walk.tokens.push(key);
    if (depth > 0) {
      checkName(walk, key, value);
    }
    walkValue(walk, value, depthBelow(key, depth));
    walk.tokens.pop();
  }
}

function checkName(walk: Walk, key: string, value: unknown): void {
  checkText(walk, key, 'has a name with');
  if (isPrototypeKey(key, value)) {
    refuse(walk, 'prototype_key', 'another member name', 'has a name that reaches an object prototype');
  }
}

function checkText(walk: Walk, text: string, verb: string): void {
  if (!text.isWellFormed()) {
    refuse(walk, 'lone_surrogate', 'well-formed Unicode', `${verb} half of a surrogate pair`);
  } else if (text.includes('\0')) {
    refuse(walk, 'nul_character', 'text without U+0000', `${verb} the character U+0000`);
  }
}

function checkNumber(walk: Walk, value: number): void {
  if (!Number.isFinite(value)) {
    refuse(walk, 'not_finite', 'a finite number', 'is not a finite number');
  } else if (isUnsafeInteger(value)) {
    refuse(
      walk,
      'unsafe_integer',
      'an integer within +-(2^53-1), or the digits as a string',
      'is an integer that not every JSON parser can hold',
    );
  }
}

function refuse(walk: Walk, code: ProblemCode, expected: string, what: string): void {
  walk.problems.push(problem(code, pointerTo(walk.tokens), expected, what));
}

/** JSON pointer with member names cut to a length that can be sent back. */
export function pointerTo(tokens: readonly (string | number)[]): string {
  return formatPointer(tokens.map((token) => (typeof token === 'string' ? quotableName(token) : token)));
}

function quotableName(name: string): string {
  const cut = name.length > PROBLEM_NAME_CHARS_MAX ? `${name.slice(0, PROBLEM_NAME_CHARS_MAX)}...` : name;
  return cut.toWellFormed();
}
