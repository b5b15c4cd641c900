import type { AttestryApi } from '../api/api.ts';

/** A bar: events of `fromMs <= time < toMs`. */
export interface Bucket {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
  /** Those that failed or were denied. */
  readonly failed: number;
}

/** Events of a filter over time. */
export interface Timeline {
  readonly buckets: readonly Bucket[];
  readonly total: number;
}

interface Counts {
  readonly total: number;
  readonly groups: readonly { readonly key: string | null; readonly count: number }[];
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Bars that can still be told apart and aimed at. */
const BARS_MAX = 96;
/** As many groups as one answer may have. */
const GROUPS_MAX = 1_000;
/** Days up to which hours, and hours up to which minutes are counted: within one answer. */
const HOURLY_DAYS_MAX = 41;
const MINUTELY_HOURS_MAX = 12;

interface Unit {
  readonly name: 'day' | 'hour' | 'minute';
  readonly ms: number;
  /** How many of them may be a bar. */
  readonly steps: readonly number[];
}

const DAY: Unit = { name: 'day', ms: DAY_MS, steps: [1, 2, 7, 14, 28, 91, 182, 364] };
const HOUR: Unit = { name: 'hour', ms: HOUR_MS, steps: [1, 2, 3, 4, 6, 12, 24] };
const MINUTE: Unit = { name: 'minute', ms: MINUTE_MS, steps: [1, 2, 5, 10, 15, 30] };

const NOTHING: Counts = { total: 0, groups: [] };

async function counted(
  api: AttestryApi,
  parameters: URLSearchParams,
  unit: Unit,
  signal: AbortSignal,
): Promise<Counts> {
  const asked = new URLSearchParams(parameters);
  asked.set('group_by', unit.name);
  asked.set('limit', String(GROUPS_MAX));
  const response = await api.fetch(`/v1/stats?${asked}`, { signal });
  return (await response.json()) as Counts;
}

/** The filter narrowed to failures and denials; `undefined` when it leaves none of them. */
function onlyFailed(parameters: URLSearchParams): URLSearchParams | undefined {
  const asked = parameters.getAll('status');
  const wanted = ['failure', 'denied'].filter((status) => asked.length === 0 || asked.includes(status));
  if (wanted.length === 0) return undefined;
  const narrowed = new URLSearchParams(parameters);
  narrowed.delete('status');
  for (const status of wanted) narrowed.append('status', status);
  return narrowed;
}

function timesOf({ groups }: Counts): readonly number[] {
  return groups.flatMap(({ key }) => (key === null ? [] : [Date.parse(key)]));
}

/** Units between the first and the last group, both included. */
function spanOf(counts: Counts, unit: Unit): number {
  const times = timesOf(counts);
  return times.length === 0 ? 0 : (Math.max(...times) - Math.min(...times)) / unit.ms + 1;
}

/** Bars of a width from the one with the start to the one with the end; they begin at multiples of it. */
function barsOf(width: number, start: number, end: number): number {
  return Math.ceil(end / width) - Math.floor(start / width);
}

/** How wide a bar is, in whole units, so that there are at most `BARS_MAX`. */
function barMs({ ms, steps }: Unit, start: number, end: number): number {
  const step = steps.find((units) => barsOf(units * ms, start, end) <= BARS_MAX);
  return (step ?? Math.ceil((end - start) / ms / (BARS_MAX - 1))) * ms;
}

/** Puts counted groups into bars of equal width, the empty ones included. */
function toBuckets(all: Counts, failed: Counts, unit: Unit): readonly Bucket[] {
  const times = timesOf(all);
  if (times.length === 0) return [];
  const start = Math.min(...times);
  const end = Math.max(...times) + unit.ms;
  const width = barMs(unit, start, end);
  const origin = Math.floor(start / width) * width;
  const bars = barsOf(width, start, end);
  const counts = new Float64Array(bars);
  const failures = new Float64Array(bars);
  const add = (into: Float64Array, from: Counts): void => {
    for (const { key, count } of from.groups) {
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

/**
 * Counts events over time: by minute or hour where that fits into one answer, else by day.
 *
 * @param parameters those of `GET /v1/events` that say which events
 */
export async function loadTimeline(
  api: AttestryApi,
  parameters: URLSearchParams,
  signal: AbortSignal,
): Promise<Timeline> {
  let unit = DAY;
  let all = await counted(api, parameters, DAY, signal);
  for (const [finer, unitsMax] of [
    [HOUR, HOURLY_DAYS_MAX],
    [MINUTE, MINUTELY_HOURS_MAX],
  ] as const) {
    if (spanOf(all, unit) > unitsMax) break;
    [unit, all] = [finer, await counted(api, parameters, finer, signal)];
  }
  const narrowed = onlyFailed(parameters);
  const failed = narrowed === undefined ? NOTHING : await counted(api, narrowed, unit, signal);
  return { buckets: toBuckets(all, failed, unit), total: all.total };
}
