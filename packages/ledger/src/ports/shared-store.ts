import type { NewDataKey } from './key-store.ts';
import type { Fence, LeaseStore } from './lease-store.ts';

/**
 * Something another process (or this one) has committed. A hint: it may be lost or come late, so whoever listens looks
 * for itself from time to time.
 */
export type ChangeHint =
  /** A log has grown to this size. */
  | { readonly kind: 'grown'; readonly tenant: string; readonly size: number }
  /** Rows of the admin store, data keys or index keys were changed. */
  | { readonly kind: 'settings' }
  /** The connection was away: hints may be missing. */
  | { readonly kind: 'gap' };

/** What is left of a data key after an erasure: nothing that opens or names anything, unless the erasure was cut off. */
export interface DestroyedKey extends Pick<NewDataKey, 'kid' | 'sub'> {
  readonly subjectIndex: Uint8Array | null;
  readonly wrapped: Uint8Array | null;
  readonly subjectSealed: Uint8Array | null;
}

/**
 * What a store has that several processes write at once, besides the other ports.
 *
 * - `settingsVersions` MUST give a larger number for a kind of admin rows after every commit that changed one of them,
 *   and the same one when nothing did; a kind that was never written MAY be absent.
 * - `upkeep` MUST check the fence in the transaction of what it does, and MUST be harmless when done again.
 * - `listen` MUST NOT make a write wait; hints are told after the commit.
 */
export interface SharedStore {
  readonly leases: LeaseStore;
  settingsVersions(): Promise<ReadonlyMap<string, number>>;
  /** The database's clock, milliseconds since the epoch. */
  nowMs(): Promise<number>;
  /** Does what has to be done from time to time before it is needed, by one process: partitions of the coming months. */
  upkeep(fence: Fence): Promise<void>;
  /**
   * Takes over keys that were destroyed where the logs come from, as they are there. MUST be durable; a key that is there
   * is left as it is.
   */
  adoptDestroyedKeys(tenant: string, keys: readonly DestroyedKey[]): Promise<void>;
  /** Calls back until the returned function is called. */
  listen(listener: (hint: ChangeHint) => void): () => void;
}
