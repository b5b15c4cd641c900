import type { EventInput } from '../event/event-input.ts';
import { singular } from './singular.ts';

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

const LOGIN = /^(?:log-?in|sign-?in|sessions?|authenticate)$/;
const LOGOUT = /^(?:log-?out|sign-?out)$/;
const PARAMETER = /^(?::|\*|\{|\[)/;

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
  const segments = (route ?? '').split('/').filter((segment) => segment !== '');
  const last = segments.at(-1) ?? '';
  const [verb, past] = VERBS[method] ?? ['execute', 'requested'];
  const outcome = outcomeOf(status);
  if (LOGIN.test(last) && method === 'POST') {
    const type = outcome === 'success' ? 'user.login.success' : 'user.login.failure';
    return { type, action: { verb: 'login', status: outcome === 'denied' ? 'failure' : outcome } };
  }
  if (LOGOUT.test(last) || (LOGIN.test(last) && method === 'DELETE')) {
    return { type: 'user.logout', action: { verb: 'logout', status: outcome } };
  }
  const target = targetOf(segments, request.params);
  const withTarget = target === undefined ? {} : { target };
  if (status === 403) return { type: 'permission.denied', action: { verb, status: 'denied' }, ...withTarget };
  if (status === 401)
    return { type: 'security.unauthorized_access', action: { verb, status: 'denied' }, ...withTarget };
  const isAdmin = segments.some((segment) => segment === 'admin');
  const action = { verb, status: outcome };
  if (target === undefined || !/^[a-z0-9_]{1,60}$/.test(target.type)) {
    const type = status >= 500 ? 'api.error' : 'api.request';
    return { type, action, ...(isAdmin ? { category: 'admin' as const } : {}), ...withTarget };
  }
  const category = isAdmin ? ({ category: 'admin' } as const) : {};
  return { type: `${target.type}.${past}`, action, ...category, target };
}

/** The thing a route is about: its last fixed segment, and the parameter behind it. */
function targetOf(
  segments: readonly string[],
  params: Readonly<Record<string, unknown>>,
): NonNullable<EventInput['target']> | undefined {
  let at = segments.length - 1;
  while (at >= 0 && PARAMETER.test(segments[at] as string)) at -= 1;
  const name = segments[at];
  if (name === undefined || /^(?:api|v\d+|admin)$/.test(name)) return undefined;
  const type = singular(name.toLowerCase().replaceAll('-', '_')).slice(0, 100);
  const parameter = segments[at + 1];
  const value = parameter === undefined ? undefined : params[parameterName(parameter)];
  return typeof value === 'string' || typeof value === 'number'
    ? { type, id: String(value).slice(0, 500) }
    : { type };
}

/** `:id`, `:id(\\d+)`, `{id}`, `[id]`, `*` as the frameworks write them. */
function parameterName(segment: string): string {
  return segment === '*' ? '*' : (/[A-Za-z_$][\w$]*/.exec(segment)?.[0] ?? segment);
}

function outcomeOf(status: number): 'success' | 'failure' | 'denied' {
  if (status === 401 || status === 403) return 'denied';
  return status >= 400 ? 'failure' : 'success';
}
