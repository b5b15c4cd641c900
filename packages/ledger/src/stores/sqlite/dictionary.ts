import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { BoundedMap } from './bounded-map.ts';
import { WORDS_CACHED_MAX } from './sqlite-limits.ts';

/** Numbers of words in the rows of this database, with a bounded cache. One per connection. */
export class Dictionary {
  readonly #select: StatementSync;
  readonly #selectWord: StatementSync;
  readonly #selectPrefix: StatementSync;
  readonly #insert: StatementSync | undefined;
  readonly #numbers = new BoundedMap<string, number>(WORDS_CACHED_MAX);
  readonly #words = new BoundedMap<number, string>(WORDS_CACHED_MAX);

  constructor(db: DatabaseSync, access: 'read' | 'write') {
    this.#select = db.prepare('SELECT word_no FROM words WHERE word = ?');
    this.#selectWord = db.prepare('SELECT word FROM words WHERE word_no = ?');
    this.#selectPrefix = db.prepare(
      'SELECT word_no FROM words WHERE word >= ? AND word < ? ORDER BY word LIMIT ?',
    );
    this.#insert = access === 'write' ? db.prepare('INSERT INTO words (word) VALUES (?)') : undefined;
  }

  /** The word's number, or `undefined` when no row can hold it. */
  find(word: string): number | undefined {
    const cached = this.#numbers.get(word);
    if (cached !== undefined) return cached;
    const row = this.#select.get(word) as { readonly word_no: number } | undefined;
    if (row !== undefined) this.#numbers.set(word, row.word_no);
    return row?.word_no;
  }

  /** The word's number, made when it is new. Call `forget` when the surrounding transaction is rolled back. */
  ensure(word: string): number {
    const known = this.find(word);
    if (known !== undefined) return known;
    if (this.#insert === undefined) throw new Error('a reading connection cannot add words');
    const number = Number(this.#insert.run(word).lastInsertRowid);
    this.#numbers.set(word, number);
    return number;
  }

  /** Drops the cache, whose last numbers may belong to a transaction that was rolled back. */
  forget(): void {
    this.#numbers.clear();
    this.#words.clear();
  }

  /** The word of a number, or `undefined` for a number that the dictionary does not have. */
  word(number: number): string | undefined {
    const cached = this.#words.get(number);
    if (cached !== undefined) return cached;
    const row = this.#selectWord.get(number) as { readonly word: string } | undefined;
    if (row !== undefined) this.#words.set(number, row.word);
    return row?.word;
  }

  /** Numbers of the words that begin with `prefix`, at most `limit`. */
  withPrefix(prefix: string, limit: number): number[] {
    const rows = this.#selectPrefix.all(prefix, `${prefix}\u{10ffff}`, limit) as {
      readonly word_no: number;
    }[];
    return rows.map((row) => row.word_no);
  }
}
