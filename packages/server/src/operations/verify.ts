import type { Caller } from '../auth/caller.ts';
import { ApiError, notFound } from '../errors/api-error.ts';
import type { VerifyJob } from '../verify/verify-jobs.ts';
import type { VerifyRange } from '../verify/verify-order.ts';
import type { Operations } from './operations.ts';

function outOfRange(path: string, detail: string): ApiError {
  return new ApiError('invalid_request', detail, { path });
}

/** Starts a verification of the log, or of the records `from <= seq < to`. */
export async function startVerify(ops: Operations, caller: Caller, range: VerifyRange): Promise<VerifyJob> {
  if (range.from !== undefined && range.to !== undefined && range.from > range.to) {
    throw outOfRange('/from', `/from (${range.from}) is larger than /to (${range.to}).`);
  }
  const head = await ops.ledger.head(caller.tenant);
  const size = head?.size ?? 0;
  for (const member of ['from', 'to'] as const) {
    const value = range[member];
    if (value !== undefined && value > size)
      throw outOfRange(`/${member}`, `/${member} is ${value}, but the log has ${size} records.`);
  }
  ops.audit.noteRead(caller, 'audit_log.verified', 'startVerify');
  const job = await ops.verifyJobs.start(caller.tenant, range, caller.key.id);
  if (head !== undefined) await ops.integrity.noteAsked(caller.tenant, head.origin, job.id);
  return job;
}

/** State and result of a verification. */
export async function getVerify(ops: Operations, caller: Caller, id: string): Promise<VerifyJob> {
  const job = await ops.verifyJobs.get(caller.tenant, id);
  if (job === undefined) throw notFound(`Verification ${id}`);
  return job;
}
