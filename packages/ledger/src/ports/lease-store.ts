/**
 * The right to be the one process that does something, for a limited time. `token` increases with each new holder, so
 * that the database can tell a holder that was paused from the one that came after it.
 */
export interface Lease {
  readonly name: string;
  readonly holder: string;
  readonly token: number;
}

/** What a write carries that only the holder of a lease may make. */
export type Fence = Pick<Lease, 'name' | 'token'>;

/**
 * Leases of the processes over one database. Time is the database's, never a node's.
 *
 * - `acquire` MUST give a lease to one holder at a time, MUST return the same token to the holder that has it already
 *   (and begin its time anew), and MUST give a larger token than ever before to a new holder.
 * - A write that carries a `Fence` MUST check it in its own transaction, and MUST reject with the code `lease_lost`,
 *   writing nothing, when another token was given out since. A lease that ran out and that nobody took still counts.
 */
export interface LeaseStore {
  /** Takes or renews a lease; `undefined` while somebody else has it. */
  acquire(name: string, holder: string, ttlMs: number): Promise<Lease | undefined>;
  /** Gives it back early; does nothing when it is not held with this token any more. */
  release(lease: Lease): Promise<void>;
  /** Who has it now, or `undefined` when nobody does or its time is over. */
  find(name: string): Promise<Lease | undefined>;
  /** Those whose name begins so and whose time is not over. */
  list(prefix: string): Promise<readonly Lease[]>;
}
