import type { AdminStore, CheckpointStore, EventQueryStore, KeyStore, LedgerStore } from '@attestry/ledger';

/** The stores of one empty database on a real engine, without that of queries. */
export interface LedgerStoresUnderTest {
  readonly ledger: LedgerStore;
  readonly checkpoints: CheckpointStore;
  readonly keys: KeyStore;
  readonly admin: AdminStore;
  /** Closes everything and removes the database. */
  dispose(): Promise<void>;
  /** Closes everything and opens the same database again, as a restart does. */
  reopen(): Promise<LedgerStoresUnderTest>;
}

/** The same with queries. */
export interface StoresUnderTest extends LedgerStoresUnderTest {
  readonly query: EventQueryStore;
  reopen(): Promise<StoresUnderTest>;
}

/** Makes an empty database; every test gets its own. */
export type OpenLedgerStores = () => Promise<LedgerStoresUnderTest>;
export type OpenStores = () => Promise<StoresUnderTest>;
