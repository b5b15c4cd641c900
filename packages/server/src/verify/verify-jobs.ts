import { randomUUID } from 'node:crypto';
import type { VerificationReport } from '@attestry/core';
import type { AdminRow, AdminStore, Presence } from '@attestry/ledger';
import {
  VERIFY_KEPT_MAX,
  VERIFY_RUNNING_MAX,
  VERIFY_WAITING_MAX,
  VERIFY_WAITING_PER_KEY_MAX,
  VERIFY_WAITING_PER_TENANT_MAX,
} from '../limits.ts';
import type { VerifyOrder, VerifyProgress, VerifyRange } from './verify-order.ts';
import type { VerifyRun } from './verify-thread.ts';
import { WaitingJobs } from './waiting-jobs.ts';

const KIND = 'verify_job';

/** A verification as it is shown and stored. */
export interface VerifyJob {
  readonly id: string;
  readonly status: 'waiting' | 'running' | 'done' | 'failed';
  readonly range: VerifyRange;
  readonly created_at: string;
  readonly started_at?: string;
  readonly finished_at?: string;
  readonly progress?: VerifyProgress;
  readonly report?: VerificationReport;
  /** Why it could not be carried out; that is a failure, never a pass. */
  readonly error?: string;
}

/** Runs one verification, apart from the server's own work. */
export type RunVerify = (
  target: Omit<VerifyOrder, 'source' | 'clockSkewMs'>,
  onProgress: (progress: VerifyProgress) => void,
) => VerifyRun;

/** A job as it is stored. */
interface StoredJob extends VerifyJob {
  readonly node?: string;
}

interface VerifyJobsOptions {
  readonly store: AdminStore;
  /** Which process runs a job, and whether such a one is still there. */
  readonly nodes: Presence;
  readonly run: RunVerify;
  readonly now: () => number;
  readonly onFailure: () => void;
  /** Notes a verification that was carried out. @returns whether it found damage where none was known */
  readonly note: (tenant: string, job: VerifyJob) => Promise<boolean>;
  readonly onDamage: (tenant: string, job: VerifyJob) => Promise<void>;
  readonly logger: { error(fields: object, message: string): void };
}

interface Entry {
  readonly tenant: string;
  /** Id of the API key that asked; empty for a job of an earlier run, which waits for nothing. */
  readonly key: string;
  job: VerifyJob;
  revision: number;
  /** The end of the job is stored, so the row may be forgotten. */
  isSettled: boolean;
  /** Of a check by the server itself: it is stored only when it finds something. */
  readonly own?: { readonly wholeFolder: boolean; readonly onEnd: (job: VerifyJob) => void };
}

/** Whose turn a check by the server itself takes: no API key has this id. */
const OWN_KEY = 'self-check';

/**
 * Verification jobs: a bounded number runs, a bounded number waits, of which tenants and keys have shares and take turns,
 * and the state is in the store, so that a result outlives the process and a job that a restart cut off says so (trap 40).
 */
