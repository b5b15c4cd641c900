import { FatalError, OperationalError } from '../../errors.ts';
import type { LedgerStore } from '../../ports/ledger-store.ts';
import type { SharedStore } from '../../ports/shared-store.ts';
import type { Stores } from '../../ports/stores.ts';
import { PostgresAdminStore } from './admin-store.ts';
import { ChangeHints } from './change-hints.ts';
import { PostgresCheckpointStore } from './checkpoint-store.ts';
import { DataKeyNumbers } from './data-key-numbers.ts';
import { PostgresKeyStore } from './key-store.ts';
import { PostgresLeaseStore } from './lease-store.ts';
import { LedgerAppend } from './ledger-append.ts';
import { LedgerReading } from './ledger-reading.ts';
import { migratePostgres, pendingMigrations } from './migrations.ts';
import { openClient, type Patience } from './postgres-connection.ts';
import { toStoreError } from './postgres-error.ts';
import { READ_CONNECTIONS_MAX, READ_MS_MAX, WRITE_CONNECTIONS_MAX, WRITE_MS_MAX } from './postgres-limits.ts';
import { PostgresPool } from './postgres-pool.ts';
import { checkSchemaName, DEFAULT_SCHEMA, quoteIdentifier, quoteLiteral, tableSql } from './schema-names.ts';
import { TenantNumbers } from './tenant-numbers.ts';

/** Where the ledger lives. */
export interface PostgresStoreOptions {
  /** Of a user who is (a member of) attestry_write, or owns the schema. */
  readonly url: string;
  /** Schema of the tables; `attestry` when absent. */
  readonly schema?: string | undefined;
  /** How long a statement may take, and what else is waited for. */
  readonly patience?: (Patience & { readonly readMs?: number; readonly writeMs?: number }) | undefined;
}

/** What other parts of this store build on. */
export interface PostgresParts {
  readonly schema: string;
  readonly reads: PostgresPool;
  readonly writes: PostgresPool;
  readonly tenants: TenantNumbers;
  readonly keys: DataKeyNumbers;
}

/** The stores of PostgreSQL that this part makes; those of queries are made on `parts`. */
export interface PostgresLedgerStores extends Omit<Stores, 'query'> {
  readonly shared: SharedStore;
  readonly parts: PostgresParts;
}

/**
 * Opens the ledger's tables for a server. Any number of processes may have them open.
 *
 * A schema that is not there or older is made by whoever owns it or may make it; for others that is an error.
 *
 * @throws {LedgerError} `store_url_invalid`, `schema_invalid`
 * @throws {FatalError} `store_newer`, `store_changed`, `store_schema`, `store_unsafe`, each saying what to do
 * @throws {OperationalError} `store_unreachable`, `store_denied`, `store_readonly`, `store_restarting`
 */
export async function openPostgresStores(options: PostgresStoreOptions): Promise<PostgresLedgerStores> {
  const schema = checkSchemaName(options.schema ?? DEFAULT_SCHEMA);
  const { url, patience } = options;
  const statementMsMax = patience?.writeMs ?? WRITE_MS_MAX;
  await prepare(url, schema);
  const reads = new PostgresPool({
    ...patience,
    url,
    use: 'read',
    statementMsMax: patience?.readMs ?? READ_MS_MAX,
    connectionsMax: READ_CONNECTIONS_MAX,
  });
  const writes = new PostgresPool({
    ...patience,
    url,
    use: 'write',
    statementMsMax,
    connectionsMax: WRITE_CONNECTIONS_MAX,
  });
  const tenants = new TenantNumbers(reads, schema);
  const keys = new DataKeyNumbers(reads, schema);
  const parts: PostgresParts = { schema, reads, writes, tenants, keys };
  const reading = new LedgerReading({ pool: reads, schema, tenants, keys });
  const appends = new LedgerAppend({
    connection: { ...patience, url, use: 'append', statementMsMax },
    schema,
    pool: writes,
    tenants,
    keys,
    reading,
  });
  const hints = new ChangeHints({ url, schema, writes, tenants });
  return {
    ledger: ledgerStore(appends, reading, hints),
    checkpoints: new PostgresCheckpointStore(parts),
    keys: new PostgresKeyStore(parts),
    admin: new PostgresAdminStore(parts, () => hints.settingsChanged()),
    shared: sharedStore(parts, hints),
    parts,
    storeBytes: () => storeBytes(parts),
    // A connection that is lost is opened again, so writing never ends for good.
    onFailure: () => undefined,
    close: async () => {
      await appends.close();
      await hints.close();
      await Promise.all([reads.close(), writes.close()]);
    },
  };
}

