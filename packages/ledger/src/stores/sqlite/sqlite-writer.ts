import type { DatabaseSync } from 'node:sqlite';
import { FatalError, LedgerError } from '../../errors.ts';
import type { AdminRow } from '../../ports/admin-store.ts';
import type { StoredCheckpoint } from '../../ports/checkpoint-store.ts';
import type { NewDataKey, StoredDataKey } from '../../ports/key-store.ts';
import type { AppendOutcome } from '../../ports/ledger-store.ts';
import { AppendStatements } from './append-statements.ts';
import { INDEX_KEY_NEEDED } from './index-key-sql.ts';
import { openForWriting } from './open-database.ts';
import { type HeadHashes, headHashes, type PackedAppend, uuidText } from './packed-append.ts';
import { toStoreError } from './store-error.ts';

const ID_BYTES = 16;

type LogRow = {
  readonly log_no: number;

  readonly size: number;
  readonly last_hash: Uint8Array;
};

/**
 * Everything that changes `ledger.db`, on the one read-write connection. Synchronous: it runs in the writer thread, one
 * call after the other, each in its own transaction.
 */
export class SqliteWriter {
  readonly #db: DatabaseSync;
  readonly #statements: AppendStatements;

  /** Opens or creates the database; see `openForWriting` for what it refuses. */
  constructor(path: string) {
    this.#db = openForWriting(path);
    this.#statements = new AppendStatements(this.#db);
  }

