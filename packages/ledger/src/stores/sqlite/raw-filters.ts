import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { Dictionary } from './dictionary.ts';
import {
  type FilteredRow,
  fieldOfLetter,
  parseFilterTerm,
  regulationNumbers,
  TERM_COLUMNS,
  termsOfRow,
} from './filter-entries.ts';
import { readPostings } from './fts5-postings.ts';
import { openForReading } from './open-database.ts';
import { blockOf, DIGEST_SEED_BYTES, PostingDigest, seqsOfBlock } from './posting-digest.ts';
import { recordKey, SEQS_PER_LOG, seqOfKey, TIME_KEY_SEQS, timeKey } from './row-key.ts';
import { READER_CACHE_KIB } from './sqlite-limits.ts';
import { toStoreError } from './store-error.ts';

/** An entry that the filter index lacks, or has too much. */
export interface FilterDifference {
  /** `undefined` for an entry that stands for no event of the log. */
  readonly seq: number | undefined;
  /** Query column whose filter answers falsely. */
  readonly field: string;
  readonly kind: 'missing' | 'stray';
}

/** What a row is filtered by, as it is stored. */
export interface FilterSource {
  readonly occurredMs: number;
  readonly row: FilteredRow;
}

/** Blocks of 1,024 records that are looked at one by one when the sums differ. */
const BLOCKS_EXAMINED_MAX = 16;
/** Terms of a kind no column makes, which are told of. */
const FOREIGN_ENTRIES_MAX = 1_000;
const ROWS_PER_READ = 1_024;

const SELECT_ROWS = `SELECT k, occurred, ${TERM_COLUMNS.join(', ')}, http_status,
  CASE WHEN instr(text, '"regulations_checked":[') > 0 THEN text END AS text
  FROM records WHERE k >= ? AND k < ? AND occurred IS NOT NULL ORDER BY k`;

type Row = readonly (bigint | string | null)[];

/**
 * Compares the inverted index of filters with the columns of the records it was made from: entry by entry, first as
 * one sum of each, and where the sums differ one by one. The columns themselves are compared with the records by the
 * verifier.
 */
export class FilterCheck {
  readonly #path: string;
  readonly #logNo: number;
  readonly #seed = randomBytes(DIGEST_SEED_BYTES);
  readonly #expected = new PostingDigest(this.#seed);
  /** First record that is not in the sum yet. */
  #next = 0;

  constructor(path: string, logNo: number) {
    this.#path = path;
    this.#logNo = logNo;
  }

