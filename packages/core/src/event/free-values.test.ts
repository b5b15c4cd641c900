import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CanonicalError, canonicalize } from '../canonical/canonicalize.ts';
import { checkValues, pointerTo } from './free-values.ts';

/** Almost JSON: everything JSON can say, and everything that comes close to it. */
const nearJson = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(
      null,
      true,
      false,
      0,
      -0,
      1.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      undefined,
      1n,
    ),
    fc.oneof(fc.integer(), fc.double(), fc.constantFrom(2 ** 53, -(2 ** 53), 2 ** 53 - 1, 1e21, 1e300)),
    fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('\ud800', 'a\udc00', '\0', '')),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(
        fc.string(),
        fc.constantFrom('metadata', 'details', '__proto__', 'constructor', 'prototype', '\ud800'),
      ),
      tie('value'),
      {
        maxKeys: 4,
        noNullPrototype: false,
      },
    ),
  ),
}));

function hasCanonicalForm(value: unknown): boolean {
  try {
    canonicalize(value);
    return true;
  } catch (error) {
    if (error instanceof CanonicalError) {
      return false;
    }
    throw error;
  }
}

describe('checkValues', () => {
  it('accepts exactly what has a canonical form and no NUL', () => {
    fc.assert(
      fc.property(nearJson.value, (value) => {
        const event = { metadata: { value } };
        const sound = hasCanonicalForm(event) && !JSON.stringify(event).includes('\\u0000');
        expect(checkValues(event).length === 0).toBe(sound);
      }),
      { numRuns: 2_000 },
    );
  });

  it('points at the first place, in the order of members', () => {
    const problems = checkValues({ metadata: { b: Number.NaN, a: [1, '\0', { 'x/y': undefined }] } });
    expect(problems.map(({ code, path }) => [code, path])).toEqual([
      ['not_finite', '/metadata/b'],
      ['nul_character', '/metadata/a/1'],
      ['not_json', '/metadata/a/2/x~1y'],
    ]);
  });

  it('refuses holes in lists', () => {
    const list = new Array(2);
    list[1] = 1;
    expect(checkValues({ metadata: { list } }).map(({ path }) => path)).toEqual(['/metadata/list/0']);
  });

  it('takes objects without a prototype', () => {
    expect(checkValues({ metadata: Object.create(null) })).toEqual([]);
  });

  it('comes back from any depth', () => {
    let deep: object = {};
    for (let level = 0; level < 100_000; level += 1) {
      deep = level % 2 === 0 ? [deep] : { a: deep };
    }
    expect(checkValues({ metadata: { deep } }).map(({ code }) => code)).toEqual(['too_deep']);
  });
});

describe('pointerTo', () => {
  it('escapes, cuts and mends names', () => {
    expect(pointerTo(['a/b', 'c~d', 0])).toBe('/a~1b/c~0d/0');
    expect(pointerTo(['x'.repeat(101)])).toBe(`/${'x'.repeat(100)}...`);
    expect(pointerTo(['\ud800'])).toBe('/\ufffd');
  });
});
