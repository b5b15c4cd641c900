import type { SharedStore } from '../../ports/shared-store.ts';
import type { Stores } from '../../ports/stores.ts';
import { PostgresEventReader } from './event-reader.ts';
import { LedgerReading } from './ledger-reading.ts';
import { PostgresPool } from './postgres-pool.ts';
import { QUERY_CONNECTIONS_MAX, QUERY_MS_MAX } from './postgres-query-limits.ts';
import { openPostgresStores, type PostgresStoreOptions } from './postgres-stores.ts';
import { assertReplica, ReplicaQueries } from './replica-queries.ts';
import { SeqTimes } from './seq-times.ts';

export interface AllStoresOptions extends PostgresStoreOptions {
  /** Replica that queries go to; the database itself when absent. */
  readonly readUrl?: string | undefined;
}

/**
 * Opens the ledger's tables with the queries over them.
 *
 * @throws {FatalError} `replica_wrong`
 */
export async function openAllPostgresStores(
  options: AllStoresOptions,
): Promise<Stores & { readonly shared: SharedStore }> {
  const { parts, ...stores } = await openPostgresStores(options);
  const { schema, tenants, keys } = parts;
  const { url, readUrl } = options;
  const pool = new PostgresPool({
    url: readUrl ?? url,
    use: 'query',
    statementMsMax: options.patience?.queryMs ?? QUERY_MS_MAX,
    connectionsMax: QUERY_CONNECTIONS_MAX,
  });
  const close = async (): Promise<void> => {
    await pool.close();
    await stores.close();
  };
  const times = new SeqTimes(pool, schema);
  const query = new PostgresEventReader({ pool, schema, tenants, keys, times });
  if (readUrl === undefined) return { ...stores, query, close };
  try {
    await assertReplica(readUrl, schema, options.patience?.replicaMs);
  } catch (error) {
    await close();
    throw error;
  }
  const replica = new LedgerReading({ pool, schema, tenants, keys, times });
  return { ...stores, query: new ReplicaQueries(query, replica, stores.ledger), close };
}
