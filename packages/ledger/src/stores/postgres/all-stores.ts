import type { EventQueryStore } from '../../ports/event-query-store.ts';
import type { SharedStore } from '../../ports/shared-store.ts';
import type { Stores } from '../../ports/stores.ts';
import { PostgresEventReader } from './event-reader.ts';
import { LedgerReading } from './ledger-reading.ts';
import { PostgresPool } from './postgres-pool.ts';
import { QUERY_CONNECTIONS_MAX, QUERY_MS_MAX } from './postgres-query-limits.ts';
import { openPostgresStores, type PostgresStoreOptions } from './postgres-stores.ts';
import { SeqTimes } from './seq-times.ts';

export interface AllStoresOptions extends PostgresStoreOptions {
  /** Replica that queries go to; the database itself when absent. */
  readonly readUrl?: string | undefined;
}

/** Opens the ledger's tables with the queries over them. */
export async function openAllPostgresStores(
  options: AllStoresOptions,
): Promise<Stores & { readonly shared: SharedStore }> {
  const { parts, ...stores } = await openPostgresStores(options);
  const { schema, tenants, keys } = parts;
  const pool = new PostgresPool({
    url: options.readUrl ?? options.url,
    use: 'query',
    statementMsMax: options.patience?.queryMs ?? QUERY_MS_MAX,
    connectionsMax: QUERY_CONNECTIONS_MAX,
  });
  const query = new PostgresEventReader({ pool, schema, tenants, keys });
  return {
    ...stores,
    query:
      options.readUrl === undefined
        ? query
        : onReplica(
            query,
            new LedgerReading({ pool, schema, tenants, keys, times: new SeqTimes(pool, schema) }),
          ),
    close: async () => {
      await pool.close();
      await stores.close();
    },
  };
}

/** Says with each page how far the replica had come; asked before, so that the page has at least that. */
function onReplica(query: EventQueryStore, replica: LedgerReading): EventQueryStore {
  const reach = async (tenant: string): Promise<number> => (await replica.readHead(tenant))?.size ?? 0;
  return {
    page: async (asked, request) => {
      const readTo = await reach(asked.tenant);
      return { ...(await query.page(asked, request)), readTo };
    },
    readTo: reach,
    count: (asked) => query.count(asked),
    estimate: (asked) => query.estimate(asked),
    stats: (asked, by, limit) => query.stats(asked, by, limit),
  };
}
