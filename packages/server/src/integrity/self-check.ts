import { setTimeout as sleep } from 'node:timers/promises';
import type { LogHead } from '@attestry/ledger';
import { SELF_CHECK_RECORDS_MAX, SELF_CHECK_RECORDS_MIN, SELF_CHECK_TURNS_PER_PASS } from '../limits.ts';
import type { VerifyJob } from '../verify/verify-jobs.ts';
import { type CheckPace, planCheck, planGrowth, type SeqRange } from './integrity-state.ts';
import type { LogIntegrity } from './log-integrity.ts';

/** The first look, when the start is over: what was verified by an earlier process does not count any more. */
const FIRST_LOOK_MS_MAX = 1_000;
/** How often it is looked whether the turn of a log has come, or whether it has grown a lot. */
const LOOK_MS_MAX = 5_000;
/** After a failure. */
const RETRY_MS_MAX = 60_000;

interface SelfCheckOptions {
  readonly everyMs: number;
  readonly integrity: LogIntegrity;
  /** Whose logs there are; the server's own is one of them. */
  readonly tenants: () => readonly string[];
  readonly head: (tenant: string) => Promise<LogHead | undefined>;
  /** Tells whose log has grown. @returns how to end that */
  readonly onGrowth: (listener: (tenant: string) => void) => () => void;
  /** Reads a range again; keeps the job only when something was found. */
  readonly check: (tenant: string, range: SeqRange) => Promise<VerifyJob>;
  /** Whether it is this node that checks. */
  readonly isOurs: () => boolean;
  readonly now: () => number;
  readonly logger: { error(fields: object, message: string): void };
}

/**
 * The server's own check of its logs: all of it soon after the start, then in turns, what is new and a part of what is
 * old, one range after the other, behind the verifications that people ask for. A log that grows to more than twice what
 * was checked does not wait for its turn. Where several nodes share a database one of them does it.
 */
export class SelfCheck {
  readonly #options: SelfCheckOptions;
  readonly #pace: CheckPace;
  readonly #stopped = new AbortController();
  /** When the logs that have not changed were looked at. */
  readonly #lookedAtMs = new Map<string, number>();
  /** Logs that have grown since they were looked at. */
  readonly #grown = new Set<string>();
  #unsubscribe: (() => void) | undefined;

  constructor(options: SelfCheckOptions) {
    this.#options = options;
    this.#pace = {
      everyMs: options.everyMs,
      turnsPerPass: SELF_CHECK_TURNS_PER_PASS,
      rangeRecordsMax: SELF_CHECK_RECORDS_MAX,
      rangeRecordsMin: SELF_CHECK_RECORDS_MIN,
    };
  }

  /** Begins; ends with `close`. */
  start(): void {
    this.#unsubscribe = this.#options.onGrowth((tenant) => this.#grown.add(tenant));
    void this.#run();
  }

  /** Begins nothing more; what runs is stopped with the verifications. */
  close(): void {
    this.#unsubscribe?.();
    this.#stopped.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    const { everyMs } = this.#options;
    for (let lookMs = FIRST_LOOK_MS_MAX; !signal.aborted; lookMs = LOOK_MS_MAX) {
      await sleep(Math.min(everyMs, lookMs), undefined, { signal, ref: false }).catch(() => undefined);
      await this.#look();
    }
  }

  async #look(): Promise<void> {
    const { signal } = this.#stopped;
    const { tenants, isOurs, logger, now, everyMs } = this.#options;
    for (const tenant of tenants()) {
      if (signal.aborted) return;
      // Whoever gets the duty back looks at every log.
      if (!isOurs()) return this.#lookedAtMs.clear();
      await this.#turn(tenant).catch((error: unknown) => {
        if (signal.aborted) return;
        this.#lookedAtMs.set(tenant, now() - everyMs + Math.min(everyMs, RETRY_MS_MAX));
        logger.error({ err: error, tenant }, 'a log could not be checked');
      });
    }
  }

  async #turn(tenant: string): Promise<void> {
    const { integrity, now, everyMs } = this.#options;
    const nowMs = now();
    const isTime = nowMs - (this.#lookedAtMs.get(tenant) ?? 0) >= everyMs;
    if (!this.#grown.delete(tenant) && !isTime) return;
    const head = await this.#options.head(tenant);
    if (head === undefined || head.size === 0) return;
    const state = await integrity.get(tenant, head.origin);
    const { own } = state;
    const isTurn = own === undefined || nowMs - own.atMs >= everyMs;
    this.#lookedAtMs.set(tenant, isTurn ? nowMs : own.atMs);
    // What could not be read is read in the next turn.
    if (!isTurn && own.error !== undefined) return;
    const { ranges, pass } = isTurn
      ? planCheck(state, head.size, nowMs, this.#pace)
      : { ranges: planGrowth(state, head.size, this.#pace), pass: own.pass };
    if (ranges.length === 0 && own !== undefined) return;
    const error = await this.#read(tenant, ranges);
    if (this.#stopped.signal.aborted) return;
    await integrity.change(tenant, head.origin, (known) => ({
      ...known,
      own: {
        atMs: now(),
        isComplete: error === undefined || known.own?.isComplete === true,
        pass: error === undefined ? pass : (known.own?.pass ?? { startedAtMs: nowMs, next: 0 }),
        ...(error === undefined ? {} : { error }),
      },
    }));
  }

  /** @returns why a range could not be read */
  async #read(tenant: string, ranges: readonly SeqRange[]): Promise<string | undefined> {
    for (const range of ranges) {
      const job = await this.#options.check(tenant, range);
      if (this.#stopped.signal.aborted) return undefined;
      if (job.status === 'failed') return job.error ?? 'it could not be carried out';
    }
    return undefined;
  }
}
