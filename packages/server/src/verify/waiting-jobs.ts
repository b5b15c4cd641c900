import { ApiError } from '../errors/api-error.ts';
import type { ErrorCode } from '../errors/error-codes.ts';

/** Whose a job is: the tenant whose log it reads, and the API key that asked. */
export interface JobOwner {
  readonly tenant: string;
  readonly key: string;
}

interface WaitingMax {
  readonly all: number;
  readonly perTenant: number;
  readonly perKey: number;
}

/**
 * A bounded queue in which tenants take turns, and within a tenant its keys: one more job of somebody else's is the most
 * that comes between a tenant and its next job, per tenant that waits.
 */
export class WaitingJobs<Job extends JobOwner> {
  readonly #max: WaitingMax;
  /** Tenants, then keys, in the order of their turns; no empty queues. */
  readonly #byTenant = new Map<string, Map<string, Job[]>>();

  constructor(max: WaitingMax) {
    this.#max = max;
  }

  get #all(): Job[] {
    return [...this.#byTenant.values()].flatMap((byKey) => [...byKey.values()].flat());
  }

  /** @throws {ApiError} `rate_limited` when the share of this key or tenant is used up, `overloaded` when there is no place */
  add(job: Job): void {
    const all = this.#all;
    const bounds: readonly [number, string, number, ErrorCode][] = [
      [this.#max.perKey, 'of this key', all.filter(({ key }) => key === job.key).length, 'rate_limited'],
      [
        this.#max.perTenant,
        'of this tenant',
        all.filter(({ tenant }) => tenant === job.tenant).length,
        'rate_limited',
      ],
      [this.#max.all, 'on this server', all.length, 'overloaded'],
    ];
    for (const [max, whose, waiting, code] of bounds) {
      if (waiting < max) continue;
      const detail = `${max} verifications ${whose} are waiting already.`;
      throw new ApiError(code, detail, { retryAfterS: 10 });
    }
    const byKey = this.#byTenant.get(job.tenant) ?? new Map<string, Job[]>();
    this.#byTenant.set(job.tenant, byKey);
    const queue = byKey.get(job.key);
    if (queue === undefined) byKey.set(job.key, [job]);
    else queue.push(job);
  }

  /** Takes the job whose turn it is; its tenant and its key go to the end of their lines. */
  next(): Job | undefined {
    for (const [tenant, byKey] of this.#byTenant) {
      this.#byTenant.delete(tenant);
      for (const [key, queue] of byKey) {
        byKey.delete(key);
        const job = queue.shift();
        if (queue.length > 0) byKey.set(key, queue);
        if (byKey.size > 0) this.#byTenant.set(tenant, byKey);
        return job;
      }
    }
    return undefined;
  }
}