  /** See `LedgerStore.append`. */
  append(packed: PackedAppend): AppendOutcome {
    return this.#transaction('appending', () => {
      const hashes = headHashes(packed);
      const logNos = this.#passFence(packed, hashes);
      if ('moved' in logNos) return this.#refuse({ kind: 'moved', tenants: logNos.moved });
      const duplicates = this.#insertIds(packed, logNos);
      if (duplicates.length > 0) return this.#refuse({ kind: 'duplicate', ids: duplicates });
      this.#statements.insertRows(packed, logNos);
      for (const [i, log] of packed.logs.entries()) {
        this.#statements.advance(logNos[i] as number, log, hashes[i] as HeadHashes);
      }
      return { kind: 'committed' };
    });
  }

  /** Numbers of the logs, in order, or the tenants whose head is not what the caller linked on. */
  #passFence(
    packed: PackedAppend,
    hashes: readonly HeadHashes[],
  ): number[] | { readonly moved: readonly string[] } {
    const moved: string[] = [];
    const logNos = packed.logs.map((log, i) => {
      const found = this.#statements.findLog.get(log.tenant) as LogRow | undefined;
      if (found === undefined && log.beforeSize === 0) {
        return this.#statements.createLog(this.#tenantNo(log.tenant), log);
      }
      if (
        found?.size === log.beforeSize &&
        Buffer.compare(found.last_hash, (hashes[i] as HeadHashes).before) === 0
      )
        return found.log_no;
      moved.push(log.tenant);
      return -1;
    });
    return moved.length > 0 ? { moved } : logNos;
  }

  #insertIds(packed: PackedAppend, logNos: readonly number[]): { tenant: string; id: string; seq: number }[] {
    const duplicates: { tenant: string; id: string; seq: number }[] = [];
    let row = 0;
    for (const [i, log] of packed.logs.entries()) {
      for (let n = 0; n < log.count; n += 1, row += 1) {
        const id = packed.ids.subarray(row * ID_BYTES, (row + 1) * ID_BYTES);
        if (Number.isNaN(packed.occurredMs[row]) && id.every((byte) => byte === 0)) continue;
        const seq = this.#statements.claimId(logNos[i] as number, id, log.beforeSize + n);
        if (seq === undefined) continue;
        if (seq >= log.beforeSize) {
          throw new LedgerError(
            'repeated_id',
            `append: event id ${uuidText(id)} is twice in one batch of ${log.tenant}`,
          );
        }
        duplicates.push({ tenant: log.tenant, id: uuidText(id), seq });
      }
    }
    return duplicates;
  }

  /** See `KeyStore.ensure`. */
  ensureKeys(tenant: string, offered: readonly NewDataKey[]): StoredDataKey[] {
    return this.#transaction('storing data keys', () => {
      const tenantNo = this.#tenantNo(tenant);
      return offered.map((key) => this.#statements.ensureKey(tenantNo, key));
    });
  }

  /** See `KeyStore.ensureIndexKey`. */
  ensureIndexKey(tenant: string, offered: Uint8Array): Uint8Array {
    return this.#transaction('storing an index key', () => {
      const tenantNo = this.#tenantNo(tenant);
      const missing = 'tenant_no = ? AND index_key IS NULL';
      const lost = this.#db.prepare(`SELECT 1 FROM tenants WHERE ${missing} AND ${INDEX_KEY_NEEDED}`);
      if (lost.get(tenantNo) !== undefined)
        throw new FatalError('index_key_lost', `the index key of tenant ${tenant} is gone from the database`);
      this.#db.prepare(`UPDATE tenants SET index_key = ? WHERE ${missing}`).run(offered, tenantNo);
      const row = this.#db.prepare('SELECT index_key FROM tenants WHERE tenant_no = ?').get(tenantNo);
      return (row as { readonly index_key: Uint8Array }).index_key;
    });
  }

  /** See `CheckpointStore.put`. */
  putCheckpoint(
    tenant: string,
    checkpoint: StoredCheckpoint,
  ): { readonly kind: 'stored' } | { readonly kind: 'exists'; readonly stored: StoredCheckpoint } {
    return this.#transaction('storing a checkpoint', () => {
      const log = this.#statements.findLog.get(tenant) as LogRow | undefined;
      if (log === undefined) throw new LedgerError('unknown_log', `checkpoint: tenant ${tenant} has no log`);
      const { size, note, signedAtMs } = checkpoint;
      const row = this.#statements.findCheckpoint.get(log.log_no, size) as
        | { readonly note: string; readonly signed_at: number }
        | undefined;
      if (row !== undefined && row.note !== note) {
        return { kind: 'exists', stored: { size, note: row.note, signedAtMs: row.signed_at } };
      }
      // The same note again is the heartbeat of an idle log: it moves the time of signing and nothing else.
      if (row !== undefined) this.#statements.renewCheckpoint.run(signedAtMs, log.log_no, size);
      else this.#statements.insertCheckpoint.run(log.log_no, size, signedAtMs, note);
      return { kind: 'stored' };
    });
  }

  /** See `AdminStore.put`. */
  putAdmin(
    row: Omit<AdminRow, 'revision'>,
    expectedRevision: number,
  ): { readonly kind: 'stored' | 'conflict' } {
    return this.#transaction('storing a setting', () => {
      const { kind, tenant, id, value } = row;
      const result =
        expectedRevision === 0
          ? this.#db
              .prepare(
                'INSERT INTO admin (kind, tenant, id, value, revision) VALUES (?, ?, ?, ?, 1) ON CONFLICT DO NOTHING',
              )
              .run(kind, tenant, id, value)
          : this.#db
              .prepare(
                'UPDATE admin SET value = ?, revision = revision + 1 WHERE kind = ? AND tenant = ? AND id = ? AND revision = ?',
              )
              .run(value, kind, tenant, id, expectedRevision);
      return { kind: result.changes === 1 ? 'stored' : 'conflict' };
    });
  }

  /** See `AdminStore.remove`. */
  removeAdmin(kind: string, tenant: string, id: string): void {
    this.#transaction('removing a setting', () => {
      this.#db.prepare('DELETE FROM admin WHERE kind = ? AND tenant = ? AND id = ?').run(kind, tenant, id);
    });
  }

  /** Copies the write-ahead log into the database and closes it, so that one file holds everything. */
  close(): void {
    if (!this.#db.isOpen) return;
    try {
      this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch (error) {
      // The disk is full: the write-ahead log stays beside the database, and the next start reads both.
      if (toStoreError(error, 'closing').code !== 'store_full') throw error;
    } finally {
      this.#db.close();
    }
  }

  #tenantNo(tenant: string): number {
    this.#statements.insertTenant.run(tenant);
    return (this.#statements.findTenant.get(tenant) as { readonly tenant_no: number }).tenant_no;
  }

  #refuse(outcome: AppendOutcome): AppendOutcome {
    this.#rollback();
    return outcome;
  }

  #transaction<Result>(doing: string, work: () => Result): Result {
    try {
      this.#statements.begin.run();
      const result = work();
      // Commit point. Before it a crash loses the batch and nobody has a receipt; after it the batch is durable.
      // `append` has already rolled back what it refuses.
      if (this.#db.isTransaction) this.#statements.commit.run();
      return result;
    } catch (error) {
      this.#rollback();
      throw toStoreError(error, doing);
    }
  }

  #rollback(): void {
    this.#statements.forget();
    // SQLite has rolled back by itself after some errors (disk full, I/O).
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
  }
}
