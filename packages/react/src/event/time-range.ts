import type { EventFilter } from './event-filter.ts';
import type { EventView } from './event-view.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** The time of a range parameter, RFC 3339 or relative to now (`-24h`); `undefined` for what is neither. */
export function rangeMs(text: string, nowMs: number): number | undefined {
  const relative = /^-?(\d+)([smhdw])$/.exec(text);
  if (relative !== null) return nowMs - Number(relative[1]) * (UNIT_MS[relative[2] ?? ''] ?? 0);
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

/** A filter as a stream takes it, which has no time range: what is recorded now may have happened at any time. */
export function withoutRange(filter: EventFilter): EventFilter {
  return { ...filter, from: undefined, to: undefined, time: undefined };
}

/** Whether an event that was streamed is in the time range of a filter. */
export function isInRange(event: EventView, { from, to, time }: EventFilter, nowMs: number): boolean {
  const atMs = Date.parse(time === 'recorded' ? event.recorded_at : event.occurred_at);
  const fromMs = typeof from === 'string' ? rangeMs(from, nowMs) : undefined;
  const toMs = typeof to === 'string' ? rangeMs(to, nowMs) : undefined;
  return (fromMs === undefined || atMs >= fromMs) && (toMs === undefined || atMs < toMs);
}
