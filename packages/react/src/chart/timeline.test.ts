import { expect, test } from 'vitest';
import type { AttestryApi } from '../api/api.ts';
import { loadTimeline } from './timeline.ts';

/** Counts these times as the interface does. */
function counting(times: readonly string[], failed: readonly string[] = []) {
  const asked: string[] = [];
  const api = {
    fetch: async (path: string) => {
      asked.push(path);
      const parameters = new URL(path, 'http://x').searchParams;
      const digits = { day: 10, hour: 13, minute: 16 }[parameters.get('group_by') ?? ''] ?? 0;
      const groups = new Map<string, number>();
      for (const time of parameters.has('status') ? failed : times) {
        const key = `${time.slice(0, digits)}${'T00:00:00Z'.slice(digits - 10)}`;
        groups.set(key, (groups.get(key) ?? 0) + 1);
      }
      const found = [...groups].map(([key, count]) => ({ key, count }));
      return Response.json({ total: times.length, groups: found });
    },
  } as unknown as AttestryApi;
  return { api, asked };
}

const load = ({ api }: { api: AttestryApi }, parameters = ''): ReturnType<typeof loadTimeline> =>
  loadTimeline(api, new URLSearchParams(parameters), new AbortController().signal);

test.each([
  ['minutes', ['2026-03-01T08:00:30Z', '2026-03-01T08:09:10Z'], 10, 60_000],
  ['hours', ['2026-03-01T08:00:30Z', '2026-03-02T08:00:00Z'], 25, 3_600_000],
  ['days', ['2026-01-01T08:00:30Z', '2026-02-28T08:00:00Z'], 59, 86_400_000],
  ['weeks', ['2024-01-01T08:00:30Z', '2025-10-25T08:00:00Z'], 96, 7 * 86_400_000],
  ['fortnights', ['2024-01-01T08:00:30Z', '2025-10-31T08:00:00Z'], 49, 14 * 86_400_000],
] as const)('bars are %s where the events reach that far', async (_name, times, bars, widthMs) => {
  const { buckets, total } = await load(counting(times, [times[0]]));
  expect(total).toBe(2);
  expect(buckets.length).toBe(bars);
  expect(buckets.every(({ fromMs, toMs }) => toMs - fromMs === widthMs)).toBe(true);
  expect(buckets.filter(({ count }) => count > 0)).toMatchObject([
    { count: 1, failed: 1 },
    { count: 1, failed: 0 },
  ]);
  for (const [index, { toMs }] of buckets.entries())
    if (index + 1 < buckets.length) expect(buckets[index + 1]?.fromMs).toBe(toMs);
});

test('nothing is no bars', async () => {
  expect(await load(counting([]))).toEqual({ buckets: [], total: 0 });
});

test('failures are counted within what the page asks for', async () => {
  const only = counting(['2026-03-01T08:00:30Z']);
  await load(only, 'status=denied&status=success&q=contract');
  expect(only.asked.at(-1)).toContain('status=denied&');
  expect(only.asked.at(-1)).not.toContain('failure');
  const none = counting(['2026-03-01T08:00:30Z']);
  expect((await load(none, 'status=success')).buckets.every(({ failed }) => failed === 0)).toBe(true);
  expect(none.asked.length).toBe(3);
});
