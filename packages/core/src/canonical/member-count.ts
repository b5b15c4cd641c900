import { JSON_DEPTH_MAX } from '../limits.ts';
import { startsWithDigit } from './index-key.ts';
import { isPrototypeKey } from './prototype-key.ts';

/** Whether members have to be in canonical order, or may come as they like. */
export type MemberOrder = 'canonical' | 'any';

/**
 * Members of all objects in a value that `JSON.parse` made. NaN, which equals nothing, at anything that strict JSON
 * refuses or might refuse (lone surrogates, numbers above 2^53-1, prototype keys, more than 64 levels), and with
 * `canonical` also at an object whose members are not in order in the text, or may not be. The exact code decides then.
 */
export function countMembers(value: unknown, depth: number, order: MemberOrder): number {
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
    ? countInArray(value, depth, order)
    : countInObject(value as Record<string, unknown>, depth, order);
}

function countInArray(array: readonly unknown[], depth: number, order: MemberOrder): number {
  let members = 0;
  for (let index = 0; index < array.length; index += 1) {
    members += countMembers(array[index], depth + 1, order);
  }
  return members;
}

function countInObject(object: Readonly<Record<string, unknown>>, depth: number, order: MemberOrder): number {
  const keys = Object.keys(object);
  let members = keys.length;
  let before = '';
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] as string;
    const member = object[key];
    if (isPrototypeKey(key, member) || !key.isWellFormed()) {
      return Number.NaN;
    }
    if (order === 'canonical' && (before > key || (keys.length > 1 && startsWithDigit(key)))) {
      return Number.NaN;
    }
    before = key;
    members += countMembers(member, depth + 1, order);
  }
  return members;
}
