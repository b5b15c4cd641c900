import { createHash, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { OperationalError } from '../errors.ts';
import { SEAL_POLICIES_KIND } from '../ingest/seal-policies.ts';
import { EXCLUSIVE_POLL_MS, EXCLUSIVE_WAIT_MS_MAX, LEASE_TTL_MS } from '../limits.ts';
import type { SharedStore } from '../ports/shared-store.ts';
import { ChangeWatch } from './change-watch.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { NodeClock } from './node-clock.ts';
import type { SettingsChanges } from './settings-changes.ts';
import { Upkeep } from './upkeep.ts';

interface NodeLogger {
  warn(details: Readonly<Record<string, unknown>>, message: string): void;
}

export interface LedgerNodeParts {
  readonly shared: SharedStore;
  /** Where this node keeps its keys: no other process has it. */
  readonly dataDir: string;
  readonly localClock: () => number;
  readonly logger: NodeLogger;
}

/** What has to be told to a ledger of changes that other nodes make. */
export interface GrowingLedger {
  noteGrown(tenants: ReadonlySet<string> | undefined): Promise<void>;
  forgetSettings(): void;
}

/** One of the processes over a shared database: its name, its clock, its leases, and what it notices of the others. */
export class LedgerNode {
  /** No other process ever has it. */
  readonly name = `${hostname()}/${process.pid}/${randomUUID()}`;
  readonly clock: NodeClock;
  /** The same after a restart, so that leases do not become more and more. */
  readonly #place: string;
  #presence: LeaseKeeper | undefined;
  readonly #parts: LedgerNodeParts;
  readonly #reloads: { readonly kind: string; readonly reload: () => Promise<void> }[] = [];
  readonly #keepers: LeaseKeeper[] = [];
  readonly #upkeep: Upkeep;
  #watch: ChangeWatch | undefined;

  constructor(parts: LedgerNodeParts) {
    this.#parts = parts;
    const { shared, dataDir, localClock, logger } = parts;
    this.#place = createHash('sha256').update(`${hostname()}\n${dataDir}`).digest('hex').slice(0, 16);
    this.#upkeep = new Upkeep({
      shared,
      holder: this.name,
      onTrouble: (message, error) => logger.warn({ err: error }, message),
    });
    this.clock = new NodeClock({
      shared,
      local: localClock,
      warn: (details, message) => logger.warn(details, message),
    });
  }

  /** Takes the time from the database, and shows the other nodes that this one is there. */
  async start(): Promise<void> {
    await this.clock.start();
    this.#upkeep.start();
    this.#presence = await this.keep(`node/${this.#place}`);
  }

  /** Names this process as long as it shows that it is there; for rows that say who works on them. */
  get ticket(): string {
    return `${this.#place}:${this.#presence?.fence?.token ?? 0}`;
  }

  /** Holders of the places of the other nodes that are there. */
  async others(): Promise<readonly string[]> {
    const present = await this.#parts.shared.leases.list('node/');
    return present.flatMap(({ name, holder }) => (name === `node/${this.#place}` ? [] : [holder]));
  }

  /** Whether the process that gave itself this ticket is still there. */
  async isAlive(ticket: string): Promise<boolean> {
    const [place, token] = ticket.split(':');
    const lease = await this.#parts.shared.leases.find(`node/${place}`);
    return lease !== undefined && String(lease.token) === token;
  }

  /** Tries to have a lease from now on, until the node is closed. */
  async keep(name: string): Promise<LeaseKeeper> {
    const keeper = new LeaseKeeper({
      leases: this.#parts.shared.leases,
      name,
      holder: this.name,
      onTrouble: (message, error) => this.#parts.logger.warn({ err: error }, message),
    });
    this.#keepers.push(keeper);
    await keeper.start();
    return keeper;
  }

  /** Begins to notice what other nodes do; before anything is read into memory. */
  async watch(ledger: GrowingLedger): Promise<SettingsChanges> {
    const { shared, logger } = this.#parts;
    const watch = new ChangeWatch({
      shared,
      onGrown: (tenants) => ledger.noteGrown(tenants),
      onSettings: async (kinds) => {
        if (kinds === undefined || kinds.has(SEAL_POLICIES_KIND)) ledger.forgetSettings();
        for (const { kind, reload } of this.#reloads) if (kinds?.has(kind) !== false) await reload();
      },
      onTrouble: (message, error) => logger.warn({ err: error }, message),
    });
    this.#watch = watch;
    await watch.start();
    return {
      onChange: (kind, reload) => {
        this.#reloads.push({ kind, reload });
        watch.distrust();
      },
      refresh: () => watch.refresh(),
      staleMs: () => watch.staleMs(),
      fresh: (ageMsMax) => watch.fresh(ageMsMax),
    };
  }

  /**
   * Does something that no other node does at the same time. It must be short: after the time of a lease another one may
   * begin.
   *
   * @throws {OperationalError} `node_busy`
   */
  async exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
    const { leases } = this.#parts.shared;
    const until = performance.now() + EXCLUSIVE_WAIT_MS_MAX;
    // Also not twice at once on this node: each call is a holder of its own.
    const holder = `${this.name}/${randomUUID()}`;
    for (;;) {
      const lease = await leases.acquire(name, holder, LEASE_TTL_MS);
      if (lease !== undefined) {
        try {
          return await work();
        } finally {
          // Not released it only ends later.
          await leases.release(lease).catch(() => undefined);
        }
      }
      if (performance.now() > until)
        throw new OperationalError('node_busy', `another node is at it (${name}); try again`);
      await sleep(EXCLUSIVE_POLL_MS);
    }
  }

  /** Stops to notice; the leases are kept. */
  async unwatch(): Promise<void> {
    await this.#watch?.close();
  }

  async close(): Promise<void> {
    await this.unwatch();
    await this.#upkeep.close();
    await Promise.all(this.#keepers.map((keeper) => keeper.stop()));
    await this.clock.close();
  }
}
