import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { EventFilter } from './activity-search.ts';
import { EventPager, type PagerState } from './event-pager.ts';

/** The events of a search, and a way to read it anew. */
export interface Pager {
  readonly pager: EventPager;
  readonly state: PagerState;
  readonly refresh: () => void;
}

export function usePager(filter: EventFilter, order: 'asc' | 'desc'): Pager {
  const [generation, setGeneration] = useState(0);
  const { q, from, to, time } = filter;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new generation is a new pager for the same search
  const pager = useMemo(
    () =>
      new EventPager(
        {
          ...(q === undefined ? {} : { q }),
          ...(from === undefined ? {} : { from }),
          ...(to === undefined ? {} : { to }),
          ...(time === undefined ? {} : { time }),
        },
        order,
      ),
    [q, from, to, time, order, generation],
  );
  useEffect(() => {
    pager.start();
  }, [pager]);
  const state = useSyncExternalStore(pager.subscribe, pager.state);
  return { pager, state, refresh: () => setGeneration((value) => value + 1) };
}
