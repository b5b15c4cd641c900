import type { DatabaseSync } from 'node:sqlite';
import type { EventColumns } from '../../projection/event-columns.ts';
import { Dictionary } from './dictionary.ts';
import { uuidText } from './packed-append.ts';
import { recordKey, SEALS_PER_RECORD, SEQS_PER_LOG, sealKey, seqOfKey } from './row-key.ts';
import { BLIND_COLUMNS, WORD_COLUMNS } from './schema.ts';
import { toStoreError } from './store-error.ts';

/** Columns of `records` that only events have. */
const QUERY_COLUMNS = [
  'occurred',
  'http_status',
  ...[...WORD_COLUMNS, ...BLIND_COLUMNS].map(([, column]) => column),
];

/** One row of `records` as it is stored. */
export interface RawRecord {
  readonly seq: number;
  readonly text: string | undefined;
  readonly leafHash: Uint8Array;
  readonly atMs: number;
  /** Absent for a row in which every query column is NULL, as in all but events. */
  readonly columns: EventColumns | undefined;
}

/** One row of `seals`; `sub` and `kid` are absent when its data key does not exist. */
export interface RawSeal {
  readonly seq: number;
  readonly index: number;
  readonly sub: string | undefined;
  readonly kid: string | undefined;
  readonly keyDestroyed: boolean;
  readonly envelope: Uint8Array;
}

/** One row of `event_ids`. */
export interface RawEventId {
  readonly id: string;
  readonly seq: number;
}

/** One row of `tiles`. */
export interface RawTile {
  readonly level: number;
  readonly index: number;
  readonly hashes: Uint8Array;
}

/** Rows of one log in each table. */
export interface RawCounts {
  readonly records: number;
  readonly eventIds: number;
  readonly seals: number;
  readonly tiles: number;
  readonly checkpoints: number;
}

type Row = Readonly<Record<string, bigint | string | Uint8Array | null>>;

/**
 * Every row of one log as it is stored, nothing joined away and nothing left out, for a verifier. Calls take a range and
 * return at most what is asked for; memory stays with the caller. All row ids of a log lie in one range, so a row that
 * somebody added anywhere in it is seen.
 */
export class RawScan {
  readonly #db: DatabaseSync;
  readonly #dictionary: Dictionary;

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

