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
import type { RawRecord } from './raw-scan.ts';
import { recordKey, SEQS_PER_LOG, seqOfKey, TIME_KEY_SEQS, timeKey, timeKeyHalves } from './row-key.ts';
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
interface FilterSource {
  readonly occurredMs: number;
  readonly row: FilteredRow;
}

/** Records `from <= seq < to`. */
interface Run {
  readonly from: number;
  readonly to: number;
}

/** What a part of the records must have in the index, as a sum; travels between threads. */
export interface FilterSums {
  readonly covered: readonly Run[];
  readonly sums: Uint32Array;
}

/** Blocks of 1,024 records whose entries are held in memory when their sums differ. */
const BLOCKS_EXAMINED_AT_ONCE = 16;
/** Rows under terms of a kind no column makes, which are told of. */
const FOREIGN_ENTRIES_MAX = 1_000;
const ROWS_PER_READ = 1_024;

const SELECT_ROWS = `SELECT k, occurred, ${TERM_COLUMNS.join(', ')}, http_status,
  CASE WHEN instr(text, '"regulations_checked":[') > 0 THEN text END AS text
  FROM records WHERE k >= ? AND k < ? AND occurred IS NOT NULL ORDER BY k`;

/** Place of the first column of terms in a row. */
const FIRST_VALUE = 2;

type Row = readonly (bigint | string | null)[];
type FilteredRecord = Pick<RawRecord, 'seq' | 'columns' | 'filters'>;
type RowHalves = readonly [high: number, low: number];

/**
 * Compares the inverted index of filters with the columns of the records it was made from: entry by entry, first as
 * one sum of each, and where the sums differ one by one. The columns themselves are compared with the records by the
 * verifier.
 */
export class FilterCheck {
  readonly #path: string;
  readonly #logNo: number;
  readonly #seed: Uint8Array;
  readonly #expected: PostingDigest;
  #strangers = 0;
  /** Runs of records that are in the sum, ascending and apart. */
  #covered: Run[] = [];

  /** @param seed of a check in another thread, whose sum will be merged into this one or this one into it */
  constructor(path: string, logNo: number, seed: Uint8Array = randomBytes(DIGEST_SEED_BYTES)) {
    this.#path = path;
    this.#logNo = logNo;
    this.#seed = seed;
    this.#expected = new PostingDigest(seed);
  }

  get seed(): Uint8Array {
    return this.#seed;
  }

