import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from '../api/api.ts';
import { type EventFilter, filterParameters } from './activity-search.ts';

export type StatsGroup =
  | 'type'
  | 'category'
  | 'severity'
  | 'status'
  | 'actor'
  | 'target'
  | 'ip'
  | 'day'
  | 'hour'
  | 'minute';

/** Counts per group, exact. */
export interface Stats {
  readonly group_by: StatsGroup;
  readonly total: number;
  readonly groups: readonly { readonly key: string | null; readonly count: number }[];
}

/** How groups are counted: at most so many. */
export interface StatsOptions {
  readonly limit?: number;
}

/** Counts of the events of a search by one member. */
export function statsQuery(filter: EventFilter, groupBy: StatsGroup, options: StatsOptions = {}) {
  const parameters = new URLSearchParams([
    ...filterParameters(filter).map(([name, value]) => [name, value]),
    ['group_by', groupBy],
    ...(options.limit === undefined ? [] : [['limit', String(options.limit)]]),
  ]).toString();
  return queryOptions({
    queryKey: ['stats', parameters],
    queryFn: async ({ signal }): Promise<Stats> => {
      const response = await api.fetch(`/v1/stats?${parameters}`, { signal });
      return (await response.json()) as Stats;
    },
    // The old numbers stay until the new ones are there, so that nothing jumps.
    placeholderData: keepPreviousData,
  });
}
