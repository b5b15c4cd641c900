import type { AttestryApi } from '../api/api.ts';
import { ApiProblem } from '../api/problem.ts';
import type { EventView } from '../event/event-view.ts';
import { serverSentEvents } from './server-sent-events.ts';

/** How a stream stands: `waiting` while the connection is away and will be tried again, `off` when it will not be. */
export type LiveStatus = 'connecting' | 'live' | 'waiting' | 'off';

export interface LiveListener {
  readonly onStatus: (status: LiveStatus) => void;
  readonly onEvent: (event: EventView) => void;
  /** The place that was reached is not in the log any more: what is shown should be read anew. */
  readonly onGap: () => void;
  readonly onProblem: (problem: ApiProblem) => void;
}

export interface LivePlace {
  readonly parameters: string;
  /** Number of the last record that is at hand; what was recorded since comes first. */
  readonly after?: number | undefined;
}

/** Longest silence: the server sends a heartbeat every 15 s, so after this long the line is dead. */
const SILENCE_MS_MAX = 40_000;
const PAUSE_MS_MIN = 1_000;
const PAUSE_MS_MAX = 10_000;
/** Refusals that another attempt does not change. */
const FINAL: ReadonlySet<number> = new Set([400, 401, 403, 404]);

/**
 * Follows a log until the signal: goes on after every interruption from where it was, without a gap or a double. A page
 * that nobody looks at closes its connection, of which a browser has only six per server, and goes on when it is seen.
 */
export async function followEvents(
  api: AttestryApi,
  place: LivePlace,
  listener: LiveListener,
  signal: AbortSignal,
): Promise<void> {
  let { after } = place;
  let pauseMs = PAUSE_MS_MIN;
  const reached = (seq: number): void => {
    after = seq;
    pauseMs = PAUSE_MS_MIN;
  };
  while (!signal.aborted) {
    if (isHidden()) {
      listener.onStatus('waiting');
      await seen(signal);
      listener.onStatus('connecting');
      continue;
    }
    let problem: ApiProblem | undefined;
    try {
      const end = await follow({ api, signal, listener, reached }, streamPath(place.parameters, after));
      // The credential ended, or this page was slow: nothing to wait for.
      if (end === 'come back' && !signal.aborted) continue;
    } catch (error) {
      if (signal.aborted) return;
      if (isHidden()) continue;
      problem = ApiProblem.of(error);
      if (problem.status === 400 && after !== undefined) {
        // The log went back, or was another one: begin anew.
        after = undefined;
        listener.onGap();
        continue;
      }
      listener.onProblem(problem);
      if (FINAL.has(problem.status)) {
        listener.onStatus('off');
        return;
      }
    }
    if (signal.aborted) return;
    if (isHidden()) continue;
    listener.onStatus('waiting');
    await pause(Math.max(pauseMs * (0.75 + Math.random() / 2), (problem?.retryAfterS ?? 0) * 1_000), signal);
    pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX);
  }
}

function streamPath(parameters: string, after: number | undefined): string {
  const all = new URLSearchParams(parameters);
  if (after !== undefined) all.set('after', String(after));
  return `/v1/stream?${all}`;
}

interface Following {
  readonly api: AttestryApi;
  readonly signal: AbortSignal;
  readonly listener: LiveListener;
  readonly reached: (seq: number) => void;
}

/** Follows one connection to its end; one that breaks off after it began is no error. */
async function follow(
  { api, signal, listener, reached }: Following,
  path: string,
): Promise<'come back' | 'broken'> {
  const silent = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => silent.abort(new Error('The stream fell silent.')), SILENCE_MS_MAX);
  };
  const leave = (): void => silent.abort(signal.reason);
  const hide = (): void => (isHidden() ? silent.abort(new Error('Nobody looks at the page.')) : undefined);
  signal.addEventListener('abort', leave, { once: true });
  document.addEventListener('visibilitychange', hide);
  try {
    heard();
    const response = await api.fetch(path, {
      headers: { accept: 'text/event-stream' },
      cache: 'no-store',
      signal: silent.signal,
    });
    if (response.body === null) throw ApiProblem.unreachable(undefined);
    let isPlaced = false;
    try {
      for await (const { type, id, data } of serverSentEvents(response.body)) {
        heard();
        // Only now does the server know from where on it tells of events: what was read before may lack some.
        if (!isPlaced) listener.onStatus('live');
        isPlaced = true;
        if (type === 'message') listener.onEvent(JSON.parse(data) as EventView);
        if (id !== '' && Number(id) >= 0) reached(Number(id));
        if (type === 'resume') return data.includes('"stopping"') ? 'broken' : 'come back';
      }
    } catch (error) {
      if (error instanceof SyntaxError) throw error;
    }
    return 'broken';
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', leave);
    document.removeEventListener('visibilitychange', hide);
  }
}

function isHidden(): boolean {
  return document.visibilityState === 'hidden';
}

/** Until the page is looked at again. */
function seen(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      if (isHidden() && !signal.aborted) return;
      signal.removeEventListener('abort', end);
      document.removeEventListener('visibilitychange', end);
      resolve();
    };
    signal.addEventListener('abort', end);
    document.addEventListener('visibilitychange', end);
  });
}

/** A pause that ends early with the signal, or when the browser is online again. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      removeEventListener('online', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    addEventListener('online', end);
  });
}
