import type { LedgerPlace } from '../ledger-place.ts';
import type { PostgresSearchData } from '../search/postgres-search.ts';
import { openPostgresReadOnly } from '../stores/postgres/read-only.ts';
import { DEFAULT_SCHEMA } from '../stores/postgres/schema-names.ts';
import type { StoreDriver } from './store-driver.ts';

/** A database of PostgreSQL: any number of processes write to it, nothing of it is in the data folder. */
export function postgresDriver(place: LedgerPlace, url: string): StoreDriver {
  const { schema = DEFAULT_SCHEMA, readStore } = place;
  return {
    isShared: true,
    open: async () => {
      const { openAllPostgresStores } = await import('../stores/postgres/all-stores.ts');
      return openAllPostgresStores({ url, schema, readUrl: readStore });
    },
    openForReading: async () => ({
      stores: await openPostgresReadOnly({ url: readStore ?? url, schema }),
      openLogSource: async (ledger, tenant, options) => {
        const { PostgresVerifySource } = await import('../fsck/postgres-verify-source.ts');
        // What was signed is on the primary; a replica that is behind would lack records of its own checkpoints.
        return PostgresVerifySource.open({ url, schema }, ledger, tenant, options);
      },
    }),
    startSearch: async (onError, holder) => {
      const { startSearchFollower } = await import('../search/search-follower.ts');
      const data: PostgresSearchData = { place, url, schema, holder };
      return startSearchFollower({
        entry: new URL('../search/postgres-search-thread.ts', import.meta.url),
        data,
        onError,
      });
    },
  };
}
