import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KeyInput } from '../src/operations/manage-keys.ts';
import { openTestServer, type TestServer } from './server-harness.ts';

const ORIGIN = 'https://app.example.com';

let server: TestServer;
let acme: string;
let other: string;
let shown: string;
let hidden: string;
/** Added to the clock. */
let laterMs = 0;

beforeAll(async () => {
  server = await openTestServer({ server: { now: () => Date.now() + laterMs } });
  acme = await server.makeTenant('acme');
  other = await server.makeTenant('other');
  const person = { type: 'user', id: 'alice', email: 'alice@example.com' };
  const make = (project: string, type: string) => ({ type, actor: person, context: { project_id: project } });
  const events = [
    make('p1', 'doc.read'),
    make('p2', 'doc.read'),
    make('p1', 'doc.write'),
    make('p1', 'user.login.success'),
  ];
  const { receipts } = (await server.post('/v1/events', { events }, acme)).json();
  [shown, hidden] = [receipts[0].id, receipts[1].id];
  await server.post('/v1/events', make('p1', 'doc.other'), other);
});
afterAll(() => server?.remove());

function make(body: object, token = acme) {
  return server.post('/v1/viewer-tokens', { origin: ORIGIN, ...body }, token);
}

async function tokenOf(body: object, token = acme): Promise<string> {
  const answer = await make(body, token);
  expect(answer.statusCode).toBe(201);
  return answer.json().token;
}

/** A request of a page. */
function page(url: string, token: string, origin = ORIGIN) {
  return server.call('GET', url, { token, headers: { origin } });
}

const typesOf = async (token: string, query = ''): Promise<string[]> =>
  (await page(`/v1/events?order=asc${query}`, token)).json().events.map(({ type }: { type: string }) => type);

const P1 = { filters: { project: ['p1'] } };

