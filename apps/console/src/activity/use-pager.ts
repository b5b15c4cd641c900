import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { EventFilter } from './activity-search.ts';
import { EventPager, type PagerState } from './event-pager.ts';

/** The events of a search, and a way to read it anew. */
export interface Pager {
  readonly pager: EventPager;
  /** Those of this search, whether they are there or not. */
  readonly next: EventPager;
  readonly state: PagerState;
  /** These are the events of the search before, until those of this one are there. */
  readonly isOld: boolean;
  readonly refresh: () => void;
}

/**
 * Reads the events of a search.
 *
 * @param isReady false while it is not yet settled from where on new events are told; nothing is read before
 */
export function usePager(filter: EventFilter, order: 'asc' | 'desc', isReady: boolean): Pager {
  const { q, from, to, time } = filter;
  const [generation, setGeneration] = useState(0);
  const key = JSON.stringify([q, from, to, time, order, generation]);
  const [current, setCurrent] = useState(() => ({ key, pager: new EventPager(filter, order) }));
  if (current.key !== key) setCurrent({ key, pager: new EventPager(filter, order) });
  const next = current.pager;
  useEffect(() => {
    if (isReady) next.start();
  }, [next, isReady]);
  const nextState = useSyncExternalStore(next.subscribe, next.state);
  // What was there stays until what comes is there, so that the page does not flash with every term that is added.
  const shown = useRef(next);
  const isOld = nextState.status === 'loading' && shown.current.state().rows > 0 && shown.current !== next;
  useEffect(() => {
    if (!isOld) shown.current = next;
  }, [isOld, next]);
  const pager = isOld ? shown.current : next;
  return {
    pager,
    next,
    state: isOld ? pager.state() : nextState,
    isOld,
    refresh: useCallback(() => setGeneration((value) => value + 1), []),
  };
}
