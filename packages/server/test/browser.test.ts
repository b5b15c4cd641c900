// Long because: a case for each thing that a hostile page can try, all against one server.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BrowserOrigins } from '../src/auth/browser-origins.ts';
import { openTestServer, type TestRequest, type TestServer } from './server-harness.ts';

const ORIGIN = 'https://app.example.com';
const URL = '/v1/ingest/browser';
const ALICE = { type: 'user', id: 'alice', email: 'alice@example.com', session_id: 's-1' };

let server: TestServer;
/** A key of the role `ingest`, as a backend has it. */
let backend: string;

beforeAll(async () => {
  server = await openTestServer();
  backend = (await server.makeKey({ roles: ['ingest'] })).token;
});
afterAll(() => server?.remove());

type Answer = Awaited<ReturnType<TestServer['call']>>;

async function token(more: object = {}, key = backend, at = server): Promise<string> {
  const answer = await at.post('/v1/browser-tokens', { origin: ORIGIN, ...more }, key);
  if (answer.statusCode !== 201) throw new Error(answer.body);
  return answer.json().token;
}

/** What a page of `ORIGIN` sends with its token in the header. */
function send(
  given: string,
  events: unknown,
  more: TestRequest['headers'] = {},
  at = server,
): Promise<Answer> {
  const headers = { origin: ORIGIN, authorization: `Bearer ${given}`, 'user-agent': 'Tester/1', ...more };
  return at.call('POST', URL, { token: '', body: { events } as object, headers });
}

/** What `sendBeacon` sends. */
function beacon(text: string, more: TestRequest['headers'] = {}): Promise<Answer> {
  const headers = { origin: ORIGIN, 'content-type': 'text/plain;charset=UTF-8', ...more };
  return server.call('POST', URL, { token: '', body: text, headers });
}

async function read(id: string): Promise<Record<string, unknown>> {
  return (await server.get(`/v1/events/${id}`)).json();
}

let next = 0;
const newId = (): string => `0199a1f0-0000-7000-9000-${String(++next).padStart(12, '0')}`;

