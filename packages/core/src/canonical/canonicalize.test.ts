import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalize } from './canonicalize.ts';
import { isCanonical } from './is-canonical.ts';

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) {
    value = level % 2 === 0 ? [value] : { member: value };
  }
  return value;
}

/** RFC 8785 written down as plainly as possible, to compare with. */
function plainJcs(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(plainJcs).join(',')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${plainJcs(member)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

const key = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.string({ unit: 'grapheme', maxLength: 3 }),
  fc.nat({ max: 120 }).map(String),
);
const jsonValue = fc.jsonValue({ noUnicodeString: false }).filter(isStrict);
const objects = fc.dictionary(key, jsonValue, { maxKeys: 40 }).filter(isStrict);

function isStrict(value: unknown): boolean {
  const text = JSON.stringify(value);
  return !text.includes('"__proto__"') && !text.includes('"constructor"') && !hasUnsafeInteger(value);
}

function hasUnsafeInteger(value: unknown): boolean {
  if (typeof value === 'number') {
    return /^-?\d+$/.test(String(value)) && !Number.isSafeInteger(value);
  }
  return typeof value === 'object' && value !== null && Object.values(value).some(hasUnsafeInteger);
}

describe('canonicalize', () => {
  it('sorts members by UTF-16 code units at every level', () => {
    expect(canonicalize({ b: 1, a: [{ d: 1, c: 2 }], '\u{1f602}': 0, '\ufb33': 0 })).toBe(
      '{"a":[{"c":2,"d":1}],"b":1,"\u{1f602}":0,"\ufb33":0}',
    );
  });

  it('sorts members that look like array indices as text, which engines do not', () => {
    expect(canonicalize({ 9: 'a', 10: 'b', '': 'c' })).toBe('{"":"c","10":"b","9":"a"}');
    expect(canonicalize({ z: { b: 1, 10: 1, 9: { d: 1, c: 1 } }, a: 1 })).toBe(
      '{"a":1,"z":{"10":1,"9":{"c":1,"d":1},"b":1}}',
    );
    expect(canonicalize({ 1: 1, 2: { b: 1, a: 1 }, a: { d: 1, c: 1 }, b: 0 })).toBe(
      '{"1":1,"2":{"a":1,"b":1},"a":{"c":1,"d":1},"b":0}',
    );
  });

  it('prints negative zero as 0 and escapes only what must be', () => {
    expect(canonicalize([-0, '\u0000\b\t\n\f\r"\\/\u007f\u2028<'])).toBe(
      '[0,"\\u0000\\b\\t\\n\\f\\r\\"\\\\/\u007f\u2028<"]',
    );
  });

  it('leaves its input as it was', () => {
    const inner = { z: 1, a: 2 };
    const value = Object.freeze({ y: Object.freeze([Object.freeze(inner)]), b: 1 });
    canonicalize(value);
    expect(JSON.stringify(value)).toBe('{"y":[{"z":1,"a":2}],"b":1}');
  });

  it('agrees with RFC 8785 written down plainly (property)', () => {
    fc.assert(
      fc.property(fc.oneof(jsonValue, objects), (value) => {
        const text = canonicalize(value);
        expect(text).toBe(plainJcs(value));
        expect(canonicalize(JSON.parse(text))).toBe(text);
        expect(isCanonical(text)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('does not depend on the order of insertion (property)', () => {
    fc.assert(
      fc.property(objects, (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalize(reversed)).toBe(canonicalize(value));
      }),
      { numRuns: 500 },
    );
  });

  it.each<[string, unknown, string, string]>([
    ['a lone high surrogate', { a: ['x\ud800y'] }, 'lone_surrogate', '/a/0'],
    ['a lone low surrogate in a name', { a: { '\udc00': 1 } }, 'lone_surrogate', '/a/\udc00'],
    ['NaN', { a: Number.NaN }, 'not_finite', '/a'],
    ['infinity', [1, Number.NEGATIVE_INFINITY], 'not_finite', '/1'],
    ['2^53', { n: 2 ** 53 }, 'unsafe_integer', '/n'],
    ['-2^53', { n: -(2 ** 53) }, 'unsafe_integer', '/n'],
    ['an integer just below 10^21', 999_999_999_999_999_900_000, 'unsafe_integer', ''],
    ['undefined in an object', { a: undefined }, 'unsupported_type', '/a'],
    ['undefined in an array', [undefined], 'unsupported_type', '/0'],
    ['undefined', undefined, 'unsupported_type', ''],
    ['a function', { toJSON: () => 1 }, 'unsupported_type', '/toJSON'],
    ['a symbol', [Symbol('s')], 'unsupported_type', '/0'],
    ['a bigint', { n: 1n }, 'unsupported_type', '/n'],
    ['a sparse array', { a: new Array(2) }, 'sparse_array', '/a/0'],
    ['a date', { at: new Date(0) }, 'not_plain_object', '/at'],
    ['a map', new Map(), 'not_plain_object', ''],
    ['an inherited object', Object.create({ a: 1 }), 'not_plain_object', ''],
    ['a boxed number', [Object(1)], 'not_plain_object', '/0'],
    ['bytes', { b: new Uint8Array(1) }, 'not_plain_object', '/b'],
    ['__proto__', JSON.parse('{"a":{"__proto__":1}}'), 'prototype_key', '/a/__proto__'],
    ['constructor.prototype', { constructor: { prototype: {} } }, 'prototype_key', '/constructor'],
    ['65 levels', nested(65), 'too_deep', '/0/member'.repeat(32)],
  ])('trap 5: refuses %s and says where', (_name, value, code, path) => {
    expect(() => canonicalize(value)).toThrow(
      expect.objectContaining({ name: 'CanonicalError', code, path }),
    );
  });

  it('refuses an object that contains itself', () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    expect(() => canonicalize(loop)).toThrow(expect.objectContaining({ code: 'too_deep' }));
  });

  it('keeps what is only unusual: 64 levels, plain constructor members, floats above 2^53, no prototype', () => {
    expect(canonicalize(nested(64))).toHaveLength(32 * 2 + 32 * '{"member":}'.length + 1);
    expect(canonicalize({ constructor: 'Ferrari', prototype: { b: 1, a: 1 } })).toBe(
      '{"constructor":"Ferrari","prototype":{"a":1,"b":1}}',
    );
    expect(canonicalize([1e21, 2 ** 53 - 1, 5e-324])).toBe('[1e+21,9007199254740991,5e-324]');
    expect(canonicalize(Object.assign(Object.create(null), { b: 1, a: 1 }))).toBe('{"a":1,"b":1}');
  });

  it('escapes the tokens of the path', () => {
    expect(() => canonicalize({ 'a/b': { 'c~d': [null, undefined] } })).toThrow(
      expect.objectContaining({ path: '/a~1b/c~0d/1' }),
    );
  });
});
