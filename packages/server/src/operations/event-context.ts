import type { EventView } from '@attestry/core';
import type { EventFilters, EventPage, PageRequest } from '@attestry/ledger';
import type { Caller } from '../auth/caller.ts';
import { ApiError } from '../errors/api-error.ts';
import { CONTEXT_EVENTS_DEFAULT } from '../limits.ts';
import { compileFor } from './event-filters.ts';
import { findVisibleEvent } from './find-visible-event.ts';
import type { Operations } from './operations.ts';

/** What neighbours of an event share with it. */
export type ContextBy = 'time' | 'request' | 'session' | 'actor';

/** An event between its neighbours, all oldest first. */
export interface EventContext {
  readonly event: EventView;
  readonly by: ContextBy;
  readonly before: readonly EventView[];
  readonly after: readonly EventView[];
}

/** The filter that neighbours share; `undefined` when the event has no such member, so has no neighbours of that kind. */
function sharedFilter(event: EventView, by: ContextBy): EventFilters | undefined {
  const only = (
    name: 'request_id' | 'session' | 'actor',
    value: string | undefined,
  ): EventFilters | undefined => (value === undefined ? undefined : { [name]: [value] });
  switch (by) {
    case 'time':
      return {};
    case 'request':
      return only('request_id', event.context?.request_id);
    case 'session':
      return only('session', event.actor?.session_id);
    case 'actor':
      return only('actor', event.actor?.id);
  }
}

/**
 * What happened before and after an event, as far as the caller may see it.
 *
 * @throws {ApiError} `forbidden` when what the neighbours would share is sealed for this caller: that they share it
 *   would tell of it
 */
export async function eventContext(
  ops: Operations,
  caller: Caller,
  id: string,
  input: {
    readonly before?: number | undefined;
    readonly after?: number | undefined;
    readonly by?: ContextBy | undefined;
  },
): Promise<EventContext> {
  const { view: event, whole, seq } = await findVisibleEvent(ops, caller, id);
  const by = input.by ?? 'time';
  ops.audit.noteRead(caller, 'audit_log.viewed', 'eventContext');
  const filters = sharedFilter(event, by);
  const { view, personal } = caller.rights;
  if (filters === undefined && sharedFilter(whole, by) !== undefined) {
    throw new ApiError(
      'forbidden',
      `The ${by} of this event is personal data, which this key may not see; by=time shows what happened around it.`,
      { path: 'by' },
    );
  }
  if (filters === undefined || view === undefined) return { event, by, before: [], after: [] };
  const query = await compileFor(ops.ledger, caller.tenant, filters, { view, personal });
  const position = { timeMs: Date.parse(whole.occurred_at), seq };
  const read = async (order: PageRequest['order'], limit: number): Promise<readonly EventView[]> => {
    if (limit === 0) return [];
    const page: EventPage = await ops.ledger.query.page(query, { order, limit, position });
    return ops.ledger.readEvents(caller.tenant, page.rows, { personal });
  };
  return ops.metrics.time('eventContext', async () => {
    const before = await read('desc', input.before ?? CONTEXT_EVENTS_DEFAULT);
    const after = await read('asc', input.after ?? CONTEXT_EVENTS_DEFAULT);
    return { event, by, before: before.toReversed(), after };
  });
}
