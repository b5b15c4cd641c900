import { bodyOf, type components } from '@attestry/react';
import { queryOptions } from '@tanstack/react-query';
import {
  type ActivitySearch,
  type EventFilter,
  readActivitySearch,
  term,
} from '../activity/activity-search.ts';
import { api, queryClient } from '../api/api.ts';

export type SavedSearch = components['schemas']['SavedSearch'];

export const savedSearchesQuery = queryOptions({
  queryKey: ['saved-searches'],
  queryFn: async ({ signal }) =>
    (await bodyOf(api.client.GET('/v1/saved-searches', { signal }))).searches as readonly SavedSearch[],
});

/** A search as it is saved: parameters of `GET /v1/events`. */
export function savedQuery(filter: EventFilter): string {
  return new URLSearchParams(Object.entries(filter)).toString();
}

const OF_THE_ADDRESS: ReadonlySet<string> = new Set(['q', 'from', 'to', 'time', 'order']);

/** A saved search as an address of the Activity page. Parameters of their own, as programs save them, become terms. */
export function searchOf(query: string): ActivitySearch {
  const parameters = [...new URLSearchParams(query)];
  const terms = parameters.flatMap(([name, value]) => {
    if (OF_THE_ADDRESS.has(name)) return [];
    return [value.startsWith('>=') ? `${name}${value}` : term(name, value)];
  });
  const own = Object.fromEntries(parameters.filter(([name]) => OF_THE_ADDRESS.has(name)));
  const q = [...terms, ...(own.q === undefined ? [] : [own.q])].join(' ');
  return readActivitySearch({ ...own, q });
}

interface Named {
  readonly name: string;
  readonly query: string;
  readonly shared: boolean;
}

/** Saves a search, in place of an older one when its id is given. */
export async function saveSearch(search: Named, id: string | undefined): Promise<void> {
  if (id === undefined) await bodyOf(api.client.POST('/v1/saved-searches', { body: search }));
  else await bodyOf(api.client.PUT('/v1/saved-searches/{id}', { params: { path: { id } }, body: search }));
  await queryClient.invalidateQueries({ queryKey: savedSearchesQuery.queryKey });
}

export async function removeSearch(id: string): Promise<void> {
  await api.client.DELETE('/v1/saved-searches/{id}', { params: { path: { id } } });
  await queryClient.invalidateQueries({ queryKey: savedSearchesQuery.queryKey });
}
