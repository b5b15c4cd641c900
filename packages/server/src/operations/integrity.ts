import type { Caller } from '../auth/caller.ts';
import { notFound } from '../errors/api-error.ts';
import { type IntegrityState, isMostlyUnchecked } from '../integrity/integrity-state.ts';
import type { Operations } from './operations.ts';

/** What is known of the state of the whole log. */
export interface Integrity {
  /**
   * `damaged`: a verification found something, and none that read the same again found nothing. `checking`: one that
   * somebody asked for runs, or the server reads the log for the first time since it was started, or follows its growth.
   * `unchecked`: less than half was verified, and the server does not do it by itself, or could not.
   */
  readonly status: 'verified' | 'checking' | 'unchecked' | 'damaged';
  readonly origin: string;
  /** Records of the log. */
  readonly size: number;
  /** Records from the first on that were read again since the server was started. */
  readonly checked_size: number;
  /** When the newest verification since then ended. */
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
  const isOwnOn = ops.verifyEveryMs > 0;
  return {
    status: isRunning && damage === undefined ? 'checking' : statusOf(state, head.size, isOwnOn),
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

function statusOf(state: IntegrityState, size: number, isOwnOn: boolean): Integrity['status'] {
  const { damage, checkedTo, own } = state;
  if (damage !== undefined) return 'damaged';
  if (checkedTo > 0 && checkedTo >= size) return 'verified';
  // The first turn reads all that was there at the start; later ones come again and again, and hide nothing of what is known.
  const isPending = isOwnOn && own?.isComplete !== true;
  if (!isPending && !isMostlyUnchecked(state, size)) return 'verified';
  return isOwnOn && own?.error === undefined && size > 0 ? 'checking' : 'unchecked';
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
    // What somebody else's verification has found since then is not what this one has found.
    last_status:
      error !== undefined ? 'failed' : damage !== undefined && damage.atMs <= atMs ? 'damaged' : 'ok',
    ...(error === undefined ? {} : { last_error: error }),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
