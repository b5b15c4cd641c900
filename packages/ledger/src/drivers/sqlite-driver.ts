import type { DataPaths } from '../data-dir/data-folder.ts';
import type { LedgerPlace } from '../ledger-place.ts';
import type { StoreDriver } from './store-driver.ts';

/** The embedded store: one process writes the files of the data folder, threads read them. */
export function sqliteDriver(place: LedgerPlace, paths: DataPaths): StoreDriver {
  const files = { path: paths.ledger, searchPath: paths.search };
  return {
    isShared: false,
    open: async () => {
      const { openSqliteStores } = await import('../stores/sqlite/sqlite-stores.ts');
      return openSqliteStores(files);
    },
    openForReading: async () => {
      const { openSqliteReadOnly } = await import('../stores/sqlite/read-only.ts');
      const stores = openSqliteReadOnly(files);
      return {
        stores,
        openLogSource: async (ledger, tenant, options) => {
          const { SqliteVerifySource } = await import('../fsck/sqlite-verify-source.ts');
          return new SqliteVerifySource({ ledger, stores, paths }, tenant, options);
        },
      };
    },
    openCopySource: async () => {
      const { openCopyRows } = await import('../stores/sqlite/copy-rows.ts');
      return openCopyRows(paths.ledger);
    },
    startSearch: async (onError) => {
      const { startSearchFollower } = await import('../search/search-follower.ts');
      return startSearchFollower({
        entry: new URL('../search/search-thread.ts', import.meta.url),
        data: { place, ledgerPath: paths.ledger, searchPath: paths.search },
        onError,
      });
    },
  };
}
