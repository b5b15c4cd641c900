import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { SearchTexts } from '../../followers/search-text.ts';
import { readPostings } from './fts5-postings.ts';
import { attachSearch, openForReading } from './open-database.ts';
import {
  BLOCK_SEQS,
  blockOf,
  DIGEST_BLOCKS,
  DIGEST_SEED_BYTES,
  PostingDigest,
  seqsOfBlock,
} from './posting-digest.ts';
import { recordKey, seqOfKey } from './row-key.ts';
import { isPassed, SEARCH_VERSION } from './search-index.ts';
import { SearchWords } from './search-words.ts';
import { READER_CACHE_KIB } from './sqlite-limits.ts';
import { toStoreError } from './store-error.ts';

/** Search documents and events that do not belong together. */
export interface SearchDifference {
  readonly seq: number;
  /** `other`: the document has other words than the event. */
  readonly kind: 'missing' | 'stray' | 'other';
}

/** What checks in several threads have in common. */
export interface SearchBeginning {
  readonly seed: Uint8Array;
  /** First record that the index had not passed. */
  readonly end: number;
}

/** The words that a part of the documents must have, as a sum; travels between threads. */
export interface SearchSums {
  /** A bit for each record. */
  readonly added: Uint8Array;
  readonly sums: Uint32Array;
}

/** Makes the search texts of some records again; those that cannot be made are left out. */
export type TextsOfRange = (from: number, to: number) => Promise<ReadonlyMap<number, SearchTexts>>;

/** Runs of records that are looked at document by document at once: each of their documents gets a sum of its own. */
const RUNS_EXAMINED_AT_ONCE = DIGEST_BLOCKS / BLOCK_SEQS;

/**
 * Compares the full-text index with the events up to where it was when the comparison began: which events have a
 * document, and the words of each. Nothing is wrong with an index that is absent, behind, of another version or begun
 * anew: it is made from the records.
 */
export class SearchCheck {
  readonly #paths: { readonly ledger: string; readonly search: string };
  readonly #logNo: number;
  readonly #end: number;
  readonly #seed: Uint8Array;
  readonly #expected: PostingDigest;
  readonly #words = new SearchWords();
  /** A bit for each record whose words were added: only their documents are compared. */
  readonly #added: Uint8Array;

  /** @param begun of a check in another thread, with which this one shares the work */
  constructor(
    paths: { readonly ledger: string; readonly search: string },
    logNo: number,
    begun?: SearchBeginning,
  ) {
    this.#paths = paths;
    this.#logNo = logNo;
    this.#seed = begun?.seed ?? randomBytes(DIGEST_SEED_BYTES);
    this.#expected = new PostingDigest(this.#seed);
    this.#end = begun?.end ?? (existsSync(paths.search) ? this.#read((db) => cursorOf(db, logNo)) : 0);
    this.#added = new Uint8Array(Math.ceil(this.#end / 8));
  }