describe('POST /v1/browser-tokens', () => {
  it('makes a token of 15 minutes for a key that may only write, kept by nobody', async () => {
    const answer = await server.post('/v1/browser-tokens', { origin: ORIGIN, actor: ALICE }, backend);
    expect(answer.statusCode).toBe(201);
    expect(answer.headers['cache-control']).toBe('no-store');
    const made = answer.json();
    expect(made).toEqual({
      token: expect.stringMatching(/^att_browser_[0-9A-Za-z]{16}_[0-9a-z]{6}_[\w-]+$/),
      origin: ORIGIN,
      expires_at: expect.any(String),
    });
    const lifeMs = Date.parse(made.expires_at) - Date.now();
    expect(lifeMs).toBeGreaterThan(14 * 60_000);
    expect(lifeMs).toBeLessThanOrEqual(15 * 60_000);
    expect(Number.parseInt(made.token.split('_')[3], 36) * 1_000).toBe(Date.parse(made.expires_at));
    const sealed = Buffer.from(made.token.split('_').slice(4).join('_'), 'base64url').toString('latin1');
    expect(sealed).not.toMatch(/alice|example/);
    for (const kind of ['api_key', 'browser_origin', 'browser_token'])
      expect(JSON.stringify(await server.ops.ledger.admin.list(kind))).not.toContain(made.token);
  });

  it.each([
    ['ttl_s', { ttl_s: 3_601 }],
    ['ttl_s', { ttl_s: 9 }],
    ['origin', { origin: 'https://app.example.com/' }],
    ['origin', { origin: 'https://app.example.com:443' }],
    ['origin', { origin: 'HTTPS://app.example.com' }],
    ['origin', { origin: 'https://*.example.com' }],
    ['origin', { origin: 'null' }],
    ['origin', { origin: '*' }],
    ['origin', { origin: 'file://' }],
    ['actor/type', { actor: { type: 'system', id: 'root' } }],
    ['actor/id', { actor: { type: 'user' } }],
    ['actor/ip_address', { actor: { ...ALICE, ip_address: '192.0.2.1' } }],
    ['context/tenant', { context: { tenant: 'acme' } }],
    ['metadata/source', { metadata: { source: 'backend' } }],
    ['types/0', { types: ['Not A Type'] }],
    ['', { metadata: { much: 'x'.repeat(2_000) } }],
    ['tenant_id', { tenant_id: 'acme' }],
  ])('refuses what cannot be meant, at /%s', async (path, more) => {
    const answer = await server.post('/v1/browser-tokens', { origin: ORIGIN, ...more }, backend);
    expect([answer.statusCode, answer.json().path]).toEqual([400, path === '' ? '' : `/${path}`]);
  });

  it('is for keys that may write, within their bounds, and not for pages', async () => {
    const auditor = (await server.makeKey({ roles: ['auditor'] })).token;
    expect((await server.post('/v1/browser-tokens', { origin: ORIGIN }, auditor)).statusCode).toBe(403);
    const own = await token();
    expect((await server.post('/v1/browser-tokens', { origin: ORIGIN }, own)).statusCode).toBe(401);
    for (const path of ['/v1/events', '/v1/keys', '/v1/export'])
      expect([path, (await server.get(path, own)).statusCode]).toEqual([path, 401]);
    expect((await server.post('/v1/events', { type: 'a.b' }, own)).statusCode).toBe(401);

    const bound = (await server.makeKey({ roles: ['ingest'], projects: ['p1'], types: ['document.*'] }))
      .token;
    const wrong = await server.post('/v1/browser-tokens', { origin: ORIGIN }, bound);
    expect([wrong.statusCode, wrong.json().path]).toEqual([400, '/context/project_id']);
    const context = { project_id: 'p1' };
    const wide = await server.post('/v1/browser-tokens', { origin: ORIGIN, context, types: ['a.*'] }, bound);
    expect([wide.statusCode, wide.json().path]).toEqual([400, '/types/0']);
    const given = await token({ context }, bound);
    expect((await send(given, [{ type: 'document.viewed' }])).statusCode).toBe(201);
    expect((await send(given, [{ type: 'page.viewed' }])).statusCode).toBe(403);
  });

  it('is not for somebody who is signed in to the console', async () => {
    const session = await server.call('POST', '/v1/session', { token: '', body: { key: server.adminToken } });
    const headers = {
      cookie: String(session.headers['set-cookie']).split(';', 1)[0] as string,
      'x-csrf-token': session.json().session.csrf_token,
    };
    const answer = await server.call('POST', '/v1/browser-tokens', {
      token: '',
      body: { origin: ORIGIN },
      headers,
    });
    expect([answer.statusCode, answer.json().detail]).toEqual([403, expect.stringContaining('API keys')]);
  });

  it('ends with the key that made it', async () => {
    const soon = new Date(Date.now() + 120_000).toISOString();
    const { token: key } = await server.makeKey({ roles: ['ingest'], expires_at: soon });
    const made = (await server.post('/v1/browser-tokens', { origin: ORIGIN }, key)).json();
    expect(Date.parse(made.expires_at)).toBeLessThanOrEqual(Date.parse(soon));
  });

  it('is told in the log, once a minute and origin', async () => {
    const { key, token: maker } = await server.makeKey({ roles: ['ingest'] });
    for (let i = 0; i < 3; i++) await token({ origin: 'https://told.example.com' }, maker);
    await server.ops.audit.flush();
    const { events } = (
      await server.get('/v1/events?type=token.issued&target=https://told.example.com')
    ).json();
    expect(events.map(({ metadata }: { metadata: { count: number } }) => metadata.count).sort()).toEqual([
      1, 2,
    ]);
    expect(events[0]).toMatchObject({ actor: { id: `key:${key.id}` }, received_from: 'attestry' });
  });
});

