import { useQuery } from '@tanstack/react-query';
import { api, queryClient } from '../api/api.ts';
import type { Me } from '../api/session.ts';
import { type FoundDamage, findingsOf, useFoundDamage } from '../integrity/found-damage.ts';
import type { LogState } from './log-state.ts';

const KEY = ['log-state'];
const REFRESH_MS = 15_000;
const REFRESH_RUNNING_MS = 2_000;

/** Under which name this browser remembers a log. */
export function logNameOf({ log, tenant }: Me): string {
  return log?.origin ?? tenant.id;
}

/** Whether somebody may ask for the state of the whole log. Whoever asks without the right is recorded for it. */
function seesState({ scopes, sees_all }: Me): boolean {
  return sees_all && scopes.includes('events:read');
}

/** Asks for the state of the log anew, where it is shown. */
export function refreshLogState(): void {
  void queryClient.invalidateQueries({ queryKey: KEY });
}

/** The state of the log as its server says it, now and again, and what this browser found out against that. */
export function useLogState(me: Me): LogState {
  const isAllowed = seesState(me);
  const { data, failureCount, isError, fetchStatus } = useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }): Promise<LogState> =>
      (await (await api.fetch('/v1/integrity', { signal })).json()) as LogState,
    enabled: isAllowed,
    refetchInterval: (query) => (query.state.data?.status === 'checking' ? REFRESH_RUNNING_MS : REFRESH_MS),
  });
  const found = useFoundDamage(logNameOf(me));
  // What a server said that does not answer now is old: it may have been stopped, changed and started again.
  const isOld = failureCount > 0 || isError || fetchStatus === 'paused';
  const isKnown = data !== undefined && (!isOld || data.status === 'damaged');
  const status = isKnown ? data.status : isAllowed && !isOld ? 'loading' : 'unknown';
  return withFound({ ...data, status, size: data?.size ?? me.log?.size ?? 0 }, found);
}

/** What was found here counts, whatever the server says. */
function withFound(state: LogState, found: FoundDamage): LogState {
  const findings = findingsOf(found);
  if (findings === 0) return state;
  return {
    ...state,
    status: 'damaged',
    found,
    findings_total: Math.max(findings, state.status === 'damaged' ? (state.findings_total ?? 0) : 0),
  };
}
