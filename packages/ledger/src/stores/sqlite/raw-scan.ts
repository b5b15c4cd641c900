import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { EventColumns } from '../../projection/event-columns.ts';
import { Dictionary } from './dictionary.ts';
import { type FilteredRow, regulationNumbers, TERM_COLUMNS } from './filter-entries.ts';
import { uuidBytes } from './packed-append.ts';
import { recordKey, SEALS_PER_RECORD, SEQS_PER_LOG, sealKey, seqOfKey } from './row-key.ts';
import { toStoreError } from './store-error.ts';

/** One row of `records` as it is stored. */
export interface RawRecord {
  readonly seq: number;
  readonly text: string | undefined;
  readonly leafHash: Uint8Array;
  readonly atMs: number;
  /** Absent for a row in which every query column is NULL, as in all but events. */
  readonly columns: RawColumns | undefined;
  /** What the index of filters must have of it. */
  readonly filters: FilteredRow;
}

/** Query columns, the time of the record among them. */
export type RawColumns = EventColumns & { readonly at: number };

/** One row of `seals`; `sub` and `kid` are absent when its data key does not exist. */
export interface RawSeal {
  readonly seq: number;
  readonly index: number;
  readonly sub: string | undefined;
  readonly kid: string | undefined;
  readonly envelope: Uint8Array;
}

interface KeyName {
  readonly sub: string;
  readonly kid: string;
}

const RECORD_COLUMNS = ['k', 'at', 'hash', 'text', 'occurred', 'http_status', ...TERM_COLUMNS];
const OCCURRED = 4;
const HTTP_STATUS = 5;
/** Place of the first word; nine words, then eleven blind indexes. */
const WORD = 6;
const BLIND = WORD + 9;

/** Words of the dictionary that are looked up by their number alone: nearly all. */
const SMALL_WORD_NOS = 4_096;
const KEY_NAMES_MAX = 20_000;
/** A range of ids that holds more than this many times those that are asked for is not read. */
const ID_RANGE_EXCESS_MAX = 3;

type Value = bigint | string | Uint8Array | null;
type Row = readonly Value[];

/**
 * Every row of one log as it is stored, nothing joined away and nothing left out, for a verifier. Calls take a range and
 * return at most what is asked for; memory stays with the caller. All row ids of a log lie in one range, so a row that
 * somebody added anywhere in it is seen.
 */
