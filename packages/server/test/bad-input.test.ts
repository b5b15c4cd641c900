import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestServer, type TestServer } from './server-harness.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server?.remove());

const json = { 'content-type': 'application/json' };

interface BadBody {
  readonly name: string;
  readonly body: string | Buffer | object;
  readonly status?: number;
  readonly code: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
}

const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

const BAD_BODIES: readonly BadBody[] = [
  { name: 'nothing', body: '', code: 'malformed_json' },
  { name: 'half an object', body: '{"type":"a.b"', code: 'malformed_json' },
  { name: 'two values', body: '{"type":"a.b"} {}', code: 'malformed_json' },
  { name: 'a comment', body: '{"type":"a.b" /* x */}', code: 'malformed_json' },
  { name: 'NaN', body: '{"type":"a.b","metadata":{"x":NaN}}', code: 'malformed_json' },
  { name: 'a byte order mark', body: Buffer.from('\ufeff{"type":"a.b"}'), code: 'malformed_json' },
  {
    name: 'invalid UTF-8',
    body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    code: 'malformed_json',
  },
  { name: 'UTF-16', body: Buffer.from('{"type":"a.b"}', 'utf16le'), code: 'malformed_json' },
  {
    name: 'duplicate members',
    body: '{"type":"a.b","metadata":{"x":1,"x":2}}',
    code: 'malformed_json',
    path: '/metadata/x',
  },
  {
    name: 'a duplicate member by escape',
    body: '{"type":"a.b","metadata":{"x":1,"\\u0078":2}}',
    code: 'malformed_json',
    path: '/metadata/x',
  },
  {
    name: 'a lone surrogate',
    body: '{"type":"a.b","metadata":{"x":"\\ud800"}}',
    code: 'malformed_json',
    path: '/metadata/x',
  },
  {
    name: '2^53',
    body: '{"type":"a.b","metadata":{"x":9007199254740992}}',
    code: 'malformed_json',
    path: '/metadata/x',
  },
  {
    name: '-2^53',
    body: '{"type":"a.b","metadata":{"x":-9007199254740992}}',
    code: 'malformed_json',
    path: '/metadata/x',
  },
  {
    name: '1e400',
    body: '{"type":"a.b","metadata":{"x":1e400}}',
    code: 'malformed_json',
    path: '/metadata/x',
  },
  { name: 'deep nesting', body: `{"type":"a.b","metadata":${deep(70)}}`, code: 'malformed_json' },
  { name: 'very deep nesting', body: deep(100_000), code: 'malformed_json' },
  {
    name: '__proto__',
    body: '{"type":"a.b","metadata":{"__proto__":{"x":1}}}',
    code: 'malformed_json',
    path: '/metadata/__proto__',
  },
  { name: 'a number', body: '7', code: 'invalid_request', path: '' },
  { name: 'null', body: 'null', code: 'invalid_request', path: '' },
  { name: 'a list', body: '[{"type":"a.b"}]', code: 'invalid_request', path: '' },
  { name: 'no events', body: { events: [] }, code: 'invalid_request', path: '/events' },
  { name: 'events that are no list', body: { events: {} }, code: 'invalid_request', path: '/events' },
  {
    name: 'something beside events',
    body: { events: [{ type: 'a.b' }], tenant: 'x' },
    code: 'invalid_request',
    path: '/tenant',
  },
  {
    name: '1,001 events',
    body: { events: Array.from({ length: 1_001 }, () => ({ type: 'a.b' })) },
    status: 413,
    code: 'payload_too_large',
  },
  { name: 'no type', body: {}, code: 'invalid_event', path: '/type' },
  { name: 'a type of the wrong type', body: { type: 5 }, code: 'invalid_event', path: '/type' },
  { name: 'a type too long', body: { type: 'a'.repeat(101) }, code: 'invalid_event', path: '/type' },
  { name: 'a type in capitals', body: { type: 'User.Login' }, code: 'invalid_event', path: '/type' },
  {
    name: 'a raw path as type (trap 53)',
    body: { type: '/api/users/17?x=1' },
    code: 'invalid_event',
    path: '/type',
  },
  { name: 'an unknown member', body: { type: 'a.b', colour: 'red' }, code: 'invalid_event', path: '/colour' },
  {
    name: 'an unknown member below',
    body: { type: 'a.b', actor: { type: 'user', nick: 'x' } },
    code: 'invalid_event',
    path: '/actor/nick',
  },
  { name: 'a member of the server', body: { type: 'a.b', seq: 1 }, code: 'invalid_event', path: '/seq' },
  {
    name: 'received_from (trap 33)',
    body: { type: 'a.b', received_from: 'root' },
    code: 'invalid_event',
    path: '/received_from',
  },
  { name: 'an id that is no UUID', body: { type: 'a.b', id: 'x' }, code: 'invalid_event', path: '/id' },
  {
    name: 'a naive time (trap 36)',
    body: { type: 'a.b', occurred_at: '2026-01-01T00:00:00' },
    code: 'invalid_event',
    path: '/occurred_at',
  },
  {
    name: 'a day that is none',
    body: { type: 'a.b', occurred_at: '2026-02-30T00:00:00Z' },
    code: 'invalid_event',
    path: '/occurred_at',
  },
  {
    name: 'the future',
    body: { type: 'a.b', occurred_at: '9999-01-01T00:00:00Z' },
    code: 'invalid_event',
    path: '/occurred_at',
  },
  {
    name: 'NUL',
    body: { type: 'a.b', actor: { type: 'user', id: 'a\u0000b' } },
    code: 'invalid_event',
    path: '/actor/id',
  },
  {
    name: 'an address that is none',
    body: { type: 'a.b', actor: { type: 'user', ip_address: '1.2.3' } },
    code: 'invalid_event',
    path: '/actor/ip_address',
  },
  {
    name: 'a word that is not in the list',
    body: { type: 'a.b', action: { status: 'ok' } },
    code: 'invalid_event',
    path: '/action/status',
  },
  {
    name: 'another tenant (trap 25)',
    body: { type: 'a.b', tenant_id: 'other' },
    code: 'invalid_event',
    path: '/tenant_id',
  },
  { name: 'metadata 33 levels deep', body: `{"type":"a.b","metadata":${deep(33)}}`, code: 'invalid_event' },
  {
    name: 'a record over 60,000 bytes',
    body: { type: 'a.b', metadata: { x: 'x'.repeat(61_000) } },
    status: 413,
    code: 'record_too_large',
  },
  {
    name: 'a personal path that is none',
    body: { type: 'a.b', personal: [{ subject: 's', paths: ['x'] }] },
    code: 'invalid_event',
  },
  {
    name: 'text',
    body: 'hello',
    status: 415,
    code: 'unsupported_media_type',
    headers: { 'content-type': 'text/plain' },
  },
  {
    name: 'a form',
    body: 'type=a.b',
    status: 415,
    code: 'unsupported_media_type',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  },
  {
    name: 'JSON by another name',
    body: '{"type":"a.b"}',
    status: 415,
    code: 'unsupported_media_type',
    headers: { 'content-type': 'application/xml' },
  },
  {
    name: 'a body compressed in another way',
    body: '{"type":"a.b"}',
    status: 415,
    code: 'unsupported_media_type',
    headers: { ...json, 'content-encoding': 'br' },
  },
  {
    name: 'what says that it is compressed and is not',
    body: '{"type":"a.b"}',
    code: 'malformed_json',
    headers: { ...json, 'content-encoding': 'gzip' },
  },
  {
    name: 'a compressed body cut in the middle',
    body: gzipSync('{"type":"a.b"}').subarray(0, 20),
    code: 'malformed_json',
    headers: { ...json, 'content-encoding': 'gzip' },
  },
  {
    name: '10 MB that came as 10 kB',
    body: gzipSync(`{"type":"a.b","metadata":{"x":"${'x'.repeat(10_000_000)}"}}`),
    status: 413,
    code: 'payload_too_large',
    headers: { ...json, 'content-encoding': 'gzip' },
  },
  {
    name: '10 MB',
    body: `{"type":"a.b","metadata":{"x":"${'x'.repeat(10_000_000)}"}}`,
    status: 413,
    code: 'payload_too_large',
  },
  { name: '10 MB of brackets', body: '['.repeat(10_000_000), status: 413, code: 'payload_too_large' },
  { name: '4 MB of brackets', body: '['.repeat(4_000_000), code: 'malformed_json' },
];

