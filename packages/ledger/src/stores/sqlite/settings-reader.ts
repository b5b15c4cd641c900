import type { DatabaseSync } from 'node:sqlite';
import type { AdminRow } from '../../ports/admin-store.ts';
import type { StoredCheckpoint } from '../../ports/checkpoint-store.ts';
import type { StoredDataKey } from '../../ports/key-store.ts';
import { INDEX_KEY_NEEDED } from './index-key-sql.ts';

interface KeyRow {
  readonly sub: string;
  readonly kid: string;
  readonly wrapped: Uint8Array | null;
}

/** Bounds of a checkpoint listing, as in the port. */
export interface CheckpointRange {
  readonly sizeFrom: number;
  readonly sizeTo: number;
  readonly order: 'asc' | 'desc';
  readonly limit: number;
}

function toKey(row: KeyRow): StoredDataKey {
  return { sub: row.sub, kid: row.kid, wrapped: row.wrapped ?? undefined };
}

/** Reads of keys, checkpoints and settings on one read-only connection. Synchronous. */
export class SettingsReader {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** See `KeyStore.findBySubject`. */
  findKeysBySubject(
    tenant: string,
    subjectIndexes: readonly Uint8Array[],
  ): (StoredDataKey & { readonly subjectIndex: Uint8Array })[] {
    const find = this.#db.prepare(
      `SELECT sub, kid, wrapped FROM data_keys JOIN tenants USING (tenant_no)
       WHERE tenant = ? AND subject_index = ? AND wrapped IS NOT NULL`,
    );
    return subjectIndexes.flatMap((subjectIndex) => {
      const row = find.get(tenant, subjectIndex) as unknown as KeyRow | undefined;
      return row === undefined ? [] : [{ ...toKey(row), subjectIndex }];
    });
  }

  /** See `KeyStore.findByKid`. */
  findKeysByKid(tenant: string, kids: readonly string[]): StoredDataKey[] {
    const find = this.#db.prepare(
      'SELECT sub, kid, wrapped FROM data_keys JOIN tenants USING (tenant_no) WHERE tenant = ? AND kid = ?',
    );
    return kids.flatMap((kid) => {
      const row = find.get(tenant, kid) as unknown as KeyRow | undefined;
      return row === undefined ? [] : [toKey(row)];
    });
  }

  /** The tenant's wrapped index key, or `undefined` when it has none. */
  findIndexKey(tenant: string): Uint8Array | undefined {
    const row = this.#db.prepare('SELECT index_key FROM tenants WHERE tenant = ?').get(tenant);
    return (row as { readonly index_key: Uint8Array | null } | undefined)?.index_key ?? undefined;
  }

  /** See `KeyStore.lostIndexKeys`. */
  lostIndexKeys(): string[] {
    const sql = `SELECT tenant FROM tenants WHERE index_key IS NULL AND ${INDEX_KEY_NEEDED} ORDER BY tenant`;
    return this.#db
      .prepare(sql)
      .all()
      .map(({ tenant }) => String(tenant));
  }

  /** See `CheckpointStore.list`. */
  listCheckpoints(tenant: string, range: CheckpointRange): StoredCheckpoint[] {
    const order = range.order === 'asc' ? 'ASC' : 'DESC';
    const rows = this.#db
      .prepare(
        `SELECT size, note, signed_at AS signedAtMs FROM checkpoints
         WHERE log_no = (SELECT log_no FROM logs JOIN tenants USING (tenant_no) WHERE tenant = ?)
         AND size >= ? AND size <= ? ORDER BY size ${order} LIMIT ?`,
      )
      .all(tenant, range.sizeFrom, range.sizeTo, range.limit);
    return rows as unknown as StoredCheckpoint[];
  }

  /** See `AdminStore.list`. */
  listAdmin(kind: string, tenant: string | undefined): AdminRow[] {
    const columns = 'SELECT kind, tenant, id, value, revision FROM admin';
    const rows =
      tenant === undefined
        ? this.#db.prepare(`${columns} WHERE kind = ? ORDER BY tenant, id`).all(kind)
        : this.#db.prepare(`${columns} WHERE kind = ? AND tenant = ? ORDER BY id`).all(kind, tenant);
    return rows as unknown as AdminRow[];
  }

  /** See `AdminStore.get`. */
  getAdmin(kind: string, tenant: string, id: string): AdminRow | undefined {
    const sql =
      'SELECT kind, tenant, id, value, revision FROM admin WHERE kind = ? AND tenant = ? AND id = ?';
    return this.#db.prepare(sql).get(kind, tenant, id) as unknown as AdminRow | undefined;
  }
}
