import type { LeaseStore } from './lease-store.ts';

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

/**
 * What a store has that several processes write at once, besides the other ports.
 *
 * - `settingsVersion` MUST be larger after every commit that changed an admin row or destroyed a data key, and equal
 *   when nothing did.
 * - `listen` MUST NOT make a write wait; hints are told after the commit.
 */
export interface SharedStore {
  readonly leases: LeaseStore;
  settingsVersion(): Promise<number>;
  /** The database's clock, milliseconds since the epoch. */
  nowMs(): Promise<number>;
  /** Calls back until the returned function is called. */
  listen(listener: (hint: ChangeHint) => void): () => void;
}
