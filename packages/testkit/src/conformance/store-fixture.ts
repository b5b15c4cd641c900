import type { AdminStore, CheckpointStore, EventQueryStore, KeyStore, LedgerStore } from '@attestry/ledger';

/** The stores of one empty database on a real engine. */
export interface StoresUnderTest {
  readonly ledger: LedgerStore;
  readonly checkpoints: CheckpointStore;
  readonly keys: KeyStore;
  readonly admin: AdminStore;
  readonly query: EventQueryStore;
  /** Closes everything and removes the database. */
  dispose(): Promise<void>;
  /** Closes everything and opens the same database again, as a restart does. */
  reopen(): Promise<StoresUnderTest>;
}

/** Makes an empty database; every test gets its own. */
export type OpenStores = () => Promise<StoresUnderTest>;
