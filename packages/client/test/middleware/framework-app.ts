import type { MiddlewareOptions } from '../../src/middleware/request-recorder.ts';
import type { CollectedEvent } from '../../src/testing/collecting-client.ts';

/** What every framework's app is made with; the rest differs by the type of its request. */
export type AppOptions = Omit<MiddlewareOptions<never>, 'actor' | 'tenant' | 'event'> & {
  /** Whoever the request says; asks for it in vain when that is `explode`. */
  readonly actor: (
    header: string | undefined,
  ) => ReturnType<typeof actorOf> | Promise<ReturnType<typeof actorOf>>;
};

/** A request of the suite. */
export interface SuiteRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The client goes away: before the answer, or when it has begun. */
  readonly leaves?: 'before_answer' | 'at_first_byte';
}

export interface SuiteAnswer {
  /** 0 when there was none. */
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** A running app with the routes of the suite. */
export interface RunningApp {
  readonly url: string;
  /** In another way than over HTTP. */
  readonly send?: (request: SuiteRequest) => Promise<SuiteAnswer>;
  /** Where events are not collected by the client that was given: in another process. */
  readonly collected?: CollectedEvent[];
  close(): Promise<void>;
}

export interface Framework {
  readonly name: string;
  start(options: AppOptions): Promise<RunningApp>;
}

/** Routes that answer with a status and, where there may be one, a body; `/orgs/:org/docs/:id` is in a router. */
export const PLAIN_ROUTES = [
  ['get', '/documents', 200],
  ['post', '/documents', 201],
  ['get', '/documents/:id', 200],
  ['get', '/health', 200],
  ['post', '/health', 200],
  ['patch', '/users/:id', 200],
  ['delete', '/addresses/:id', 204],
  ['put', '/series/:id', 200],
  ['post', '/news', 201],
  ['patch', '/status', 200],
  ['post', '/logout', 204],
  ['get', '/logout', 200],
  ['get', '/reports/:id', 403],
  ['get', '/private', 401],
  ['post', '/orders/:id/approve', 200],
  ['post', '/admin/users', 201],
  ['post', '/internal/sync', 200],
  ['post', '/internals/sync', 200],
  ['post', '/limits', 429],
  ['post', '/moves', 302],
  ['post', '/invitations/:token/accept', 200],
  ['post', '/explosives', 201],
  ['get', '/cached', 304],
] as const;

/** What a plain route answers. */
export function plainBody(status: number): { readonly ok: boolean; readonly password: string } | undefined {
  return status === 204 || status === 304 ? undefined : { ok: status < 400, password: 'hunter2' };
}

/** Who makes the request, as an app would know it after its own sign-in. */
export function actorOf(header: string | undefined): { type: 'user'; id: string } | undefined {
  if (header === 'explode') throw new Error('extractor');
  return header === undefined ? undefined : { type: 'user', id: header };
}