describe('POST /v1/ingest/browser', () => {
  it('records the actor, tenant and defaults of the token, and the address and browser of the connection', async () => {
    const { key, token: maker } = await server.makeKey({ roles: ['ingest'] });
    const given = await token(
      { actor: ALICE, context: { service: 'web', environment: 'prod' }, metadata: { release: 'r1' } },
      maker,
    );
    const answer = await send(given, [
      {
        type: 'document.viewed',
        target: { type: 'document', id: 'd1' },
        context: { request_id: 'r-1' },
        metadata: { tab: 2, release: 'mine' },
      },
    ]);
    expect(answer.statusCode).toBe(201);
    const { receipts } = answer.json();
    // Nothing that tells how much the log holds.
    expect(receipts).toEqual([{ id: expect.any(String), recorded_at: expect.any(String), duplicate: false }]);
    expect(await read(receipts[0].id)).toMatchObject({
      tenant_id: 'default',
      actor: { ...ALICE, ip_address: '127.0.0.1', user_agent: 'Tester/1' },
      context: { service: 'web', environment: 'prod', request_id: 'r-1' },
      metadata: { tab: 2, release: 'r1', source: { kind: 'browser', origin: ORIGIN } },
      received_from: `browser:${key.id}`,
    });
    const found = await server.get('/v1/events?metadata.source.kind=browser&type=document.viewed&limit=1');
    expect(found.json().events).toHaveLength(1);
  });

  it('without an actor in the token has an anonymous one', async () => {
    const { receipts } = (await send(await token(), [{ type: 'page.viewed' }])).json();
    expect((await read(receipts[0].id))['actor']).toEqual({
      type: 'anonymous',
      ip_address: '127.0.0.1',
      user_agent: 'Tester/1',
    });
  });

  it.each(['text/plain;charset=UTF-8', 'application/json'])(
    'takes what sendBeacon sends as %s, with the token first in the body',
    async (type) => {
      const text = `{"token":"${await token()}","events":[{"type":"page.left"}]}`;
      expect((await beacon(text, { 'content-type': type })).statusCode).toBe(201);
    },
  );

  it.each([
    ['critical', 'medium', 'critical'],
    ['high', 'medium', 'high'],
    ['medium', 'medium', undefined],
    ['low', 'low', undefined],
  ])('does not let a page raise severity: %s becomes %s (trap 33)', async (severity, kept, said) => {
    const { receipts } = (await send(await token(), [{ type: 'page.failed', severity }])).json();
    const event = await read(receipts[0].id);
    expect(event).toMatchObject({ severity: kept });
    expect((event['metadata'] as { source: object }).source).toEqual({
      kind: 'browser',
      origin: ORIGIN,
      ...(said === undefined ? {} : { severity: said }),
    });
  });

  it('does not let it be raised by a type, a result, a status or a schema of the tenant (trap 33)', async () => {
    await server.post('/v1/schemas', { type: 'shop.alarm', schema: {}, severity: 'critical' });
    const given = await token({ types: ['security.*', 'shop.*', 'page.*'] });
    const events = [
      { type: 'security.brute_force.detected' },
      { type: 'page.opened', action: { status: 'denied' } },
      { type: 'page.loaded', http: { status_code: 503 } },
      { type: 'shop.alarm' },
    ];
    for (const { id } of (await send(given, events)).json().receipts)
      expect(await read(id)).toMatchObject({ severity: 'medium' });
  });

  it.each([
    ['/actor', { actor: { type: 'user', id: 'bob' } }],
    ['/tenant_id', { tenant_id: 'default' }],
    ['/category', { category: 'data' }],
    ['/personal', { personal: [{ subject: 'bob', paths: ['/metadata/x'] }] }],
    ['/security', { security: { pii_detected: false } }],
    ['/compliance', { compliance: { traffic_light_status: 'green' } }],
    ['/ai', { ai: { model: 'm' } }],
    ['/recorded_at', { recorded_at: '2020-01-01T00:00:00Z' }],
    ['/received_from', { received_from: 'attestry' }],
    ['/seq', { seq: 1 }],
    ['/hash', { hash: 'ab' }],
    ['/source', { source: 'backend' }],
    ['/ip', { ip: '192.0.2.1' }],
    ['/context/location', { context: { location: { country: 'DE' } } }],
    ['/context/project_id', { context: { project_id: 'p1' } }],
    ['/context/service', { context: { service: 'billing' } }],
    ['/metadata/source', { metadata: { source: { kind: 'backend' } } }],
  ])('refuses a page that says %s itself (trap 33)', async (path, member) => {
    const answer = await send(await token(), [{ type: 'page.viewed', ...member }]);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().errors).toMatchObject([{ index: 0, code: 'not_from_pages', path }]);
  });

  it.each([
    'user.login.failure',
    'user.role.changed',
    'settings.updated',
    'permission.denied',
    'compliance.x',
  ])('refuses %s, unless the token names the type', async (type) => {
    const refused = await send(await token(), [{ type }]);
    expect([refused.statusCode, refused.json().path]).toEqual([403, '/type']);
    expect((await send(await token({ types: [type] }), [{ type }])).statusCode).toBe(201);
    expect((await send(await token({ types: [type] }), [{ type: 'page.viewed' }])).statusCode).toBe(403);
  });

  it('takes the report of a loss from every page: a gap is never silent', async () => {
    const given = await token({ types: ['document.*'] });
    expect((await send(given, [{ type: 'system.events.lost' }])).statusCode).toBe(201);
  });

  it('never takes a type of the log itself', async () => {
    const answer = await send(await token({ types: ['audit_log.*'] }), [{ type: 'audit_log.viewed' }]);
    expect([answer.statusCode, answer.json().errors[0].code]).toEqual([400, 'reserved_type']);
  });

  it('keeps its limits: 100 events, 10 kB, 1,000 characters, 5 levels', async () => {
    const given = await token();
    const one = { type: 'page.viewed' };
    expect((await send(given, Array(100).fill(one))).statusCode).toBe(201);
    expect((await send(given, Array(101).fill(one))).statusCode).toBe(413);
    expect((await send(given, [])).statusCode).toBe(400);
    const error = async (more: object): Promise<string> => {
      const answer = await send(given, [{ ...one, ...more }]);
      return answer.statusCode === 201 ? 'taken' : `${answer.json().errors[0].code} ${answer.json().path}`;
    };
    const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });
    expect(await error({ metadata: deep(5) })).toBe('taken');
    expect(await error({ metadata: deep(6) })).toBe('too_deep /metadata/a/a/a/a/a');
    expect(await error({ metadata: { list: [[[[1]]]] } })).toBe('taken');
    expect(await error({ metadata: { list: [[[[[1]]]]] } })).toMatch(/^too_deep /);
    expect(await error({ action: { description: 'x'.repeat(1_000) } })).toBe('taken');
    expect(await error({ action: { description: 'x'.repeat(1_001) } })).toBe('too_long /action/description');
    expect(await error({ metadata: { list: ['x'.repeat(1_001)] } })).toBe('too_long /metadata/list/0');
    expect(await error({ metadata: { ['n'.repeat(1_001)]: 1 } })).toBe('too_long /metadata');
    const many = (count: number): object =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${i}`, 'ä'.repeat(490)]));
    expect(await error({ metadata: many(9) })).toBe('taken');
    expect(await error({ metadata: many(11) })).toBe('too_large ');
    expect((await send(given, [{ ...one, metadata: 'x'.repeat(1_030_000) }])).statusCode).toBe(413);
  });

  it('judges each event alone', async () => {
    const answer = await send(await token(), [
      { type: 'page.viewed' },
      7,
      { type: 'page.left', actor: {} },
      {},
    ]);
    expect(answer.statusCode).toBe(207);
    expect(answer.json()).toMatchObject({
      accepted: 1,
      refused: 3,
      results: [
        { index: 0, status: 201, receipt: { duplicate: false } },
        { index: 1, status: 400, path: '' },
        { index: 2, status: 400, code: 'not_from_pages', path: '/actor' },
        { index: 3, status: 400, path: '/type' },
      ],
    });
  });

  it('keeps an event once, also when it is sent again from another address with a new token', async () => {
    const proxied = await openTestServer({ env: { ATTESTRY_TRUSTED_PROXIES: '127.0.0.1' } });
    try {
      const { token: maker } = await proxied.makeKey({ roles: ['ingest'] });
      const event = {
        id: newId(),
        type: 'page.viewed',
        occurred_at: new Date(Date.now() - 5_000).toISOString(),
      };
      const from = async (address: string, userAgent: string, more: object = {}): Promise<Answer> =>
        send(
          await token({ actor: ALICE }, maker, proxied),
          [{ ...event, ...more }],
          { 'x-forwarded-for': address, 'user-agent': userAgent },
          proxied,
        );
      expect((await from('203.0.113.5', 'One/1')).json().receipts[0].duplicate).toBe(false);
      expect((await from('198.51.100.9', 'Two/2')).json().receipts[0].duplicate).toBe(true);
      expect((await from('203.0.113.5', 'One/1', { metadata: { other: 1 } })).statusCode).toBe(409);
      const { actor } = (await proxied.get(`/v1/events/${event.id}`)).json();
      expect(actor).toMatchObject({ ip_address: '203.0.113.5', user_agent: 'One/1' });
    } finally {
      await proxied.remove();
    }
  });

  it('does not believe X-Forwarded-For of a stranger (trap 29)', async () => {
    const answer = await send(await token(), [{ type: 'page.viewed' }], { 'x-forwarded-for': '203.0.113.5' });
    const event = await read(answer.json().receipts[0].id);
    expect(event['actor']).toMatchObject({ ip_address: '127.0.0.1' });
  });

  it('takes the time of the server where the clock of a visitor is ahead, and the same event once', async () => {
    const ahead = {
      id: newId(),
      type: 'page.viewed',
      occurred_at: new Date(Date.now() + 3_600_000).toISOString(),
    };
    const given = await token();
    expect((await send(given, [ahead])).statusCode).toBe(201);
    expect((await send(given, [ahead])).json().receipts[0].duplicate).toBe(true);
    const { occurred_at } = (await server.get(`/v1/events/${ahead.id}`)).json();
    expect(Math.abs(Date.parse(occurred_at) - Date.now())).toBeLessThan(60_000);
  });

  it('writes to the log of the tenant whose key made the token, and nowhere else', async () => {
    const acme = await server.makeTenant('acme');
    const other = await server.makeTenant('other');
    const { receipts } = (await send(await token({}, acme), [{ type: 'page.viewed' }])).json();
    expect((await server.get(`/v1/events/${receipts[0].id}`, acme)).statusCode).toBe(200);
    expect((await server.get(`/v1/events/${receipts[0].id}`, other)).statusCode).toBe(404);
    const named = await server.post('/v1/browser-tokens?tenant=acme', { origin: ORIGIN }, other);
    expect(named.statusCode).toBe(404);
    // The same id in two tenants is two events: neither learns of the other's.
    const event = { id: receipts[0].id, type: 'page.left' };
    expect((await send(await token({}, other), [event])).json().receipts[0].duplicate).toBe(false);
  });
});

describe('a browser token', () => {
  const rejected = async (given: string): Promise<void> => {
    const answer = await send(given, [{ type: 'page.viewed' }]);
    expect(answer.statusCode).toBe(401);
    expect(answer.json().detail).not.toMatch(/revoked|expired|forged|unknown/);
  };

  it('cannot be changed, prolonged, moved to another key or made from an API key', async () => {
    const given = await token();
    const [, , keyId = '', expiry = '', ...rest] = given.split('_');
    const sealed = rest.join('_');
    const flipped = `${sealed.slice(0, 30)}${sealed[30] === 'A' ? 'B' : 'A'}${sealed.slice(31)}`;
    const { key } = await server.makeKey({ roles: ['ingest'] });
    for (const forged of [
      `att_browser_${keyId}_${expiry}_${flipped}`,
      `att_browser_${keyId}_${(Number.parseInt(expiry, 36) + 60).toString(36)}_${sealed}`,
      `att_browser_${key.id}_${expiry}_${sealed}`,
      `att_browser_${'0'.repeat(16)}_${expiry}_${sealed}`,
      `att_browser_${keyId}_${expiry}_${'A'.repeat(100)}`,
      given.slice(0, -1),
      `${given}AAAA`,
      backend,
      server.adminToken,
      'x',
    ])
      await rejected(forged);
    expect((await send(given, [{ type: 'page.viewed' }])).statusCode).toBe(201);
  });

  it('ends by its time', async () => {
    const key = server.ops.keys.find(backend.split('_')[2] as string)?.key;
    if (key === undefined) throw new Error('no key');
    await rejected(server.ops.browserTokens.make(key, { origin: ORIGIN }, -1).token);
    expect(
      (await send(server.ops.browserTokens.make(key, { origin: ORIGIN }, 5).token, [{ type: 'a.b' }]))
        .statusCode,
    ).toBe(201);
  });

  it.each(['revoke', 'rotate'])('ends with the next request when its key is %sd', async (what) => {
    const { key, token: maker } = await server.makeKey({ roles: ['ingest'] });
    const given = await token({}, maker);
    expect((await send(given, [{ type: 'page.viewed' }])).statusCode).toBe(201);
    if (what === 'revoke') await server.call('DELETE', `/v1/keys/${key.id}`);
    else await server.post(`/v1/keys/${key.id}/rotate`, {});
    await rejected(given);
  });

  it('outlives a restart of the server, and is worth nothing on another one', async () => {
    const given = await token();
    const elsewhere = await openTestServer();
    try {
      expect((await send(given, [{ type: 'page.viewed' }], {}, elsewhere)).statusCode).toBe(401);
    } finally {
      await elsewhere.remove();
    }
    await server.close();
    server = await openTestServer({ dataDir: server.dataDir });
    const answer = await send(given, [{ type: 'page.viewed' }]);
    expect([answer.statusCode, answer.headers['access-control-allow-origin']]).toEqual([201, ORIGIN]);
  });

  it('has to be there, where it is looked for', async () => {
    const given = await token();
    const events = '"events":[{"type":"page.viewed"}]';
    for (const text of ['', '{}', `{${events}}`, `{${events},"token":"${given}"}`, `{"token":7,${events}}`]) {
      const answer = await beacon(text);
      expect([text.slice(0, 40), answer.statusCode]).toEqual([text.slice(0, 40), 401]);
    }
    // Never in the address, where proxies and histories would keep it.
    const inUrl = await server.call('POST', `${URL}?token=${given}`, {
      token: '',
      body: {},
      headers: { origin: ORIGIN },
    });
    expect(inUrl.statusCode).toBe(400);
    // What comes after a good token is parsed as strictly as everywhere.
    expect((await beacon(`{"token":"${given}",${events},${events}}`)).json().code).toBe('malformed_json');
    expect((await beacon(`{"token":"${given}",${events},"more":1}`)).json().path).toBe('/more');
    expect((await beacon(`{"token":"${given}","events":{}}`)).json().path).toBe('/events');
    const both = await server.call('POST', URL, {
      token: '',
      body: { token: null, events: [{ type: 'page.viewed' }] },
      headers: { origin: ORIGIN, authorization: `Bearer ${given}` },
    });
    expect([both.statusCode, both.json().path]).toEqual([400, '/token']);
  });

  it('that is refused is noted, by address, in the log of the server', async () => {
    await rejected('att_browser_x');
    await server.ops.audit.flush();
    const { events } = (
      await server.get('/v1/events?tenant=_system&type=security.unauthorized_access')
    ).json();
    expect(events.map(({ action }: { action: { error: string } }) => action.error)).toContain(
      'browser token malformed',
    );
  });
});

describe('pages of other origins', () => {
  const allowed = ({ headers }: Answer): unknown => headers['access-control-allow-origin'];

  it.each([
    'https://evil.example',
    'null',
    'http://app.example.com',
    'https://app.example.com:8443',
    undefined,
  ])('cannot use the token: %s', async (origin) => {
    const given = await token();
    const headers = { authorization: `Bearer ${given}`, ...(origin === undefined ? {} : { origin }) };
    const answer = await server.call('POST', URL, {
      token: '',
      body: { events: [{ type: 'a.b' }] },
      headers,
    });
    expect([answer.statusCode, allowed(answer)]).toEqual([403, undefined]);
    expect(answer.headers['access-control-expose-headers']).toBeUndefined();
  });

  it('cannot use it, nor read why, also when they have tokens of their own', async () => {
    await token({ origin: 'https://second.example.com' });
    const answer = await send(await token(), [{ type: 'a.b' }], { origin: 'https://second.example.com' });
    expect([answer.statusCode, allowed(answer)]).toEqual([403, undefined]);
    await server.ops.audit.flush();
    const { events } = (await server.get('/v1/events?type=permission.denied')).json();
    expect(events.map(({ action }: { action: { error: string } }) => action.error)).toContain(
      'browser token used from another origin',
    );
  });

  it('get CORS for exactly the origin of the token, without cookies', async () => {
    const answer = await send(await token(), [{ type: 'page.viewed' }]);
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': ORIGIN, vary: 'Origin' });
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
    // A page must be able to read that its token has ended.
    const ended = await send('att_browser_x', [{ type: 'page.viewed' }]);
    expect([ended.statusCode, allowed(ended)]).toEqual([401, ORIGIN]);
  });

  it('get an answer to their preflight only when tokens are made for them', async () => {
    const preflight = (origin: string): Promise<Answer> =>
      server.call('OPTIONS', URL, {
        token: '',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type',
        },
      });
    await token();
    const answer = await preflight(ORIGIN);
    expect(answer.statusCode).toBe(204);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'authorization, content-type',
      vary: 'Origin',
    });
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
    for (const origin of ['https://evil.example', 'null', '*']) {
      const refused = await preflight(origin);
      expect([origin, refused.statusCode, allowed(refused)]).toEqual([origin, 403, undefined]);
    }
    const get = await server.get(URL, '');
    expect([get.statusCode, get.headers['allow']]).toEqual([405, 'OPTIONS, POST']);
  });

  it('have no business on any other route', async () => {
    await token();
    for (const url of ['/v1/keys', '/v1/browser-tokens']) {
      const asked = await server.call('OPTIONS', url, { token: '', headers: { origin: ORIGIN } });
      expect([url, asked.statusCode, allowed(asked)]).toEqual([url, 405, undefined]);
    }
    const text = { token: backend, headers: { 'content-type': 'text/plain', origin: ORIGIN } };
    expect((await server.call('POST', '/v1/events', { ...text, body: '{"type":"a.b"}' })).statusCode).toBe(
      415,
    );
  });

  it('are forgotten a day after their last token, and bounded in number', async () => {
    let nowMs = Date.now();
    const origins = await BrowserOrigins.open(server.ops.ledger.admin, () => nowMs);
    await origins.note('bounded', 'https://one.example');
    expect(origins.has('https://one.example')).toBe(true);
    nowMs += 25 * 3_600_000;
    expect(origins.has('https://one.example')).toBe(false);
    for (let i = 0; i < 1_000; i++) await origins.note('bounded', `https://o${i}.example`);
    await expect(origins.note('bounded', 'https://more.example')).rejects.toMatchObject({ code: 'conflict' });
    await origins.note('another', 'https://more.example');
    expect(
      await server.ops.ledger.admin.get('browser_origin', 'bounded', 'https://one.example'),
    ).toBeUndefined();
  });
});

