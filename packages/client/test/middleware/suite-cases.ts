import type { EventInput } from '../../src/event/event-input.ts';
import type { SuiteRequest } from './framework-app.ts';

/** One request, and the events that it must become. */
export interface SuiteCase extends SuiteRequest {
  readonly name: string;
  /** Status of the answer; 0 where there is none. */
  readonly answer: number;
  readonly events: readonly object[];
}

const USER = { 'x-user': 'u-1', 'user-agent': 'suite/1', 'x-forwarded-for': '192.0.2.1' };
const JSON_BODY = { headers: { ...USER, 'content-type': 'application/json' }, body: '{"a":1}' };

/** What each recorded request says of itself in the same way. */
interface Expected {
  readonly type: string;
  readonly verb: string;
  readonly status?: string;
  readonly code?: number;
  readonly route?: string;
  readonly target?: EventInput['target'];
  readonly error?: string;
  readonly more?: Partial<EventInput>;
  readonly actor?: object;
  readonly path?: string;
}

/** The whole event, in which ids, times and durations are named by what they are. */
function event(method: string, path: string, expected: Expected): object {
  const { type, verb, status = 'success', code = 200, route, target, error, more = {}, actor } = expected;
  return {
    type,
    action: { verb, status, ...(error === undefined ? {} : { error }) },
    actor: { type: 'user', id: 'u-1', ip_address: '192.0.2.1', user_agent: 'suite/1', ...actor },
    http: {
      method,
      ...(route === undefined ? {} : { route }),
      path: expected.path ?? path.replace(/\?.*/, ''),
      status_code: code,
      duration_ms: '<duration>',
    },
    ...(target === undefined ? {} : { target }),
    ...more,
    context: { request_id: '<of the answer>', ...more.context },
  };
}

function recorded(
  line: string,
  expected: Expected,
  more: Partial<SuiteCase> & { readonly also?: readonly object[] } = {},
): SuiteCase {
  const [method = '', path = ''] = line.split(' ');
  const { also = [], ...rest } = more;
  return {
    name: line,
    method,
    path,
    headers: USER,
    answer: expected.code ?? 200,
    events: [...also, event(method, path, expected)],
    ...rest,
  };
}

function unrecorded(line: string, answer: number, more: Partial<SuiteCase> = {}): SuiteCase {
  const [method = '', path = ''] = line.split(' ');
  return { name: `${line} is no event`, method, path, headers: USER, answer, events: [], ...more };
}

const ANONYMOUS = { type: 'anonymous', id: undefined };
const { 'x-user': _user, ...NOBODY } = USER;

const WRITES: readonly SuiteCase[] = [
  recorded(
    'POST /documents',
    {
      type: 'document.created',
      verb: 'create',
      code: 201,
      route: '/documents',
      target: { type: 'document' },
    },
    JSON_BODY,
  ),
  recorded('POST /documents?token=secret', {
    type: 'document.created',
    verb: 'create',
    code: 201,
    route: '/documents',
    target: { type: 'document' },
  }),
  recorded('PATCH /users/a%20b', {
    type: 'user.updated',
    verb: 'update',
    route: '/users/:id',
    target: { type: 'user', id: 'a b' },
  }),
  recorded('PATCH /users/%00x', {
    type: 'user.updated',
    verb: 'update',
    route: '/users/:id',
    target: { type: 'user', id: '\uFFFDx' },
  }),
  recorded('DELETE /addresses/9', {
    type: 'address.deleted',
    verb: 'delete',
    code: 204,
    route: '/addresses/:id',
    target: { type: 'address', id: '9' },
  }),
  recorded('PUT /series/5', {
    type: 'series.updated',
    verb: 'update',
    route: '/series/:id',
    target: { type: 'series', id: '5' },
  }),
  recorded('POST /news', {
    type: 'news.created',
    verb: 'create',
    code: 201,
    route: '/news',
    target: { type: 'news' },
  }),
  recorded('PATCH /status', {
    type: 'status.updated',
    verb: 'update',
    route: '/status',
    target: { type: 'status' },
  }),
  recorded('POST /orders/5/approve', {
    type: 'order.approve',
    verb: 'execute',
    route: '/orders/:id/approve',
    target: { type: 'order', id: '5' },
  }),
  recorded('PATCH /orgs/acme/docs/7', {
    type: 'doc.updated',
    verb: 'update',
    route: '/orgs/:org/docs/:id',
    target: { type: 'doc', id: '7' },
  }),
  recorded('POST /admin/users', {
    type: 'user.created',
    verb: 'create',
    code: 201,
    route: '/admin/users',
    target: { type: 'user' },
    more: { category: 'admin' },
  }),
  recorded('POST /internals/sync', {
    type: 'sync.created',
    verb: 'create',
    route: '/internals/sync',
    target: { type: 'sync' },
  }),
  recorded('POST /invitations/tok-17/accept', {
    type: 'invitation.accept',
    verb: 'execute',
    route: '/invitations/:token/accept',
    path: '/invitations/[redacted]/accept',
    target: { type: 'invitation' },
  }),
  recorded('POST /profile', {
    type: 'profile.created',
    verb: 'create',
    route: '/profile',
    target: { type: 'profile' },
  }),
];

