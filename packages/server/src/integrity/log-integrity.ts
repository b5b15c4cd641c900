import { randomUUID } from 'node:crypto';
import type { AdminStore, Presence } from '@attestry/ledger';
import type { VerifyJob } from '../verify/verify-jobs.ts';
import { afterStop, type IntegrityState, unknownState, withVerification } from './integrity-state.ts';

const KIND = 'integrity';
const ID = 'state';
/** Somebody else changed the row meanwhile: verifications end seldom, and hardly ever at once. */
const ATTEMPTS_MAX = 10;

/**
 * What verifications have found out about each log, on whichever node they ran. Damage survives a restart; that a log is
 * whole counts only as long as a process runs that has taken part in finding it out.
 */
export class LogIntegrity {
  readonly #store: AdminStore;
  readonly #nodes: Presence;
  /** Names this process where it is the only one, and has no name among nodes. */
  readonly #alone = randomUUID();
  /** Logs with findings, as far as this node has seen them. */
  readonly #damaged = new Set<string>();

  private constructor(store: AdminStore, nodes: Presence) {
    this.#store = store;
    this.#nodes = nodes;
  }

  static async open(store: AdminStore, nodes: Presence): Promise<LogIntegrity> {
    const integrity = new LogIntegrity(store, nodes);
    for (const { tenant, value } of await store.list(KIND))
      integrity.#remember(tenant, JSON.parse(value) as IntegrityState);
    return integrity;
  }

  /** How many logs have findings. */
  get damagedCount(): number {
    return this.#damaged.size;
  }

  /** @returns what is known; of another generation of the log nothing is */
  async get(tenant: string, origin: string): Promise<IntegrityState> {
    const row = await this.#store.get(KIND, tenant, ID);
    if (row === undefined) return unknownState(origin);
    const state = JSON.parse(row.value) as IntegrityState;
    this.#remember(tenant, state);
    return state.origin === origin ? this.#ofRunning(state) : unknownState(origin);
  }

  /** Notes that somebody has asked for a verification. */
  async noteAsked(tenant: string, origin: string, job: string): Promise<void> {
    await this.change(tenant, origin, (state) => ({ ...state, asked: job }));
  }

  /** @returns whether it found damage where none was known */
  async noteVerified(tenant: string, job: VerifyJob): Promise<boolean> {
    let isNews = false;
    await this.change(tenant, job.report?.origin ?? '', (state) => {
      const next = withVerification(state, job);
      isNews = next.damage !== undefined && state.damage === undefined;
      return next;
    });
    return isNews;
  }

  /** Changes what is known; does it again when another node was faster. */
  async change(
    tenant: string,
    origin: string,
    how: (state: IntegrityState) => IntegrityState,
  ): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      const row = await this.#store.get(KIND, tenant, ID);
      const stored = row === undefined ? undefined : (JSON.parse(row.value) as IntegrityState);
      const known = stored?.origin === origin ? await this.#ofRunning(stored) : unknownState(origin);
      const state = { ...how(known), by: await this.#withSelf(known.by) };
      const value = JSON.stringify(state);
      if (value === row?.value) return;
      const outcome = await this.#store.put({ kind: KIND, tenant, id: ID, value }, row?.revision ?? 0);
      if (outcome.kind === 'stored') return this.#remember(tenant, state);
    }
    throw new Error(`the state of the log of ${tenant} is changed by others all the time`);
  }

  get #self(): string {
    return this.#nodes.self === '' ? this.#alone : this.#nodes.self;
  }

  async #isRunning(name: string): Promise<boolean> {
    return name === this.#self || (await this.#nodes.isAlive(name));
  }

  async #ofRunning(state: IntegrityState): Promise<IntegrityState> {
    if (state.by?.includes(this.#self)) return state;
    for (const name of state.by ?? []) if (await this.#isRunning(name)) return state;
    return afterStop(state);
  }

  async #withSelf(by: readonly string[] = []): Promise<readonly string[]> {
    if (by.includes(this.#self)) return by;
    const running: string[] = [];
    for (const name of by) if (await this.#isRunning(name)) running.push(name);
    return [...running, this.#self];
  }

  #remember(tenant: string, { damage }: IntegrityState): void {
    if (damage === undefined) this.#damaged.delete(tenant);
    else this.#damaged.add(tenant);
  }
}
