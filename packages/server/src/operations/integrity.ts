import type { Caller } from '../auth/caller.ts';
import { notFound } from '../errors/api-error.ts';
import type { IntegrityState } from '../integrity/integrity-state.ts';
import type { Operations } from './operations.ts';

/** What is known of the state of the whole log. */
export interface Integrity {
  /**
   * `damaged`: a verification found something, and none that read the same again found nothing. `checking`: one that
   * somebody asked for runs, or the first one.
   */
  readonly status: 'verified' | 'checking' | 'unchecked' | 'damaged';
  readonly origin: string;
  /** Records of the log. */
  readonly size: number;
  /** Records from the first on that were read again since they were recorded; the others came since. */
  readonly checked_size: number;
  /** When the newest verification ended. */
  readonly checked_at?: string;
  readonly findings_total: number;
  /** The verification to look at: the one that found something, else the newest that somebody asked for. */
  readonly job?: string;
  /** The server's own check. */
  readonly continuous: {
    readonly enabled: boolean;
    readonly interval_s?: number;
    readonly last_at?: string;
    readonly next_at?: string;
    readonly last_status?: 'ok' | 'damaged' | 'failed';
    readonly last_error?: string;
  };
  /** The newest stamp of somebody outside. */
  readonly anchor: null;
}

/** State of the log as its verifications have found it. */
export async function integrity(ops: Operations, caller: Caller): Promise<Integrity> {
  const { tenant } = caller;
  const head = await ops.ledger.head(tenant);
  if (head === undefined) throw notFound(`The log of ${tenant}`);
  const state = await ops.integrity.get(tenant, head.origin);
  const { damage, checkedAtMs } = state;
  const asked = state.asked === undefined ? undefined : await ops.verifyJobs.get(tenant, state.asked);
  const isRunning = asked?.status === 'waiting' || asked?.status === 'running';
  const job = damage?.job ?? asked?.id;
  return {
    status:
      isRunning && damage === undefined ? 'checking' : statusOf(state, ops.verifyJobs.isChecking(tenant)),
    origin: head.origin,
    size: head.size,
    checked_size: Math.min(state.checkedTo, head.size),
    findings_total: damage?.findingsTotal ?? 0,
    ...(checkedAtMs === undefined ? {} : { checked_at: iso(checkedAtMs) }),
    ...(job === undefined ? {} : { job }),
    continuous: continuousOf(state, ops.verifyEveryMs, ops.now()),
    anchor: null,
  };
}

function statusOf({ damage, checkedTo }: IntegrityState, isChecking: boolean): Integrity['status'] {
  if (damage !== undefined) return 'damaged';
  // The server's own check comes again and again: it does not hide what is known.
  if (checkedTo > 0) return 'verified';
  return isChecking ? 'checking' : 'unchecked';
}

function continuousOf(
  { own, damage }: IntegrityState,
  everyMs: number,
  nowMs: number,
): Integrity['continuous'] {
  if (everyMs === 0) return { enabled: false };
  const interval = { enabled: true, interval_s: everyMs / 1_000 };
  if (own === undefined) return interval;
  const { atMs, error } = own;
  return {
    ...interval,
    last_at: iso(atMs),
    // A log in which nothing is new, and which was read again lately, is left alone.
    next_at: iso(Math.max(atMs + everyMs, nowMs)),
    last_status: error !== undefined ? 'failed' : damage === undefined ? 'ok' : 'damaged',
    ...(error === undefined ? {} : { last_error: error }),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
