import type { EventView } from '@attestry/core';
import { queryOptions } from '@tanstack/react-query';
import { api } from '../api/api.ts';

export function eventQuery(id: string, known?: EventView) {
  return queryOptions({
    queryKey: ['event', id],
    queryFn: async ({ signal }): Promise<EventView> =>
      (await (await api.fetch(`/v1/events/${encodeURIComponent(id)}`, { signal })).json()) as EventView,
    ...(known === undefined ? {} : { placeholderData: known }),
  });
}

export type ContextKind = 'time' | 'actor' | 'session' | 'request';

/** What happened around an event. */
export interface EventContext {
  readonly before: readonly EventView[];
  readonly after: readonly EventView[];
}

export function contextQuery(id: string, by: ContextKind) {
  return queryOptions({
    queryKey: ['context', id, by],
    queryFn: async ({ signal }): Promise<EventContext> =>
      (await (
        await api.fetch(`/v1/events/${encodeURIComponent(id)}/context?by=${by}&before=10&after=10`, {
          signal,
        })
      ).json()) as EventContext,
  });
}
