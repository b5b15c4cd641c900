import { setTimeout as sleep } from 'node:timers/promises';
import { LEASE_RENEW_MS, LEASE_TTL_MS } from '../limits.ts';
import type { Fence, Lease, LeaseStore } from '../ports/lease-store.ts';

export interface LeaseKeeperParts {
  readonly leases: LeaseStore;
  readonly name: string;
  /** This node, a name that no other process ever has. */
  readonly holder: string;
  /** Told of every failure to reach the leases. */
  readonly onTrouble: (message: string, error: unknown) => void;
  /** Told when the lease was got from somebody else or for the first time. */
  readonly onTaken?: () => void;
}

/**
 * Tries to have a lease, and to keep it, for as long as it runs. `fence` is there only while the lease is certainly not
 * given to anybody else: its time is counted from before it was asked for. That is not what makes it safe (a process may
 * stop between looking and writing) but the token, which the database checks with every write.
 */
export class LeaseKeeper {
  readonly #parts: LeaseKeeperParts;
  readonly #stopped = new AbortController();
  #lease: Lease | undefined;
  /** By `performance.now()`, which goes on while the process is stopped. */
  #endsAt = 0;
  #running: Promise<void> | undefined;

  constructor(parts: LeaseKeeperParts) {
    this.#parts = parts;
  }

  /** What a write carries; `undefined` while the lease is not ours. */
  get fence(): Fence | undefined {
    if (this.#lease === undefined || performance.now() >= this.#endsAt) return undefined;
    return { name: this.#lease.name, token: this.#lease.token };
  }

  /** @returns after the first attempt */
  async start(): Promise<void> {
    await this.#attempt();
    this.#running ??= this.#run();
  }

  /** Says that the database has refused a write with this fence. */
  lost(fence: Fence): void {
    if (this.#lease?.token === fence.token) this.#lease = undefined;
  }

  /** Gives the lease back, so that another node need not wait for its end. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
    const lease = this.#lease;
    this.#lease = undefined;
    if (lease === undefined) return;
    await this.#parts.leases
      .release(lease)
      .catch((error: unknown) =>
        this.#parts.onTrouble(`the lease ${lease.name} could not be released`, error),
      );
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await sleep(LEASE_RENEW_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted) await this.#attempt();
    }
  }

  /** Tries for the lease without waiting for the next turn. @returns whether the database could be asked */
  tryNow(): Promise<boolean> {
    return this.#attempt();
  }

  async #attempt(): Promise<boolean> {
    const { leases, name, holder, onTrouble, onTaken } = this.#parts;
    const askedAt = performance.now();
    try {
      const before = this.#lease?.token;
      this.#lease = await leases.acquire(name, holder, LEASE_TTL_MS);
      this.#endsAt = askedAt + LEASE_TTL_MS;
      if (this.#lease !== undefined && this.#lease.token !== before) onTaken?.();
      return true;
    } catch (error) {
      // It may have been given to us or not: until the next attempt only the old time counts.
      onTrouble(`the lease ${name} could not be renewed; it is tried again`, error);
      return false;
    }
  }
}
