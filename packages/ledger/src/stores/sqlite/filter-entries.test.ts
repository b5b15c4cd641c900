import { describe, expect, it } from 'vitest';
import { fieldOfLetter, parseFilterTerm, termsOfRow } from './filter-entries.ts';
import { FilterTerms } from './filter-terms.ts';
import { BLIND_COLUMNS, WORD_COLUMNS } from './schema.ts';

const parse = (text: string): unknown => parseFilterTerm(Buffer.from(text));

describe('filter terms as numbers', () => {
  it('are those that the writer makes as texts', () => {
    const terms = new FilterTerms(37);
    const words = WORD_COLUMNS.map((_, i) => BigInt(i * 1_000 + 1));
    const blinds = BLIND_COLUMNS.map((_, i) => BigInt.asIntN(64, 0x9e3779b97f4a7c15n * BigInt(i + 1)));
    const numbers: unknown[] = [];
    termsOfRow(
      { values: ['k', ...words, ...blinds], first: 1, httpStatus: 503, regulations: [7, 7, 99] },
      (letter, value) => numbers.push({ letter, value, logNo: 37 }),
    );
    const texts = [
      ...words.map((word, i) => terms.wordAt(i, Number(word))),
      ...blinds.map((blind, i) => terms.blindAt(i, blind)),
      ...[terms.http(503), terms.httpClass(5), terms.regulation(7), terms.regulation(99)],
    ];
    expect(numbers).toEqual(texts.map(parse));
  });

  it('are none for what a row leaves empty', () => {
    const values = [...WORD_COLUMNS, ...BLIND_COLUMNS].map(() => null);
    termsOfRow({ values, first: 0, httpStatus: null, regulations: [] }, () => expect.unreachable());
  });

  it('name the query column', () => {
    const field = (text: string): string => fieldOfLetter(text.charCodeAt(0));
    expect(WORD_COLUMNS.map((_, i) => field(new FilterTerms(1).wordAt(i, 1)))).toEqual(
      WORD_COLUMNS.map(([name]) => name),
    );
    expect(BLIND_COLUMNS.map((_, i) => field(new FilterTerms(1).blindAt(i, 1n)))).toEqual(
      BLIND_COLUMNS.map(([name]) => name),
    );
    expect(['u', 'v', 'w'].map(field)).toEqual(['httpStatus', 'httpStatus', 'regulations']);
  });

  it.each([
    '',
    'a',
    'a1',
    'a.1',
    'a1.',
    'a01.1',
    'a1.01',
    'x1.1',
    '01.1',
    'a1.1.1',
    'aü.1',
    `a${'z'.repeat(11)}.1`,
  ])('are not read from %j', (text) => {
    expect(parse(text)).toBeUndefined();
  });
});
