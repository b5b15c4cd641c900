import type { CopySource } from '../copy/copy-source.ts';
import type { LogSource, LogSourceOptions, VerifiedLedger } from '../fsck/log-source.ts';
import type { ReadOnlyStores, Stores } from '../ports/stores.ts';
import type { SearchFollower } from '../search/search-follower.ts';

/** A store opened for reading, with what can be read of it beyond the ports. */
export interface OpenedForReading {
  readonly stores: ReadOnlyStores;
  /** The rows of one log as they are stored, for a verifier. */
  openLogSource(ledger: VerifiedLedger, tenant: string, options: LogSourceOptions): Promise<LogSource>;
}

/**
 * One kind of database behind the ports: how it is opened, read, verified and made searchable. What only one kind needs
 * is loaded when it is used.
 */
export interface StoreDriver {
  /** Whether several processes may write at once; then the store is opened before the keys are, which it knows. */
  readonly isShared: boolean;
  open(): Promise<Stores>;
  openForReading(): Promise<OpenedForReading>;
  /** What a copy needs besides what is read; absent where nothing is copied from. */
  openCopySource?(): Promise<CopySource & { close(): void }>;
  /**
   * Starts what makes committed events searchable.
   *
   * @param onError told once per failure, with a text that holds no personal data
   * @param holder  name of this node among those that share the store
   */
  startSearch(onError: (message: string) => void, holder: string): Promise<SearchFollower>;
}