describe('rate limits of pages', () => {
  it('hold per token and per address, with a Retry-After that the page can read', async () => {
    const limited = await openTestServer({
      env: { ATTESTRY_RATE_LIMIT_PER_BROWSER_TOKEN: '3', ATTESTRY_RATE_LIMIT_PER_BROWSER_ADDRESS: '8' },
    });
    try {
      const { token: maker } = await limited.makeKey({ roles: ['ingest'] });
      const statuses = async (count: number, given: string): Promise<number[]> => {
        const seen: number[] = [];
        for (let i = 0; i < count; i++)
          seen.push((await send(given, [{ type: 'page.viewed' }], {}, limited)).statusCode);
        return seen;
      };
      const first = await token({}, maker, limited);
      expect(await statuses(4, first)).toEqual([201, 201, 201, 429]);
      expect(await statuses(4, await token({}, maker, limited))).toEqual([201, 201, 201, 429]);
      const answer = await send(await token({}, maker, limited), [{ type: 'page.viewed' }], {}, limited);
      expect([answer.statusCode, answer.json().code]).toEqual([429, 'rate_limited']);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': ORIGIN,
        'access-control-expose-headers': 'retry-after, x-request-id',
      });
      // The API itself is not held up by what pages do.
      expect((await limited.get('/v1/events')).statusCode).toBe(200);
    } finally {
      await limited.remove();
    }
  });
});
