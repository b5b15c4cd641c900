import { useQuery } from '@tanstack/react-query';
import type { EventFilter } from './activity-search.ts';
import { FAILED, type Stats, type StatsGroup, statsQuery } from './stats.ts';

/** A bar of the histogram: events of `fromMs <= time < toMs`. */
export interface Bucket {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
  readonly failed: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Bars that can still be told apart and aimed at. */
const BARS_MAX = 96;
/** Days up to which hours are counted: as many groups as one answer may have. */
const HOURLY_DAYS_MAX = 41;

/** How wide a bar is, in whole units, so that there are at most `BARS_MAX`. */
function barMs(unitMs: number, spanMs: number): number {
  const units = Math.ceil(spanMs / unitMs);
  const steps = unitMs === HOUR_MS ? [1, 2, 3, 4, 6, 12, 24] : [1, 2, 7, 14, 28, 91, 182, 364];
  return (steps.find((step) => units / step <= BARS_MAX) ?? Math.ceil(units / BARS_MAX)) * unitMs;
}

/** Puts counted groups into bars of equal width, the empty ones included. */
function toBuckets(all: Stats, failed: Stats, unitMs: number): readonly Bucket[] {
  const times = all.groups.flatMap(({ key }) => (key === null ? [] : [Date.parse(key)]));
  if (times.length === 0) return [];
  const start = Math.min(...times);
  const end = Math.max(...times) + unitMs;
  const width = barMs(unitMs, end - start);
  const origin = Math.floor(start / width) * width;
  const bars = Math.ceil((end - origin) / width);
  const counts = new Float64Array(bars);
  const failures = new Float64Array(bars);
  const add = (into: Float64Array, stats: Stats): void => {
    for (const { key, count } of stats.groups) {
      if (key === null) continue;
      const bar = Math.floor((Date.parse(key) - origin) / width);
      if (bar >= 0 && bar < bars) into[bar] = (into[bar] ?? 0) + count;
    }
  };
  add(counts, all);
  add(failures, failed);
  return Array.from(counts, (count, bar) => ({
    fromMs: origin + bar * width,
    toMs: origin + (bar + 1) * width,
    count,
    failed: failures[bar] ?? 0,
  }));
}

/** What the histogram shows. */
export interface Timeline {
  readonly buckets: readonly Bucket[] | undefined;
  readonly total: number | undefined;
  readonly error: Error | null;
}

const GROUPS_MAX = 1_000;

/** Counts the events of a search over time: by hour where that is fine enough to show, else by day. */
export function useTimeline(filter: EventFilter): Timeline {
  const days = useQuery(statsQuery(filter, 'day', { limit: GROUPS_MAX }));
  const keys = days.data?.groups.flatMap(({ key }) => (key === null ? [] : [Date.parse(key)])) ?? [];
  const spanDays = keys.length === 0 ? 0 : (Math.max(...keys) - Math.min(...keys)) / DAY_MS + 1;
  const unit: StatsGroup = spanDays <= HOURLY_DAYS_MAX ? 'hour' : 'day';
  const isKnown = days.data !== undefined;
  const hours = useQuery({
    ...statsQuery(filter, 'hour', { limit: GROUPS_MAX }),
    enabled: isKnown && unit === 'hour',
  });
  const failed = useQuery({
    ...statsQuery(filter, unit, { limit: GROUPS_MAX, only: FAILED }),
    enabled: isKnown,
  });
  const all = unit === 'hour' ? hours.data : days.data;
  const buckets =
    all === undefined || (failed.data === undefined && failed.error === null)
      ? undefined
      : toBuckets(
          all,
          failed.data ?? { group_by: unit, total: 0, groups: [] },
          unit === 'hour' ? HOUR_MS : DAY_MS,
        );
  return { buckets, total: days.data?.total, error: days.error };
}
