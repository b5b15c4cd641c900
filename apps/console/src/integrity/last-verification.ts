import type { VerificationReport } from '@attestry/core';
import { ApiProblem } from '@attestry/react';
import { api } from '../api/api.ts';
import type { Me } from '../api/session.ts';
import type { LogState } from '../app/log-state.ts';

const KEY = 'attestry.verification';

/** Remembers the verification that was asked for last from this browser. */
export function rememberVerification(id: string): void {
  try {
    localStorage.setItem(KEY, id);
  } catch {
    // Storage is off: the state of the log is unknown again on the next page load.
  }
}

function remembered(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

interface Job {
  readonly status: 'waiting' | 'running' | 'done' | 'failed';
  readonly finished_at?: string;
  readonly report?: VerificationReport;
}

/** The state of the log as that verification found it. */
export async function lastVerification(me: Me): Promise<LogState> {
  const { size } = me.log;
  const id = remembered();
  if (id === undefined || !me.scopes.includes('verify') || !me.sees_all) return { status: 'unchecked', size };
  try {
    const job = (await (await api.fetch(`/v1/verify/${id}`)).json()) as Job;
    const { report, finished_at } = job;
    if (job.status === 'waiting' || job.status === 'running') return { status: 'checking', size, job: id };
    if (report === undefined) return { status: 'unchecked', size };
    return {
      status: report.ok ? 'verified' : 'damaged',
      size: Math.max(size, report.size),
      checked_size: report.checked.to,
      findings_total: report.findings_total,
      job: id,
      ...(finished_at === undefined ? {} : { checked_at: finished_at }),
    };
  } catch (error) {
    // Another log, or a job that is no longer kept.
    if (error instanceof ApiProblem && error.status === 404) return { status: 'unchecked', size };
    throw error;
  }
}
