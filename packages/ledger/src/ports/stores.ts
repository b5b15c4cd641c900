import type { AdminStore } from './admin-store.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import type { EventQueryStore } from './event-query-store.ts';
import type { KeyStore } from './key-store.ts';
import type { LedgerStore } from './ledger-store.ts';
import type { SharedStore } from './shared-store.ts';

/** A database with everything that a ledger keeps in it, opened for writing. */
export interface Stores {
  readonly ledger: LedgerStore;
  readonly checkpoints: CheckpointStore;
  readonly keys: KeyStore;
  readonly admin: AdminStore;
  readonly query: EventQueryStore;
  /** Absent where only one process can write: then nobody else changes anything. */
  readonly shared?: SharedStore;
  /** What a start should say of a store that works all the same. */
  readonly warnings?: readonly string[];
  /** Bytes on disk, indexes and search included. */
  storeBytes(): Promise<number>;
  /** Calls back once when writing has ended for good: every write from then on is rejected with the same error. */
  onFailure(listener: (error: Error) => void): void;
  /** Finishes what was called, then closes. */
  close(): Promise<void>;
}

/** The reading half. Nothing of it can write. */
export interface ReadOnlyStores {
  readonly ledger: Omit<LedgerStore, 'append'>;
  readonly checkpoints: Pick<CheckpointStore, 'list'>;
  /** `ensure` rejects; `ensureIndexKey` returns the stored key and rejects when there is none. */
  readonly keys: KeyStore;
  readonly admin: Pick<AdminStore, 'list' | 'get'>;
  readonly query: EventQueryStore;
  /**
   * Refuses what a start refuses: tables that are not those of this version.
   *
   * @throws {FatalError} `store_newer`, `store_corrupt`
   */
  checkSchema(): Promise<void>;
  /** What a database says of itself, and what of it should be changed though it works; absent where there is no server. */
  describe?(): Promise<{ readonly detail: string; readonly warnings: readonly string[] }>;
  close(): Promise<void>;
}
