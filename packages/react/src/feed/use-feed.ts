import { useCallback, useEffect, useMemo, useRef } from 'react';
import { type EventFilter, filterParameters } from '../event/event-filter.ts';
import { type EventPage, type Events, useEvents } from '../hooks/use-events.ts';
import { type Live, useLive } from '../hooks/use-live.ts';

interface FeedOptions {
  readonly order: 'desc' | 'asc';
  readonly pageSize: number;
  readonly initial: EventPage | undefined;
  readonly isLive: boolean;
}

/** Events that are listed, and how many came since. */
export interface Feed {
  readonly list: Events;
  readonly status: Live['status'];
  /** Events that wait to be shown. */
  readonly waiting: number;
  /** Takes them into the list. */
  readonly showNew: () => void;
}

/** A list that stands still, and a stream of what comes: between them nothing is lost, and nothing is counted twice. */
export function useFeed(filter: EventFilter, { order, pageSize, initial, isLive }: FeedOptions): Feed {
  const list = useEvents(filter, { order, pageSize, initial, keepsOld: true });
  const { events, refresh } = list;
  const isWanted = isLive && order === 'desc' && list.status === 'ready';
  const live = useLive(filter, { isOn: isWanted, onGap: refresh });
  const { status, clear } = live;
  useReadSince(filterParameters(filter).toString(), status === 'live', refresh);
  const showNew = useCallback(() => {
    clear();
    refresh();
  }, [clear, refresh]);
  const waiting = useMemo(() => {
    const listed = new Set(events.map(({ id }) => id));
    return live.count - live.events.filter(({ id }) => listed.has(id)).length;
  }, [events, live.events, live.count]);
  // Where nothing stands nothing can move: the first ones come in by themselves.
  const isEmpty = list.status === 'ready' && events.length === 0;
  useEffect(() => {
    if (isEmpty && waiting > 0) showNew();
  }, [isEmpty, waiting, showNew]);
  return { list, status, waiting: isEmpty ? 0 : waiting, showNew };
}

/**
 * Reads a list again once its stream has begun: what was recorded between the two is in neither. An event's number does
 * not help, for events that happened earlier may be recorded later and stand on another page.
 */
function useReadSince(key: string, isPlaced: boolean, refresh: () => void): void {
  const readFor = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (!isPlaced || readFor.current === key) return;
    readFor.current = key;
    refresh();
  }, [key, isPlaced, refresh]);
}
