import type { DatabaseSync } from 'node:sqlite';
import type { AdminRow } from '../../ports/admin-store.ts';
import type { RawBounds, RawDataKey } from '../../ports/raw-log.ts';
import { INDEX_KEY_NEEDED } from './index-key-sql.ts';
import { openForReading } from './open-database.ts';
import { leftovers, type RawLeftovers } from './raw-leftovers.ts';
import { recordKey, SEALS_PER_RECORD, SEQS_PER_LOG, sealKey, seqOfKey } from './row-key.ts';
import { schemaDamage } from './schema-check.ts';
import { READER_CACHE_KIB } from './sqlite-limits.ts';
import { toStoreError } from './store-error.ts';

/** One row of `data_keys`. */
export interface RawKey {
  readonly kid: string;
  readonly sub: string;
  readonly destroyed: boolean;
}

/**
 * What a verifier asks of the database besides the rows themselves: the bounds of a log, the keys of a subject, and rows
 * that lie beyond what any record accounts for. Own read-only connection.
 */
export class RawBoundsReader {
  readonly #db: DatabaseSync;

  constructor(path: string) {
    this.#db = openForReading(path, READER_CACHE_KIB);
  }

  close(): void {
    this.#db.close();
  }

  /** The bounds in one moment, `undefined` for a log that is not there. */
  bounds(logNo: number): RawBounds | undefined {
    return this.#inOneMoment('the bounds of the log', () => this.#bounds(logNo));
  }

