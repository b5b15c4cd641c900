import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { EventFilter } from './activity-search.ts';
import { FAILED, type Stats, statsQuery } from './stats.ts';

/** A bar of the histogram: events of `fromMs <= time < toMs`. */
export interface Bucket {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
  readonly failed: number;
}

/** What is counted, by how long it is. */
type TimeUnit = 'minute' | 'hour' | 'day';

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const UNIT_MS: Readonly<Record<TimeUnit, number>> = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS };
/** Bars that can still be told apart and aimed at. */
const BARS_MAX = 96;
/** Fewer are no shape. */
const BARS_MIN = 24;
/** Groups that one answer may have. */
const GROUPS_MAX = 1_000;
/** Widths of bars that people read without counting, in units. */
const STEPS: Readonly<Record<TimeUnit, readonly number[]>> = {
  minute: [1, 2, 5, 10, 15],
  hour: [1, 2, 3, 4, 6, 12, 24],
  day: [1, 2, 7, 14, 28, 91, 182, 364],
};

/** The finest unit in which a span has no more groups than an answer may have. */
function unitOf({ fromMs, toMs }: Span): TimeUnit {
  const units = ['minute', 'hour'] as const;
  return units.find((unit) => (toMs - fromMs) / UNIT_MS[unit] <= GROUPS_MAX - 2) ?? 'day';
}

/** How wide a bar is, in whole units, so that there are at most `BARS_MAX`. */
function barMs(unit: TimeUnit, spanMs: number): number {
  const units = Math.ceil(spanMs / UNIT_MS[unit]);
  return (
    (STEPS[unit].find((step) => units / step <= BARS_MAX) ?? Math.ceil(units / BARS_MAX)) * UNIT_MS[unit]
  );
}

/** Puts counted groups into bars of equal width that cover the span, the empty ones included. */
function toBuckets(all: Stats, failed: Stats, unit: TimeUnit, span: Span): readonly Bucket[] {
  const width = barMs(unit, span.toMs - span.fromMs);
  const origin = Math.floor(span.fromMs / width) * width;
  const bars = Math.max(1, Math.ceil((span.toMs - origin) / width));
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

/** The time of a range parameter: RFC 3339, or relative to now. */
export function rangeMs(text: string, nowMs: number): number | undefined {
  const relative = /^-?(\d+)([smhdw])$/.exec(text);
  if (relative !== null) {
    const unitMs = { s: 1_000, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS }[relative[2] as 's'];
    return nowMs - Number(relative[1]) * unitMs;
  }
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

/** The span of a search: what its range says, and where that is open, what its events do. */
function spanOf({ from, to }: EventFilter, stats: Stats | undefined, unit: TimeUnit): Span | undefined {
  const nowMs = Date.now();
  const times = stats?.groups.flatMap(({ key }) => (key === null ? [] : [Date.parse(key)])) ?? [];
  const fromMs = from === undefined ? undefined : rangeMs(from, nowMs);
  const toMs = to === undefined ? undefined : rangeMs(to, nowMs);
  if (times.length === 0 && (fromMs === undefined || toMs === undefined)) {
    return fromMs === undefined ? undefined : { fromMs, toMs: toMs ?? Math.max(nowMs, fromMs + MINUTE_MS) };
  }
  const last = times.length === 0 ? nowMs : Math.max(...times) + UNIT_MS[unit];
  // A range that begins so long ago and goes on ends now, not with its last event.
  const endMs = toMs ?? (from === undefined ? last : Math.max(nowMs, last));
  return { fromMs: fromMs ?? Math.min(...times), toMs: endMs };
}

/** Without a beginning there is room for a few bars: a single one over the whole width says nothing. */
function roomFor(span: Span | undefined, { from }: EventFilter, unit: TimeUnit): Span | undefined {
  if (span === undefined || from !== undefined) return span;
  return { ...span, fromMs: Math.min(span.fromMs, span.toMs - BARS_MIN * UNIT_MS[unit]) };
}

/** What the histogram shows. */
export interface Timeline {
  readonly buckets: readonly Bucket[] | undefined;
  readonly total: number | undefined;
  readonly error: Error | null;
}

/** Counts the events of a search over time, as finely as the span allows: minutes for hours, hours for weeks. */
export function useTimeline(filter: EventFilter): Timeline {
  const isBounded = filter.from !== undefined && (filter.to !== undefined || filter.from.startsWith('-'));
  const bounds = isBounded ? spanOf(filter, undefined, 'day') : undefined;
  // What is not bounded is first looked at by day, then as finely as its first and last day allow, and then again.
  const days = useQuery({
    ...counted(filter, 'day'),
    enabled: bounds === undefined || unitOf(bounds) === 'day',
  });
  const daySpan = bounds ?? (days.data === undefined ? undefined : spanOf(filter, days.data, 'day'));
  const coarse = daySpan === undefined ? 'day' : unitOf(daySpan);
  const hours = useQuery({ ...counted(filter, 'hour'), enabled: daySpan !== undefined && coarse === 'hour' });
  const hourSpan =
    coarse === 'hour' && hours.data !== undefined ? (bounds ?? spanOf(filter, hours.data, 'hour')) : daySpan;
  const unit = hourSpan === undefined || coarse === 'day' ? coarse : unitOf(hourSpan);
  const isSettled = hourSpan !== undefined && (coarse !== 'hour' || hours.data !== undefined);
  const minutes = useQuery({ ...counted(filter, 'minute'), enabled: isSettled && unit === 'minute' });
  const failed = useQuery({
    ...statsQuery(filter, unit, { limit: GROUPS_MAX, only: FAILED }),
    enabled: isSettled,
  });
  const all = { day: days, hour: hours, minute: minutes }[unit];
  const first = bounds === undefined ? days : all;
  const span = all.data === undefined ? undefined : roomFor(spanOf(filter, all.data, unit), filter, unit);
  const isReady = isSettled && all.data !== undefined && (failed.data !== undefined || failed.error !== null);
  return {
    buckets: !isReady
      ? undefined
      : span === undefined || all.data === undefined || all.data.total === 0
        ? []
        : toBuckets(all.data, failed.data ?? { group_by: unit, total: 0, groups: [] }, unit, span),
    total: first.data?.total,
    error: first.error ?? all.error,
  };
}

const counted = (filter: EventFilter, unit: TimeUnit) => ({
  ...statsQuery(filter, unit, { limit: GROUPS_MAX }),
  placeholderData: keepPreviousData,
});
