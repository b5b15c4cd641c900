import { ApiProblem } from '@attestry/react';
import { useQuery } from '@tanstack/react-query';
import { api } from '../api/api.ts';
import type { Me } from '../api/session.ts';
import type { LogState } from './log-state.ts';

const REFRESH_MS = 30_000;
const REFRESH_RUNNING_MS = 2_000;

/** Asks for the state of the log, now and again; where the reader has no right to it, it is unknown. */
export function useLogState(me: Me): LogState {
  const state = useQuery({
    queryKey: ['log-state'],
    queryFn: async (): Promise<LogState> => {
      try {
        return (await (await api.fetch('/v1/integrity')).json()) as LogState;
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 403)
          return { status: 'unknown', size: me.log?.size ?? 0 };
        throw error;
      }
    },
    refetchInterval: (query) => (query.state.data?.status === 'checking' ? REFRESH_RUNNING_MS : REFRESH_MS),
  });
  return state.data ?? { status: state.isPending ? 'loading' : 'unknown', size: me.log?.size ?? 0 };
}
