import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readPostings } from './fts5-postings.ts';
import { DIGEST_SEED_BYTES, PostingDigest } from './posting-digest.ts';
import { SEARCH_TOKENIZER } from './search-index.ts';
import { SearchWords } from './search-words.ts';

const seed = new Uint8Array(DIGEST_SEED_BYTES).map((_, i) => 37 * i + 11);

/** Sum of the entries of an index with this one document. */
function indexed(open: string, sealed = ''): PostingDigest {
  const db = new DatabaseSync(':memory:');
  db.exec(`CREATE VIRTUAL TABLE t USING fts5 (text, sealed, content = '', tokenize = '${SEARCH_TOKENIZER}')`);
  db.prepare('INSERT INTO t (rowid, text, sealed) VALUES (7, ?, ?)').run(open, sealed);
  const digest = new PostingDigest(seed);
  const visitor = {
    onTerm: (bytes: Uint8Array): boolean => {
      digest.textTerm(bytes, bytes.length);
      return true;
    },
    onEntry: (_high: number, low: number, place: number, sign: 1 | -1): void =>
      digest.add(0, low, place, sign),
  };
  readPostings(db, { name: 't', detail: 'full' }, visitor);
  db.close();
  return digest;
}

describe('words of a search text', () => {
  const words = new SearchWords();
  afterAll(() => words.close());

  function differs(open: string, sealed = ''): boolean {
    const digest = new PostingDigest(seed);
    words.addTo(digest, 0, 7, { open, sealed });
    return digest.differingBlocks(indexed(open, sealed)).length > 0;
  }

  it.each([
    '',
    'Ada Lovelace <ada@example.com>\nedited "Plan_B-2.pdf" at 192.0.2.7',
    'Zürich, ÉCOLE, e\u0301cole, İstanbul, straße, ǅ, ﬁn',
    '東京都 日本語テスト ひらがな',
    'naïve—em dash…ellipsis\u00a0space “quotes”',
    '👩‍👩‍👧 family x👍y \u{1d4d0}\u{10ffff}',
    'half \ud800 surrogate \udc00end',
    'nul\u0000byte\u0007bell',
    '\u0301leading mark',
    `${'long'.repeat(4_000)} end`,
  ])('are those of the index: %j', (text) => {
    expect(differs(text)).toBe(false);
  });

  it('are those of the index for any text (property)', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.string({
        unit: fc.constantFrom('a', 'B', 'é', '9', ' ', '_', '-', 'ß', '\u0308', '字'),
        maxLength: 60,
      }),
    );
    fc.assert(fc.property(text, text, (open, sealed) => !differs(open, sealed)));
  });

  it.each(['annual raport', 'report annual', 'annual report report', 'annual', ''])(
    'are told from those of "annual report": %j',
    (text) => {
      const digest = new PostingDigest(seed);
      words.addTo(digest, 0, 7, { open: text, sealed: '' });
      expect(digest.differingBlocks(indexed('annual report'))).toEqual([0]);
    },
  );

  it.each([
    ['', 'annual report'],
    ['annual report', ''],
    ['report', 'annual'],
    ['annual report', 'report'],
  ])('are told from those of open "annual" and sealed "report": %j and %j', (open, sealed) => {
    const digest = new PostingDigest(seed);
    words.addTo(digest, 0, 7, { open, sealed });
    expect(digest.differingBlocks(indexed('annual', 'report'))).toEqual([0]);
  });
});