  #bounds(logNo: number): RawBounds | undefined {
    const head = this.#db
      .prepare('SELECT origin, size, frontier, last_hash, last_at FROM logs WHERE log_no = ?')
      .get(logNo) as
      | { origin: string; size: number; frontier: Uint8Array; last_hash: Uint8Array; last_at: number }
      | undefined;
    if (head === undefined) return undefined;
    const range = [recordKey(logNo, 0), recordKey(logNo, SEQS_PER_LOG)];
    const last = this.#number('SELECT max(k) AS n FROM records WHERE k >= ? AND k < ?', range);
    return {
      origin: head.origin,
      size: head.size,
      frontier: head.frontier,
      lastHash: head.last_hash,
      lastAtMs: head.last_at,
      lastSeq: last === undefined ? -1 : seqOfKey(last),
      checkpointSize: this.#number('SELECT max(size) AS n FROM checkpoints WHERE log_no = ?', [logNo]) ?? 0,
      eventIds: this.#number('SELECT count(*) AS n FROM event_ids WHERE log_no = ?', [logNo]) ?? 0,
    };
  }

  /**
   * What SQLite itself finds wrong with the file: its pages, the order of its trees, indexes that differ from their
   * table, the structure of the filter index. At most `limit` sentences; none when all is well.
   */
  fileDamage(limit: number): string[] {
    return this.#read('the whole database file', () => {
      const rows = this.#db.prepare(`PRAGMA integrity_check(${limit})`).all();
      const said = rows.flatMap((row) => Object.values(row).map(String));
      return said.filter((sentence) => sentence !== 'ok').slice(0, limit);
    });
  }

  /** In what the tables, indexes and triggers differ from those of this version; see `schemaDamage`. */
  schemaDamage(): string[] {
    return this.#read('the schema', () => schemaDamage(this.#db));
  }

  /** Rows that belong to no log. */
  leftovers(): RawLeftovers[] {
    return this.#inOneMoment('rows of no log', () => leftovers(this.#db));
  }

  /** The settings as they are stored, of one tenant or of all. */
  settings(tenant?: string): AdminRow[] {
    return this.#read('settings', () => {
      const sql = `SELECT kind, tenant, id, value, revision FROM admin
        WHERE tenant = ? OR ? IS NULL ORDER BY kind, tenant, id`;
      return this.#db.prepare(sql).all(tenant ?? null, tenant ?? null) as unknown as AdminRow[];
    });
  }

  /** Whether a wrapped index key is stored for a tenant. */
  hasIndexKey(tenant: string): boolean {
    return this.#read('the index key', () => {
      const sql = 'SELECT 1 FROM tenants WHERE tenant = ? AND index_key IS NOT NULL';
      return this.#db.prepare(sql).get(tenant) !== undefined;
    });
  }

  /** Whether anything is stored that was made with the index key of a tenant. */
  needsIndexKey(tenant: string): boolean {
    return this.#read('the index key', () => {
      const sql = `SELECT 1 FROM tenants WHERE tenant = ? AND ${INDEX_KEY_NEEDED}`;
      return this.#db.prepare(sql).get(tenant) !== undefined;
    });
  }

  /** Data keys of a tenant in the order of their ids, at most `limit` of those after `after`. */
  dataKeys(tenant: string, after: string, limit: number): RawDataKey[] {
    return this.#read('data keys', () => {
      const sql = `SELECT kid, sub, subject_index AS subjectIndex, wrapped,
        subject_sealed AS subjectSealed FROM data_keys
        WHERE tenant_no = (SELECT tenant_no FROM tenants WHERE tenant = ?) AND kid > ? ORDER BY kid LIMIT ?`;
      return this.#db.prepare(sql).all(tenant, after, limit) as unknown as RawDataKey[];
    });
  }

  /** Keys of subjects, by handle. */
  keysOfSubjects(tenant: string, subs: readonly string[]): RawKey[] {
    return this.#read('data keys', () => {
      const rows = this.#db
        .prepare(
          `SELECT kid, sub, wrapped IS NULL AS destroyed FROM data_keys JOIN tenants USING (tenant_no)
           WHERE tenant = ? AND sub IN (SELECT value FROM json_each(?))`,
        )
        .all(tenant, JSON.stringify(subs)) as { kid: string; sub: string; destroyed: number }[];
      return rows.map(({ kid, sub, destroyed }) => ({ kid, sub, destroyed: destroyed === 1 }));
    });
  }

  /** Numbers of records at or after `end` for which an envelope is stored, at most `limit`. */
  sealsBeyond(logNo: number, end: number, limit: number): number[] {
    return this.#read('seals', () => {
      // The log may have grown since its bounds were read: what has a record by now is no stray.
      const sql = `SELECT seal_k AS k FROM seals WHERE seal_k >= ? AND seal_k < ?
        AND NOT EXISTS (SELECT 1 FROM records WHERE records.k = seal_k / ${SEALS_PER_RECORD})
        ORDER BY seal_k LIMIT ?`;
      const range = [sealKey(recordKey(logNo, end), 0), sealKey(recordKey(logNo, SEQS_PER_LOG), 0), limit];
      const rows = this.#db.prepare(sql).all(...range) as { k: number }[];
      return rows.map(({ k }) => seqOfKey(Math.floor(k / SEALS_PER_RECORD)));
    });
  }

  /** Rows of the index of event ids that name no event, at most `limit`. */
  eventIdsOfNothing(logNo: number, limit: number): { readonly seq: number }[] {
    return this.#read('event ids', () => {
      const sql = `SELECT seq FROM event_ids AS ids WHERE log_no = ? AND NOT EXISTS
        (SELECT 1 FROM records WHERE k = ? + ids.seq AND occurred IS NOT NULL) LIMIT ?`;
      return this.#db.prepare(sql).all(logNo, recordKey(logNo, 0), limit) as { seq: number }[];
    });
  }

  #number(sql: string, values: readonly number[]): number | undefined {
    const row = this.#db.prepare(sql).get(...values) as { n: number | null } | undefined;
    return row?.n ?? undefined;
  }

  #inOneMoment<Result>(what: string, work: () => Result): Result {
    return this.#read(what, () => {
      this.#db.exec('BEGIN');
      try {
        return work();
      } finally {
        this.#db.exec('COMMIT');
      }
    });
  }

  #read<Result>(what: string, work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw toStoreError(error, `reading ${what}`);
    }
  }
}
