import { rmSync, statSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { FatalError } from '../../errors.ts';
import type { Follower } from '../../followers/follower-runner.ts';
import type { SearchableTexts } from '../../followers/search-text.ts';
import type { TakenTexts, TextsAtHand } from '../../followers/texts-at-hand.ts';
import type { LogHead, StoredRecord } from '../../ports/ledger-store.ts';
import { openForReading } from './open-database.ts';
import { recordKey } from './row-key.ts';
import { SEARCH_CACHE_KIB, SEARCH_PAGE_BYTES } from './sqlite-limits.ts';
import { toStoreError } from './store-error.ts';

/** "ATSS": a search index of ours. */
const SEARCH_APPLICATION_ID = 0x41545353;

/** Increases with each change of the tables, the tokenizer or the texts that are indexed; another one is rebuilt. */
export const SEARCH_VERSION = 3;

/** How texts become words; whoever compares documents with records makes the same words. */
export const SEARCH_TOKENIZER = 'unicode61 remove_diacritics 2';

/** Columns of a document: words that every reader may find, and words of sealed members only. */
const SEARCH_COLUMNS = ['text', 'sealed'] as const;

/**
 * Contentless: the texts stay in the ledger only. `detail=full` keeps the positions, which phrases need; an address
 * such as `alice@example.com` is found as the phrase of its words.
 */
const SEARCH_SQL = `
CREATE VIRTUAL TABLE documents USING fts5 (
  ${SEARCH_COLUMNS.join(', ')}, content = '', contentless_delete = 1, tokenize = '${SEARCH_TOKENIZER}'
);
-- last_hash: leaf hash of the record before next_seq, which ties the documents to the records they were made of.
CREATE TABLE cursors (log_no INTEGER PRIMARY KEY, next_seq INTEGER NOT NULL, last_hash BLOB NOT NULL) STRICT;
`;

/** Records of one transaction when their texts are at hand: about 20 ms of work. */
const AT_HAND_RECORDS = 2_000;

/** Makes the texts of a run of records; records without a text (not events) are left out. */
export type TextsOf = (
  head: LogHead,
  records: readonly StoredRecord[],
) => Promise<readonly SearchableTexts[]>;

export interface SearchIndexOptions {
  readonly searchPath: string;
  /** Where the numbers of the logs are read. */
  readonly ledgerPath: string;
  readonly textsOf: TextsOf;
  /** Texts of fresh commits, which need not be read. */
  readonly atHand: TextsAtHand;
}

/**
 * The only writer of `search.db`. The file is a projection: losing, deleting or damaging it costs a rebuild and
 * nothing else, so it is synced only when its write-ahead log is copied (`synchronous=NORMAL`).
 */
export class SearchIndex implements Follower {
  readonly name = 'search';
  readonly #options: SearchIndexOptions;
  readonly #search: DatabaseSync;
  readonly #ledger: DatabaseSync;
  readonly #logNos = new Map<string, number>();
  readonly #inode: number;
  readonly #insert: StatementSync;
  readonly #readCursor: StatementSync;
  readonly #writeCursor: StatementSync;

  /**
   * Opens the index; one that is damaged, foreign, of another version or of other records is deleted and begun anew.
   *
   * @throws {OperationalError} when neither works (disk full, no permission)
   */
  static open(options: SearchIndexOptions): SearchIndex {
    try {
      return new SearchIndex(options);
    } catch (error) {
      const reason = toStoreError(error, `opening ${options.searchPath}`);
      if (!(reason instanceof FatalError)) throw reason;
      removeIndex(options.searchPath);
      return new SearchIndex(options);
    }
  }

  private constructor(options: SearchIndexOptions) {
    this.#options = options;
    this.#search = openSearch(options.searchPath);
    try {
      this.#ledger = openForReading(options.ledgerPath, SEARCH_CACHE_KIB);
    } catch (error) {
      this.#search.close();
      throw error;
    }
    try {
      this.#inode = statSync(options.searchPath).ino;
      this.#insert = this.#search.prepare(
        'INSERT INTO documents (rowid, text, sealed) VALUES (?, CAST(? AS TEXT), CAST(? AS TEXT))',
      );
      this.#readCursor = this.#search.prepare('SELECT next_seq FROM cursors WHERE log_no = ?');
      this.#writeCursor = this.#search.prepare(
        'INSERT OR REPLACE INTO cursors (log_no, next_seq, last_hash) VALUES (?, ?, ?)',
      );
      this.#assertOfThisLedger();
    } catch (error) {
      this.#ledger.close();
      this.#search.close();
      throw error;
    }
  }

  /** False once somebody deleted or replaced the file under us: then it must be opened again. */
  isCurrent(): boolean {
    return statSync(this.#options.searchPath, { throwIfNoEntry: false })?.ino === this.#inode;
  }

  cursor(head: LogHead): Promise<number> {
    const row = this.#readCursor.get(this.#logNo(head)) as { next_seq: number } | undefined;
    return Promise.resolve(row?.next_seq ?? 0);
  }

  async apply(head: LogHead, records: readonly StoredRecord[]): Promise<void> {
    const last = records.at(-1);
    if (last === undefined) return;
    const texts = await this.#options.textsOf(head, records);
    this.#write(head, { texts, next: last.seq + 1, lastHash: last.leafHash });
  }

  async applyAtHand(head: LogHead, from: number): Promise<number | undefined> {
    const taken = this.#options.atHand.take(head.tenant, from, AT_HAND_RECORDS);
    if (taken === undefined) return undefined;
    this.#write(head, taken);
    return taken.next;
  }

  #write(head: LogHead, { texts, next, lastHash }: TakenTexts): void {
    const logNo = this.#logNo(head);
    try {
      this.#search.exec('BEGIN IMMEDIATE');
      try {
        for (const { seq, open, sealed } of texts) this.#insert.run(recordKey(logNo, seq), open, sealed);
        this.#writeCursor.run(logNo, next, lastHash);
        this.#search.exec('COMMIT');
      } catch (error) {
        if (this.#search.isTransaction) this.#search.exec('ROLLBACK');
        throw error;
      }
    } catch (error) {
      throw toStoreError(error, 'writing the search index');
    }
  }

  /**
   * After the ledger was replaced, by an older copy above all, documents would name other records than they were made
   * of. Hashes are chained, so when the last record that was passed is the same, all before it are.
   *
   * @throws {FatalError} `search_outdated`
   */
  #assertOfThisLedger(): void {
    const cursors = this.#search.prepare('SELECT log_no, next_seq, last_hash FROM cursors').all() as {
      readonly log_no: number;
      readonly next_seq: number;
      readonly last_hash: Uint8Array;
    }[];
    for (const { log_no: logNo, next_seq: next, last_hash: lastHash } of cursors) {
      if (isPassed(this.#ledger, { logNo, next, lastHash })) continue;
      throw new FatalError('search_outdated', `${this.#options.searchPath} is an index of other records`);
    }
  }

  /** Copies the write-ahead log into the file, as far as readers allow: they cannot do it themselves later. */
  close(): void {
    this.#ledger.close();
    this.#search.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.#search.close();
  }

  #logNo(head: LogHead): number {
    const known = this.#logNos.get(head.origin);
    if (known !== undefined) return known;
    const row = this.#ledger.prepare('SELECT log_no FROM logs WHERE origin = ?').get(head.origin) as
      | { log_no: number }
      | undefined;
    if (row === undefined) throw new FatalError('log_absent', `the database has no log ${head.origin}`);
    this.#logNos.set(head.origin, row.log_no);
    return row.log_no;
  }
}

