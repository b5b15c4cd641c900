import type { EventView } from '@attestry/core';
import { useEffect, useRef, useState } from 'react';
import { api } from '../api/api.ts';
import type { EventFilter } from './activity-search.ts';
import { LiveTail } from './live-tail.ts';
import { rangeMs } from './timeline.ts';

/** What came since the list was read. */
export interface Live {
  readonly status: 'connecting' | 'live' | 'off';
  /** Nothing is missed from here on: the list may be read. */
  readonly isSettled: boolean;
  /** Events that match, newest last; those that a list read meanwhile are among them. */
  readonly ids: readonly string[];
  /** How many came before these. */
  readonly more: number;
  /** Forgets what came, before the list is read anew. */
  readonly take: () => void;
}

/** How often waiting events are told at most: under load a number must not move all the time. */
const TELL_MS = 500;
/** Ids kept to be compared with the list; what lies further back was not in a list that was read at the beginning. */
const IDS_KEPT = 1_000;

/** What came and was not told yet. */
interface Arrivals {
  ids: string[];
  more: number;
}

/**
 * Gathers new events of a search as the server streams them. The list itself never moves by itself.
 *
 * @param isWanted false where new events do not come first, or cannot be in the range
 */
export function useLive(search: EventFilter, isWanted: boolean): Live {
  const [told, setTold] = useState<Arrivals>({ ids: [], more: 0 });
  const [status, setStatus] = useState<Live['status']>('connecting');
  const [settledFor, setSettledFor] = useState<string>();
  const arrivals = useRef<Arrivals>({ ids: [], more: 0 });
  const { q, from, time } = search;
  const key = JSON.stringify([q, from, time, isWanted]);
  useEffect(() => {
    arrivals.current = { ids: [], more: 0 };
    setTold(arrivals.current);
    if (!isWanted) {
      setStatus('off');
      return;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = (): void => {
      timer = undefined;
      const { ids, more } = arrivals.current;
      setTold({ ids: [...ids], more });
    };
    const tail = new LiveTail((after) => addressOf(q, after), {
      status: setStatus,
      settled: () => setSettledFor(key),
      event: (json) => {
        const event = JSON.parse(json) as EventView;
        if (!isSince(event, from, time)) return;
        arrivals.current = added(arrivals.current, event.id);
        timer ??= setTimeout(tell, TELL_MS);
      },
    });
    tail.start();
    return () => {
      clearTimeout(timer);
      tail.stop();
    };
  }, [q, from, time, isWanted, key]);
  return {
    status,
    isSettled: !isWanted || settledFor === key,
    ...told,
    take: () => {
      arrivals.current = { ids: [], more: 0 };
      setTold(arrivals.current);
    },
  };
}

function addressOf(q: string | undefined, after: number | undefined): string {
  const query = new URLSearchParams({
    ...(q === undefined ? {} : { q }),
    ...(after === undefined ? {} : { after: String(after) }),
  });
  return `${api.url}/v1/stream?${query}`;
}

/** A stream has no time range: what is recorded now may have happened before the range began. */
function isSince(event: EventView, from: string | undefined, time: EventFilter['time']): boolean {
  const fromMs = from === undefined ? undefined : rangeMs(from, Date.now());
  return (
    fromMs === undefined || Date.parse(time === undefined ? event.occurred_at : event.recorded_at) >= fromMs
  );
}

function added({ ids, more }: Arrivals, id: string): Arrivals {
  ids.push(id);
  if (ids.length < 2 * IDS_KEPT) return { ids, more };
  return { ids: ids.slice(-IDS_KEPT), more: more + ids.length - IDS_KEPT };
}
