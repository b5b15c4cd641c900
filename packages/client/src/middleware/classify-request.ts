import type { EventInput } from '../event/event-input.ts';
import { isSecretName } from '../redaction/secret-patterns.ts';
import { singular } from './singular.ts';
import { soundText } from './sound-text.ts';

/** A request that was answered, as all frameworks can tell it. */
export interface AnsweredRequest {
  readonly method: string;
  /** Route pattern such as `/users/:id`; absent when no route matched. */
  readonly route: string | undefined;
  /** Values of the route's parameters. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Status that was answered; 499 when the client went away before. */
  readonly status: number;
}

/** What a request means. */
export type Classification = Pick<EventInput, 'type' | 'category' | 'action' | 'target'>;

type Target = NonNullable<EventInput['target']>;

const LOGIN = /^(?:log-?in|sign-?in|sessions?|authenticate)$/;
const LOGOUT = /^(?:log-?out|sign-?out)$/;

/** `:id`, `:id(\\d+)`, `{id}`, `[id]`, `*path`, `:from-:to`, as the frameworks write them. */
const PARAMETER = /[:*[({]/;

/** Signatures of links open something as well. */
const SIGNATURE = /signature$/i;

function isSecretParameter(name: string): boolean {
  return isSecretName(name) || SIGNATURE.test(name);
}

const VERBS: Readonly<Record<string, readonly [verb: string, past: string]>> = {
  GET: ['read', 'viewed'],
  HEAD: ['read', 'viewed'],
  POST: ['create', 'created'],
  PUT: ['update', 'updated'],
  PATCH: ['update', 'updated'],
  DELETE: ['delete', 'deleted'],
};

/** Tells what a request was about by its method, route and status. */
export function classifyRequest(request: AnsweredRequest): Classification {
  const { method, route, status } = request;
  const segments = segmentsOf(route ?? '');
  const outcome = outcomeOf(status);
  const session = sessionOf(method, segments, outcome);
  if (session !== undefined) return session;
  const [verb, past] = VERBS[method] ?? ['execute', 'requested'];
  const about = targetOf(segments, request);
  const target = about === undefined ? {} : { target: about.target };
  if (status === 403 || status === 401) {
    const type = status === 403 ? 'permission.denied' : 'security.unauthorized_access';
    return { type, action: { verb, status: 'denied' }, ...target };
  }
  const category = segments.includes('admin') ? { category: 'admin' as const } : {};
  if (about === undefined) {
    const type = status >= 500 ? 'api.error' : 'api.request';
    return { type, action: { verb, status: outcome }, ...category };
  }
  const type = `${about.target.type}.${about.action ?? past}`;
  const doing = about.action === undefined ? verb : 'execute';
  return { type, action: { verb: doing, status: outcome }, ...category, ...target };
}

/** Whether a route is left to end a session, also by a link (GET). */
export function isLogout(route: string | undefined): boolean {
  return route !== undefined && LOGOUT.test(route.slice(route.lastIndexOf('/') + 1));
}

/** Values of parameters that must not be told, by their names. */
export function secretValues(params: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(params).flatMap(([name, value]) =>
    typeof value === 'string' && value !== '' && isSecretParameter(name) ? [value] : [],
  );
}

/** The start or end of a session. A session below something else (`/courses/:id/sessions`) is a thing of the app. */
function sessionOf(
  method: string,
  segments: readonly string[],
  outcome: 'success' | 'failure' | 'denied',
): Classification | undefined {
  const last = segments.at(-1) ?? '';
  const isLogin = LOGIN.test(last) && !segments.some((segment) => PARAMETER.test(segment));
  if (isLogin && method === 'POST') {
    const isSuccess = outcome === 'success';
    return {
      type: isSuccess ? 'user.login.success' : 'user.login.failure',
      action: { verb: 'login', status: isSuccess ? 'success' : 'failure' },
    };
  }
  if (LOGOUT.test(last) || (isLogin && method === 'DELETE')) {
    return { type: 'user.logout', action: { verb: 'logout', status: outcome } };
  }
  return undefined;
}

/** Routes whose segments are remembered. They come from the app's code, nearly always; else memory stays bounded. */
const ROUTES_KNOWN_MAX = 1_000;

const known = new Map<string, readonly string[]>();

/** Without the braces around optional parts: `/users{/:id}` is `/users/:id`. */
function segmentsOf(route: string): readonly string[] {
  let segments = known.get(route);
  if (segments === undefined) {
    segments = route
      .replaceAll('{/', '/')
      .split('/')
      .filter((segment) => segment !== '');
    if (known.size < ROUTES_KNOWN_MAX) known.set(route, segments);
  }
  return segments;
}

/**
 * The thing a route is about: its last fixed segment and the parameter behind it. `POST /orders/:id/approve` is about
 * the order: what is posted to in the singular, behind a parameter, is something to do.
 */
function targetOf(
  segments: readonly string[],
  { method, params }: AnsweredRequest,
): { readonly target: Target; readonly action?: string } | undefined {
  let at = segments.findLastIndex((segment) => !PARAMETER.test(segment));
  const name = nameOf(segments[at]);
  if (name === undefined) return undefined;
  const parent = nameOf(segments[at - 2]);
  const isAction =
    method === 'POST' &&
    at === segments.length - 1 &&
    at >= 2 &&
    singular(name) === name &&
    PARAMETER.test(segments[at - 1] as string) &&
    parent !== undefined &&
    !PARAMETER.test(segments[at - 2] as string);
  if (isAction) at -= 2;
  const id = idOf(segments[at + 1], params);
  const target = { type: singular(isAction ? parent : name), ...(id === undefined ? {} : { id }) };
  return isAction ? { target, action: name } : { target };
}

/** A segment as a word of an event type; `undefined` where it says nothing of what is done. */
function nameOf(segment: string | undefined): string | undefined {
  if (segment === undefined || /^(?:api|v\d+|admin)$/.test(segment)) return undefined;
  const name = segment
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, 60);
  return name === '' ? undefined : name;
}

function idOf(segment: string | undefined, params: Readonly<Record<string, unknown>>): string | undefined {
  if (segment === undefined) return undefined;
  const name = /[A-Za-z_$][\w$]*/.exec(segment)?.[0] ?? '*';
  const value = isSecretParameter(name) ? undefined : params[name];
  const id = Array.isArray(value) ? value.join('/') : value;
  if (typeof id !== 'string' && typeof id !== 'number') return undefined;
  return id === '' ? undefined : soundText(String(id), 500);
}

function outcomeOf(status: number): 'success' | 'failure' | 'denied' {
  if (status === 401 || status === 403) return 'denied';
  return status >= 400 ? 'failure' : 'success';
}