  /** Rows of `records` with `seq >= from`, in order, at most `limit`; also those at or after the head's size. */
  records(logNo: number, from: number, limit: number): RawRecord[] {
    return this.#read('records', () =>
      this.#rows('SELECT * FROM records WHERE k >= ? AND k < ? ORDER BY k LIMIT ?', [
        recordKey(logNo, from),
        recordKey(logNo, SEQS_PER_LOG),
        limit,
      ]).map((row) => this.#toRecord(row)),
    );
  }

  /** Row ids of records that lie in the range of no log of this database, at most `limit`. */
  orphanedRecords(limit: number): number[] {
    return this.#read('records', () => {
      const found: number[] = [];
      let low = -Number.MAX_SAFE_INTEGER;
      for (const { log_no } of [
        ...this.#rows('SELECT log_no FROM logs ORDER BY log_no', []),
        { log_no: null },
      ]) {
        const high = log_no === null ? Number.MAX_SAFE_INTEGER : recordKey(Number(log_no), 0);
        const sql = 'SELECT k FROM records WHERE k >= ? AND k < ? LIMIT ?';
        if (low < high)
          found.push(...this.#rows(sql, [low, high, limit - found.length]).map((row) => Number(row.k)));
        low = high + SEQS_PER_LOG;
      }
      return found;
    });
  }

  /** Seals of the records `from <= seq < to`, in order. */
  seals(logNo: number, from: number, to: number): RawSeal[] {
    return this.#read('seals', () =>
      this.#rows(
        `SELECT seal_k, sub, kid, wrapped IS NULL AS destroyed, envelope FROM seals LEFT JOIN data_keys USING (key_no)
         WHERE seal_k >= ? AND seal_k < ? ORDER BY seal_k`,
        [sealKey(recordKey(logNo, from), 0), sealKey(recordKey(logNo, to), 0)],
      ).map((row) => ({
        seq: seqOfKey(Math.floor(Number(row.seal_k) / SEALS_PER_RECORD)),
        index: Number(row.seal_k) % SEALS_PER_RECORD,
        sub: (row.sub as string | null) ?? undefined,
        kid: (row.kid as string | null) ?? undefined,
        keyDestroyed: row.destroyed === 1n,
        envelope: row.envelope as Uint8Array,
      })),
    );
  }

  /** Rows of `event_ids` after `after` (an id of the row before, or absent), in order of the id, at most `limit`. */
  eventIds(
    logNo: number,
    after: Uint8Array | undefined,
    limit: number,
  ): (RawEventId & { readonly idBytes: Uint8Array })[] {
    return this.#read('event ids', () =>
      this.#rows('SELECT id, seq FROM event_ids WHERE log_no = ? AND id > ? ORDER BY id LIMIT ?', [
        logNo,
        after ?? new Uint8Array(0),
        limit,
      ]).map((row) => {
        const idBytes = row.id as Uint8Array;
        return { idBytes, id: uuidText(idBytes), seq: Number(row.seq) };
      }),
    );
  }

  /** Stored tiles of one level (from 1 on) with `index >= from`, in order, at most `limit`. */
  tiles(logNo: number, level: number, from: number, limit: number): RawTile[] {
    return this.#read('tiles', () =>
      this.#rows(
        'SELECT tile_index, hashes FROM tiles WHERE log_no = ? AND level = ? AND tile_index >= ? ORDER BY tile_index LIMIT ?',
        [logNo, level, from, limit],
      ).map((row) => ({ level, index: Number(row.tile_index), hashes: row.hashes as Uint8Array })),
    );
  }

  /** Rows of the log in each table, counted. */
  counts(logNo: number): RawCounts {
    const count = (sql: string, values: readonly number[]): number =>
      Number(this.#rows(sql, values)[0]?.n ?? 0);
    return this.#read('counts', () => ({
      records: count('SELECT count(*) AS n FROM records WHERE k >= ? AND k < ?', [
        recordKey(logNo, 0),
        recordKey(logNo, SEQS_PER_LOG),
      ]),
      eventIds: count('SELECT count(*) AS n FROM event_ids WHERE log_no = ?', [logNo]),
      seals: count('SELECT count(*) AS n FROM seals WHERE seal_k >= ? AND seal_k < ?', [
        sealKey(recordKey(logNo, 0), 0),
        sealKey(recordKey(logNo, SEQS_PER_LOG), 0),
      ]),
      tiles: count('SELECT count(*) AS n FROM tiles WHERE log_no = ?', [logNo]),
      checkpoints: count('SELECT count(*) AS n FROM checkpoints WHERE log_no = ?', [logNo]),
    }));
  }

  /** Kids whose data key is destroyed, at most `limit`. */
  destroyedKids(tenant: string, limit: number): string[] {
    return this.#read('data keys', () =>
      this.#rows(
        'SELECT kid FROM data_keys JOIN tenants USING (tenant_no) WHERE tenant = ? AND wrapped IS NULL ORDER BY key_no LIMIT ?',
        [tenant, limit],
      ).map((row) => row.kid as string),
    );
  }

  #toRecord(row: Row): RawRecord {
    return {
      seq: seqOfKey(Number(row.k)),
      text: (row.text as string | null) ?? undefined,
      leafHash: row.hash as Uint8Array,
      atMs: Number(row.at),
      columns: QUERY_COLUMNS.every((column) => row[column] === null) ? undefined : this.#toColumns(row),
    };
  }

  #toColumns(row: Row): EventColumns {
    const columns: Record<string, number | string | bigint | null> = {
      occurredAtMs: row.occurred === null ? null : Number(row.occurred),
      httpStatus: row.http_status === null ? null : Number(row.http_status),
    };
    for (const [name, column] of WORD_COLUMNS) {
      const number = row[column] as bigint | null;
      // A number that the dictionary does not have cannot equal any word: it shows as a difference.
      columns[name] = number === null ? null : (this.#dictionary.word(Number(number)) ?? `\u0000${number}`);
    }
    for (const [name, column] of BLIND_COLUMNS) columns[name] = row[column] as bigint | null;
    return columns as unknown as EventColumns;
  }

  /** Rows with integers as bigint: blind indexes have 64 bits. */
  #rows(sql: string, values: readonly (number | string | Uint8Array)[]): Row[] {
    const statement = this.#db.prepare(sql);
    statement.setReadBigInts(true);
    return statement.all(...values) as Row[];
  }

  #read<Result>(what: string, work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw toStoreError(error, `reading ${what}`);
    }
  }
}
