import { useCallback, useEffect, useMemo } from 'react';
import type { EventFilter } from '../event/event-filter.ts';
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
  readonly live: Live;
  /** Takes what came since into the list. */
  readonly showNew: () => void;
}

/** A list that stands still, and a stream that begins where the list ends: between them nothing is lost. */
export function useFeed(filter: EventFilter, { order, pageSize, initial, isLive }: FeedOptions): Feed {
  const list = useEvents(filter, { order, pageSize, initial });
  const { events, status, refresh } = list;
  // The number of the newest record that is listed.
  const after = useMemo(
    () => events.reduce<number | undefined>((newest, { seq }) => Math.max(newest ?? seq, seq), undefined),
    [events],
  );
  const isWanted = isLive && order === 'desc' && status === 'ready';
  const live = useLive(filter, { isOn: isWanted, after, keep: 1, onGap: refresh });
  const { clear, status: liveStatus } = live;
  const missed = isWanted && after === undefined && liveStatus === 'live';
  // What was recorded between the reading of an empty list and the beginning of its stream.
  useEffect(() => {
    if (missed) refresh();
  }, [missed, refresh]);
  const showNew = useCallback(() => {
    clear();
    refresh();
  }, [clear, refresh]);
  return { list, live, showNew };
}
