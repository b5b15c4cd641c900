import type { EventView } from '@attestry/core';
import { queryOptions } from '@tanstack/react-query';
import { api } from '../api/api.ts';
import { term } from './activity-search.ts';

/** The newest event of an actor, which says what it is called; `null` when there is none. */
export function actorNameQuery(id: string) {
  return queryOptions({
    queryKey: ['actor-name', id],
    queryFn: async ({ signal }): Promise<EventView | null> => {
      const query = new URLSearchParams({ q: term('actor', id), limit: '1' });
      const response = await api.fetch(`/v1/events?${query}`, { signal });
      const [newest] = ((await response.json()) as { readonly events: readonly EventView[] }).events;
      return newest ?? null;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}