/** Whether a log has the record that an index says it has passed last. */
export function isPassed(
  ledger: DatabaseSync,
  cursor: { readonly logNo: number; readonly next: number; readonly lastHash: Uint8Array },
): boolean {
  const row = ledger
    .prepare('SELECT hash FROM main.records WHERE k = ?')
    .get(recordKey(cursor.logNo, cursor.next - 1)) as { readonly hash: Uint8Array } | undefined;
  return row !== undefined && Buffer.from(row.hash).equals(cursor.lastHash);
}

/** @throws what SQLite says; `FatalError` for a file that must be begun anew */
function openSearch(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  try {
    const { application_id: id } = db.prepare('PRAGMA application_id').get() as { application_id: number };
    const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
    const { n: tables } = db.prepare('SELECT count(*) AS n FROM sqlite_schema').get() as { n: number };
    if (tables === 0) {
      db.exec(`PRAGMA page_size = ${SEARCH_PAGE_BYTES}; PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; ${SEARCH_SQL}
        PRAGMA application_id = ${SEARCH_APPLICATION_ID}; PRAGMA user_version = ${SEARCH_VERSION}; COMMIT`);
    } else if (id !== SEARCH_APPLICATION_ID || version !== SEARCH_VERSION) {
      throw new FatalError('search_outdated', `${path} is an index of another version`);
    }
    db.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -${SEARCH_CACHE_KIB}`,
    );
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Deletes the index with its side files. Nothing is lost: the follower fills a new one from the ledger. */
function removeIndex(searchPath: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${searchPath}${suffix}`, { force: true });
}
