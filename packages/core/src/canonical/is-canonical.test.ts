import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CanonicalError, canonicalize } from './canonicalize.ts';
import { isCanonical } from './is-canonical.ts';

/** The definition: the round trip gives the same text. */
function roundTrips(text: string): boolean {
  try {
    return canonicalize(JSON.parse(text)) === text;
  } catch (error) {
    if (error instanceof CanonicalError || error instanceof SyntaxError) {
      return false;
    }
    throw error;
  }
}

const canonicalText = fc
  .dictionary(
    fc.oneof(fc.string({ maxLength: 4 }), fc.nat({ max: 30 }).map(String)),
    fc.oneof(fc.jsonValue({ noUnicodeString: false }), fc.integer(), fc.double({ noNaN: true })),
    { maxKeys: 8 },
  )
  .map((value) => {
    try {
      return canonicalize(value);
    } catch {
      return '{}';
    }
  });
const fragment = fc.constantFrom(
  ...'"\\{}[],:0-.eE+ \n1'.split(''),
  '1.0',
  '1e2',
  '-0',
  '0.1',
  '1e21',
  '1e+21',
  '1E+21',
  '9007199254740992',
  '1000000000000000000000',
  '5e-324',
  '"a":1,',
  '"":1,',
  '\\u0041',
  '\\n',
  '\\u000a',
  '\\ud800',
  '\ud800',
  '"__proto__":1,',
);
const damaged = fc
  .tuple(
    canonicalText,
    fc.array(fc.tuple(fc.nat({ max: 300 }), fc.nat({ max: 2 }), fragment), { maxLength: 2 }),
  )
  .map(([text, edits]) =>
    edits.reduce((changed, [at, removed, added]) => {
      const place = at % (changed.length + 1);
      return changed.slice(0, place) + added + changed.slice(place + removed);
    }, text),
  );

describe('isCanonical', () => {
  it('agrees with the round trip on canonical texts and on damaged ones (property)', () => {
    fc.assert(
      fc.property(damaged, (text) => {
        expect(isCanonical(text)).toBe(roundTrips(text));
      }),
      { numRuns: 10_000 },
    );
  });

  it.each([
    '{"b":1,"a":2}',
    '{"a":1,"a":1}',
    '{"a":1,"a":2,"b":[]}',
    '{"a": 1}',
    '{"a":1}\n',
    '[1.0]',
    '[1e2]',
    '[1E+21]',
    '[-0]',
    '[-0.0]',
    '[0.10]',
    '["\\u0041"]',
    '["\\/"]',
    '["\\u000A"]',
    '[9007199254740993]',
    '[9007199254740992]',
    '[1000000000000000000000]',
    '["\\ud800"]',
    '["\ud800"]',
    '{"\ud800":1}',
    '{"__proto__":1}',
    '{"constructor":{"prototype":1}}',
    '[0.1000000000000000055]',
    '[1e400]',
    '1 ',
    '\ufeff1',
    '{"a":1',
    '',
    '{"9":1,"10":1}',
    `${'['.repeat(65)}${']'.repeat(65)}`,
  ])('is false for %j', (text) => {
    expect(isCanonical(text)).toBe(false);
    expect(roundTrips(text)).toBe(false);
  });

  it.each([
    '{}',
    '[]',
    '""',
    'null',
    'true',
    '-1',
    '0',
    '{"10":1,"9":2}',
    '["\\u0000\\n"]',
    '[1e+30,0.000001,-12.5,5e-324]',
    '{"a":": \\" :","b":true,"c":[false,null,{"d e":1}]}',
    '{"":"a:b{} [1.0]"}',
    `${'['.repeat(64)}${']'.repeat(64)}`,
  ])('is true for %j', (text) => {
    expect(isCanonical(text)).toBe(true);
    expect(roundTrips(text)).toBe(true);
  });
});
