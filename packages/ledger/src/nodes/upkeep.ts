import { setTimeout as sleep } from 'node:timers/promises';
import { LedgerError } from '../errors.ts';
import { LEASE_TTL_MS, UPKEEP_MS, UPKEEP_RETRY_MS } from '../limits.ts';
import type { SharedStore } from '../ports/shared-store.ts';

const LEASE = 'upkeep';

export interface UpkeepParts {
  readonly shared: Pick<SharedStore, 'leases' | 'upkeep'>;
  /** This node among the holders of leases. */
  readonly holder: string;
  readonly onTrouble: (message: string, error: unknown) => void;
}

/**
 * Has the store do what must be done ahead of time: at the start and every hour, under a lease that is held only as long
 * as it takes. Several nodes do it in turn, which finds it done.
 */
export class Upkeep {
  readonly #parts: UpkeepParts;
  readonly #stopped = new AbortController();
  #running: Promise<void> | undefined;

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      const pauseMs = await this.#once();
      await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** @returns after how long to look again */
  async #once(): Promise<number> {
    const { leases, upkeep } = this.#parts.shared;
    try {
      const lease = await leases.acquire(LEASE, this.#parts.holder, LEASE_TTL_MS);
      if (lease === undefined) return UPKEEP_MS;
      await upkeep(lease);
      await leases.release(lease);
      return UPKEEP_MS;
    } catch (error) {
      // The other node that has the lease now does it.
      if (error instanceof LedgerError && error.code === 'lease_lost') return UPKEEP_MS;
      this.#parts.onTrouble(
        'the store could not be prepared for the coming months; it is tried again',
        error,
      );
      return UPKEEP_RETRY_MS;
    }
  }
}
