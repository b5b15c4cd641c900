import { ApiProblem, type AttestryApi, createApi } from '@attestry/react';
import { QueryClient } from '@tanstack/react-query';

let csrfToken: string | undefined;

/** Remembers what requests that change something have to carry. */
export function setCsrfToken(token: string | undefined): void {
  csrfToken = token;
}

/** The one client of this page; the session cookie signs its requests in. */
export const api: AttestryApi = createApi({ csrfToken: () => csrfToken });

/** Attempts after the first for answers that may be better a second later. */
const RETRIES_MAX = 2;

function isPassing(error: Error): boolean {
  return !(error instanceof ApiProblem) || error.status === 0 || error.status >= 500;
}

/** Everything read from the server, by address. */
export const queryClient: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) => failures < RETRIES_MAX && isPassing(error),
      retryDelay: (attempt) => 500 * 2 ** attempt,
      staleTime: 30_000,
      refetchOnWindowFocus: false,
    },
  },
});
