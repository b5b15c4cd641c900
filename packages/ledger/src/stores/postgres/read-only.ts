import { FatalError, LedgerError } from '../../errors.ts';
import type { ReadOnlyStores } from '../../ports/stores.ts';
import { PostgresAdminStore } from './admin-store.ts';
import { PostgresCheckpointStore } from './checkpoint-store.ts';
import { DataKeyNumbers } from './data-key-numbers.ts';
import { PostgresEventReader } from './event-reader.ts';
import { PostgresKeyStore } from './key-store.ts';
import { LedgerReading } from './ledger-reading.ts';
import { pendingMigrations } from './migrations.ts';
import { openClient } from './postgres-connection.ts';
import { toStoreError } from './postgres-error.ts';
import { READ_MS_MAX } from './postgres-limits.ts';
import { PostgresPool } from './postgres-pool.ts';
import { checkSchemaName } from './schema-names.ts';
import { SeqTimes } from './seq-times.ts';
import { describeServer, type ServerDescription } from './server-description.ts';
import { TenantNumbers } from './tenant-numbers.ts';

/** One export or verification reads from one page to the next, and reads keys and records of a page at once. */
const CONNECTIONS_MAX = 3;

/** A page of an export over all of a log, with filters that find little. */
const STATEMENT_MS_MAX = 300_000;

/**
 * Opens the database for reading, for threads and commands of their own. Nothing of it can write; the role
 * attestry_read is enough.
 *
 * @throws {LedgerError} `store_url_invalid`, `schema_invalid`; {FatalError} `store_newer`, `store_schema`
 */
export async function openPostgresReadOnly(options: {
  readonly url: string;
  readonly schema: string;
}): Promise<ReadOnlyStores> {
  const { url } = options;
  const schema = checkSchemaName(options.schema);
  await checkTables(url, schema);
  const pool = new PostgresPool({
    url,
    use: 'read',
    statementMsMax: STATEMENT_MS_MAX,
    connectionsMax: CONNECTIONS_MAX,
  });
  const tenants = new TenantNumbers(pool, schema);
  const keys = new DataKeyNumbers(pool, schema);
  // Transactions of the reading half are read-only, and nothing of the writing half is handed out.
  const parts = { schema, tenants, keys, times: new SeqTimes(pool, schema), pool, reads: pool, writes: pool };
  const keyStore = new PostgresKeyStore(parts);
  return {
    ledger: new LedgerReading(parts),
    checkpoints: new PostgresCheckpointStore(parts),
    keys: {
      findBySubject: (tenant, subjectIndexes) => keyStore.findBySubject(tenant, subjectIndexes),
      findByKid: (tenant, kids) => keyStore.findByKid(tenant, kids),
      ensure: async () => {
        throw new LedgerError('read_only', 'data keys cannot be made on a read-only store');
      },
      ensureIndexKey: async (tenant) => {
        const found = await keyStore.findIndexKey(tenant);
        if (found === undefined)
          throw new LedgerError('unknown_tenant', `tenant ${tenant} has no index key in this database`);
        return found;
      },
      lostIndexKeys: () => keyStore.lostIndexKeys(),
    },
    admin: new PostgresAdminStore(parts, () => undefined),
    query: new PostgresEventReader(parts),
    checkSchema: () => checkTables(url, schema),
    describe: () => described(url, schema),
    close: () => pool.close(),
  };
}

async function described(url: string, schema: string): Promise<ServerDescription> {
  try {
    const client = await openClient({ url, use: 'read', statementMsMax: READ_MS_MAX });
    try {
      return await describeServer(client, schema);
    } finally {
      await client.end();
    }
  } catch (error) {
    throw toStoreError(error, 'looking at the database');
  }
}

async function checkTables(url: string, schema: string): Promise<void> {
  const doing = 'opening the store';
  try {
    const client = await openClient({ url, use: 'read', statementMsMax: READ_MS_MAX });
    try {
      const pending = await pendingMigrations(client, schema);
      if (pending.length === 0) return;
    } finally {
      await client.end();
    }
  } catch (error) {
    throw toStoreError(error, doing);
  }
  throw new FatalError(
    'store_schema',
    `${doing}: the schema ${schema} is not that of this version; run attestry migrate as its owner`,
  );
}
