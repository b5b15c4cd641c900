import type { VerifyJob } from '../verify/verify-jobs.ts';

/** Records `from <= seq < to`. */
export interface SeqRange {
  readonly from: number;
  readonly to: number;
}

/** What a verification has found, until one that reads the same records finds nothing. */
export interface Damage extends SeqRange {
  /** The verification that found it. */
  readonly job: string;
  readonly atMs: number;
  readonly findingsTotal: number;
}

/** What is known of the state of a log from the verifications of it, as stored. */
export interface IntegrityState {
  /** Of the log that this is known of; another generation of it begins anew. */
  readonly origin: string;
  /** The processes that have found it out; once none of them runs, only damage is still known. */
  readonly by?: readonly string[];
  /** Records from the first on that were read since they were recorded. */
  readonly checkedTo: number;
  /** End of the newest verification that was carried out. */
  readonly checkedAtMs?: number;
  readonly damage?: Damage;
  /** The newest verification that somebody asked for. */
  readonly asked?: string;
  /** The server's own check. */
  readonly own?: OwnCheck;
}

/** How far the server's own check of a log is; absent until its first turn has ended. */
export interface OwnCheck {
  /** End of the newest one. */
  readonly atMs: number;
  /** Why the newest one could not be carried out. */
  readonly error?: string;
  /** A turn has read to its end, so that all the records that were there at the start were read. */
  readonly isComplete: boolean;
  /** What was checked before is read again, from the first record on: since when, and up to where it was. */
  readonly pass: { readonly startedAtMs: number; readonly next: number };
}

/** What is known of a log that nothing was verified of. */
export function unknownState(origin: string): IntegrityState {
  return { origin, checkedTo: 0 };
}

/**
 * What is left when nobody runs any more who found it out: anything may have happened to the files since, so that nothing
 * counts as verified. Damage does not go away by itself.
 */
export function afterStop({ origin, asked, damage }: IntegrityState): IntegrityState {
  return {
    ...unknownState(origin),
    ...(asked === undefined ? {} : { asked }),
    ...(damage === undefined ? {} : { damage }),
  };
}

/** Whether less than half of the log was checked: too little to wait until the next turn. */
export function isMostlyUnchecked({ checkedTo }: IntegrityState, size: number): boolean {
  return checkedTo * 2 < size;
}

function covers(outer: SeqRange, inner: SeqRange): boolean {
  return outer.from <= inner.from && outer.to >= inner.to;
}

/**
 * Adds a verification that has ended.
 *
 * A finding stays until all the records around it were read again without one: a check of other records says nothing of
 * it. Findings of a wider range take the place of those inside.
 */
export function withVerification(state: IntegrityState, job: VerifyJob): IntegrityState {
  const { report } = job;
  if (report === undefined) return state;
  const known = state.origin === report.origin ? state : unknownState(report.origin);
  const { from, to } = report.checked;
  const atMs = Date.parse(job.finished_at ?? job.created_at);
  const range = { from, to };
  const isFull = job.range.depth === undefined || job.range.depth === 'full';
  const isWider = known.damage === undefined || covers(range, known.damage);
  const checkedTo = isFull && from <= known.checkedTo ? Math.max(known.checkedTo, to) : known.checkedTo;
  const { damage: earlier, ...rest } = known;
  const found = { job: job.id, atMs, findingsTotal: report.findings_total, ...range };
  const damage = report.ok ? (isFull && isWider ? undefined : earlier) : isWider ? found : earlier;
  return { ...rest, checkedTo, checkedAtMs: atMs, ...(damage === undefined ? {} : { damage }) };
}

/** How the server's own check goes on. */
export interface CheckPlan {
  /** Records to read, one range after the other. */
  readonly ranges: readonly SeqRange[];
  readonly pass: OwnCheck['pass'];
}

/** What bounds one turn of the server's own check. */
export interface CheckPace {
  readonly everyMs: number;
  /** In how many turns everything is read again. */
  readonly turnsPerPass: number;
  /** Records read at a time. */
  readonly rangeRecordsMax: number;
  /** Least records that are read again in a turn. */
  readonly rangeRecordsMin: number;
}

/**
 * What one turn reads: what came since the last one, and the next part of everything before it, so that damage of old
 * records is found within a bounded number of turns without reading the whole log each time.
 */
export function planCheck(state: IntegrityState, size: number, nowMs: number, pace: CheckPace): CheckPlan {
  const { everyMs, turnsPerPass, rangeRecordsMax, rangeRecordsMin } = pace;
  const begun = state.own?.pass ?? { startedAtMs: nowMs, next: state.checkedTo };
  const isOver = begun.next >= state.checkedTo;
  const isNext = isOver && nowMs - begun.startedAtMs >= everyMs * turnsPerPass;
  const pass = isNext ? { startedAtMs: nowMs, next: 0 } : begun;
  const share = Math.max(rangeRecordsMin, Math.ceil(state.checkedTo / turnsPerPass));
  const again = { from: pass.next, to: Math.min(state.checkedTo, pass.next + share) };
  const parts = [again, { from: state.checkedTo, to: size }];
  return {
    ranges: parts.flatMap((part) => cut(part, rangeRecordsMax)),
    // What is new is read by this turn already, so a pass that had nothing left stays at the end.
    pass: { ...pass, next: again.to >= state.checkedTo ? Math.max(size, again.to) : again.to },
  };
}

/** What is read between two turns, when a log has grown to more than twice what was checked of it. */
export function planGrowth(state: IntegrityState, size: number, pace: CheckPace): readonly SeqRange[] {
  return isMostlyUnchecked(state, size) ? cut({ from: state.checkedTo, to: size }, pace.rangeRecordsMax) : [];
}

function cut({ from, to }: SeqRange, recordsMax: number): readonly SeqRange[] {
  const ranges: SeqRange[] = [];
  for (let at = from; at < to; at += recordsMax) ranges.push({ from: at, to: Math.min(to, at + recordsMax) });
  return ranges;
}
