import { useCallback, useEffect, useRef, useState } from 'react';
import type { AttestryApi } from '../api/api.ts';
import { ApiProblem } from '../api/problem.ts';
import { useAttestry, useLatest } from '../components/context.tsx';
import { type EventFilter, filterParameters } from '../event/event-filter.ts';
import type { EventView } from '../event/event-view.ts';

/** A page of events, as `GET /v1/events` answers it. */
export interface EventPage {
  readonly events: readonly EventView[];
  readonly next_cursor: string | null;
  readonly has_more: boolean;
}

export interface EventsOptions {
  readonly order?: 'desc' | 'asc';
  /** Events per request, 25 when absent. */
  readonly pageSize?: number;
  /** The first page, e.g. rendered on the server: it is not asked for again. */
  readonly initial?: EventPage | undefined;
  /** Shows the events of the filter before until the new ones are there, so that nothing jumps. */
  readonly keepsOld?: boolean;
}

/** Events of a filter, page by page. */
export interface Events {
  readonly status: 'loading' | 'ready' | 'failed';
  readonly events: readonly EventView[];
  readonly error: ApiProblem | undefined;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly loadMore: () => void;
  /** Reads the first page anew; what is shown stays until it is there. */
  readonly refresh: () => void;
}

interface State {
  readonly key: string;
  readonly events: readonly EventView[];
  readonly cursor: string | null;
  readonly isReady: boolean;
  readonly isLoadingMore: boolean;
  readonly error: ApiProblem | undefined;
}

const PAGE_EVENTS = 25;

async function readPage(api: AttestryApi, parameters: string, signal: AbortSignal): Promise<EventPage> {
  const response = await api.fetch(`/v1/events?${parameters}`, { signal });
  return (await response.json()) as EventPage;
}

const cursorOf = ({ has_more, next_cursor }: EventPage): string | null => (has_more ? next_cursor : null);

function empty(key: string): State {
  return { key, events: [], cursor: null, isReady: false, isLoadingMore: false, error: undefined };
}

/** Events that match, newest first; older ones when asked for. */
export function useEvents(filter: EventFilter = {}, options: EventsOptions = {}): Events {
  const { order = 'desc', pageSize = PAGE_EVENTS, initial, keepsOld = false } = options;
  const { api, onError } = useAttestry();
  const parameters = filterParameters(filter);
  parameters.set('limit', String(pageSize));
  if (order === 'asc') parameters.set('order', order);
  const key = parameters.toString();
  const [attempt, setAttempt] = useState(0);
  const [state, setState] = useState<State>(() =>
    initial === undefined
      ? empty(key)
      : { ...empty(key), events: initial.events, cursor: cursorOf(initial), isReady: true },
  );
  const latest = useLatest({ state, onError });
  const gone = useRef<AbortController | undefined>(undefined);
  useEffect(() => {
    const { state: known } = latest.current;
    const controller = new AbortController();
    gone.current = controller;
    const read = async (): Promise<void> => {
      try {
        const page = await readPage(api, key, controller.signal);
        if (controller.signal.aborted) return;
        setState({ ...empty(key), events: page.events, cursor: cursorOf(page), isReady: true });
      } catch (error) {
        if (controller.signal.aborted) return;
        const problem = ApiProblem.of(error);
        setState((old) => ({
          ...(old.key === key ? old : empty(key)),
          isLoadingMore: false,
          error: problem,
        }));
        latest.current.onError?.(problem);
      }
    };
    if (known.key !== key || !known.isReady || attempt > 0) void read();
    return () => controller.abort();
  }, [api, key, attempt, latest]);
  const loadMore = useLoadMore({ api, key, latest, gone, setState });
  const refresh = useCallback(() => {
    setState((old) => ({ ...old, error: undefined }));
    setAttempt((count) => count + 1);
  }, []);
  const shown = state.key === key ? state : { ...empty(key), events: keepsOld ? state.events : [] };
  return {
    status: shown.error !== undefined ? 'failed' : shown.isReady ? 'ready' : 'loading',
    events: shown.events,
    error: shown.error,
    hasMore: shown.cursor !== null,
    isLoadingMore: shown.isLoadingMore,
    loadMore,
    refresh,
  };
}

interface LoadMore {
  readonly api: AttestryApi;
  readonly key: string;
  readonly latest: {
    readonly current: { state: State; onError: ((problem: ApiProblem) => void) | undefined };
  };
  readonly gone: { readonly current: AbortController | undefined };
  readonly setState: (change: (old: State) => State) => void;
}

function useLoadMore({ api, key, latest, gone, setState }: LoadMore): () => void {
  return useCallback(() => {
    const { cursor, isLoadingMore, key: shown } = latest.current.state;
    const signal = gone.current?.signal;
    if (cursor === null || isLoadingMore || shown !== key || signal === undefined) return;
    setState((old) => ({ ...old, isLoadingMore: true, error: undefined }));
    const read = async (): Promise<void> => {
      const parameters = new URLSearchParams(key);
      parameters.set('cursor', cursor);
      try {
        const page = await readPage(api, parameters.toString(), signal);
        if (signal.aborted) return;
        setState((old) => ({
          ...old,
          events: [...old.events, ...page.events],
          cursor: cursorOf(page),
          isLoadingMore: false,
        }));
      } catch (error) {
        if (signal.aborted) return;
        const problem = ApiProblem.of(error);
        setState((old) => ({ ...old, isLoadingMore: false, error: problem }));
        latest.current.onError?.(problem);
      }
    };
    void read();
  }, [api, key, latest, gone, setState]);
}