describe('a viewer token', () => {
  it('shows what its filters show, whatever the page asks for', async () => {
    const token = await tokenOf({ ...P1, q: '-type:user.*' });
    expect(token).toMatch(/^att_viewer_[0-9A-Za-z]{16}_[0-9a-z]+_[\w-]+$/);
    expect(await typesOf(token)).toEqual(['doc.read', 'doc.write']);
    expect(await typesOf(token, '&project=p2')).toEqual([]);
    expect(await typesOf(token, '&q=project%3Ap2')).toEqual([]);
    expect((await page('/v1/stats?group_by=type', token)).json().total).toBe(2);
    expect((await page(`/v1/events/${shown}`, token)).statusCode).toBe(200);
    for (const path of ['', '/context', '/proof', '/record', '/history'])
      expect([path, (await page(`/v1/events/${hidden}${path}`, token)).statusCode]).toEqual([path, 404]);
    const context = (await page(`/v1/events/${shown}/context?before=50&after=50`, token)).json();
    expect([...context.before, ...context.after].map(({ type }: { type: string }) => type)).toEqual([
      'doc.write',
    ]);
    expect((await page('/v1/suggest?field=project', token)).json().values).toEqual([
      { value: 'p1', count: 2 },
    ]);
  });

  it('sees personal data only when it is made so, by a key that does', async () => {
    const blind = await tokenOf(P1);
    const seeing = await tokenOf({ ...P1, personal: true });
    expect((await page(`/v1/events/${shown}`, blind)).json()).toMatchObject({
      redacted: expect.arrayContaining(['/actor/email']),
    });
    expect((await page(`/v1/events/${shown}`, seeing)).json().actor.email).toBe('alice@example.com');
    expect((await page('/v1/events?actor=alice', blind)).statusCode).toBe(403);
    const { token } = await server.makeKey({ roles: ['project_manager'], projects: ['p1'] }, 'acme');
    expect((await make({ personal: true }, token)).statusCode).toBe(403);
    expect((await make({ filters: { actor: ['alice'] } })).statusCode).toBe(403);
    const own = await tokenOf({ filters: { actor: ['alice'], type: ['doc.*'] }, personal: true });
    expect(await typesOf(own)).toEqual(['doc.read', 'doc.read', 'doc.write']);
  });

  it('never sees more than the key that made it', async () => {
    const limits: Partial<KeyInput> = { roles: ['auditor'], projects: ['p2'], types: ['doc.*'] };
    const { token } = await server.makeKey(limits, 'acme');
    expect(await typesOf(await tokenOf({}, token))).toEqual(['doc.read']);
    expect(await typesOf(await tokenOf(P1, token))).toEqual([]);
    const ingest = await server.makeKey({ roles: ['ingest'] }, 'acme');
    expect((await make({}, ingest.token)).statusCode).toBe(403);
    const platform = await server.call('POST', '/v1/viewer-tokens?tenant=acme', { body: { origin: ORIGIN } });
    expect(platform.statusCode).toBe(403);
    const viewer = await tokenOf({});
    expect((await page('/v1/events?tenant=other', viewer)).statusCode).toBe(404);
  });

  it('is for reading events and nothing else, on any route', async () => {
    const token = await tokenOf({ personal: true });
    const { paths } = (await server.get('/openapi.json', '')).json();
    const open: string[] = [];
    for (const [path, methods] of Object.entries(
      paths as Record<string, Record<string, { security?: unknown[] }>>,
    )) {
      for (const [method, { security }] of Object.entries(methods)) {
        if (security?.length === 0 || path === '/v1/ingest/browser') continue;
        const url = path.replace(/\{[^}]+\}/g, 'x');
        const place = path === '/v1/stream' || path === '/v1/live' ? '?after=999999' : '';
        const answer = await server.call(method.toUpperCase() as 'GET', url + place, {
          token,
          headers: { origin: ORIGIN },
        });
        if (answer.statusCode !== 403) open.push(`${method} ${path}`);
      }
    }
    expect(open.sort()).toEqual([
      'get /v1/actors/{id}/activity',
      'get /v1/events',
      'get /v1/events/{id}',
      'get /v1/events/{id}/context',
      'get /v1/events/{id}/history',
      'get /v1/events/{id}/proof',
      'get /v1/events/{id}/record',
      'get /v1/live',
      'get /v1/me',
      'get /v1/recent',
      'get /v1/stats',
      'get /v1/stream',
      'get /v1/suggest',
      'get /v1/targets/{type}/{id}/activity',
    ]);
  });

  it('is for pages of one origin, whose browser may read the answers', async () => {
    const token = await tokenOf({});
    const answer = await page('/v1/events', token);
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': ORIGIN, vary: 'Origin' });
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
    expect((await page('/v1/events', token, 'https://evil.example')).statusCode).toBe(403);
    expect((await server.get('/v1/events', token)).statusCode).toBe(403);
    const ask = (origin: string, url = '/v1/events') =>
      server.call('OPTIONS', url, { token: '', headers: { origin, 'access-control-request-method': 'GET' } });
    const preflight = await ask(ORIGIN);
    expect([preflight.statusCode, preflight.headers['access-control-allow-methods']]).toEqual([204, 'GET']);
    expect(preflight.headers['access-control-allow-headers']).toContain('authorization');
    expect((await ask('https://evil.example')).statusCode).toBe(403);
    expect((await ask(ORIGIN, '/v1/keys')).statusCode).toBe(405);
  });

  it('is recorded as itself, not as its key, when it is refused', async () => {
    const token = await tokenOf({});
    expect((await page('/v1/stats', token, 'https://thief.example')).statusCode).toBe(403);
    expect((await page('/v1/keys', token)).statusCode).toBe(403);
    await server.ops.audit.flush();
    const { events } = (
      await server.get('/v1/events?type=permission.denied&order=desc&limit=100', acme)
    ).json();
    type Denied = { metadata: { viewer_token?: { id: string; used_from?: string } } };
    const stolen = events.find(
      ({ metadata }: Denied) => metadata.viewer_token?.used_from === 'https://thief.example',
    );
    const { id, key } = stolen.metadata.viewer_token;
    expect(stolen).toMatchObject({
      actor: {
        type: 'service',
        id: `viewer:${id}`,
        name: `viewer token for ${ORIGIN}`,
        ip_address: '127.0.0.1',
      },
      action: { status: 'denied', error: 'viewer token used from another origin' },
      metadata: { viewer_token: { origin: ORIGIN }, operations: { getStats: 1 } },
    });
    expect(token).toContain(key);
    const ofIt = events.filter(({ metadata }: Denied) => metadata.viewer_token?.id === id);
    expect(ofIt.map(({ action }: { action: { error: string } }) => action.error)).toContain(
      'This needs the scope admin, which the key does not have.',
    );
  });

  it('counts as a failed authentication from another origin, and when it has ended', async () => {
    const strict = await openTestServer({ env: { ATTESTRY_RATE_LIMIT_FAILED_AUTH: '2' } });
    try {
      const { token } = (await strict.post('/v1/viewer-tokens', { origin: ORIGIN })).json();
      const ask = async (bearer: string, origin: string): Promise<number> =>
        (await strict.call('GET', '/v1/me', { token: bearer, headers: { origin } })).statusCode;
      expect(await ask(token, 'https://evil.example')).toBe(403);
      expect(await ask(`${token.slice(0, -2)}AA`, ORIGIN)).toBe(401);
      expect(await ask(token, 'https://evil.example')).toBe(429);
      expect(await ask(token, ORIGIN)).toBe(200);
      await strict.ops.audit.flush();
      const own = (await strict.get('/v1/events?type=security.unauthorized_access&tenant=_system')).json();
      expect(own.events.map(({ action }: { action: { error: string } }) => action.error)).toEqual([
        'viewer token forged',
      ]);
    } finally {
      await strict.remove();
    }
  });

  it('tells its page nothing of the key that made it', async () => {
    const { key, token } = await server.makeKey({ name: 'backend of app', roles: ['auditor'] }, 'acme');
    const answer = await page('/v1/me', await tokenOf(P1, token));
    expect(answer.json()).toMatchObject({ tenant: { id: 'acme' }, roles: [], scopes: ['events:read'] });
    expect(answer.json()).not.toHaveProperty('key');
    for (const secret of [key.id, key.name, 'auditor']) expect(answer.body).not.toContain(secret);
  });

  it('ends with its time, and with the key that made it', async () => {
    const { key, token } = await server.makeKey({ roles: ['auditor'], cidrs: ['127.0.0.1'] }, 'acme');
    const viewer = await tokenOf({ ttl_s: 60 }, token);
    expect((await page('/v1/events', viewer)).statusCode).toBe(200);
    laterMs = 61_000;
    const expired = await page('/v1/events', viewer);
    laterMs = 0;
    expect([expired.statusCode, expired.headers['access-control-allow-origin']]).toEqual([401, ORIGIN]);
    expect((await page('/v1/events', `${viewer.slice(0, -2)}AA`)).statusCode).toBe(401);
    await server.call('DELETE', `/v1/keys/${key.id}`, { token: acme });
    expect((await page('/v1/events', viewer)).statusCode).toBe(401);
    const browser = (await server.post('/v1/browser-tokens', { origin: ORIGIN }, acme)).json().token;
    expect((await page('/v1/events', browser)).statusCode).toBe(401);
    expect((await page('/v1/events', browser.replace('browser', 'viewer'))).statusCode).toBe(401);
  });

  it('is made with what is possible only', async () => {
    for (const [body, status] of [
      [{ origin: 'https://app.example.com/path' }, 400],
      [{ filters: { colour: ['red'] } }, 400],
      [{ filters: { severity: ['urgent'] } }, 400],
      [{ q: 'actr:alice' }, 400],
      [{ ttl_s: 999_999 }, 400],
      [{ filters: { project: Array.from({ length: 99 }, (_, n) => `project-with-a-long-name-${n}`) } }, 400],
    ] as const)
      expect([body, (await make(body)).statusCode]).toEqual([body, status]);
  });
});
