import type pg from 'pg';
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
import { makePartitionsAhead } from './partitions.ts';
import { openClient, type Patience } from './postgres-connection.ts';
import { toStoreError } from './postgres-error.ts';
import { READ_CONNECTIONS_MAX, READ_MS_MAX, WRITE_CONNECTIONS_MAX, WRITE_MS_MAX } from './postgres-limits.ts';
import { PostgresPool } from './postgres-pool.ts';
import { checkSchemaName, DEFAULT_SCHEMA, quoteIdentifier, quoteLiteral, tableSql } from './schema-names.ts';
import { SeqTimes } from './seq-times.ts';
import { describeServer } from './server-description.ts';
import { TenantNumbers } from './tenant-numbers.ts';

/** Where the ledger lives. */
export interface PostgresStoreOptions {
  /** Of a user who is (a member of) attestry_write, or owns the schema. */
  readonly url: string;
  /** Schema of the tables; `attestry` when absent. */
  readonly schema?: string | undefined;
  /** How long a statement may take, and what else is waited for. */
  readonly patience?:
    | (Patience & {
        readonly readMs?: number;
        readonly writeMs?: number;
        readonly queryMs?: number;
        /** Until a replica must have the tables. */
        readonly replicaMs?: number;
      })
    | undefined;
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
  const { synchronousCommit, warnings } = await prepare(url, schema);
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
    synchronousCommit,
    connectionsMax: WRITE_CONNECTIONS_MAX,
  });
  const tenants = new TenantNumbers(reads, schema);
  const keys = new DataKeyNumbers(reads, schema);
  const parts: PostgresParts = { schema, reads, writes, tenants, keys };
  const times = new SeqTimes(reads, schema);
  const reading = new LedgerReading({ pool: reads, schema, tenants, keys, times });
  const appends = new LedgerAppend({
    connection: { ...patience, url, use: 'append', statementMsMax, synchronousCommit },
    schema,
    pool: writes,
    tenants,
    keys,
    reading,
  });
  const keyStore = new PostgresKeyStore(parts);
  const hints = new ChangeHints({ url, schema, writes, tenants });
  return {
    ledger: ledgerStore(appends, reading, hints),
    checkpoints: new PostgresCheckpointStore(parts),
    keys: keyStore,
    admin: new PostgresAdminStore(parts, () => hints.settingsChanged()),
    shared: sharedStore(parts, hints, keyStore),
    parts,
    warnings,
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

/** What a server says of itself before anything is written to it. */
interface ServerFacts {
  readonly standby: boolean;
  readonly readOnly: boolean;
  readonly fsync: string;
  readonly synchronousCommit: string;
  readonly mayMigrate: boolean;
}

interface Prepared {
  /** What a commit has to wait for, so that a receipt survives a power cut. */
  readonly synchronousCommit: string;
  readonly warnings: readonly string[];
}

async function prepare(url: string, schema: string): Promise<Prepared> {
  const doing = 'opening the store';
  try {
    const client = await openClient({ url, use: 'migrate', statementMsMax: WRITE_MS_MAX });
    let pending: number;
    let facts: ServerFacts;
    let warnings: readonly string[];
    try {
      facts = await readFacts(client, schema);
      assertWritable(facts, doing);
      pending = (await pendingMigrations(client, schema)).length;
      ({ warnings } = await describeServer(client, schema));
    } finally {
      await client.end();
    }
    if (pending > 0 && !facts.mayMigrate) {
      throw new FatalError(
        'store_schema',
        `${doing}: schema ${quoteIdentifier(schema)} lacks ${pending} migrations; run attestry migrate as its owner`,
      );
    }
    if (pending > 0) await migratePostgres({ url, schema });
    // With `off` the answer comes before the disk has anything. Every other value waits for it at least.
    const synchronousCommit = facts.synchronousCommit === 'off' ? 'on' : facts.synchronousCommit;
    return { synchronousCommit, warnings };
  } catch (error) {
    throw toStoreError(error, doing);
  }
}

async function readFacts(client: pg.Client, schema: string): Promise<ServerFacts> {
  const { rows } = await client.query<ServerFacts>(`SELECT pg_is_in_recovery() AS standby,
    current_setting('transaction_read_only') = 'on' AS "readOnly", current_setting('fsync') AS fsync,
    current_setting('synchronous_commit') AS "synchronousCommit",
    coalesce((SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = ${quoteLiteral(schema)}),
      has_database_privilege(current_database(), 'CREATE')) AS "mayMigrate"`);
  return rows[0] as ServerFacts;
}

function assertWritable({ standby, readOnly, fsync }: ServerFacts, doing: string): void {
  if (standby) {
    throw new OperationalError(
      'store_readonly',
      `${doing}: the database is a standby, which takes no writes; ATTESTRY_STORE must name the primary, ` +
        'ATTESTRY_STORE_READ_URL may name a standby',
    );
  }
  if (readOnly) {
    throw new OperationalError(
      'store_readonly',
      `${doing}: default_transaction_read_only is on for this database, user or server: turn it off`,
    );
  }
  if (fsync !== 'on') {
    throw new FatalError(
      'store_unsafe',
      `${doing}: fsync is off, so nothing would survive a power cut: turn it on`,
    );
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

function sharedStore(
  { reads, writes, schema }: PostgresParts,
  hints: ChangeHints,
  keyStore: PostgresKeyStore,
): SharedStore {
  return {
    leases: new PostgresLeaseStore(writes, schema),
    settingsVersions: async () => {
      const { rows } = await reads.read('reading the versions of settings', {}, (run) =>
        run<{ kind: string; version: number }>({
          name: 'settings-versions',
          text: `SELECT kind, version FROM ${tableSql(schema, 'settings_versions')}`,
        }),
      );
      return new Map(rows.map(({ kind, version }) => [kind, version]));
    },
    nowMs: async () => {
      const { rows } = await reads.read('reading the clock', {}, (run) =>
        run<{ n: number }>({ text: 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::int8 AS n' }),
      );
      return rows[0]?.n as number;
    },
    adoptDestroyedKeys: (tenant, keys) => keyStore.adoptDestroyed(tenant, keys),
    upkeep: (fence) => makePartitionsAhead(writes, schema, fence),
    listen: (listener) => hints.listen(listener),
  };
}

async function storeBytes({ reads, schema }: PostgresParts): Promise<number> {
  return reads.read('measuring the store', {}, async (run) => {
    const { rows } = await run<{ bytes: number; timescale: string | null }>({
      text: `SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::int8 AS bytes,
        (SELECT nspname FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
          WHERE extname = 'timescaledb' AND to_regclass($2) IS NOT NULL) AS timescale
        FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind = 'r'`,
      values: [quoteIdentifier(schema), tableSql(schema, 'record_chunks')],
    });
    const [found] = rows;
    if (typeof found?.timescale !== 'string') return found?.bytes ?? 0;
    // Chunks lie in a schema of the extension.
    const chunks = await run<{ bytes: number }>({
      text: `SELECT coalesce(${quoteIdentifier(found.timescale)}.hypertable_size($1::regclass), 0)::int8 AS bytes`,
      values: [tableSql(schema, 'record_chunks')],
    });
    return found.bytes + (chunks.rows[0]?.bytes ?? 0);
  });
}
