import { useCallback, useEffect, useState } from 'react';
import type { ApiProblem } from '../api/problem.ts';
import { useAttestry, useLatest } from '../components/context.tsx';
import { type EventFilter, filterParameters } from '../event/event-filter.ts';
import type { EventView } from '../event/event-view.ts';
import { isInRange, withoutRange } from '../event/time-range.ts';
import { followEvents, type LiveStatus } from '../live/follow-events.ts';

export interface LiveOptions {
  /** `false` ends the stream. */
  readonly isOn?: boolean;
  /** Number (`seq`) of the last record that is at hand; without it events count from now on. */
  readonly after?: number | undefined;
  /** Newest events kept, 100 when absent; `count` goes on beyond it. */
  readonly keep?: number;
  /** Which events count; all when absent. */
  readonly accepts?: (event: EventView) => boolean;
  readonly onEvent?: (event: EventView) => void;
  /** The stream could not go on where it was: what is shown should be read anew. */
  readonly onGap?: () => void;
}

/** What was recorded since. */
export interface Live {
  readonly status: LiveStatus;
  /** Newest first. */
  readonly events: readonly EventView[];
  readonly count: number;
  readonly error: ApiProblem | undefined;
  /** Begins to count anew, when what came was taken over. */
  readonly clear: () => void;
  /** Begins anew from now on: what is shown is read anew as soon as the status is no longer `connecting`. */
  readonly restart: () => void;
}

interface State {
  readonly key: string;
  readonly status: LiveStatus;
  readonly events: readonly EventView[];
  readonly count: number;
  readonly error: ApiProblem | undefined;
}

/** How often what came is told at most: under load it must not move all the time. */
const TELL_MS = 250;
const KEEP = 100;

function nothing(key: string, status: LiveStatus): State {
  return { key, status, events: [], count: 0, error: undefined };
}

/** Follows the events of a filter as they are recorded, while the page is looked at. */
export function useLive(filter: EventFilter = {}, options: LiveOptions = {}): Live {
  const { isOn = true, keep = KEEP } = options;
  const [restarts, setRestarts] = useState(0);
  const after = restarts === 0 ? options.after : undefined;
  const { api, onError } = useAttestry();
  const key = `${restarts} ${filterParameters(filter)}`;
  const [state, setState] = useState<State>(() => nothing(key, isOn ? 'connecting' : 'off'));
  const stream = filterParameters(withoutRange(filter)).toString();
  const latest = useLatest({ options, onError, filter });
  useEffect(() => {
    if (!isOn) {
      setState(nothing(key, 'off'));
      return;
    }
    setState(nothing(key, 'connecting'));
    const gone = new AbortController();
    let waiting: EventView[] = [];
    let count = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = (): void => {
      timer = undefined;
      const came = waiting;
      const more = count;
      [waiting, count] = [[], 0];
      setState((old) => ({
        ...old,
        events: [...came.reverse(), ...old.events].slice(0, keep),
        count: old.count + more,
      }));
    };
    void followEvents(
      api,
      { parameters: stream, after },
      {
        onStatus: (status) =>
          setState((old) => ({ ...old, status, error: status === 'live' ? undefined : old.error })),
        onEvent: (event) => {
          const { filter: asked, options: now } = latest.current;
          if (!isInRange(event, asked, Date.now()) || now.accepts?.(event) === false) return;
          count += 1;
          if (waiting.push(event) > keep) waiting.shift();
          now.onEvent?.(event);
          timer ??= setTimeout(tell, TELL_MS);
        },
        onGap: () => latest.current.options.onGap?.(),
        onProblem: (error) => {
          setState((old) => ({ ...old, error }));
          latest.current.onError?.(error);
        },
      },
      gone.signal,
    );
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [api, key, stream, isOn, after, keep, latest]);
  const clear = useCallback(() => setState((old) => ({ ...old, events: [], count: 0 })), []);
  const restart = useCallback(() => setRestarts((old) => old + 1), []);
  const { status, events, count, error } = state.key === key ? state : nothing(key, 'connecting');
  return { status, events, count, error, clear, restart };
}
