import type { Caller } from '../auth/caller.ts';
import { invalidParameter, notFound } from '../errors/api-error.ts';
import type { VerifyJob } from '../verify/verify-jobs.ts';
import type { VerifyRange } from '../verify/verify-order.ts';
import type { Operations } from './operations.ts';

/** Starts a verification of the log, or of the records `from <= seq < to`. */
export async function startVerify(ops: Operations, caller: Caller, range: VerifyRange): Promise<VerifyJob> {
  if (range.from !== undefined && range.to !== undefined && range.from > range.to) {
    throw invalidParameter('/from', 'from is larger than to.');
  }
  ops.audit.noteRead(caller, 'audit_log.verified', 'startVerify');
  return ops.verifyJobs.start(caller.tenant, range);
}

/** State and result of a verification. */
export function getVerify(ops: Operations, caller: Caller, id: string): VerifyJob {
  const job = ops.verifyJobs.get(caller.tenant, id);
  if (job === undefined) throw notFound(`Verification ${id}`);
  return job;
}