export class RawScan {
  readonly #db: DatabaseSync;
  readonly #dictionary: Dictionary;
  readonly #statements = new Map<string, StatementSync>();
  readonly #words: (string | undefined)[] = [];
  #keyNames = new Map<bigint, KeyName>();

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#dictionary = new Dictionary(db, 'read');
  }

  /** Number of the tenant's log, which the other calls take. */
  logNo(tenant: string): number | undefined {
    const sql = 'SELECT log_no FROM logs JOIN tenants USING (tenant_no) WHERE tenant = ?';
    const row = this.#db.prepare(sql).get(tenant) as { readonly log_no: number } | undefined;
    return row?.log_no;
  }

  /** Rows of `records` with `from <= seq < to`, in order; also those at or after the head's size. */
  records(logNo: number, from: number, to: number): RawRecord[] {
    return this.#read('records', () => {
      const sql = `SELECT ${RECORD_COLUMNS.join(', ')} FROM records WHERE k >= ? AND k < ? ORDER BY k`;
      const end = Math.min(to, SEQS_PER_LOG);
      const rows = this.#rows(sql, [recordKey(logNo, from), recordKey(logNo, 0) + end]);
      return rows.map((row) => this.#toRecord(row));
    });
  }

  /** The same with nothing but text and leaf hash. */
  texts(logNo: number, from: number, to: number): Pick<RawRecord, 'seq' | 'text' | 'leafHash'>[] {
    return this.#read('records', () => {
      const sql = 'SELECT k, hash, text FROM records WHERE k >= ? AND k < ? ORDER BY k';
      const end = Math.min(to, SEQS_PER_LOG);
      return this.#rows(sql, [recordKey(logNo, from), recordKey(logNo, 0) + end]).map(([k, hash, text]) => {
        const known = text === null ? undefined : (text as string);
        return { seq: seqOfKey(Number(k)), text: known, leafHash: hash as Uint8Array };
      });
    });
  }

  /** Seals of the records `from <= seq < to`, in order. */
  seals(logNo: number, from: number, to: number): RawSeal[] {
    return this.#read('seals', () => {
      const sql =
        'SELECT seal_k, key_no, envelope FROM seals WHERE seal_k >= ? AND seal_k < ? ORDER BY seal_k';
      const range = [sealKey(recordKey(logNo, from), 0), sealKey(recordKey(logNo, to), 0)];
      return this.#rows(sql, range).map(([sealK, keyNo, envelope]) => {
        const key = Number(sealK);
        const name = this.#keyName(keyNo as bigint);
        return {
          seq: seqOfKey(Math.floor(key / SEALS_PER_RECORD)),
          index: key % SEALS_PER_RECORD,
          sub: name?.sub,
          kid: name?.kid,
          envelope: envelope as Uint8Array,
        };
      });
    });
  }

  /**
   * For each id that the index of event ids has: the number it names. Ids made one after the other lie together, so that
   * one range holds them; where it holds too many others they are looked up one by one.
   */
  eventIds(logNo: number, ids: readonly string[]): Map<string, number> {
    return this.#read('event ids', () => {
      const found = new Map<string, number>();
      if (ids.length === 0) return found;
      const sorted = [...ids].sort();
      const range = [logNo, uuidBytes(sorted[0] as string), uuidBytes(sorted.at(-1) as string)];
      const countMax = ID_RANGE_EXCESS_MAX * ids.length;
      const inRange = 'FROM event_ids WHERE log_no = ? AND id BETWEEN ? AND ?';
      const [count] = this.#rows(`SELECT count(*) FROM (SELECT 1 ${inRange} LIMIT ?)`, [...range, countMax]);
      if (Number(count?.[0]) < countMax) {
        const byHex = new Map<string, number>();
        for (const [hex, seq] of this.#rows(`SELECT lower(hex(id)), seq ${inRange}`, range)) {
          byHex.set(hex as string, Number(seq));
        }
        for (const id of ids) {
          const seq = byHex.get(id.replaceAll('-', ''));
          if (seq !== undefined) found.set(id, seq);
        }
        return found;
      }
      for (const id of ids) {
        const [row] = this.#rows('SELECT seq FROM event_ids WHERE log_no = ? AND id = ?', [
          logNo,
          uuidBytes(id),
        ]);
        if (row !== undefined) found.set(id, Number(row[0]));
      }
      return found;
    });
  }

  #toRecord(row: Row): RawRecord {
    const text = row[3] as string | null;
    const status = row[HTTP_STATUS] as bigint | null;
    const httpStatus = status === null ? null : Number(status);
    const atMs = Number(row[1]);
    const regulations = text === null ? [] : regulationNumbers(text, (word) => this.#dictionary.find(word));
    return {
      seq: seqOfKey(Number(row[0])),
      text: text ?? undefined,
      leafHash: row[2] as Uint8Array,
      atMs,
      columns: hasColumns(row) ? this.#toColumns(row, atMs, httpStatus) : undefined,
      filters: { values: row, first: WORD, httpStatus, regulations },
    };
  }

  /** Places are those of `WORD_COLUMNS` and `BLIND_COLUMNS`; one object literal, because there is one per record. */
  #toColumns(row: Row, at: number, httpStatus: number | null): RawColumns {
    const occurred = row[OCCURRED] as bigint | null;
    return {
      at,
      // An event without a time is not one that queries find: it shows as a difference.
      occurredAtMs: (occurred === null ? null : Number(occurred)) as number,
      type: this.#word(row[WORD]) as string,
      category: this.#word(row[WORD + 1]) as string,
      severity: this.#word(row[WORD + 2]) as string,
      status: this.#word(row[WORD + 3]),
      verb: this.#word(row[WORD + 4]),
      project: this.#word(row[WORD + 5]),
      actorType: this.#word(row[WORD + 6]),
      targetType: this.#word(row[WORD + 7]),
      trafficLight: this.#word(row[WORD + 8]),
      httpStatus,
      actor: row[BLIND] as bigint | null,
      actorEmail: row[BLIND + 1] as bigint | null,
      ip: row[BLIND + 2] as bigint | null,
      ipNet: row[BLIND + 3] as bigint | null,
      ipWide: row[BLIND + 4] as bigint | null,
      session: row[BLIND + 5] as bigint | null,
      target: row[BLIND + 6] as bigint | null,
      requestId: row[BLIND + 7] as bigint | null,
      correlationId: row[BLIND + 8] as bigint | null,
      parentId: row[BLIND + 9] as bigint | null,
      executionId: row[BLIND + 10] as bigint | null,
    };
  }

  #word(value: Value | undefined): string | null {
    if (value === null || value === undefined) return null;
    const number = Number(value);
    const known = this.#words[number];
    if (known !== undefined) return known;
    const word = this.#dictionary.word(number);
    if (word !== undefined && number >= 0 && number < SMALL_WORD_NOS) this.#words[number] = word;
    // A number that the dictionary does not have cannot equal any word: it shows as a difference.
    return word ?? `\u0000${number}`;
  }

  /** Handle and id of a data key; a record names its key by number, and the same few keys come again. */
  #keyName(keyNo: bigint): KeyName | undefined {
    const known = this.#keyNames.get(keyNo);
    if (known !== undefined) return known;
    const [row] = this.#rows('SELECT sub, kid FROM data_keys WHERE key_no = ?', [Number(keyNo)]);
    if (row === undefined) return undefined;
    if (this.#keyNames.size >= KEY_NAMES_MAX) this.#keyNames = new Map();
    const name = { sub: row[0] as string, kid: row[1] as string };
    this.#keyNames.set(keyNo, name);
    return name;
  }

  /** Rows as arrays, with integers as bigint: blind indexes have 64 bits. */
  #rows(sql: string, values: readonly (number | string | Uint8Array)[]): Row[] {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      statement.setReadBigInts(true);
      statement.setReturnArrays(true);
      this.#statements.set(sql, statement);
    }
    return statement.all(...values) as unknown as Row[];
  }

  #read<Result>(what: string, work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw toStoreError(error, `reading ${what}`);
    }
  }
}

function hasColumns(row: Row): boolean {
  for (let i = OCCURRED; i < row.length; i += 1) if (row[i] !== null) return true;
  return false;
}