  /** Takes the columns of all records of a run that were read anyway. Those of other runs are read later. */
  add(run: Run, records: readonly FilteredRecord[]): void {
    if (this.#covered.some(({ from, to }) => run.from < to && run.to > from)) return;
    this.#cover([run]);
    for (const { seq, columns, filters } of records) {
      const occurredMs: number | null | undefined = columns?.occurredAtMs;
      if (typeof occurredMs === 'number') this.#expect(seq, { occurredMs, row: filters });
    }
  }

  /** What was added so far, for `merge`. */
  sums(): FilterSums {
    return { covered: this.#covered, sums: this.#expected.sums };
  }

  /** Takes what was added elsewhere, of other runs of records. */
  merge({ covered, sums }: FilterSums): void {
    this.#cover(covered);
    this.#expected.merge(sums);
  }

  /** Entries that belong to no log of the database, as the last call of `differences` met them. */
  get strangers(): number {
    return this.#strangers;
  }

  /** @returns at most `limit` differences, none when the index is right for this log */
  differences(limit: number): FilterDifference[] {
    const db = openForReading(this.#path, READER_CACHE_KIB);
    try {
      db.exec('BEGIN');
      const { blocks, foreign } = this.#sum(db);
      const differences: FilterDifference[] = [];
      for (const [high, low] of foreign) {
        const seq = this.#seqOf(db, high, low);
        if (seq === undefined) this.#strangers += 1;
        else differences.push({ seq, field: 'filters', kind: 'stray' });
      }
      for (let at = 0; at < blocks.length && differences.length < limit; at += BLOCKS_EXAMINED_AT_ONCE) {
        differences.push(...this.#examine(db, new Set(blocks.slice(at, at + BLOCKS_EXAMINED_AT_ONCE))));
      }
      return differences.slice(0, limit);
    } catch (error) {
      throw toStoreError(error, 'reading the index of filters');
    } finally {
      db.close();
    }
  }

  /** Blocks whose sums differ, and entries under terms that no column makes. */
  #sum(db: DatabaseSync): { readonly blocks: readonly number[]; readonly foreign: readonly RowHalves[] } {
    let next = 0;
    for (const { from, to } of [...this.#covered, { from: SEQS_PER_LOG, to: SEQS_PER_LOG }]) {
      for (const [seq, source] of rowsOf(db, this.#logNo, next, from)) this.#expect(seq, source);
      next = Math.max(next, to);
    }
    const found = new PostingDigest(this.#seed);
    const foreign = new Map<string, number>();
    this.#strangers = 0;
    readFilterEntries(db, this.#logNo, {
      onTerm: (letter, value) => found.numberTerm(letter, value),
      onEntry: (high, low, sign) => found.add(blockOf(low), high, low, sign),
      onStrangeEntry: (sign) => {
        this.#strangers += sign;
      },
      onForeignEntry: (high, low, sign) => {
        const name = `${high},${low}`;
        const count = foreign.get(name) ?? 0;
        if (count !== 0 || foreign.size < FOREIGN_ENTRIES_MAX) foreign.set(name, count + sign);
      },
    });
    return {
      blocks: found.differingBlocks(this.#expected),
      foreign: [...foreign]
        .filter(([, count]) => count > 0)
        .map(([name]) => {
          const { high, low } = partsOf(name);
          return [high, low];
        }),
    };
  }

  #cover(runs: readonly Run[]): void {
    const joined: Run[] = [];
    for (const run of [...this.#covered, ...runs].sort((left, right) => left.from - right.from)) {
      const last = joined.at(-1);
      if (last?.to === run.from) joined[joined.length - 1] = { from: last.from, to: run.to };
      else joined.push(run);
    }
    this.#covered = joined;
  }

  #expect(seq: number, { occurredMs, row }: FilterSource): void {
    const [high, low] = timeKeyHalves(occurredMs, seq);
    const block = blockOf(low);
    termsOfRow(row, (letter, value) => {
      this.#expected.numberTerm(letter, value);
      this.#expected.add(block, high, low, 1);
    });
  }

  /** Compares entry by entry, in one moment: what differs only because rows changed between two reads is not told. */
  #examine(db: DatabaseSync, blocks: ReadonlySet<number>): FilterDifference[] {
    const expected = new Map<string, number>();
    for (const block of blocks) {
      for (const { from, to } of seqsOfBlock(block, this.#end(db))) {
        for (const [seq, { occurredMs, row }] of rowsOf(db, this.#logNo, from, to)) {
          const [high, low] = timeKeyHalves(occurredMs, seq);
          termsOfRow(row, (letter, value) => expected.set(nameOf(high, low, letter, value), seq));
        }
      }
    }
    const found = new Map<string, number>();
    let term: readonly [letter: number, value: number] = [0, 0];
    readFilterEntries(db, this.#logNo, {
      onTerm: (letter, value) => {
        term = [letter, value];
      },
      onEntry: (high, low, sign) => {
        if (!blocks.has(blockOf(low))) return;
        const name = nameOf(high, low, ...term);
        found.set(name, (found.get(name) ?? 0) + sign);
      },
      onStrangeEntry: () => undefined,
      onForeignEntry: () => undefined,
    });
    return this.#compare(db, expected, found);
  }

  #compare(
    db: DatabaseSync,
    expected: ReadonlyMap<string, number>,
    found: ReadonlyMap<string, number>,
  ): FilterDifference[] {
    const differences: FilterDifference[] = [];
    for (const [name, seq] of expected) {
      if ((found.get(name) ?? 0) > 0) continue;
      differences.push({ seq, field: fieldOfLetter(partsOf(name).letter), kind: 'missing' });
    }
    for (const [name, count] of found) {
      if (count <= 0 || expected.has(name)) continue;
      const { high, low, letter } = partsOf(name);
      differences.push({ seq: this.#seqOf(db, high, low), field: fieldOfLetter(letter), kind: 'stray' });
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
            values: row,
            first: FIRST_VALUE,
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
  onEntry(high: number, low: number, sign: 1 | -1): void;
  /** An entry of a log that is not in the database. */
  onStrangeEntry(sign: 1 | -1): void;
  /** An entry of a term that no column of any log makes. */
  onForeignEntry(high: number, low: number, sign: 1 | -1): void;
}

/** Entries of one log, and those that belong to no log of the database. */
function readFilterEntries(db: DatabaseSync, logNo: number, visitor: FilterVisitor): void {
  const rows = db.prepare('SELECT log_no FROM logs').all();
  const logs = new Set(rows.map((row) => Number(row.log_no)));
  let kind: 'own' | 'strange' | 'foreign' = 'own';
  readPostings(
    db,
    { name: 'filters', detail: 'none' },
    {
      onTerm: (bytes) => {
        const term = parseFilterTerm(bytes);
        kind = term === undefined ? 'foreign' : logs.has(term.logNo) ? 'own' : 'strange';
        if (term?.logNo === logNo) visitor.onTerm(term.letter, term.value);
        return kind !== 'own' || term?.logNo === logNo;
      },
      onEntry: (high, low, _position, sign) => {
        if (kind === 'foreign') visitor.onForeignEntry(high, low, sign);
        else if (kind === 'strange') visitor.onStrangeEntry(sign);
        else visitor.onEntry(high, low, sign);
      },
    },
  );
}

function nameOf(high: number, low: number, letter: number, value: number): string {
  return `${high},${low},${letter},${value}`;
}

function partsOf(name: string): { readonly high: number; readonly low: number; readonly letter: number } {
  const [high = 0, low = 0, letter = 0] = name.split(',').map(Number);
  return { high, low, letter };
}
