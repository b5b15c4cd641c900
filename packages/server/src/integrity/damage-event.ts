import type { VerifyJob } from '../verify/verify-jobs.ts';

/** Tells the log itself that a verification of it has found something. */
export function damageEvent(tenant: string, { id, report }: VerifyJob): object {
  return {
    type: 'audit_log.verified',
    severity: 'critical',
    actor: { type: 'system', id: 'attestry' },
    action: {
      verb: 'read',
      status: 'failure',
      error: `the verification has ${report?.findings_total ?? 0} findings`,
    },
    target: { type: 'audit_log', id: tenant },
    context: { service: 'attestry' },
    metadata: { job: id, from: report?.checked.from ?? 0, to: report?.checked.to ?? 0 },
  };
}
