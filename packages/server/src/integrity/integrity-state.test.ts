import { describe, expect, it } from 'vitest';
import type { VerifyJob } from '../verify/verify-jobs.ts';
import { type IntegrityState, planCheck, unknownState, withVerification } from './integrity-state.ts';

const ORIGIN = 'test.example/t/a';
const PACE = { everyMs: 1_000, turnsPerPass: 4, rangeRecordsMax: 100, rangeRecordsMin: 10 };

function job(from: number, to: number, findings = 0, depth?: 'records'): VerifyJob {
  const report = { ok: findings === 0, origin: ORIGIN, checked: { from, to }, findings_total: findings };
  return {
    id: `${from}-${to}`,
    status: 'done',
    range: depth === undefined ? {} : { depth },
    created_at: new Date(0).toISOString(),
    finished_at: new Date(5).toISOString(),
    report: report as VerifyJob['report'] & object,
  };
}

function after(...jobs: readonly VerifyJob[]): IntegrityState {
  return jobs.reduce(withVerification, unknownState(ORIGIN));
}

describe('withVerification', () => {
  it('counts records from the first on, without a gap, and only where all was compared', () => {
    expect(after(job(0, 10)).checkedTo).toBe(10);
    expect(after(job(0, 10), job(10, 25)).checkedTo).toBe(25);
    expect(after(job(0, 10), job(15, 25)).checkedTo).toBe(10);
    expect(after(job(0, 10), job(0, 25, 0, 'records')).checkedTo).toBe(10);
    expect(after(job(0, 10), job(3, 5)).checkedTo).toBe(10);
  });

  it('keeps damage until all of its records were read again without a finding', () => {
    const damaged = after(job(0, 10), job(10, 20, 3));
    expect(damaged).toMatchObject({
      checkedTo: 20,
      damage: { job: '10-20', from: 10, to: 20, findingsTotal: 3 },
    });
    expect(withVerification(damaged, job(20, 30)).damage).toEqual(damaged.damage);
    expect(withVerification(damaged, job(12, 30)).damage).toEqual(damaged.damage);
    expect(withVerification(damaged, job(0, 20, 0, 'records')).damage).toEqual(damaged.damage);
    expect(withVerification(damaged, job(10, 30)).damage).toBeUndefined();
    expect(withVerification(damaged, job(0, 30, 1)).damage?.job).toBe('0-30');
    expect(withVerification(damaged, job(15, 30, 1)).damage?.job).toBe('10-20');
  });

  it('knows nothing of another generation of the log', () => {
    const later = { ...unknownState(`${ORIGIN}/g2`), checkedTo: 7 };
    expect(withVerification(later, job(0, 3)).checkedTo).toBe(3);
  });
});

describe('planCheck', () => {
  it('reads what is new, in parts', () => {
    const { ranges } = planCheck(unknownState(ORIGIN), 250, 0, PACE);
    expect(ranges).toEqual([
      { from: 0, to: 100 },
      { from: 100, to: 200 },
      { from: 200, to: 250 },
    ]);
  });

  it('reads everything again within a bounded number of turns, and then rests until the next pass', () => {
    let state: IntegrityState = { ...unknownState(ORIGIN), checkedTo: 80 };
    let size = 80;
    const again: number[] = [];
    let nowMs = 0;
    for (let turn = 0; turn < 12; turn++, nowMs += PACE.everyMs, size += 5) {
      const { ranges, pass } = planCheck(state, size, nowMs, PACE);
      for (const { from, to } of ranges) if (to <= state.checkedTo) again.push(from);
      expect(ranges.at(-1)).toEqual(turn === 0 ? undefined : { from: state.checkedTo, to: size });
      state = { ...state, checkedTo: size, own: { atMs: nowMs, isComplete: true, pass } };
    }
    // Nothing was to be read again at first; a pass begins every fourth turn.
    expect(again.filter((from) => from === 0)).toHaveLength(2);
    const [begun] = again;
    expect(begun).toBe(0);
    expect(again.length).toBeLessThanOrEqual(8);
    expect(
      planCheck(
        { ...state, own: { atMs: nowMs, isComplete: true, pass: { startedAtMs: nowMs, next: size } } },
        state.checkedTo,
        nowMs,
        PACE,
      ).ranges,
    ).toEqual([]);
  });
});
