import { setTimeout as sleep } from 'node:timers/promises';
import type { LogHead } from '@attestry/ledger';
import { SELF_CHECK_RECORDS_MAX, SELF_CHECK_RECORDS_MIN, SELF_CHECK_TURNS_PER_PASS } from '../limits.ts';
import type { VerifyJob } from '../verify/verify-jobs.ts';
import { type CheckPace, planCheck, type SeqRange } from './integrity-state.ts';
import type { LogIntegrity } from './log-integrity.ts';

/** How often it is looked whether the turn of a log has come. */
const LOOK_MS_MAX = 30_000;

interface SelfCheckOptions {
  readonly everyMs: number;
  readonly integrity: LogIntegrity;
  /** Whose logs there are; the server's own is one of them. */
  readonly tenants: () => readonly string[];
  readonly head: (tenant: string) => Promise<LogHead | undefined>;
  /** Reads a range again; keeps the job only when something was found. */
  readonly check: (tenant: string, range: SeqRange) => Promise<VerifyJob>;
  /** Whether it is this node that checks. */
  readonly isOurs: () => boolean;
  readonly now: () => number;
  readonly logger: { error(fields: object, message: string): void };
}

/**
 * The server's own check of its logs: in turns, what is new and a part of what is old, one range after the other, behind
 * the verifications that people ask for. Where several nodes share a database one of them does it.
 */
export class SelfCheck {
  readonly #options: SelfCheckOptions;
  readonly #pace: CheckPace;
  readonly #stopped = new AbortController();
  /** When the logs that have not changed were looked at. */
  readonly #lookedAtMs = new Map<string, number>();

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
    void this.#run();
  }

  /** Begins nothing more; what runs is stopped with the verifications. */
  close(): void {
    this.#stopped.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    const everyMs = Math.min(this.#options.everyMs, LOOK_MS_MAX);
    while (!signal.aborted) {
      await sleep(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
      for (const tenant of this.#options.tenants()) {
        if (signal.aborted || !this.#options.isOurs()) break;
        await this.#turn(tenant).catch((error: unknown) => {
          if (!signal.aborted)
            this.#options.logger.error({ err: error, tenant }, 'a log could not be checked');
        });
      }
    }
  }

  async #turn(tenant: string): Promise<void> {
    const { integrity, now, everyMs } = this.#options;
    const nowMs = now();
    if (nowMs - (this.#lookedAtMs.get(tenant) ?? 0) < everyMs) return;
    const head = await this.#options.head(tenant);
    if (head === undefined || head.size === 0) return;
    const state = await integrity.get(tenant, head.origin);
    const lastMs = state.own?.atMs ?? 0;
    const isDue = nowMs - lastMs >= everyMs;
    this.#lookedAtMs.set(tenant, isDue ? nowMs : lastMs);
    if (!isDue) return;
    const { ranges, pass } = planCheck(state, head.size, nowMs, this.#pace);
    if (ranges.length === 0) return;
    const error = await this.#read(tenant, ranges);
    if (this.#stopped.signal.aborted) return;
    await integrity.change(tenant, head.origin, (known) => ({
      ...known,
      // What could not be read is read in the next turn.
      own: {
        atMs: now(),
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
