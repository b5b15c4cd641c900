import type { AttestryApi } from '../api/api.ts';
import { rangeMs } from '../event/time-range.ts';

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

/** What is counted more finely, as long as there are at most so many of the unit before. */
const FINER = [
  [HOUR, HOURLY_DAYS_MAX],
  [MINUTE, MINUTELY_HOURS_MAX],
] as const;

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
function barsOf(width: number, { fromMs, toMs }: Span): number {
  return Math.ceil(toMs / width) - Math.floor(fromMs / width);
}

/** How wide a bar is, in whole units, so that there are at most `BARS_MAX`. */
function barMs({ ms, steps }: Unit, span: Span): number {
  const step = steps.find((units) => barsOf(units * ms, span) <= BARS_MAX);
  return (step ?? Math.ceil((span.toMs - span.fromMs) / ms / (BARS_MAX - 1))) * ms;
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What a page asks for: from when, and to when if that is known. */
type Asked = Partial<Span>;

/** What the bars cover: what is asked for, and where that is open, from the first event on, up to the last or to now. */
function coveredBy(times: readonly number[], unit: Unit, asked: Asked, barsMin: number): Span {
  const endMs = Math.max(...times) + unit.ms;
  const toMs = asked.toMs ?? (asked.fromMs === undefined ? endMs : Math.max(endMs, Date.now()));
  // Without a beginning there is room for a few bars: a single one over the whole width says nothing.
  const fromMs = asked.fromMs ?? Math.min(...times, toMs - barsMin * unit.ms);
  return { fromMs: Math.min(fromMs, toMs - unit.ms), toMs };
}

interface Counted {
  readonly unit: Unit;
  readonly all: Counts;
  readonly failed: Counts;
}

/** Puts counted groups into bars of equal width, the empty ones included. */
function toBuckets({ unit, all, failed }: Counted, asked: Asked, barsMin: number): readonly Bucket[] {
  const times = timesOf(all);
  if (times.length === 0) return [];
  const span = coveredBy(times, unit, asked, barsMin);
  const width = barMs(unit, span);
  const origin = Math.floor(span.fromMs / width) * width;
  const bars = barsOf(width, span);
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

/** The finest unit in which a span has no more groups than an answer may have. */
function unitOf({ fromMs, toMs }: Span): Unit {
  return [MINUTE, HOUR].find(({ ms }) => (toMs - fromMs) / ms <= GROUPS_MAX - 2) ?? DAY;
}

export interface TimelineOptions {
  /** Bars at least, when it is open from when on is asked: 1 when absent. */
  readonly barsMin?: number;
  /** Called as soon as it is known how many there are, which is before the bars are. */
  readonly onTotal?: (total: number) => void;
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
  { barsMin = 1, onTotal }: TimelineOptions = {},
): Promise<Timeline> {
  const asked = askedRange(parameters);
  const count = (unit: Unit): Promise<Counts> => counted(api, parameters, unit, signal);
  let unit =
    asked.fromMs === undefined ? DAY : unitOf({ fromMs: asked.fromMs, toMs: asked.toMs ?? Date.now() });
  let all = await count(unit);
  onTotal?.(all.total);
  if (all.total === 0) return { buckets: [], total: 0 };
  // Where it is not said from when on, the first and the last event decide.
  const finer = asked.fromMs === undefined ? FINER : [];
  for (const [next, unitsMax] of finer) {
    if (spanOf(all, unit) > unitsMax) break;
    [unit, all] = [next, await count(next)];
  }
  const narrowed = onlyFailed(parameters);
  const failed = narrowed === undefined ? NOTHING : await counted(api, narrowed, unit, signal);
  return { buckets: toBuckets({ unit, all, failed }, asked, barsMin), total: all.total };
}

function askedRange(parameters: URLSearchParams): Asked {
  const ms = (name: string): number | undefined => {
    const text = parameters.get(name);
    return text === null ? undefined : rangeMs(text, Date.now());
  };
  const [fromMs, toMs] = [ms('from'), ms('to')];
  return { ...(fromMs === undefined ? {} : { fromMs }), ...(toMs === undefined ? {} : { toMs }) };
}
