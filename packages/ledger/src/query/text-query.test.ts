import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FilterError } from './filter-error.ts';
import { parseTextQuery } from './text-query.ts';

const word = (...words: string[]) => ({ words, prefix: false });
const prefix = (...words: string[]) => ({ words, prefix: true });

describe('parseTextQuery', () => {
  it.each([
    ['contract', [word('contract')], []],
    ['  contract \t signed\n', [word('contract'), word('signed')], []],
    ['"signed contract"', [word('signed', 'contract')], []],
    ['contr*', [prefix('contr')], []],
    ['"signed contr"*', [prefix('signed', 'contr')], []],
    ['contract -draft', [word('contract')], [word('draft')]],
    ['-"first draft" contract', [word('contract')], [word('first', 'draft')]],
    ['a -b* -"c d"*', [word('a')], [prefix('b'), prefix('c', 'd')]],
    ['req-17', [word('req', '17')], []],
    ['alice@example.com', [word('alice', 'example', 'com')], []],
    ['AND OR NOT NEAR', [word('AND'), word('OR'), word('NOT'), word('NEAR')], []],
    ['Übersicht “Q3” 日本', [word('Übersicht'), word('Q3'), word('日本')], []],
    ['a"b c"d', [word('a'), word('b', 'c'), word('d')], []],
    ['col:x', [word('col', 'x')], []],
    ["x' OR 1=1 --y", [word('x'), word('OR'), word('1', '1')], [word('y')]],
  ])('reads %s', (q, all, none) => {
    expect(parseTextQuery(q)).toEqual({ all, none });
  });

  it.each([
    ['nothing', ''],
    ['white space', ' \t'],
    ['only what is excluded', '-draft'],
    ['an open quote', '"signed contract'],
    ['an open excluded quote', 'a -"b'],
    ['a star alone', '*'],
    ['a star inside', 'con*ct'],
    ['a star inside a phrase', '"a* b"'],
    ['two stars', 'a**'],
    ['no letter or digit', 'a ---'],
    ['an empty phrase', 'a ""'],
    ['a lone minus', 'a - b'],
    ['NUL', 'a\0b'],
    ['a lone surrogate', 'a\ud800'],
  ])('refuses %s', (_name, q) => {
    expect(() => parseTextQuery(q)).toThrow(expect.objectContaining({ code: 'bad_value', parameter: 'q' }));
  });

  it('takes 1,000 characters and 32 words and no more', () => {
    expect(parseTextQuery('a'.repeat(1_000)).all).toHaveLength(1);
    expect(() => parseTextQuery('a'.repeat(1_001))).toThrow(
      expect.objectContaining({ code: 'out_of_range' }),
    );
    expect(parseTextQuery('a '.repeat(32)).all).toHaveLength(32);
    expect(() => parseTextQuery('a '.repeat(33))).toThrow(expect.objectContaining({ code: 'too_many' }));
    expect(() => parseTextQuery(`a -${'b.'.repeat(32)}`)).toThrow(
      expect.objectContaining({ code: 'too_many' }),
    );
  });

  it('answers or refuses everything, and leaves only words', () => {
    const text = fc.array(
      fc.constantFrom('a', 'B', '1', ' ', '"', '-', '*', '.', 'é', '😀', ':', '(', '\\'),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(text, (parts) => {
        try {
          const { all, none } = parseTextQuery(parts.join(''));
          expect(all.length).toBeGreaterThan(0);
          for (const { words } of [...all, ...none]) {
            expect(words.join('')).toMatch(/^[\p{L}\p{N}\p{M}\p{Co}]+$/u);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(FilterError);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
