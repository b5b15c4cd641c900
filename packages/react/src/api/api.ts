import createClient, { type Client } from 'openapi-fetch';
import type { paths } from './openapi.ts';
import { ApiProblem, problemOf } from './problem.ts';
import { type AskToken, TokenSource } from './token-source.ts';

/** The typed client of the HTTP interface. */
export interface AttestryApi {
  readonly url: string;
  readonly client: Client<paths>;
  /** A request to a path that is not JSON (proofs, records, streams); refusals throw like everywhere. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

export interface ApiOptions {
  /** Address of the server; that of the page when absent. */
  readonly url?: string;
  /**
   * Gives a viewer token (or a key): called for the first request, before the token's end, and when the server refuses
   * it. Without it the browser's session cookie is used.
   */
  readonly token?: AskToken;
  /** Value of `x-csrf-token` for requests that change something, when a cookie signs them in. */
  readonly csrfToken?: () => string | undefined;
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Makes the client. All its calls throw `ApiProblem` for what the server refuses or the network loses. */
export function createApi(options: ApiOptions = {}): AttestryApi {
  const url = (options.url ?? '').replace(/\/$/, '');
  const base = url === '' ? (globalThis.location?.origin ?? '') : url;
  const tokens = options.token === undefined ? undefined : new TokenSource(options.token, Date.now);
  const credentials = tokens === undefined ? 'same-origin' : 'omit';
  const send = async (request: Request): Promise<Response> => {
    if (tokens !== undefined) return await answerTo(tokens, request);
    const csrf = SAFE.has(request.method) ? undefined : options.csrfToken?.();
    if (csrf !== undefined) request.headers.set('x-csrf-token', csrf);
    return await taken(await answerOf(request));
  };
  return {
    url,
    client: createClient<paths>({ baseUrl: base, fetch: send, credentials }),
    fetch: (path, init) => send(new Request(`${base}${path}`, { credentials, ...init })),
  };
}

/** The answer with a token; with another one when the server did not take the first. */
async function answerTo(tokens: TokenSource, request: Request): Promise<Response> {
  const withToken = (token: string): Request => {
    const copy = request.clone();
    copy.headers.set('authorization', `Bearer ${token}`);
    return copy;
  };
  const token = await tokens.current();
  const response = await answerOf(withToken(token));
  if (response.status !== 401) return await taken(response);
  tokens.refused(token);
  return await taken(await answerOf(withToken(await tokens.current())));
}

async function answerOf(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (cause) {
    if (request.signal.aborted) throw cause;
    throw ApiProblem.unreachable(cause);
  }
}

async function taken(response: Response): Promise<Response> {
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** The body of an answer. Refusals were thrown before; an answer without a body is a broken proxy. */
export async function bodyOf<T>(answer: Promise<{ data?: T }>): Promise<T> {
  const { data } = await answer;
  if (data === undefined) throw ApiProblem.unreachable(undefined);
  return data;
}
