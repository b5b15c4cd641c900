import { type EventView, type Live, useLive } from '@attestry/react';
import { useEffect, useMemo, useRef } from 'react';
import type { Me } from '../api/session.ts';
import { useMe } from '../app/me.tsx';
import { refreshLogState } from '../app/use-log-state.ts';
import type { EventFilter } from './activity-search.ts';
import type { Pager } from './use-pager.ts';

/** New events that are compared with the list; what lies further back was not in a list that was read at the beginning. */
const KEPT = 1_000;

/** Follows what is recorded of a search, but for what this reader's own reading records. */
export function useNews(filter: EventFilter, isOn: boolean): Live {
  const me = useMe();
  const live = useLive({ ...filter }, { isOn, keep: KEPT, accepts: (event) => !isOwnReading(event, me) });
  const { status } = live;
  const wasAway = useRef(false);
  useEffect(() => {
    // A server that went away may come back with another log: what it said of it before is old.
    if (status === 'waiting' || (status === 'live' && wasAway.current)) refreshLogState();
    wasAway.current = status === 'waiting' || (wasAway.current && status !== 'live');
  }, [status]);
  return live;
}

/** How many of them the list, and what is counted of it, do not have. */
export function useWaiting({ events, count }: Live, { pager, state }: Pager): number {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the pager is one object for as long as its search; its state says when it has read more
  return useMemo(
    () => count - events.filter((event) => pager.has(event)).length,
    [events, count, pager, state],
  );
}

/** That somebody reads the log is recorded, and is no news to themselves. */
function isOwnReading({ type, received_from, actor }: EventView, { subject, key }: Me): boolean {
  const own = subject ?? (key === undefined ? undefined : `key:${key.id}`);
  return received_from === 'attestry' && type.startsWith('audit_log.') && actor?.id === own;
}
