import { EVENT_DEPTH_MAX } from '../limits.ts';
import { presented } from '../redaction/redact.ts';

/** Characters and bytes that are looked at of one state: 10 ms of work, or 60 of a state of nothing but small members. */
const UNITS_MAX = 1_000_000;

/** In place of names that are too many, or cannot be told. */
export const MORE = '…';

/** Members of which it cannot be told, until no more are looked at. */
const UNKNOWN_MAX = 1_000;

/** Even a short place in a list of thousands, with what is there, is longer. */
const PLACE_CHARS = 8;

export type Fingerprints = Readonly<Record<string, number>>;

/**
 * A number for each member of a state that tells what is in it, as it would leave if an event had room for all of it: the
 * sum of the hashes of its parts, each with its place, so that the order of names does not count. It is NaN, which differs
 * from everything, where something throws, is too deep, or more than there is time for, and 0 of what does not leave.
 *
 * @throws when not even the names of the members can be told
 */
export function fingerprints(state: object): Fingerprints {
  const prints: Record<string, number> = Object.create(null);
  let left = UNITS_MAX;
  let sum = 0;
  let unknown = 0;

  function take(units: number): void {
    if (units > left) throw new RangeError();
    left -= units;
  }

  function add(part: string): void {
    take(part.length);
    sum = (sum + hashOf(part)) % 2 ** 52;
  }

  function walk(value: unknown, place: string, path: readonly unknown[]): void {
    const at = path.indexOf(value);
    if (at >= 0) add(`${place}^${at}`);
    else if (typeof value === 'string' || typeof value === 'bigint') add(`${place}"${value}`);
    else if (typeof value === 'object' && value) walkObject(value, place, [...path, value]);
    else {
      const text = JSON.stringify(value) as string | undefined;
      if (text) add(`${place}=${text}`);
    }
  }

  function walkObject(value: object, place: string, path: readonly unknown[]): void {
    if (path.length > EVENT_DEPTH_MAX) throw new RangeError();
    const shown = presented(value);
    if (ArrayBuffer.isView(value)) {
      take(value.byteLength);
      add(`${place}#${hashOf(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))}`);
    } else if (shown !== value) walk(shown, place, path);
    else {
      const isList = Array.isArray(value);
      // More than there is time for, as each item has a place to tell.
      if (isList && value.length > left / PLACE_CHARS) throw new RangeError();
      const names = Object.keys(value);
      const prototype: unknown = Object.getPrototypeOf(value);
      // An object of a class that shows nothing may keep anything to itself.
      if (names.length === 0 && !isList && prototype && Object.getPrototypeOf(prototype))
        throw new TypeError();
      add(`${place}${isList}`);
      for (const name of names) {
        if (place) walk((value as Fingerprints)[name], `${place}${name.length}.${name}`, path);
        else {
          sum = 0;
          try {
            walk((value as Fingerprints)[name], '.', path);
          } catch {
            sum = Number.NaN;
            unknown += 1;
          }
          prints[name] = sum;
          // An error for each of a million members would take longer than all the rest.
          if (unknown > UNKNOWN_MAX) {
            prints[MORE] = Number.NaN;
            return;
          }
        }
      }
    }
  }

  walk(state, '', []);
  return prints;
}

/** Drawn by each process, so that nobody can prepare two contents of the same hash. */
let seed: number | undefined;

/** 52 bits that depend on each character or byte and its place; quick, and no cryptography. */
function hashOf(units: string | Uint8Array): number {
  seed ??= Math.random() * 2 ** 32;
  let a = seed | 0;
  let b = ~a;
  // Four rounds behind the end mix the last ones.
  for (let i = 0; i < units.length + 4; i += 1) {
    const unit = typeof units === 'string' ? units.charCodeAt(i) : (units[i] as number);
    a = Math.imul(a ^ unit, 0x9e3779b1);
    a ^= a >>> 15;
    b = Math.imul(b ^ unit, 0x85ebca6b);
    b ^= b >>> 13;
  }
  return (b & 0xfffff) * 2 ** 32 + (a >>> 0);
}
