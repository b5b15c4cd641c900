import { useEffect, useState } from 'react';
import type { AttestryApi } from '../api/api.ts';
import { ApiProblem } from '../api/problem.ts';
import { useAttestry, useLatest } from '../components/context.tsx';
import type { EventView } from '../event/event-view.ts';
import type { EventProof, LogIdentity } from '../proof/event-proof.ts';
import { namedLog, proveEvent } from '../proof/prove-event.ts';
import { useLoaded } from './use-loaded.ts';

/** How a proof stands. */
export interface ProofState {
  /**
   * `pending`: the log has not signed a tree with the event yet, which takes about a second.
   * `unavailable`: what a proof needs could not be had; `error` says why.
   */
  readonly status: 'checking' | 'proven' | 'failed' | 'pending' | 'unavailable';
  readonly proof: EventProof | undefined;
  readonly error: ApiProblem | undefined;
  /** Checks it again. */
  readonly retry: () => void;
}

/** Pauses before a proof that is not signed yet is asked for again. */
const PENDING_MS = [500, 1_000, 2_000, 4_000, 8_000] as const;

/** Proves an event in this browser: fetches its record and proof file, and recomputes every step. */
export function useProof(event: EventView | undefined): ProofState {
  const { api, log, onProof } = useAttestry();
  const key =
    event === undefined ? undefined : `${event.id} ${event.hash} ${log?.origin ?? ''} ${log?.vkey ?? ''}`;
  const { data, error, retry } = useLoaded(key, async (signal) => {
    if (event === undefined) throw new Error('an event is proven when there is one');
    return proveEvent(api, event, log ?? (await namedLogOf(api)), signal);
  });
  const latest = useLatest(event);
  useEffect(() => {
    if (data !== undefined && latest.current !== undefined) onProof?.(latest.current, data);
  }, [data, onProof, latest]);
  const isPending = error?.status === 404;
  usePendingRetries(key, isPending ? error : undefined, retry);
  const status =
    data !== undefined
      ? data.ok
        ? 'proven'
        : 'failed'
      : isPending
        ? 'pending'
        : error === undefined
          ? 'checking'
          : 'unavailable';
  return { status, proof: data, error, retry };
}

function usePendingRetries(
  key: string | undefined,
  pending: ApiProblem | undefined,
  retry: () => void,
): void {
  const [tries, setTries] = useState<{ readonly key: string | undefined; readonly count: number }>({
    key,
    count: 0,
  });
  const count = tries.key === key ? tries.count : 0;
  const pauseMs = PENDING_MS[count];
  useEffect(() => {
    if (pending === undefined || pauseMs === undefined) return;
    const timer = setTimeout(() => {
      setTries({ key, count: count + 1 });
      retry();
    }, pauseMs);
    return () => clearTimeout(timer);
  }, [pending, pauseMs, key, count, retry]);
}

/** Asked once per client: the log does not change while a page is open. */
const named = new WeakMap<AttestryApi, Promise<LogIdentity>>();

function namedLogOf(api: AttestryApi): Promise<LogIdentity> {
  const asked = named.get(api) ?? readLog(api);
  named.set(api, asked);
  asked.catch(() => named.delete(api));
  return asked;
}

async function readLog(api: AttestryApi): Promise<LogIdentity> {
  const log = await namedLog(api);
  if (log !== undefined) return log;
  throw new ApiProblem('The server does not name the key of its log: give it as `log`.', {
    status: 0,
    code: 'no_log_key',
  });
}