describe('bodies that are wrong', () => {
  it.each(BAD_BODIES)('$name', async ({ body, status = 400, code, path, headers }) => {
    const answer = await server.call('POST', '/v1/events', { body, headers: headers ?? json });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toMatchObject({
      code,
      status,
      request_id: expect.any(String),
      ...(path === undefined ? {} : { path }),
    });
    expect(answer.headers['x-request-id']).toBe(answer.json().request_id);
    // And nothing of it harms the next one.
    expect((await server.post('/v1/events', { type: 'still.fine' })).statusCode).toBe(201);
  });

  it('never repeats values, which may be secrets or personal', async () => {
    const answer = await server.post('/v1/events', {
      type: 'a.b',
      actor: { type: 'user', ip_address: 'hunter2-secret' },
    });
    expect(answer.body).not.toContain('hunter2');
  });
});

interface BadQuery {
  readonly query: string;
  readonly path: string;
}

const BAD_QUERIES: readonly BadQuery[] = [
  { query: 'actr=alice', path: 'actr' },
  { query: 'limit=0', path: 'limit' },
  { query: 'limit=1001', path: 'limit' },
  { query: 'limit=ten', path: 'limit' },
  { query: 'limit=1.5', path: 'limit' },
  { query: 'limit=1&limit=2', path: 'limit' },
  { query: 'order=newest', path: 'order' },
  { query: 'order=actor.id', path: 'order' },
  { query: 'sort=actor.id', path: 'sort' },
  { query: 'from=2026-01-01', path: 'from' },
  { query: 'from=2026-01-01T00:00:00', path: 'from' },
  { query: 'to=yesterday', path: 'to' },
  { query: 'from=2026-01-01T00:00:00+02:00', path: 'from' },
  { query: 'time=created', path: 'time' },
  { query: 'severity=warn', path: 'severity' },
  { query: 'severity=%3C%3Dlow', path: 'severity' },
  { query: 'category=everything', path: 'category' },
  { query: 'status=ok', path: 'status' },
  { query: 'actor_type=human', path: 'actor_type' },
  { query: 'type=Document', path: 'type' },
  { query: 'type=*.uploaded', path: 'type' },
  { query: 'http_status=404x', path: 'http_status' },
  { query: 'http_status=6xx', path: 'http_status' },
  { query: 'ip=10.0.0.0%2F33', path: 'ip' },
  { query: 'ip=localhost', path: 'ip' },
  { query: 'traffic_light=blue', path: 'traffic_light' },
  { query: 'cursor=abc', path: 'cursor' },
  { query: 'cursor=', path: 'cursor' },
  { query: 'count=maybe', path: 'count' },
  { query: 'fields=colour', path: 'fields' },
  { query: 'fields=metadata.__proto__', path: 'fields' },
  { query: 'actor=', path: 'actor' },
  { query: `actor=${'x'.repeat(1_001)}`, path: 'actor' },
  { query: 'q=', path: 'q' },
  { query: 'metadata.=x', path: 'metadata.' },
  { query: 'metadata=x', path: 'metadata' },
  { query: Array.from({ length: 101 }, (_, i) => `actor=${i}`).join('&'), path: 'actor' },
];

