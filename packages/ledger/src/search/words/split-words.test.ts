import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { splitWords } from './split-words.ts';

const db = new DatabaseSync(':memory:');
db.exec(`CREATE VIRTUAL TABLE words USING fts5 (text, content = '', tokenize = 'unicode61 remove_diacritics 2');
  CREATE VIRTUAL TABLE entries USING fts5vocab (words, instance)`);
const insert = db.prepare('INSERT INTO words (rowid, text) VALUES (?, ?)');
const entries = db.prepare('SELECT doc, term FROM entries ORDER BY doc, offset');

/** The words that SQLite makes of texts. */
function wordsOfSqlite(texts: readonly string[]): string[][] {
  db.exec("INSERT INTO words (words) VALUES ('delete-all'); BEGIN");
  for (const [i, text] of texts.entries()) insert.run(i, text);
  db.exec('COMMIT');
  const words: string[][] = texts.map(() => []);
  for (const { doc, term } of entries.iterate() as Iterable<{ doc: number; term: string }>) {
    words[doc]?.push(term);
  }
  return words;
}

describe('splitWords', () => {
  afterAll(() => db.close());

  it('knows every code point as SQLite does: between, in and before letters', () => {
    const differing: string[] = [];
    // Beyond the second plane there are no letters, but separators among the tags of plane 14.
    for (const from of [...Array(32).keys(), 0xe0, 0xff, 0x100, 0x10f].map((block) => block * 4_096)) {
      const codes = Array.from({ length: 4_096 }, (_, i) => from + i).filter(
        (code) => code > 0 && (code < 0xd800 || code >= 0xe000),
      );
      const texts = codes.map((code) => `x${String.fromCodePoint(code)}y ${String.fromCodePoint(code)}`);
      const expected = wordsOfSqlite(texts);
      for (const [i, text] of texts.entries()) {
        if (splitWords(text).join(' ') !== expected[i]?.join(' ')) {
          differing.push((codes[i] as number).toString(16));
        }
      }
    }
    expect(differing).toEqual([]);
  });

  // U+0000 is refused in every event, so nobody asks what it separates.
  it('makes the same words of any text', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom(
        'Zoë',
        'doc-17',
        'é',
        'e\u0301',
        '\u0301',
        '𐐀𐐨x',
        '監査 ログ',
        'ǅ',
        '\ud800',
        '\udc00a',
        '\0',
      ),
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.array(piece).map((pieces) => pieces.join('').replaceAll('\0', '')),
          { maxLength: 20 },
        ),
        (texts) => {
          expect(texts.map(splitWords)).toEqual(wordsOfSqlite(texts.map((text) => text.toWellFormed())));
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    ['', []],
    [' .-', []],
    ['OPS-4711: Zoë Ångström', ['ops', '4711', 'zoe', 'angstrom']],
    ['Cafe\u0301 ΑΘΉΝΑ', ['cafe', 'αθήνα']],
  ])('splits %j', (text, words) => {
    expect(splitWords(text)).toEqual(words);
  });
});