const SESSIONS: readonly SuiteCase[] = [
  recorded(
    'POST /login?ok=1',
    { type: 'user.login.success', verb: 'login', route: '/login', actor: ANONYMOUS },
    { headers: NOBODY },
  ),
  recorded(
    'POST /login',
    {
      type: 'user.login.failure',
      verb: 'login',
      status: 'failure',
      code: 401,
      route: '/login',
      actor: ANONYMOUS,
    },
    { headers: NOBODY },
  ),
  recorded('POST /logout', { type: 'user.logout', verb: 'logout', code: 204, route: '/logout' }),
  recorded('GET /logout', { type: 'user.logout', verb: 'logout', route: '/logout' }),
];

const FAILURES: readonly SuiteCase[] = [
  recorded('GET /reports/3', {
    type: 'permission.denied',
    verb: 'read',
    status: 'denied',
    code: 403,
    route: '/reports/:id',
    target: { type: 'report', id: '3' },
  }),
  recorded(
    'GET /private',
    {
      type: 'security.unauthorized_access',
      verb: 'read',
      status: 'denied',
      code: 401,
      route: '/private',
      target: { type: 'private' },
      actor: ANONYMOUS,
    },
    { headers: NOBODY },
  ),
  recorded('GET /missing', { type: 'api.request', verb: 'read', status: 'failure', code: 404 }),
  recorded('POST /missing/7', { type: 'api.request', verb: 'create', status: 'failure', code: 404 }),
  recorded('POST /limits', {
    type: 'limit.created',
    verb: 'create',
    status: 'failure',
    code: 429,
    route: '/limits',
    target: { type: 'limit' },
  }),
  recorded('POST /moves', {
    type: 'move.created',
    verb: 'create',
    code: 302,
    route: '/moves',
    target: { type: 'move' },
  }),
  recorded('POST /checks', {
    type: 'check.created',
    verb: 'create',
    status: 'failure',
    code: 422,
    route: '/checks',
    target: { type: 'check' },
  }),
  recorded('POST /orders/5/refunds', {
    type: 'refund.created',
    verb: 'create',
    status: 'failure',
    code: 500,
    route: '/orders/:id/refunds',
    target: { type: 'refund' },
    error: 'Error: no money',
  }),
  recorded('POST /orgs/acme/docs/7/refresh', {
    type: 'doc.refresh',
    verb: 'execute',
    status: 'failure',
    code: 500,
    route: '/orgs/:org/docs/:id/refresh',
    target: { type: 'doc', id: '7' },
    error: 'Error: no money',
  }),
];

const LEFT = 'the client closed the connection before the answer was complete';

const STREAMS: readonly SuiteCase[] = [
  recorded('POST /exports', {
    type: 'export.created',
    verb: 'create',
    route: '/exports',
    target: { type: 'export' },
  }),
  recorded(
    'POST /jobs',
    {
      type: 'job.created',
      verb: 'create',
      status: 'failure',
      code: 499,
      route: '/jobs',
      target: { type: 'job' },
      error: LEFT,
    },
    { leaves: 'at_first_byte', answer: 200 },
  ),
  recorded(
    'POST /waits',
    {
      type: 'wait.created',
      verb: 'create',
      status: 'failure',
      code: 499,
      route: '/waits',
      target: { type: 'wait' },
      error: LEFT,
    },
    { leaves: 'before_answer', answer: 0, ...JSON_BODY },
  ),
  recorded('GET /broken', {
    type: 'broken.viewed',
    verb: 'read',
    status: 'failure',
    route: '/broken',
    target: { type: 'broken' },
    error: 'Error: tape torn',
    more: { severity: 'high' },
  }),
  unrecorded('GET /events', 200, { leaves: 'at_first_byte' }),
];

const UNRECORDED: readonly SuiteCase[] = [
  unrecorded('GET /documents', 200),
  unrecorded('HEAD /documents/7', 200),
  unrecorded('POST /health', 200),
  unrecorded('POST /internal/sync', 200),
];

const NOTE: Expected = {
  type: 'note.created',
  verb: 'create',
  code: 201,
  route: '/notes',
  target: { type: 'note' },
};

