import { LedgerError } from '../../errors.ts';
import type { ReadOnlyStores } from '../../ports/stores.ts';
import { checkSchema } from './open-database.ts';
import { RawScan } from './raw-scan.ts';
import { SqliteReader } from './sqlite-reader.ts';

/** The reading half of the stores, in the calling thread. */
export interface SqliteReadOnlyStores extends ReadOnlyStores {
  /** Every stored row as it is, for a verifier. */
  readonly scan: RawScan;
}

/**
 * Opens a store for worker threads and for offline verification. Works on a stopped folder, beside a running server, and
 * in a read-only directory (see docs/stores-sqlite.md for when not).
 *
 * @throws {FatalError} `store_absent`, `store_foreign`, `store_newer`, `store_corrupt`, `store_wal_pending`
 */
export function openSqliteReadOnly(options: {
  readonly path: string;
  readonly searchPath?: string;
}): SqliteReadOnlyStores {
  const reader = new SqliteReader(options);
  const { records, settings, events } = reader;
  return {
    ledger: {
      readHead: async (tenant) => records.readHead(tenant),
      listHeads: async () => records.listHeads(),
      readRecords: async (tenant, from, to) => records.readRecords(tenant, from, to),
      findSeqs: async (tenant, ids) => records.findSeqs(tenant, ids),
      readTile: async (tenant, level, index) => records.readTile(tenant, level, index),
      readLeafHashes: async (tenant, from, to) => records.readLeafHashes(tenant, from, to),
    },
    checkpoints: { list: async (tenant, range) => settings.listCheckpoints(tenant, range) },
    keys: {
      findBySubject: async (tenant, subjectIndexes) => settings.findKeysBySubject(tenant, subjectIndexes),
      findByKid: async (tenant, kids) => settings.findKeysByKid(tenant, kids),
      ensure: async () => {
        throw new LedgerError('read_only', 'data keys cannot be made on a read-only store');
      },
      ensureIndexKey: async (tenant) => {
        const found = settings.findIndexKey(tenant);
        if (found === undefined)
          throw new LedgerError('unknown_tenant', `tenant ${tenant} has no index key in this folder`);
        return found;
      },
      lostIndexKeys: async () => settings.lostIndexKeys(),
    },
    admin: {
      list: async (kind, tenant) => settings.listAdmin(kind, tenant),
      get: async (kind, tenant, id) => settings.getAdmin(kind, tenant, id),
    },
    query: {
      page: async (query, request) => events.page(query, request),
      count: async (query) => events.count(query),
      estimate: async (query) => events.estimate(query),
      stats: async (query, by, limit) => events.stats(query, by, limit),
    },
    checkSchema: async () => checkSchema(reader.db, options.path),
    scan: new RawScan(reader.db),
    close: async () => reader.close(),
  };
}
