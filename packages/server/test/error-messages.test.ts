import { METHODS } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestServer, type TestServer } from './server-harness.ts';

let server: TestServer;

beforeAll(async () => {
  server = await openTestServer({ env: { ATTESTRY_RATE_LIMIT_PER_KEY: '0' } });
  await server.post('/v1/events', { type: 'a.b', actor: { type: 'user', id: 'u-1' } });
});
afterAll(() => server?.remove());

describe('a query string that is not percent-encoded UTF-8', () => {
  it.each(['actor=%ff', 'actor=%zz', 'actor=%', 'actor=u-1&actor=%e4', 'limit=1&actor=a%2'])(
    '%s is refused with the name of the parameter, never an empty list (trap 36)',
    async (query) => {
      const answer = await server.get(`/v1/events?${query}`);
      expect(answer.statusCode).toBe(400);
      expect(answer.json()).toMatchObject({ code: 'invalid_parameter', path: 'actor' });
    },
  );

  it('names the parameter also when the name itself is broken', async () => {
    const answer = await server.get('/v1/events?%ff=1');
    expect(answer.json()).toMatchObject({ code: 'invalid_parameter', path: '%ff' });
  });

  it('leaves what is encoded well alone', async () => {
    expect((await server.get('/v1/events?actor=u%2D1')).json().events).toHaveLength(1);
    expect((await server.get('/v1/events?actor=100%25')).statusCode).toBe(200);
  });
});

