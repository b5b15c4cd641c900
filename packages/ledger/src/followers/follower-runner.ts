import { setImmediate } from 'node:timers/promises';
import { errorText } from '../errors.ts';
import type { LogHead, StoredRecord } from '../ports/ledger-store.ts';

/**
 * Something that is derived from the log and can be made again from it: a search index, a stream, a copy.
 *
 * - `apply` MUST be atomic together with its cursor, or MUST be idempotent by (tenant, seq): after a crash the same
 *   records come again.
 * - `cursor` MUST return the first seq that was not applied yet; 0 for a log it has never seen.
 * - `applyAtHand` MAY apply committed records from `from` on without reading them from the ledger, under the same
 *   rules; it gives the first seq after them, or `undefined` when it has nothing at hand.
 */
export interface Follower {
  readonly name: string;
  cursor(head: LogHead): Promise<number>;
  apply(head: LogHead, records: readonly StoredRecord[]): Promise<void>;
  applyAtHand?(head: LogHead, from: number): Promise<number | undefined>;
}

/** The part of the ledger's store that a follower reads. */
export interface FollowedLedger {
  listHeads(): Promise<readonly LogHead[]>;
  readRecords(tenant: string, from: number, to: number): Promise<readonly StoredRecord[]>;
}

export interface FollowerRunnerOptions {
  readonly ledger: FollowedLedger;
  readonly follower: Follower;
  /** Records of one `apply`: large enough to make its commit cheap, small enough to be searchable soon. */
  readonly batchRecords: number;
  /** A look at all logs, in case a wake-up was lost or another process wrote. */
  readonly pollMs: number;
  /** First and longest pause after an error. */
  readonly backoffMs: { readonly first: number; readonly max: number };
  readonly onError: (message: string) => void;
}

/**
 * Feeds one follower from the ledger: at least once, in order within a log, all logs in turn. It never touches the
 * write path; a follower that fails is tried again with growing pauses and costs freshness only.
 */
export class FollowerRunner {
  readonly #options: FollowerRunnerOptions;
  readonly #cursors = new Map<string, number>();
  /** Heads of logs that grew, as whoever woke the runner told, by tenant. */
  readonly #woken = new Map<string, LogHead>();
  #sizes = new Map<string, number>();
  #wake: (() => void) | undefined;
  #stopping = false;
  #running: Promise<void> | undefined;

  constructor(options: FollowerRunnerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Says that these logs have grown to these committed heads. Cheap; may be called for every commit. */
  wake(heads: readonly LogHead[]): void {
    for (const head of heads) this.#woken.set(head.tenant, head);
    this.#wake?.();
  }

  /** Records committed, as far as this runner has heard, and not yet applied. */
  lag(): number {
    let lag = 0;
    for (const [origin, size] of this.#sizes) lag += Math.max(0, size - (this.#cursors.get(origin) ?? 0));
    return lag;
  }

  /** Records that this runner knows to be applied. */
  passed(): number {
    return [...this.#cursors.values()].reduce((sum, next) => sum + next, 0);
  }

  /** Ends after the batch in hand. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    let pauseMs = this.#options.backoffMs.first;
    let everything = true;
    while (!this.#stopping) {
      try {
        const heads = everything ? await this.#options.ledger.listHeads() : this.#wokenHeads();
        if (everything) this.#sizes = new Map(heads.map((head) => [head.origin, head.size]));
        for (const head of heads) this.#sizes.set(head.origin, head.size);
        await this.#catchUp(heads);
        pauseMs = this.#options.backoffMs.first;
        everything = !(await this.#sleep(this.#options.pollMs));
      } catch (error) {
        this.#options.onError(
          `${this.#options.follower.name}: ${errorText(error)}; trying again in ${pauseMs} ms`,
        );
        await this.#pause(pauseMs);
        pauseMs = Math.min(pauseMs * 2, this.#options.backoffMs.max);
        everything = true;
      }
    }
  }

  #wokenHeads(): LogHead[] {
    const heads = [...this.#woken.values()];
    this.#woken.clear();
    return heads;
  }

  /** One batch of each log in turn, so that a tenant with a long backlog does not hold up the others. */
  async #catchUp(heads: readonly LogHead[]): Promise<void> {
    let behind = [...heads];
    while (behind.length > 0 && !this.#stopping) {
      const still: LogHead[] = [];
      for (const head of behind) {
        if (this.#stopping) return;
        if (await this.#applyNext(head)) still.push(head);
      }
      behind = still;
      // Whoever wakes the runner, or hands something over, is heard between two rounds.
      await setImmediate();
    }
  }

  /** @returns whether more of this log is left */
  async #applyNext(head: LogHead): Promise<boolean> {
    const { ledger, follower, batchRecords } = this.#options;
    const from = this.#cursors.get(head.origin) ?? (await follower.cursor(head));
    if (from >= head.size) {
      this.#cursors.set(head.origin, from);
      return false;
    }
    let to = Math.min(from + batchRecords, head.size);
    try {
      const applied = await follower.applyAtHand?.(head, from);
      if (applied === undefined) await follower.apply(head, await ledger.readRecords(head.tenant, from, to));
      else to = applied;
    } catch (error) {
      // What was applied is known only to the follower: ask it again.
      this.#cursors.delete(head.origin);
      throw error;
    }
    this.#cursors.set(head.origin, to);
    return to < head.size;
  }

  /** @returns true when woken, false when the time was over */
  #sleep(ms: number): Promise<boolean> {
    if (this.#woken.size > 0 || this.#stopping) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => finish(false), ms);
      const finish = (woken: boolean): void => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve(woken);
      };
      this.#wake = () => finish(true);
    });
  }

  /** A pause that only `stop` cuts short. */
  #pause(ms: number): Promise<void> {
    if (this.#stopping) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(finish, ms);
      const runner = this;
      function finish(): void {
        clearTimeout(timer);
        runner.#wake = undefined;
        resolve();
      }
      this.#wake = () => {
        if (this.#stopping) finish();
      };
    });
  }
}
