import { expect, test } from 'vitest';
import { RowTimes } from './row-times.ts';

const BARS = [
  { fromMs: 0, toMs: 1_000, count: 10 },
  { fromMs: 1_000, toMs: 2_000, count: 0 },
  { fromMs: 2_000, toMs: 3_000, count: 1_000 },
];

test.each(['asc', 'desc'] as const)('rows have times and times have rows, %s', (order) => {
  const times = new RowTimes(BARS, order);
  expect(times.rows).toBe(1_010);
  let before = order === 'asc' ? -1 : 3_000;
  for (const row of [0, 4, 9, 10, 500, 1_000, 1_009]) {
    const atMs = times.timeAt(row) ?? Number.NaN;
    expect(order === 'asc' ? atMs >= before : atMs <= before).toBe(true);
    expect(Math.abs(times.rowAt(atMs) - row)).toBeLessThanOrEqual(1);
    before = atMs;
  }
  expect(times.rowAt(order === 'asc' ? -5 : 9_000)).toBe(0);
  expect(times.rowAt(order === 'asc' ? 9_000 : -5)).toBe(1_010);
});

test('a bar that is too coarse is replaced by finer ones', () => {
  const times = new RowTimes(BARS, 'desc');
  expect(times.coarseAt(1_005, 100)).toBeUndefined();
  const coarse = times.coarseAt(500, 100);
  expect(coarse).toBe(BARS[2]);
  if (coarse === undefined) return;
  // All of them at its end, which nothing but counting them there can tell.
  times.refine(coarse, [{ fromMs: 2_900, toMs: 3_000, count: 1_000 }]);
  expect(times.timeAt(999)).toBeGreaterThanOrEqual(2_900);
  expect(times.timeAt(1_000)).toBeLessThan(1_000);
  expect(times.coarseAt(500, 100)).toBeUndefined();
  expect(new RowTimes([], 'asc').timeAt(0)).toBeUndefined();
});