describe('broken JSON', () => {
  it.each([
    ['{"type":"a.b",}', 'line 1, column 15 (offset 14)', ''],
    [
      '{"type":"a.b",\n "metadata":\n  {"x":[1,,2]}}',
      'line 3, column 11 (offset 38), in /metadata/x/1',
      '/metadata/x/1',
    ],
    ['{"type":"a.b",\r\n"type":"c.d"}', 'line 2, column 1 (offset 16), in /type', '/type'],
    [
      '{"type":"a.b","metadata":{"n":9007199254740993}}',
      'line 1, column 31 (offset 30), in /metadata/n',
      '/metadata/n',
    ],
  ])('%j is refused with line, column, offset and pointer', async (body, place, path) => {
    const answer = await server.call('POST', '/v1/events', {
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'malformed_json', path });
    expect(answer.json().detail).toContain(`at ${place}:`);
  });

  it('does not send back a member name of any length', async () => {
    const name = 'n'.repeat(100_000);
    const body = `{"type":"a.b","metadata":{"${name}":1,"${name}":2}}`;
    const answer = await server.call('POST', '/v1/events', {
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.body.length).toBeLessThan(5_000);
  });

  it('in NDJSON has the index of the event and the number of the line, blank lines counted', async () => {
    const send = (body: string) =>
      server.call('POST', '/v1/events', { body, headers: { 'content-type': 'application/x-ndjson' } });
    const mixed = await send('\n{"type":"a.b"}\n\n\n{"type":"a.b",}\n\n{"type":"A"}\n');
    expect(mixed.statusCode).toBe(207);
    const [, broken, wrong] = mixed.json().results;
    expect(broken).toMatchObject({ index: 1, line: 5, code: 'syntax' });
    expect(broken.detail).toContain('line 5, column 15:');
    expect(wrong).toMatchObject({ index: 2, line: 7, path: '/type' });
    const none = await send('\n\n{"type":"a.b",}');
    expect(none.statusCode).toBe(400);
    expect(none.json().errors).toMatchObject([{ index: 0, line: 3, code: 'syntax' }]);
  });

  it('says of an empty body and of a byte order mark what they are', async () => {
    const send = (body: string | Buffer) =>
      server.call('POST', '/v1/events', { body, headers: { 'content-type': 'application/json' } });
    expect((await send(Buffer.from('\ufeff{"type":"a.b"}'))).json().detail).toContain('byte order mark');
    expect((await send('')).json().detail).toContain('empty');
  });
});

describe('methods that a path does not have', () => {
  it('are answered 405 with Allow, whichever HTTP knows', async () => {
    // OPTIONS too: the pages of viewer tokens ask with it before they read.
    const taken = ['CONNECT', 'GET', 'HEAD', 'OPTIONS', 'POST'];
    for (const method of METHODS.filter((name) => !taken.includes(name))) {
      const answer = await server.app.inject({
        method: method as 'OPTIONS',
        url: '/v1/events',
        headers: { authorization: `Bearer ${server.adminToken}` },
      });
      expect([method, answer.statusCode, answer.headers.allow]).toEqual([
        method,
        405,
        'GET, HEAD, OPTIONS, POST',
      ]);
    }
    const preflight = await server.call('OPTIONS', '/v1/checkpoints/latest', { token: '' });
    expect([preflight.statusCode, preflight.headers.allow]).toEqual([405, 'GET, HEAD']);
    expect((await server.call('OPTIONS', '/nowhere')).statusCode).toBe(404);
  });
});

describe('HEAD', () => {
  it('has the headers of GET and no body', async () => {
    for (const url of ['/v1/events', '/v1/stats?group_by=type', '/health', '/openapi.json']) {
      const get = await server.get(url);
      const head = await server.call('HEAD', url);
      expect([head.statusCode, head.body]).toEqual([200, '']);
      expect(head.headers['content-type']).toBe(get.headers['content-type']);
      expect(head.headers['content-length']).toBe(get.headers['content-length']);
    }
  });

  it('of an export starts none, but checks the request', async () => {
    let started = 0;
    const { start } = server.ops.exporter;
    server.ops.exporter.start = (order, key) => {
      started += 1;
      return start.call(server.ops.exporter, order, key);
    };
    try {
      const head = await server.call('HEAD', '/v1/export?format=csv');
      expect([head.statusCode, head.body]).toEqual([200, '']);
      expect(head.headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
      expect(head.headers['content-disposition']).toMatch(/^attachment; filename="default-.*\.csv"$/);
      expect((await server.call('HEAD', '/v1/export?actr=x')).statusCode).toBe(400);
      expect(started).toBe(0);
      await server.get('/v1/export');
      expect(started).toBe(1);
    } finally {
      server.ops.exporter.start = start;
    }
  });
});

describe('messages', () => {
  it.each([
    ['/v1/events?type=a*b', 'an event type such as document.uploaded'],
    ['/v1/events?http_status=999', 'a status from 100 to 599'],
    ['/v1/events?limit=0', 'The parameter limit must be at least 1.'],
    ['/v1/events?limit=abc', 'The parameter limit must be an integer, written in digits such as 100.'],
    ['/v1/events?limit=1e2', 'The parameter limit must be an integer'],
    ['/v1/events?limit=01', 'The parameter limit must be an integer'],
    ['/v1/events?limit=%201', 'The parameter limit must be an integer'],
    ['/v1/events?limit=', 'The parameter limit must be an integer'],
    ['/v1/events?limit=0x10', 'The parameter limit must be an integer'],
    ['/v1/events?limit=1.0', 'The parameter limit must be an integer'],
    ['/v1/proofs/inclusion?seq=%2B1&size=2', 'The parameter seq must be an integer'],
    ['/v1/events?limit=1&limit=2', 'The parameter limit was given twice; it can be given once.'],
    ['/v1/events?order=asc&order=asc&order=desc', 'The parameter order was given 3 times'],
    ['/v1/events?tenant=default&tenant=default', 'The parameter tenant was given twice'],
    ['/v1/checkpoints?from=5&from=2', 'The parameter from was given twice'],
    ['/v1/events?actor=', 'The parameter actor is empty.'],
    ['/v1/events?from=2026-01-01', '2026-01-01T00:00:00Z'],
    ['/v1/events?metadata=1', 'metadata.<path>=<value>'],
    ['/v1/events/abc', 'the id of an event, a UUID such as'],
    ['/v1/keys/abc', '16 letters and digits'],
    ['/v1/schemas/A', 'joined by dots'],
    ['/v1/checkpoints?from=5&to=2', 'The parameter from (5) is larger than to (2).'],
    ['/v1/proofs/inclusion?size=7', 'The parameter seq is missing.'],
    ['/v1/proofs/inclusion?seq=0&size=7777', 'No checkpoint of size 7777 was signed;'],
  ])('%s says what to write', async (url, sentence) => {
    const answer = await server.get(url);
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    const { detail } = answer.json();
    expect(detail).toContain(sentence);
    expect(detail).not.toMatch(/\^|pattern|GET \/openapi/);
  });

  it.each([
    [{ name: 'x', roles: ['ingest'], tenant: 'x' }, '/tenant', '?tenant='],
    [{ name: 'x', rols: ['ingest'], roles: ['ingest'] }, '/rols', 'Did you mean roles?'],
    [{ name: 'x', roles: ['ingest'], colour: 1 }, '/colour', 'Known are name, roles,'],
    [{ name: 'x', roles: [] }, '/roles', '/roles is empty.'],
    [{ name: 'x' }, '/roles', '/roles is missing.'],
    [{ name: 'x', roles: ['ingest'], types: ['A*'] }, '/types/0', 'an event type such as'],
    [{ name: 'x', roles: ['ingest'], scopes: ['events:read'] }, '/scopes/0', 'ingest does not have'],
  ])('POST /v1/keys %j is told at %s', async (body, path, sentence) => {
    const answer = await server.post('/v1/keys', body);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'invalid_request', path });
    expect(answer.json().detail).toContain(sentence);
    expect(answer.json().detail).not.toMatch(/parameters of this path|pattern/);
  });

  it.each([{ from: 99_999 }, { to: 99_999 }])('POST /v1/verify %j names member and size', async (body) => {
    const answer = await server.post('/v1/verify', body);
    const [member] = Object.keys(body);
    const size = (await server.ops.ledger.head('default'))?.size;
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'invalid_request', path: `/${member}` });
    expect(answer.json().detail).toContain(`the log has ${size} records`);
  });

  it('of events outside of the bounds of a key, of schemas and of other tenants say what is meant', async () => {
    const { token } = await server.makeKey({ roles: ['ingest'], types: ['ok.*'], projects: ['p-1'] });
    const project = await server.post('/v1/events', { type: 'ok.a', context: { project_id: 'p-2' } }, token);
    expect([project.statusCode, project.json().path]).toEqual([403, '/context/project_id']);
    const type = await server.post('/v1/events', { type: 'a.b', context: { project_id: 'p-1' } }, token);
    expect([type.statusCode, type.json().path]).toEqual([403, '/type']);
    const schema = await server.post('/v1/schemas', { type: 'x.y', schema: { type: 'foo' } });
    expect(schema.json()).toMatchObject({ path: '/schema/type' });
    expect(schema.json().detail).toContain('must be one of ["array"');
    const needs = { type: 'x.y', schema: { properties: { metadata: { required: ['k'] } } } };
    expect((await server.post('/v1/schemas', needs)).statusCode).toBe(201);
    const missing = await server.post('/v1/events', { type: 'x.y', metadata: {} });
    expect(missing.json().detail).toContain('/metadata/k is missing');
    const own = await server.post('/v1/events?tenant=_system', { type: 'a.b' });
    expect([own.statusCode, own.json().detail]).toEqual([403, expect.stringContaining('by the server only')]);
  });
});
