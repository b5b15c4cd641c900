import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { SearchTexts } from '../../followers/search-text.ts';
import { BoundedMap } from './bounded-map.ts';
import { COLUMN_PLACES } from './fts5-postings.ts';
import type { PostingDigest } from './posting-digest.ts';
import { SEARCH_TOKENIZER } from './search-index.ts';

/** Words with other letters than ASCII that are remembered: a log says the same names again and again. */
const WORDS_REMEMBERED_MAX = 20_000;

/** For each ASCII character what it is in a word: its lower case, or 0 between words. */
const ASCII_WORD = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  return /[0-9a-z]/i.test(char) ? char.toLowerCase().charCodeAt(0) : 0;
});

/**
 * Splits texts into the words that the full-text index has of them. ASCII is split here, as `unicode61` does it;
 * everything else by SQLite itself, so that there is one definition of a letter.
 */
export class SearchWords {
  readonly #db = new DatabaseSync(':memory:');
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  #word = new Uint8Array(1_024);
  readonly #remembered = new BoundedMap<string, readonly Uint8Array[]>(WORDS_REMEMBERED_MAX);

  constructor() {
    this.#db.exec(`CREATE VIRTUAL TABLE words USING fts5 (text, content = '', tokenize = '${SEARCH_TOKENIZER}');
      CREATE VIRTUAL TABLE entries USING fts5vocab (words, instance)`);
    this.#insert = this.#db.prepare('INSERT INTO words (rowid, text) VALUES (1, ?)');
    this.#select = this.#db.prepare('SELECT CAST(term AS BLOB) AS term FROM entries ORDER BY offset');
  }

  close(): void {
    this.#db.close();
  }

  /** Adds every word of a document with its place to a block of a digest. */
  addTo(digest: PostingDigest, block: number, document: number, { open, sealed }: SearchTexts): void {
    const add = (place: number): void => digest.add(block, document, place, 1);
    this.#addWords(digest, open, add);
    if (sealed !== '') this.#addWords(digest, sealed, (position) => add(COLUMN_PLACES + position));
  }

  #addWords(digest: PostingDigest, text: string, add: (position: number) => void): void {
    if (text.length > this.#word.length) this.#word = new Uint8Array(text.length * 2);
    const word = this.#word;
    let position = 0;
    let at = 0;
    while (at < text.length) {
      const start = at;
      let isAscii = true;
      for (; at < text.length; at += 1) {
        const code = text.charCodeAt(at);
        const byte = code < 128 ? (ASCII_WORD[code] as number) : 0;
        if (byte !== 0) word[at - start] = byte;
        else if (code < 128) break;
        else isAscii = false;
      }
      if (at === start) {
        at += 1;
      } else if (isAscii) {
        digest.textTerm(word, at - start);
        add(position);
        position += 1;
      } else {
        for (const other of this.#wordsOf(text.slice(start, at))) {
          digest.textTerm(other, other.length);
          add(position);
          position += 1;
        }
      }
    }
  }

  /** Words of a text without ASCII separators; there may be others in it. */
  #wordsOf(text: string): readonly Uint8Array[] {
    const known = this.#remembered.get(text);
    if (known !== undefined) return known;
    this.#db.exec("INSERT INTO words (words) VALUES ('delete-all')");
    this.#insert.run(text);
    const words = (this.#select.all() as { readonly term: Uint8Array }[]).map(({ term }) => term);
    this.#remembered.set(text, words);
    return words;
  }
}