  get beginning(): SearchBeginning {
    return { seed: this.#seed, end: this.#end };
  }

  /** What was added so far, for `merge`. */
  sums(): SearchSums {
    return { added: this.#added, sums: this.#expected.sums };
  }

  /** Takes what was added elsewhere, of other records. */
  merge({ added, sums }: SearchSums): void {
    for (let at = 0; at < this.#added.length; at += 1) {
      this.#added[at] = (this.#added[at] as number) | (added[at] ?? 0);
    }
    this.#expected.merge(sums);
  }

  close(): void {
    this.#words.close();
  }

  /** Whether the index had passed this record when the comparison began. */
  covers(seq: number): boolean {
    return seq < this.#end;
  }

  /** Takes the texts that the document of a record must have. */
  add(seq: number, texts: SearchTexts): void {
    if (seq >= this.#end || this.#isAdded(seq)) return;
    this.#added[seq >>> 3] = (this.#added[seq >>> 3] as number) | (1 << (seq & 7));
    this.#words.addTo(this.#expected, blockOf(seq), seq, texts);
  }

  /** @returns at most `limit` events without a document and documents without an event */
  misplaced(limit: number): SearchDifference[] {
    if (this.#end === 0) return [];
    return this.#read((db) =>
      misplaced(db, this.#logNo, Math.min(this.#end, cursorOf(db, this.#logNo)), limit),
    );
  }

  /** @returns what SQLite itself finds wrong with the structure of the index; nothing when all is well */
  damage(): string[] {
    if (this.#end === 0) return [];
    return this.#read((db) => {
      const rows = db.prepare('PRAGMA search.integrity_check(documents)').all();
      return rows.flatMap((row) => Object.values(row).map(String)).filter((sentence) => sentence !== 'ok');
    });
  }

  /** @returns at most `limit` documents whose words are not those of their event */
  async changed(textsOf: TextsOfRange, limit: number): Promise<SearchDifference[]> {
    if (this.#end === 0) return [];
    const blocks = this.#digestOf(blockOf)?.differingBlocks(this.#expected) ?? [];
    const runs = blocks.flatMap((block) => [...seqsOfBlock(block, this.#end)]);
    const differences: SearchDifference[] = [];
    for (let at = 0; at < runs.length && differences.length < limit; at += RUNS_EXAMINED_AT_ONCE) {
      differences.push(...(await this.#examine(runs.slice(at, at + RUNS_EXAMINED_AT_ONCE), textsOf)));
    }
    return differences.slice(0, limit);
  }

  async #examine(
    runs: readonly { readonly from: number; readonly to: number }[],
    textsOf: TextsOfRange,
  ): Promise<SearchDifference[]> {
    const expected = new PostingDigest(this.#seed);
    const seqs: number[] = [];
    const placeOf = new Map<number, number>();
    for (const { from, to } of runs) {
      for (const [seq, texts] of await textsOf(from, to)) {
        if (!this.#isAdded(seq)) continue;
        this.#words.addTo(expected, seqs.length, seq, texts);
        placeOf.set(seq, seqs.length);
        seqs.push(seq);
      }
    }
    const found = this.#digestOf((seq) => placeOf.get(seq));
    return (found?.differingBlocks(expected) ?? []).map((place) => {
      return { seq: seqs[place] as number, kind: 'other' };
    });
  }

  /** Sums of the documents that were added; `undefined` when the index was begun anew meanwhile. */
  #digestOf(placeOf: (seq: number) => number | undefined): PostingDigest | undefined {
    return this.#read((db) => {
      if (cursorOf(db, this.#logNo) < this.#end) return undefined;
      const digest = new PostingDigest(this.#seed);
      readPostings(
        db,
        { name: 'search.documents', detail: 'full' },
        {
          onTerm: (bytes) => {
            digest.textTerm(bytes, bytes.length);
            return true;
          },
          onEntry: (high, low, wordAt, sign) => {
            if (high !== this.#logNo || !this.#isAdded(low)) return;
            const place = placeOf(low);
            if (place !== undefined) digest.add(place, low, wordAt, sign);
          },
        },
      );
      return digest;
    });
  }

  #isAdded(seq: number): boolean {
    return ((this.#added[seq >>> 3] ?? 0) & (1 << (seq & 7))) !== 0;
  }

  /** In one transaction over both files. */
  #read<Result>(work: (db: DatabaseSync) => Result): Result {
    const db = openForReading(this.#paths.ledger, READER_CACHE_KIB);
    try {
      attachSearch(db, this.#paths.search);
      db.exec('BEGIN');
      return work(db);
    } catch (error) {
      throw toStoreError(error, 'reading the search index');
    } finally {
      db.close();
    }
  }
}

/** First record that the index has not passed; 0 when it is of another version or other records, so to be made anew. */
function cursorOf(db: DatabaseSync, logNo: number): number {
  const { user_version: version } = db.prepare('PRAGMA search.user_version').get() as {
    user_version: number;
  };
  if (version !== SEARCH_VERSION) return 0;
  const row = db.prepare('SELECT next_seq, last_hash FROM search.cursors WHERE log_no = ?').get(logNo) as
    | { readonly next_seq: number; readonly last_hash: Uint8Array }
    | undefined;
  if (row === undefined) return 0;
  const { next_seq: next, last_hash: lastHash } = row;
  return isPassed(db, { logNo, next, lastHash }) ? next : 0;
}

function misplaced(db: DatabaseSync, logNo: number, end: number, limit: number): SearchDifference[] {
  const range = [recordKey(logNo, 0), recordKey(logNo, end)];
  const missing = db
    .prepare(
      `SELECT k FROM main.records WHERE k >= ? AND k < ? AND occurred IS NOT NULL
       AND k NOT IN (SELECT id FROM search.documents_docsize) LIMIT ?`,
    )
    .all(...range, limit) as { k: number }[];
  const stray = db
    .prepare(
      `SELECT id AS k FROM search.documents_docsize AS document WHERE id >= ? AND id < ?
       AND NOT EXISTS (SELECT 1 FROM main.records WHERE k = document.id AND occurred IS NOT NULL) LIMIT ?`,
    )
    .all(...range, limit) as { k: number }[];
  return [
    ...missing.map(({ k }): SearchDifference => ({ seq: seqOfKey(k), kind: 'missing' })),
    ...stray.map(({ k }): SearchDifference => ({ seq: seqOfKey(k), kind: 'stray' })),
  ];
}