async function prepare(url: string, schema: string): Promise<void> {
  const doing = 'opening the store';
  try {
    const client = await openClient({ url, use: 'migrate', statementMsMax: WRITE_MS_MAX });
    let pending: number;
    let mayMigrate: boolean;
    try {
      const { rows } = await client.query<{
        standby: boolean;
        fsync: string;
        mayMigrate: boolean;
      }>(`SELECT pg_is_in_recovery() AS standby, current_setting('fsync') AS fsync,
        coalesce((SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = ${quoteLiteral(schema)}),
          has_database_privilege(current_database(), 'CREATE')) AS "mayMigrate"`);
      const facts = rows[0] as (typeof rows)[0];
      if (facts.standby) {
        throw new OperationalError(
          'store_readonly',
          `${doing}: the database is a standby, which takes no writes`,
        );
      }
      if (facts.fsync !== 'on') {
        throw new FatalError(
          'store_unsafe',
          `${doing}: fsync is off, so nothing would survive a power cut: turn it on`,
        );
      }
      pending = (await pendingMigrations(client, schema)).length;
      ({ mayMigrate } = facts);
    } finally {
      await client.end();
    }
    if (pending > 0 && !mayMigrate) {
      throw new FatalError(
        'store_schema',
        `${doing}: schema ${quoteIdentifier(schema)} lacks ${pending} migrations; run attestry migrate as its owner`,
      );
    }
    if (pending > 0) await migratePostgres({ url, schema });
  } catch (error) {
    throw toStoreError(error, doing);
  }
}

function ledgerStore(appends: LedgerAppend, reading: LedgerReading, hints: ChangeHints): LedgerStore {
  return {
    append: async (batches) => {
      const outcome = await appends.append(batches);
      if (outcome.kind === 'committed')
        for (const { after } of batches) hints.grown(after.tenant, after.size);
      return outcome;
    },
    // What is read must stay so: nothing that was sent on a lost connection may be done afterwards.
    readHead: (tenant) => appends.settled().then(() => reading.readHead(tenant)),
    listHeads: () => appends.settled().then(() => reading.listHeads()),
    findSeqs: (tenant, ids) => appends.settled().then(() => reading.findSeqs(tenant, ids)),
    readRecords: (tenant, from, to) => appends.settled().then(() => reading.readRecords(tenant, from, to)),
    readTile: (tenant, level, index) => reading.readTile(tenant, level, index),
    readLeafHashes: (tenant, from, to) =>
      appends.settled().then(() => reading.readLeafHashes(tenant, from, to)),
  };
}

function sharedStore({ reads, writes, schema }: PostgresParts, hints: ChangeHints): SharedStore {
  const number = async (doing: string, text: string): Promise<number> => {
    const { rows } = await reads.read(doing, {}, (run) => run<{ n: number }>({ text }));
    return rows[0]?.n as number;
  };
  const versions = tableSql(schema, 'settings_version');
  return {
    leases: new PostgresLeaseStore(writes, schema),
    settingsVersion: () => number('reading the version of settings', `SELECT version AS n FROM ${versions}`),
    nowMs: () =>
      number('reading the clock', 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::int8 AS n'),
    listen: (listener) => hints.listen(listener),
  };
}

async function storeBytes({ reads, schema }: PostgresParts): Promise<number> {
  const { rows } = await reads.read('measuring the store', {}, (run) =>
    run<{ bytes: number }>({
      text: `SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::int8 AS bytes FROM pg_class
        WHERE relnamespace = $1::regnamespace AND relkind = 'r'`,
      values: [quoteIdentifier(schema)],
    }),
  );
  return rows[0]?.bytes as number;
}
