import { api } from '../api/api.ts';
import { type EventFilter, filterParameters, narrowed } from './activity-search.ts';
import type { TimeBar } from './row-times.ts';
import type { Stats } from './stats.ts';

/** The finest span in which events are counted. */
export const FINEST_MS = 60_000;
/** Groups that one answer may have, with room for those that a span only touches. */
const GROUPS_MAX = 1_000;
const UNITS = [
  ['minute', FINEST_MS],
  ['hour', 3_600_000],
  ['day', 86_400_000],
] as const;

/** Counts the events of a span as finely as one answer allows. */
export async function finerBars(
  filter: EventFilter,
  { fromMs, toMs }: TimeBar,
  signal: AbortSignal,
): Promise<readonly TimeBar[]> {
  const [unit, unitMs] = UNITS.find(([, ms]) => (toMs - fromMs) / ms <= GROUPS_MAX - 2) ?? UNITS[2];
  // A bar may begin before what the search asks for: both must hold.
  const span = `after:${new Date(fromMs).toISOString()} before:${new Date(toMs).toISOString()}`;
  const asked = filterParameters(narrowed(filter, span));
  const query = new URLSearchParams(asked.map(([name, value]) => [name, value]));
  query.set('group_by', unit);
  query.set('limit', String(GROUPS_MAX));
  const { groups } = (await (await api.fetch(`/v1/stats?${query}`, { signal })).json()) as Stats;
  return groups.flatMap(({ key, count }) => {
    const startMs = Date.parse(key ?? '');
    return Number.isNaN(startMs) ? [] : [{ fromMs: startMs, toMs: startMs + unitMs, count }];
  });
}