describe('query parameters that are wrong', () => {
  it.each(BAD_QUERIES)(
    '$query is refused and named, never an empty list (trap 36, 38)',
    async ({ query, path }) => {
      const answer = await server.get(`/v1/events?${query}`);
      expect(answer.statusCode).toBe(400);
      expect(answer.json()).toMatchObject({ code: 'invalid_parameter', path });
    },
  );

  it('suggests the nearest name', async () => {
    expect((await server.get('/v1/events?catgory=auth')).json().detail).toContain('Did you mean category?');
  });

  it.each([
    '/v1/stats',
    '/v1/stats?group_by=colour',
    '/v1/stats?group_by=type&cursor=x',
    '/v1/export?format=xml',
    '/v1/export?limit=5',
    '/v1/checkpoints?from=-1',
    '/v1/proofs/inclusion',
    '/v1/proofs/inclusion?seq=9007199254740992',
    '/v1/proofs/consistency?from=0',
    '/v1/keys?x=1',
    '/v1/events/0199a1f0-0000-7000-8000-000000000001/context?before=51',
    '/v1/actors/a/activity?from=x',
  ])('%s', async (url) => {
    const answer = await server.get(url);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().path).toEqual(expect.any(String));
  });
});

describe('paths that are wrong', () => {
  it.each([
    ['/nowhere', 404],
    ['/v1', 404],
    ['/v1/events/', 400],
    ['/V1/events', 404],
    ['/v1/events/not-a-uuid', 400],
    ['/v1/events/%zz', 400],
    ['/v1/events/..%2f..%2fetc%2fpasswd', 400],
    ['/v1/checkpoints/yesterday', 400],
    ['/v1/checkpoints/2026-02-31', 400],
    ['/v1/checkpoints/99999999', 404],
    ['/v1/verify/none', 404],
    ['/v1/schemas/none.such', 404],
    ['/v1/keys/0000000000000000', 404],
    ['/v1/logs/default/tile/0/999', 404],
    ['/v1/logs/default/tile/0/../../x', 404],
    ['/v1/logs/default/tile/08/000', 404],
    ['/v1/logs/..%2f..%2f/checkpoint', 404],
    ['/healthcare', 404],
    ['/health/', 404],
  ])('%s is %i', async (url, status) => {
    const answer = await server.get(url);
    expect([url, answer.statusCode]).toEqual([url, status]);
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  it('says 405 with Allow for another method', async () => {
    const answer = await server.call('PATCH', '/v1/events');
    expect(answer.statusCode).toBe(405);
    expect(answer.headers.allow).toBe('GET, HEAD, OPTIONS, POST');
    expect(answer.json().code).toBe('method_not_allowed');
  });
});

describe('request ids', () => {
  it('are taken over when they are plain, else made', async () => {
    const given = await server.call('GET', '/nowhere', { headers: { 'x-request-id': 'trace-17' } });
    expect(given.json().request_id).toBe('trace-17');
    const odd = await server.call('GET', '/nowhere', { headers: { 'x-request-id': 'a b<script>' } });
    expect(odd.json().request_id).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('bodies of administration routes', () => {
  it.each([
    ['/v1/keys', {}, '/name'],
    ['/v1/keys', { name: 'k', roles: ['root'] }, '/roles/0'],
    ['/v1/keys', { name: 'k', roles: [] }, '/roles'],
    ['/v1/keys', { name: 5, roles: ['admin'] }, '/name'],
    ['/v1/keys', { name: 'k', roles: ['member'] }, '/subject'],
    ['/v1/keys', { name: 'k', roles: ['project_manager'] }, '/projects'],
    ['/v1/keys', { name: 'k', roles: ['auditor', 'member'], subject: 'a' }, '/roles'],
    ['/v1/keys', { name: 'k', roles: ['auditor'], cidrs: ['everywhere'] }, '/cidrs/0'],
    ['/v1/keys', { name: 'k', roles: ['auditor'], expires_at: '2020-01-01T00:00:00Z' }, '/expires_at'],
    ['/v1/keys', { name: 'k', roles: ['auditor'], expires_at: '2030-01-01' }, '/expires_at'],
    ['/v1/keys', { name: 'k', roles: ['admin'], types: ['a.b'] }, '/scopes'],
    ['/v1/keys', { name: 'k', roles: ['auditor'], tenant: 'x' }, '/tenant'],
    ['/v1/tenants', { id: '../x' }, '/id'],
    ['/v1/tenants', { id: '_system' }, '/id'],
    ['/v1/tenants', { id: '..' }, '/id'],
    ['/v1/schemas', { type: 'a.b' }, '/schema'],
    ['/v1/schemas/test', { schema: {} }, '/event'],
    ['/v1/schemas', { type: 'A', schema: {} }, '/type'],
    ['/v1/verify', { from: -1 }, '/from'],
    ['/v1/verify', { from: 5, to: 1 }, '/from'],
    ['/v1/verify', { depth: 'deep' }, '/depth'],
  ])('%s %j is refused at %s', async (url, body, path) => {
    const answer = await server.post(url, body);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().path).toBe(path);
  });

  it('are small', async () => {
    const answer = await server.post('/v1/keys', { name: 'x'.repeat(200_000), roles: ['admin'] });
    expect(answer.statusCode).toBe(413);
  });
});
