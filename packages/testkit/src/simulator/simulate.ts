import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type EmbeddedLedger,
  type IncomingEvent,
  nodeCrypto,
  openEmbedded,
  type Receipt,
} from '@attestry/ledger';
import { auditLog } from '../audit/audit-log.ts';
import { verifyFolder } from '../audit/verify-folder.ts';
import { generateEvent, incomingEvent } from '../events/event-generator.ts';
import { type Fault, faultyStores, type StoreStep } from '../faults/faulty-stores.ts';
import { createSeededRandom, type SeededRandom } from '../seeded/seeded-random.ts';
import { createSettableClock, type SettableClock } from '../seeded/settable-clock.ts';

const TENANTS = ['acme', 'globex', 'initech', 'umbrella'];
const DAY_MS = 86_400_000;
/** Share of the store's calls that fail while faults are on. */
const FAULT_RATE = 0.2;
const FAULTY_STEPS: ReadonlySet<StoreStep> = new Set<StoreStep>([
  'append',
  'readHead',
  'readLeafHashes',
  'ensureKeys',
  'ensureIndexKey',
  'putCheckpoint',
]);

export interface SimulationOptions {
  readonly seed: number;
  /** Steps of the scenario; each is a call, a jump of the clock, a crash or a change of the weather. */
  readonly steps: number;
}

export interface SimulationReport {
  readonly acknowledged: number;
  readonly refused: number;
  readonly failedCalls: number;
  readonly crashes: number;
  readonly faults: number;
}

/**
 * Lives through a random history of a ledger: appends with new, repeated and conflicting events, clock jumps, store
 * faults of both kinds, crashes and restarts. Afterwards, with calm weather, audits and verifies every log: all that was
 * ever acknowledged is there exactly once, at its place.
 *
 * The decisions follow from the seed. What runs at the same time is up to the machine, so a seed repeats the history,
 * not each interleaving.
 *
 * @throws {Error} naming the seed and what was wrong
 */
export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const simulation = new Simulation(options.seed);
  try {
    await simulation.run(options.steps);
    return await simulation.finish();
  } catch (error) {
    throw new Error(`simulation with seed ${options.seed}`, { cause: error });
  } finally {
    await simulation.abandon();
  }
}

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'attestry-simulation-'));
}

class Simulation {
  #dataDir = newFolder();
  readonly #random: SeededRandom;
  readonly #clock: SettableClock = createSettableClock(Date.UTC(2026, 0, 1));
  readonly #receipts = new Map<string, Map<string, Receipt>>(TENANTS.map((tenant) => [tenant, new Map()]));
  /** Events that were sent, whether or not anybody knows what became of them. */
  readonly #sent = new Map<string, IncomingEvent[]>(TENANTS.map((tenant) => [tenant, []]));
  readonly #running = new Set<Promise<void>>();
  #embedded: EmbeddedLedger | undefined;
  #stormy = false;
  /** Set at a crash: the calls of that life never answer again. */
  #life = { dead: false };
  #counts = { acknowledged: 0, refused: 0, failedCalls: 0, crashes: 0, faults: 0 };

  constructor(seed: number) {
    this.#random = createSeededRandom(seed);
  }