export class VerifyJobs {
  readonly #options: VerifyJobsOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #waiting = new WaitingJobs<Entry>({
    all: VERIFY_WAITING_MAX,
    perTenant: VERIFY_WAITING_PER_TENANT_MAX,
    perKey: VERIFY_WAITING_PER_KEY_MAX,
  });
  readonly #running = new Map<string, { readonly done: Promise<void>; stop(): Promise<void> }>();
  #isClosed = false;

  private constructor(options: VerifyJobsOptions) {
    this.#options = options;
  }

  /** Loads earlier jobs; those that were not finished are marked as failed. */
  static async open(options: VerifyJobsOptions): Promise<VerifyJobs> {
    const jobs = new VerifyJobs(options);
    for (const row of await options.store.list(KIND)) await jobs.#restore(row);
    return jobs;
  }

  /** @returns the job; one that is not finished, of a process that is gone, is marked as failed */
  async #restore(row: AdminRow): Promise<VerifyJob> {
    const { node, ...job } = JSON.parse(row.value) as StoredJob;
    const isSettled = job.finished_at !== undefined;
    const { self, isAlive } = this.#options.nodes;
    if (!isSettled && node !== undefined && node !== self && (await isAlive(node))) return job;
    const entry: Entry = { tenant: row.tenant, key: '', job, revision: row.revision, isSettled };
    this.#entries.set(row.id, entry);
    if (!isSettled) {
      await this.#finish(entry, {
        error: 'the server was stopped before the verification ended; start it again',
      });
    }
    return entry.job;
  }

  /** A job of this node, or one that another node runs or ran. */
  async get(tenant: string, id: string): Promise<VerifyJob | undefined> {
    const entry = this.#entries.get(id);
    if (entry !== undefined) return entry.tenant === tenant ? entry.job : undefined;
    const row = await this.#options.store.get(KIND, tenant, id);
    return row && this.#restore(row);
  }

  /**
   * @param key id of the API key that asks
   * @throws {ApiError} `rate_limited` or `overloaded` when as many as allowed are waiting
   */
  async start(tenant: string, range: VerifyRange, key: string): Promise<VerifyJob> {
    const entry = this.#newEntry(tenant, range, key);
    this.#waiting.add(entry);
    this.#entries.set(entry.job.id, entry);
    await this.#save(entry, entry.job);
    await this.#forgetOldest(tenant);
    this.#startNext();
    return entry.job;
  }

  /**
   * The server's own check of a range, when its turn comes. It is kept only when it finds something.
   *
   * @returns the job when it has ended; never when the server stops before its turn
   * @throws {ApiError} as `start`
   */
  check(tenant: string, range: VerifyRange, wholeFolder: boolean): Promise<VerifyJob> {
    return new Promise((onEnd) => {
      const entry: Entry = {
        ...this.#newEntry(tenant, range, OWN_KEY),
        own: { wholeFolder, onEnd },
      };
      this.#waiting.add(entry);
      this.#entries.set(entry.job.id, entry);
      this.#startNext();
    });
  }

  #newEntry(tenant: string, range: VerifyRange, key: string): Entry {
    const created_at = new Date(this.#options.now()).toISOString();
    const job: VerifyJob = { id: randomUUID(), status: 'waiting', range, created_at };
    return { tenant, key, job, revision: 0, isSettled: false };
  }

  /** Stops what runs; the jobs are marked as failed at the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#running.values()].map((run) => run.stop()));
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  #startNext(): void {
    if (this.#isClosed || this.#running.size >= VERIFY_RUNNING_MAX) return;
    const entry = this.#waiting.next();
    if (entry === undefined) return;
    const started_at = new Date(this.#options.now()).toISOString();
    entry.job = { ...entry.job, status: 'running', started_at };
    const { tenant, own } = entry;
    const wholeFolder = own?.wholeFolder ?? true;
    const run = this.#options.run({ tenant, range: entry.job.range, wholeFolder }, (progress) => {
      if (entry.job.status === 'running') entry.job = { ...entry.job, progress };
    });
    const done = this.#watch(entry, run.result);
    this.#running.set(entry.job.id, { done, stop: () => run.stop() });
  }

  async #watch(entry: Entry, result: Promise<VerificationReport>): Promise<void> {
    try {
      const report = await result;
      if (!report.ok) this.#options.onFailure();
      await this.#finish(entry, { report });
    } catch (error) {
      if (this.#isClosed) return;
      this.#options.onFailure();
      this.#options.logger.error(
        { err: error, tenant: entry.tenant, job: entry.job.id },
        'verification could not be carried out',
      );
      await this.#finish(entry, { error: error instanceof Error ? error.message : String(error) });
    } finally {
      this.#running.delete(entry.job.id);
      entry.own?.onEnd(entry.job);
      this.#startNext();
    }
  }

  async #finish(
    entry: Entry,
    end: { readonly report: VerificationReport } | { readonly error: string },
  ): Promise<void> {
    const { progress: _progress, ...job } = entry.job;
    const finished_at = new Date(this.#options.now()).toISOString();
    const ended: VerifyJob = { ...job, status: 'report' in end ? 'done' : 'failed', finished_at, ...end };
    const isKept = entry.own === undefined || ended.report?.ok === false;
    // Whoever is told of the report, on whichever node, finds it; and who finds it here finds what was noted of it.
    if (isKept) await this.#save(entry, ended);
    const isNews = 'report' in end && (await this.#note(entry.tenant, ended));
    entry.job = ended;
    entry.isSettled = true;
    if (!isKept) this.#entries.delete(job.id);
    if (isNews) await this.#options.onDamage(entry.tenant, ended);
  }

  async #note(tenant: string, job: VerifyJob): Promise<boolean> {
    try {
      return await this.#options.note(tenant, job);
    } catch (error) {
      this.#options.logger.error({ err: error, tenant, job: job.id }, 'a verification could not be noted');
      return false;
    }
  }

  async #save(entry: Entry, job: VerifyJob): Promise<void> {
    const { tenant } = entry;
    try {
      const stored: StoredJob = { ...job, node: this.#options.nodes.self };
      const outcome = await this.#options.store.put(
        { kind: KIND, tenant, id: job.id, value: JSON.stringify(stored) },
        entry.revision,
      );
      if (outcome.kind === 'stored') entry.revision += 1;
      else {
        // Another node took this process for dead; what it wrote stands.
        this.#entries.delete(job.id);
        this.#options.logger.error({ job: job.id }, 'the verification job was changed by somebody else');
      }
    } catch (error) {
      // The result is still in memory; the report itself is not lost to whoever asks now.
      this.#options.logger.error({ err: error, job: job.id }, 'the verification job could not be stored');
    }
  }

  async #forgetOldest(tenant: string): Promise<void> {
    const finished = [...this.#entries.values()]
      .filter((entry) => entry.tenant === tenant && entry.isSettled)
      .sort((a, b) => (a.job.created_at < b.job.created_at ? -1 : 1));
    for (const entry of finished.slice(0, Math.max(0, finished.length - VERIFY_KEPT_MAX))) {
      this.#entries.delete(entry.job.id);
      await this.#options.store.remove(KIND, tenant, entry.job.id);
    }
  }
}
