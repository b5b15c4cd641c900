import { useEffect, useState } from 'react';
import { api } from '../api/api.ts';
import { type EventFilter, filterParameters } from './activity-search.ts';

/** What came since the list was read. */
export interface Live {
  readonly status: 'connecting' | 'live' | 'off';
  /** Events that match and wait to be shown. */
  readonly count: number;
  /** Begins to count anew, when the list is read again. */
  readonly reset: () => void;
}

/** How often the number of waiting events is told at most: under load it must not move all the time. */
const TELL_MS = 500;

/**
 * Counts new events of a search as the server streams them. The list itself never moves by itself.
 *
 * @param isWanted false where new events do not come first, or cannot be in the range
 */
export function useLive(search: EventFilter, isWanted: boolean): Live {
  const [count, setCount] = useState(0);
  const [status, setStatus] = useState<Live['status']>('connecting');
  const [generation, setGeneration] = useState(0);
  const { q, from } = search;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new generation counts from zero
  useEffect(() => {
    setCount(0);
    if (!isWanted) {
      setStatus('off');
      return;
    }
    let waiting = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const filter = { ...(q === undefined ? {} : { q }), ...(from === undefined ? {} : { from }) };
    const parameters = new URLSearchParams(filterParameters(filter).map(([name, value]) => [name, value]));
    const stream = new EventSource(`${api.url}/v1/stream?${parameters}`);
    setStatus('connecting');
    stream.onopen = () => setStatus('live');
    stream.onerror = () => setStatus(stream.readyState === EventSource.CLOSED ? 'off' : 'connecting');
    stream.onmessage = () => {
      waiting += 1;
      timer ??= setTimeout(() => {
        timer = undefined;
        setCount(waiting);
      }, TELL_MS);
    };
    return () => {
      clearTimeout(timer);
      stream.close();
    };
  }, [q, from, isWanted, generation]);
  return { status, count, reset: () => setGeneration((value) => value + 1) };
}
