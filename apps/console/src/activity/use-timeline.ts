import { loadTimeline, type Timeline } from '@attestry/react';
import { keepPreviousData, skipToken, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { api, queryClient } from '../api/api.ts';
import { type EventFilter, filterParameters } from './activity-search.ts';

/** Fewer bars are no shape. */
const BARS_MIN = 24;

const parametersOf = (filter: EventFilter): URLSearchParams =>
  new URLSearchParams(filterParameters(filter).map(([name, value]) => [name, value]));

const totalKey = (parameters: URLSearchParams) => ['stats', 'total', parameters.toString()];

/** Counts the events of a search over time; the numbers of the search before stay until they are there. */
export function useTimeline(filter: EventFilter): UseQueryResult<Timeline> {
  const parameters = parametersOf(filter);
  return useQuery({
    queryKey: ['stats', 'timeline', parameters.toString()],
    queryFn: ({ signal }) =>
      loadTimeline(api, parameters, signal, {
        barsMin: BARS_MIN,
        onTotal: (total) => queryClient.setQueryData(totalKey(parameters), total),
      }),
    placeholderData: keepPreviousData,
  });
}

/** How many events a search has: known before its timeline is, which asks for it. */
export function useTotal(filter: EventFilter): number | undefined {
  return useQuery<number>({ queryKey: totalKey(parametersOf(filter)), queryFn: skipToken }).data;
}
