import type { AdminStore } from '@attestry/ledger';
import type { VerifyJob } from '../verify/verify-jobs.ts';
import { type IntegrityState, unknownState, withVerification } from './integrity-state.ts';

const KIND = 'integrity';
const ID = 'state';
/** Somebody else changed the row meanwhile: verifications end seldom, and hardly ever at once. */
const ATTEMPTS_MAX = 10;

/** What verifications have found out about each log, on whichever node they ran; it survives a restart. */
export class LogIntegrity {
  readonly #store: AdminStore;
  /** Logs with findings, as far as this node has seen them. */
  readonly #damaged = new Set<string>();

  private constructor(store: AdminStore) {
    this.#store = store;
  }

  static async open(store: AdminStore): Promise<LogIntegrity> {
    const integrity = new LogIntegrity(store);
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
    return state.origin === origin ? state : unknownState(origin);
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
      const state = how(stored?.origin === origin ? stored : unknownState(origin));
      const value = JSON.stringify(state);
      if (value === row?.value) return;
      const outcome = await this.#store.put({ kind: KIND, tenant, id: ID, value }, row?.revision ?? 0);
      if (outcome.kind === 'stored') return this.#remember(tenant, state);
    }
    throw new Error(`the state of the log of ${tenant} is changed by others all the time`);
  }

  #remember(tenant: string, { damage }: IntegrityState): void {
    if (damage === undefined) this.#damaged.delete(tenant);
    else this.#damaged.add(tenant);
  }
}