const IDENTITY: readonly SuiteCase[] = [
  recorded('POST /notes', NOTE, {
    ...JSON_BODY,
    name: 'what a handler captures knows the request, also behind a parsed body',
    also: [{ type: 'handler.ran', context: { request_id: '<of the answer>' } }],
  }),
  recorded(
    'POST /news',
    {
      type: 'news.created',
      verb: 'create',
      code: 201,
      route: '/news',
      target: { type: 'news' },
      actor: { ip_address: '2001:db8::1' },
      more: { context: { correlation_id: 'corr-1' } },
    },
    {
      name: 'sound ids and the address that the one trusted proxy added are kept',
      headers: {
        ...USER,
        'x-request-id': 'req-17',
        'x-correlation-id': 'corr-1',
        'x-forwarded-for': '6.6.6.6, [2001:db8::1]:443',
      },
    },
  ),
  recorded(
    'POST /news',
    {
      type: 'news.created',
      verb: 'create',
      code: 201,
      route: '/news',
      target: { type: 'news' },
      actor: { ip_address: undefined, user_agent: 'x'.repeat(2_000) },
    },
    {
      name: 'what a sender makes up cannot have the event refused',
      headers: {
        ...USER,
        'x-request-id': 'a b<script>',
        'x-forwarded-for': '1.2.3.4, :::',
        'user-agent': 'x'.repeat(3_000),
      },
    },
  ),
  recorded(
    'POST /explosives',
    {
      type: 'explosive.created',
      verb: 'create',
      code: 201,
      route: '/explosives',
      target: { type: 'explosive' },
      actor: ANONYMOUS,
      more: { metadata: { middleware_errors: ['exclude: Error: exclusion', 'actor: Error: extractor'] } },
    },
    {
      name: 'functions of the app that throw cost it nothing but their part of the event',
      headers: { ...USER, 'x-user': 'explode' },
    },
  ),
];

/** The forty requests of the suite. */
export const CASES: readonly SuiteCase[] = [
  ...WRITES,
  ...SESSIONS,
  ...FAILURES,
  ...STREAMS,
  ...UNRECORDED,
  ...IDENTITY,
];

const JSON_TYPE = { ...USER, 'content-type': 'application/json' };

/** Requests to the app that records reads and bodies, of which at most 400 bytes. */
export const ASKED_CASES: readonly {
  readonly name: string;
  readonly request: SuiteRequest;
  readonly events: readonly object[];
}[] = [
  {
    name: 'a read is an event, with the body of its answer and without the secrets in it',
    request: { method: 'GET', path: '/documents/7', headers: USER },
    events: [
      {
        type: 'document.viewed',
        action: { verb: 'read', status: 'success' },
        actor: { id: 'u-1' },
        metadata: { response_body: { ok: true, password: '[redacted]' } },
      },
    ],
  },
  {
    name: 'HEAD is an event of its own',
    request: { method: 'HEAD', path: '/documents/7', headers: USER },
    events: [
      { type: 'document.viewed', http: { method: 'HEAD', status_code: 200, route: '/documents/:id' } },
    ],
  },
  {
    name: '304 is a success without a body',
    request: { method: 'GET', path: '/cached', headers: USER },
    events: [{ action: { status: 'success' }, http: { status_code: 304 } }],
  },
  {
    name: 'server-sent events end well when their reader leaves',
    request: { method: 'GET', path: '/events', headers: USER, leaves: 'at_first_byte' },
    events: [{ type: 'event.viewed', action: { status: 'success' }, http: { status_code: 200 } }],
  },
  {
    name: 'what is sent is in the event, without what the server would refuse or nobody may see',
    request: {
      method: 'POST',
      path: '/documents',
      headers: JSON_TYPE,
      body: '{"title":"a\\u0000b","api_key":"k","big":9007199254740993,"far":1e400}',
    },
    events: [
      {
        type: 'document.created',
        metadata: {
          request_body: {
            title: 'a\uFFFDb',
            api_key: '[redacted]',
            big: '9007199254740992',
            far: 'Infinity',
          },
        },
      },
    ],
  },
  {
    name: 'a body beyond the bound is left out, and the event says so',
    request: {
      method: 'POST',
      path: '/documents',
      headers: JSON_TYPE,
      body: JSON.stringify({ text: 'x'.repeat(1_000) }),
    },
    events: [{ metadata: { request_body: '[left out: more than 400 bytes]' } }],
  },
  {
    name: 'a look-up that fails costs the event its actor and nothing else',
    request: { method: 'POST', path: '/news', headers: { ...USER, 'x-user': 'explode' } },
    events: [
      {
        type: 'news.created',
        actor: { type: 'anonymous' },
        metadata: { middleware_errors: ['actor: Error: extractor'], response_body: { ok: true } },
      },
    ],
  },
];
