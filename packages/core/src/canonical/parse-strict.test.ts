import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalize } from './canonicalize.ts';
import { parseStrict } from './parse-strict.ts';
import { StrictJsonError } from './strict-json-error.ts';
import { StrictJsonParser } from './strict-json-parser.ts';

type Outcome =
  | { readonly value: unknown }
  | { readonly code: string; readonly path: string; readonly offset: number };

function outcome(parse: () => unknown): Outcome {
  try {
    return { value: parse() };
  } catch (error) {
    if (error instanceof StrictJsonError) {
      return { code: error.code, path: error.path, offset: error.offset };
    }
    throw error;
  }
}

/** JSON texts that are close to valid: real ones with white space, then a few characters changed. */
const spaced = fc
  .tuple(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom('', ' ', '\t', '\n  '))
  .map(([value, indent]) => JSON.stringify(value, null, indent));
const fragment = fc.constantFrom(
  ...'"\\{}[],:0-.eE+ \n'.split(''),
  '\\u',
  '\\ud800',
  '\\udc00',
  '\ud800',
  '9007199254740993',
  '1e400',
  '1e30',
  '"a":1,"a":2',
  '"__proto__":1',
  '{"constructor":{"prototype":1}}',
  '\\"',
  '\\\\"',
  'true',
  'nul',
);
const damaged = fc
  .tuple(spaced, fc.array(fc.tuple(fc.nat({ max: 400 }), fc.nat({ max: 2 }), fragment), { maxLength: 3 }))
  .map(([text, edits]) =>
    edits.reduce((changed, [at, removed, added]) => {
      const place = at % (changed.length + 1);
      return changed.slice(0, place) + added + changed.slice(place + removed);
    }, text),
  );

describe('parseStrict', () => {
  it('gives what JSON.parse gives for text that is not suspicious (property)', () => {
    fc.assert(
      fc.property(spaced, (text) => {
        const result = outcome(() => parseStrict(text));
        if ('value' in result) {
          expect(result.value).toEqual(JSON.parse(text));
        } else {
          expect(['unsafe_integer', 'prototype_key', 'too_deep', 'lone_surrogate']).toContain(result.code);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('both paths agree on every text, also damaged ones (property)', () => {
    fc.assert(
      fc.property(damaged, (text) => {
        expect(outcome(() => parseStrict(text))).toEqual(outcome(() => new StrictJsonParser(text).parse()));
      }),
      { numRuns: 5_000 },
    );
  });

  it('the exact parser refuses as syntax exactly what JSON.parse refuses (property)', () => {
    fc.assert(
      fc.property(damaged, (text) => {
        const exact = outcome(() => new StrictJsonParser(text).parse());
        let parses = true;
        try {
          JSON.parse(text);
        } catch {
          parses = false;
        }
        // Another offence may come first in a text that is broken later on; never a syntax error in a valid one.
        if (parses) {
          expect('code' in exact && exact.code === 'syntax').toBe(false);
        } else {
          expect('code' in exact).toBe(true);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('accepts only what canonicalize accepts (property)', () => {
    fc.assert(
      fc.property(damaged, (text) => {
        const result = outcome(() => parseStrict(text));
        if ('value' in result) {
          expect(parseStrict(canonicalize(result.value))).toEqual(JSON.parse(canonicalize(result.value)));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it.each<[string, string, string, number]>([
    ['{"a":1,"b":{"c":1,"c":2}}', 'duplicate_member', '/b/c', 18],
    ['{"a":1,"\\u0061":2}', 'duplicate_member', '/a', 7],
    ['[{"x":"\\"a\\":","x":1}]', 'duplicate_member', '/0/x', 15],
    ['{"a":"\\ud800"}', 'lone_surrogate', '/a', 5],
    ['{"\\udc00":1}', 'lone_surrogate', '', 1],
    ['["\ud800"]', 'lone_surrogate', '/0', 1],
    ['{"n":9007199254740992}', 'unsafe_integer', '/n', 5],
    ['{"n":-9007199254740993}', 'unsafe_integer', '/n', 5],
    ['[1000000000000000000000000000000]', 'unsafe_integer', '/0', 1],
    ['[9007199254740993.0]', 'unsafe_integer', '/0', 1],
    ['[9.1e15]', 'unsafe_integer', '/0', 1],
    ['[1e400]', 'number_out_of_range', '/0', 1],
    ['{"a":{"__proto__":{}}}', 'prototype_key', '/a/__proto__', 6],
    ['{"__proto__":1}', 'prototype_key', '/__proto__', 1],
    ['{"\\u005f_proto__":1}', 'prototype_key', '/__proto__', 1],
    ['{"a":[{"constructor":{"prototype":{"x":1}}}]}', 'prototype_key', '/a/0/constructor', 7],
    [`${'['.repeat(65)}${']'.repeat(65)}`, 'too_deep', '/0'.repeat(64), 64],
    ['['.repeat(100_000), 'too_deep', '/0'.repeat(64), 64],
    ['', 'syntax', '', 0],
    ['   ', 'syntax', '', 3],
    ['\ufeff{}', 'syntax', '', 0],
    ['{"a":1,}', 'syntax', '', 7],
    ['[1,]', 'syntax', '/1', 3],
    ['{"a" 1}', 'syntax', '/a', 5],
    ['{a:1}', 'syntax', '', 1],
    ["{'a':1}", 'syntax', '', 1],
    ['[1 2]', 'syntax', '', 3],
    ['[01]', 'syntax', '', 2],
    ['[+1]', 'syntax', '/0', 1],
    ['[.5]', 'syntax', '/0', 1],
    ['[1.]', 'syntax', '', 2],
    ['[NaN]', 'syntax', '/0', 1],
    ['{"a":"x\ny"}', 'syntax', '/a', 7],
    ['["\\x41"]', 'syntax', '/0', 2],
    ['["\\u00g0"]', 'syntax', '/0', 2],
    ['["abc]', 'syntax', '/0', 1],
    ['"abc\\', 'syntax', '', 4],
    ['{} x', 'syntax', '', 3],
    ['[1', 'syntax', '', 2],
    ['{"a":tru}', 'syntax', '/a', 5],
    ['[\u00a01]', 'syntax', '/0', 1],
  ])('refuses %j with the place', (text, code, path, offset) => {
    expect(outcome(() => parseStrict(text))).toEqual({ code, path, offset });
  });

  it('accepts what only looks suspicious', () => {
    expect(parseStrict('{"constructor":1,"prototype":{"constructor":[]}}')).toEqual({
      constructor: 1,
      prototype: { constructor: [] },
    });
    expect(parseStrict('[1E30,-1.5e300,"\\ud83d\\ude02",-0,9007199254740991]')).toEqual([
      1e30,
      -1.5e300,
      '\u{1f602}',
      -0,
      9007199254740991,
    ]);
    expect(parseStrict('{"a\\\\":1,"a":{"b:":":","\\"":1}, "c" \n : "x"}')).toEqual({
      'a\\': 1,
      a: { 'b:': ':', '"': 1 },
      c: 'x',
    });
    expect(parseStrict(`${'['.repeat(64)}${']'.repeat(64)}`)).toBeDefined();
  });

  it('gives no object a foreign prototype', () => {
    const value = parseStrict('{"a":{"constructor":{"x":1}},"n":1e30}') as Record<string, unknown>;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect('x' in {}).toBe(false);
  });
});
