import createClient, { type Client } from 'openapi-fetch';
import type { paths } from './openapi.ts';
import { ApiProblem, problemOf } from './problem.ts';

/** The typed client of the HTTP interface. */
export interface AttestryApi {
  readonly url: string;
  readonly client: Client<paths>;
  /** A request to a path that is not JSON (proofs, records, tiles); refusals throw like everywhere. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

export interface ApiOptions {
  /** Address of the server; that of the page when absent. */
  readonly url?: string;
  /** Viewer token or key, asked before every request; without one the browser's session cookie is used. */
  readonly token?: () => string | Promise<string>;
  /** Value of `x-csrf-token` for requests that change something, when a cookie signs them in. */
  readonly csrfToken?: () => string | undefined;
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Makes the client. All its calls throw `ApiProblem` for what the server refuses or the network loses. */
export function createApi(options: ApiOptions = {}): AttestryApi {
  const url = (options.url ?? '').replace(/\/$/, '');
  const send = async (request: Request): Promise<Response> => {
    if (options.token !== undefined) request.headers.set('authorization', `Bearer ${await options.token()}`);
    const csrf = SAFE.has(request.method) ? undefined : options.csrfToken?.();
    if (csrf !== undefined) request.headers.set('x-csrf-token', csrf);
    let response: Response;
    try {
      response = await fetch(request);
    } catch (cause) {
      if (request.signal.aborted) throw cause;
      throw ApiProblem.unreachable(cause);
    }
    if (!response.ok) throw await problemOf(response);
    return response;
  };
  const base = url === '' ? globalThis.location?.origin : url;
  const client = createClient<paths>({ baseUrl: base, fetch: send, credentials: 'same-origin' });
  return {
    url,
    client,
    fetch: (path, init) => send(new Request(`${base}${path}`, { credentials: 'same-origin', ...init })),
  };
}

/** The body of an answer. Refusals were thrown before; an answer without a body is a broken proxy. */
export async function bodyOf<T>(answer: Promise<{ data?: T }>): Promise<T> {
  const { data } = await answer;
  if (data === undefined) throw ApiProblem.unreachable(undefined);
  return data;
}