  /** Takes the columns of a record that was read anyway; `undefined` when it is no event. Others are read later. */
  add(seq: number, source: FilterSource | undefined): void {
    if (seq !== this.#next) return;
    this.#next += 1;
    if (source !== undefined) this.#expect(seq, source);
  }

  /** @returns at most `limit` differences, none when the index is right */
  differences(limit: number): FilterDifference[] {
    const db = openForReading(this.#path, READER_CACHE_KIB);
    try {
      db.exec('BEGIN');
      const blocks = this.#differingBlocks(db);
      if (blocks === undefined) return [];
      return this.#examine(db, blocks, limit);
    } catch (error) {
      throw toStoreError(error, 'reading the index of filters');
    } finally {
      db.close();
    }
  }

  #differingBlocks(db: DatabaseSync): readonly number[] | undefined {
    for (const [seq, source] of rowsOf(db, this.#logNo, this.#next, SEQS_PER_LOG)) this.#expect(seq, source);
    const found = new PostingDigest(this.#seed);
    let foreign = 0;
    readFilterEntries(db, this.#logNo, {
      onTerm: (letter, value) => found.numberTerm(letter, value),
      onForeignTerm: () => found.numberTerm(0, 0),
      onEntry: (high, low, sign, isForeign) => {
        if (isForeign) foreign += 1;
        else found.add(high, low, 0, sign);
      },
    });
    const blocks = found.differingBlocks(this.#expected);
    return blocks.length === 0 && foreign === 0 ? undefined : blocks;
  }

  #expect(seq: number, { occurredMs, row }: FilterSource): void {
    const [high, low] = halves(timeKey(occurredMs, seq));
    termsOfRow(row, (letter, value) => {
      this.#expected.numberTerm(letter, value);
      this.#expected.add(high, low, 0, 1);
    });
  }

  /** Compares entry by entry, in one moment: what differs only because rows changed between two reads is not told. */
  #examine(db: DatabaseSync, blocks: readonly number[], limit: number): FilterDifference[] {
    const examined = new Set(blocks.slice(0, BLOCKS_EXAMINED_MAX));
    const expected = new Map<string, number>();
    for (const block of examined) {
      for (const { from, to } of seqsOfBlock(block, this.#end(db))) {
        for (const [seq, { occurredMs, row }] of rowsOf(db, this.#logNo, from, to)) {
          const [high, low] = halves(timeKey(occurredMs, seq));
          termsOfRow(row, (letter, value) => expected.set(nameOf(high, low, letter, value), seq));
        }
      }
    }
    const found = new Map<string, number>();
    const foreign: (readonly [high: number, low: number])[] = [];
    let term: readonly [letter: number, value: number] = [0, 0];
    readFilterEntries(db, this.#logNo, {
      onTerm: (letter, value) => {
        term = [letter, value];
      },
      onForeignTerm: () => undefined,
      onEntry: (high, low, sign, isForeign) => {
        if (isForeign) {
          if (foreign.length < FOREIGN_ENTRIES_MAX) foreign.push([high, low]);
        } else if (examined.has(blockOf(low))) {
          const name = nameOf(high, low, ...term);
          found.set(name, (found.get(name) ?? 0) + sign);
        }
      },
    });
    return this.#compare(db, { expected, found, foreign }, limit);
  }

  #compare(
    db: DatabaseSync,
    entries: {
      readonly expected: ReadonlyMap<string, number>;
      readonly found: ReadonlyMap<string, number>;
      readonly foreign: readonly (readonly [high: number, low: number])[];
    },
    limit: number,
  ): FilterDifference[] {
    const { expected, found, foreign } = entries;
    const differences: FilterDifference[] = [];
    for (const [name, seq] of expected) {
      if (differences.length >= limit) return differences;
      if ((found.get(name) ?? 0) > 0) continue;
      differences.push({ seq, field: fieldOfLetter(partsOf(name).letter), kind: 'missing' });
    }
    for (const [name, count] of found) {
      if (differences.length >= limit) return differences;
      if (count <= 0 || expected.has(name)) continue;
      const { high, low, letter } = partsOf(name);
      const seq = this.#seqOf(db, high, low);
      differences.push({ seq, field: fieldOfLetter(letter), kind: 'stray' });
    }
    for (const [high, low] of foreign.slice(0, limit - differences.length)) {
      differences.push({ seq: this.#seqOf(db, high, low), field: 'filters', kind: 'stray' });
    }
    return differences;
  }

  /** The event that a row id of the index stands for. */
  #seqOf(db: DatabaseSync, high: number, low: number): number | undefined {
    const key = (BigInt(high) << 32n) | BigInt(low);
    const select = db.prepare('SELECT occurred FROM records WHERE k = ? AND occurred IS NOT NULL');
    for (let seq = low % TIME_KEY_SEQS; seq < this.#end(db); seq += TIME_KEY_SEQS) {
      const row = select.get(recordKey(this.#logNo, seq)) as { readonly occurred: number } | undefined;
      if (row !== undefined && timeKey(row.occurred, seq) === key) return seq;
    }
    return undefined;
  }

  #end(db: DatabaseSync): number {
    const last = db
      .prepare('SELECT max(k) AS k FROM records WHERE k >= ? AND k < ?')
      .get(recordKey(this.#logNo, 0), recordKey(this.#logNo, SEQS_PER_LOG)) as { readonly k: number | null };
    return last.k === null ? 0 : seqOfKey(last.k) + 1;
  }
}

/** Events of a range with what they are filtered by. */
function* rowsOf(
  db: DatabaseSync,
  logNo: number,
  from: number,
  to: number,
): Generator<readonly [seq: number, source: FilterSource]> {
  const dictionary = new Dictionary(db, 'read');
  const statement = db.prepare(`${SELECT_ROWS} LIMIT ${ROWS_PER_READ}`);
  statement.setReadBigInts(true);
  statement.setReturnArrays(true);
  let at = recordKey(logNo, from);
  for (;;) {
    const rows = statement.all(at, recordKey(logNo, 0) + to) as unknown as Row[];
    for (const row of rows) {
      const text = row.at(-1) as string | null;
      const httpStatus = row.at(-2) as bigint | null;
      at = Number(row[0]) + 1;
      yield [
        seqOfKey(Number(row[0])),
        {
          occurredMs: Number(row[1]),
          row: {
            values: row.slice(2, 2 + TERM_COLUMNS.length) as (bigint | null)[],
            httpStatus: httpStatus === null ? null : Number(httpStatus),
            regulations: text === null ? [] : regulationNumbers(text, (word) => dictionary.find(word)),
          },
        },
      ];
    }
    if (rows.length < ROWS_PER_READ) return;
  }
}

interface FilterVisitor {
  onTerm(letter: number, value: number): void;
  /** A term that no column of any log makes. */
  onForeignTerm(): void;
  onEntry(high: number, low: number, sign: 1 | -1, isForeign: boolean): void;
}

/** Entries of one log, and those that belong to no log of the database. */
function readFilterEntries(db: DatabaseSync, logNo: number, visitor: FilterVisitor): void {
  const logs = new Set(
    db
      .prepare('SELECT log_no FROM logs')
      .all()
      .map((row) => Number(row.log_no)),
  );
  let isForeign = false;
  readPostings(
    db,
    { name: 'filters', detail: 'none' },
    {
      onTerm: (bytes) => {
        const term = parseFilterTerm(bytes);
        isForeign = term === undefined || !logs.has(term.logNo);
        if (isForeign) visitor.onForeignTerm();
        else if (term?.logNo === logNo) visitor.onTerm(term.letter, term.value);
        else return false;
        return true;
      },
      onEntry: (high, low, _position, sign) => visitor.onEntry(high, low, sign, isForeign),
    },
  );
}

function halves(key: bigint): readonly [high: number, low: number] {
  const bits = BigInt.asUintN(64, key);
  return [Number(bits >> 32n), Number(bits & 0xffffffffn)];
}

function nameOf(high: number, low: number, letter: number, value: number): string {
  return `${high},${low},${letter},${value}`;
}

function partsOf(name: string): { readonly high: number; readonly low: number; readonly letter: number } {
  const [high = 0, low = 0, letter = 0] = name.split(',').map(Number);
  return { high, low, letter };
}