  async run(steps: number): Promise<void> {
    await this.#start();
    for (let step = 0; step < steps; step += 1) {
      const roll = this.#random.next();
      if (roll < 0.72) this.#append();
      else if (roll < 0.8)
        this.#clock.advance(
          Math.floor((this.#random.next() - 0.4) * this.#random.pick([1_000, 60_000, DAY_MS])),
        );
      else if (roll < 0.86) this.#stormy = !this.#stormy;
      else if (roll < 0.9) await this.#crash();
      else if (roll < 0.92) await this.#restart();
      else await sleep(this.#random.below(8));
      if (this.#running.size > 20) await Promise.race(this.#running);
    }
  }

  /** Audits everything in calm weather, after a last restart. */
  async finish(): Promise<SimulationReport> {
    this.#stormy = false;
    await Promise.all(this.#running);
    await this.#restart();
    const { ledger } = this.#embedded as EmbeddedLedger;
    for (const tenant of TENANTS) {
      await ledger.signNow(tenant);
      await auditLog(ledger, tenant, {
        crypto: nodeCrypto,
        vkeys: (origin) => ledger.vkeys(origin),
        receipts: [...(this.#receipts.get(tenant) as Map<string, Receipt>).values()],
      });
    }
    await this.#embedded?.close();
    this.#embedded = undefined;
    await verifyFolder(this.#dataDir, TENANTS);
    return this.#counts;
  }

  async abandon(): Promise<void> {
    this.#stormy = false;
    await this.#embedded?.close().catch(() => undefined);
    rmSync(this.#dataDir, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    const life = { dead: false };
    this.#life = life;
    const stormy = this.#stormy;
    // Starting in a storm is a test of its own; here it must succeed.
    this.#stormy = false;
    this.#embedded = await openEmbedded({
      dataDir: this.#dataDir,
      search: false,
      clock: this.#clock.now,
      checkpointIntervalMs: 10,
      wrapStores: (stores) => faultyStores(stores, (step) => this.#weather(step, life)),
    });
    for (const tenant of TENANTS) await this.#embedded.ledger.createLog(tenant);
    this.#stormy = stormy;
  }

  #weather(step: StoreStep, life: { readonly dead: boolean }): Fault {
    if (life.dead) return 'dead';
    if (!this.#stormy || !FAULTY_STEPS.has(step) || !this.#random.chance(FAULT_RATE)) return 'none';
    this.#counts.faults += 1;
    return this.#random.chance(0.5) ? 'applied' : 'not-applied';
  }

  #append(): void {
    const { ledger } = this.#embedded as EmbeddedLedger;
    const tenant = this.#random.pick(TENANTS);
    const events = Array.from({ length: 1 + this.#random.below(this.#random.chance(0.1) ? 150 : 12) }, () =>
      this.#event(tenant),
    );
    const life = this.#life;
    const call = ledger.append(tenant, events).then(
      (results) => {
        if (life.dead) return;
        for (const result of results) {
          if (result.kind === 'receipt') this.#acknowledged(tenant, result.receipt);
          else this.#counts.refused += 1;
        }
      },
      () => {
        this.#counts.failedCalls += 1;
      },
    );
    this.#running.add(call);
    void call.finally(() => this.#running.delete(call));
  }

  #event(tenant: string): IncomingEvent {
    const sent = this.#sent.get(tenant) as IncomingEvent[];
    if (sent.length > 0 && this.#random.chance(0.2)) {
      const again = this.#random.pick(sent);
      // Now and then the same id with other content, which must be refused once the first is known.
      return this.#random.chance(0.8) ? again : { ...again, event: { ...again.event, severity: 'critical' } };
    }
    const fresh = incomingEvent(tenant, generateEvent(this.#random, { people: 30 }));
    sent.push(fresh);
    return fresh;
  }

  #acknowledged(tenant: string, receipt: Receipt): void {
    const receipts = this.#receipts.get(tenant) as Map<string, Receipt>;
    const known = receipts.get(receipt.id);
    if (known !== undefined && (known.seq !== receipt.seq || known.hash !== receipt.hash)) {
      throw new Error(
        `event ${receipt.id} was acknowledged as record ${known.seq} and as record ${receipt.seq}`,
      );
    }
    receipts.set(receipt.id, receipt);
    this.#counts.acknowledged += 1;
  }

  /** The process is gone from one moment to the next: what is under way is never answered. */
  async #crash(): Promise<void> {
    this.#counts.crashes += 1;
    this.#life.dead = true;
    this.#running.clear();
    await (this.#embedded as EmbeddedLedger).stores.close();
    // The dead process keeps its lock for as long as this one lives, so the next life gets a copy of the folder.
    const dataDir = newFolder();
    cpSync(this.#dataDir, dataDir, { recursive: true, filter: (path) => !basename(path).startsWith('lock') });
    rmSync(this.#dataDir, { recursive: true, force: true });
    this.#dataDir = dataDir;
    await this.#start();
  }

  async #restart(): Promise<void> {
    const stormy = this.#stormy;
    this.#stormy = false;
    await Promise.all(this.#running);
    await this.#embedded?.close();
    this.#stormy = stormy;
    await this.#start();
  }
}
