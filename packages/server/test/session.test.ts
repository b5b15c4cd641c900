import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, openTestServer, type TestServer } from './server-harness.ts';

let server: TestServer;
/** Added to the clock. */
let laterMs = 0;
beforeAll(async () => {
  server = await openTestServer({
    env: { ATTESTRY_RATE_LIMIT_SIGN_IN: '0' },
    server: { now: () => Date.now() + laterMs },
  });
});
afterAll(() => server?.remove());

interface Browser {
  readonly cookie: string;
  readonly csrf: string;
}

function signIn(key: string, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> {
  return server.call('POST', '/v1/session', { token: '', body: { key }, headers });
}

function cookieOf(answer: LightMyRequestResponse): string {
  return String(answer.headers['set-cookie']).split(';', 1)[0] as string;
}

async function browser(key: string): Promise<Browser> {
  const answer = await signIn(key);
  expect(answer.statusCode).toBe(201);
  return { cookie: cookieOf(answer), csrf: answer.json().session.csrf_token };
}

function get({ cookie }: Browser, url: string, headers: Record<string, string> = {}) {
  return server.call('GET', url, { token: '', headers: { cookie, ...headers } });
}

function change(
  { cookie, csrf }: Browser,
  method: 'POST' | 'DELETE',
  url: string,
  { body, headers = {} }: { body?: object; headers?: Record<string, string> } = {},
) {
  return server.call(method, url, {
    token: '',
    ...(body === undefined ? {} : { body }),
    headers: { cookie, 'x-csrf-token': csrf, ...headers },
  });
}

async function eventsOf(type: string, token = server.adminToken): Promise<Record<string, never>[]> {
  await server.ops.audit.flush();
  return (await server.get(`/v1/events?type=${type}`, token)).json().events;
}

describe('signing in with an API key', () => {
  it('gives a cookie that scripts cannot read and other sites cannot send, and says who one is', async () => {
    const answer = await signIn(server.adminToken);
    expect(answer.statusCode).toBe(201);
    expect(answer.headers['set-cookie']).toMatch(
      /^attestry_session=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/,
    );
    expect(answer.headers['cache-control']).toBe('no-store');
    const me = answer.json();
    expect(me).toMatchObject({
      tenant: { id: 'default' },
      key: { name: 'test admin' },
      roles: ['platform_admin', 'admin'],
      personal: true,
      platform: true,
      sees_all: true,
      log: { origin: 'test.example/t/default', size: expect.any(Number), vkey: expect.any(String) },
      session: { method: 'api_key' },
    });
    expect((await get({ cookie: cookieOf(answer), csrf: '' }, '/v1/me')).json()).toEqual({
      ...me,
      log: expect.anything(),
      session: { ...me.session, idle_expires_at: expect.any(String) },
    });
  });

  it('binds the cookie to TLS when the browser speaks it, with the server or with a proxy', async () => {
    const headers = { 'x-forwarded-proto': 'https' };
    const answer = await signIn(server.adminToken, headers);
    expect(answer.headers['set-cookie']).toMatch(/^__Host-attestry_session=.*; Secure$/);
    const cookie = cookieOf(answer);
    expect((await get({ cookie, csrf: '' }, '/v1/me', headers)).statusCode).toBe(200);
    // The name without __Host- is one that a neighbour's subdomain can set.
    const planted = cookie.replace('__Host-', '');
    expect((await get({ cookie: planted, csrf: '' }, '/v1/me', headers)).statusCode).toBe(401);
  });

  it('is refused with one sentence for every reason, and the log has each attempt', async () => {
    const { key, token } = await server.makeKey({ roles: ['auditor'] });
    await server.call('DELETE', `/v1/keys/${key.id}`);
    const wrong = `${server.adminToken.slice(0, -1)}x`;
    for (const bad of [token, wrong, 'admin', 'att_live_x']) {
      const answer = await signIn(bad);
      expect([answer.statusCode, answer.json().detail]).toEqual([
        401,
        'This API key is not valid here and now.',
      ]);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    const [failure] = await eventsOf('user.login.failure');
    expect(failure).toMatchObject({
      actor: { type: 'anonymous', ip_address: '127.0.0.1' },
      action: { verb: 'login', status: 'failure', error: 'api key revoked' },
      target: { type: 'api_key', id: key.id },
    });
    const system = await server.get('/v1/events?tenant=_system&type=security.unauthorized_access');
    expect(JSON.stringify(system.json().events)).toContain('sign-in: api key malformed');
  });

  it('tells the limits and the version to whoever is signed in', async () => {
    const { version, license, limits } = (await server.get('/v1/limits')).json();
    expect([version, license]).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+/), 'Apache-2.0']);
    expect(limits).toMatchObject({ events_per_request: 1_000, sign_ins_per_address_and_minute: 0 });
  });

  it('is all there is where no identity provider is configured', async () => {
    expect((await server.get('/v1/session/options', '')).json()).toEqual({ api_key: true, oidc: null });
    expect((await server.get('/v1/session/oidc', '')).statusCode).toBe(404);
    expect((await server.get('/v1/session/oidc/callback', '')).statusCode).toBe(404);
  });

  it('is an event, as is signing out', async () => {
    const alice = await browser(server.adminToken);
    expect((await change(alice, 'DELETE', '/v1/session')).statusCode).toBe(204);
    const [came] = await eventsOf('user.login.success');
    const [went] = await eventsOf('user.logout');
    expect(came).toMatchObject({
      category: 'auth',
      actor: { name: 'test admin', ip_address: '127.0.0.1', session_id: expect.stringMatching(/^\w{16}$/) },
      metadata: { method: 'api_key' },
    });
    expect(went).toMatchObject({
      actor: { session_id: (came as never as { actor: { session_id: string } }).actor.session_id },
    });
  });

  it('is bounded per address', async () => {
    const bounded = await openTestServer({ env: { ATTESTRY_RATE_LIMIT_SIGN_IN: '3' } });
    const attempt = (key: string) => bounded.call('POST', '/v1/session', { token: '', body: { key } });
    for (let i = 0; i < 3; i++) expect((await attempt('att_live_wrong')).statusCode).toBe(401);
    const answer = await attempt(bounded.adminToken);
    await bounded.remove();
    expect([answer.statusCode, Number(answer.headers['retry-after']) > 0]).toEqual([429, true]);
  });

  it('is not possible from pages of other origins', async () => {
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ])
      expect((await signIn(server.adminToken, headers)).statusCode).toBe(403);
    for (const headers of [{ 'sec-fetch-site': 'same-origin' }, { origin: 'http://localhost:80' }])
      expect((await signIn(server.adminToken, headers)).statusCode).toBe(201);
    const form = await server.call('POST', '/v1/session', {
      token: '',
      body: `{"key":"${server.adminToken}"}`,
      headers: { 'content-type': 'text/plain' },
    });
    expect(form.statusCode).toBe(415);
  });
});

describe('a session', () => {
  it('may do what its key may, and no more', async () => {
    const acme = await server.makeTenant('acme');
    const { token } = await server.makeKey({ roles: ['auditor'] }, 'acme');
    const auditor = await browser(token);
    expect((await get(auditor, '/v1/events')).statusCode).toBe(200);
    expect((await get(auditor, '/v1/keys')).statusCode).toBe(403);
    expect((await get(auditor, '/v1/events?tenant=default')).statusCode).toBe(404);
    const admin = await browser(acme);
    expect(
      (await change(admin, 'POST', '/v1/keys', { body: { name: 'k', roles: ['ingest'] } })).statusCode,
    ).toBe(201);
  });

  it('changes nothing for a page that does not know its token (CSRF)', async () => {
    const alice = await browser(server.adminToken);
    const body = { name: 'k', roles: ['ingest'] };
    for (const csrf of ['', 'x', alice.cookie, alice.csrf.toUpperCase()])
      expect((await change({ ...alice, csrf }, 'POST', '/v1/keys', { body })).statusCode).toBe(403);
    const foreign = { 'sec-fetch-site': 'cross-site' };
    expect((await change(alice, 'POST', '/v1/keys', { body, headers: foreign })).statusCode).toBe(403);
    expect((await get(alice, '/v1/export', foreign)).statusCode).toBe(403);
    expect((await get(alice, '/v1/export', { origin: 'https://evil.example' })).statusCode).toBe(403);
    expect((await change(alice, 'POST', '/v1/keys', { body })).statusCode).toBe(201);
    // A key needs none of this: no browser sends it by itself.
    expect((await server.post('/v1/keys', body)).statusCode).toBe(201);
  });

  it('is nothing beside a key in the same request', async () => {
    const alice = await browser(server.adminToken);
    const answer = await server.call('GET', '/v1/me', {
      token: 'att_live_wrong',
      headers: { cookie: alice.cookie },
    });
    expect(answer.statusCode).toBe(401);
  });

  it('ends with signing out, here or everywhere', async () => {
    const [one, two, three] = [
      await browser(server.adminToken),
      await browser(server.adminToken),
      await browser(server.adminToken),
    ];
    const { token } = await server.makeKey({ roles: ['auditor'] });
    const other = await browser(token);
    const answer = await change(one, 'DELETE', '/v1/session');
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(/^attestry_session=; .*Max-Age=0/),
      expect.stringMatching(/^__Host-attestry_session=; .*Max-Age=0.*Secure$/),
    ]);
    expect((await get(one, '/v1/me')).statusCode).toBe(401);
    expect((await get(two, '/v1/me')).statusCode).toBe(200);
    expect((await change(two, 'DELETE', '/v1/sessions')).statusCode).toBe(204);
    for (const gone of [two, three]) expect((await get(gone, '/v1/events')).statusCode).toBe(401);
    expect((await get(other, '/v1/me')).statusCode).toBe(200);
    const [event] = await eventsOf('user.logout');
    expect(event).toMatchObject({ metadata: { sessions: expect.any(Number) } });
    expect((await server.call('DELETE', '/v1/session')).statusCode).toBe(400);
  });

  it('ends with its key: revoked, rotated, or used from elsewhere', async () => {
    const revoked = await server.makeKey({ roles: ['auditor'] });
    const rotated = await server.makeKey({ roles: ['auditor'] });
    const bound = await server.makeKey({ roles: ['auditor'], cidrs: ['127.0.0.1'] });
    const sessions = [await browser(revoked.token), await browser(rotated.token), await browser(bound.token)];
    await server.call('DELETE', `/v1/keys/${revoked.key.id}`);
    await server.call('POST', `/v1/keys/${rotated.key.id}/rotate`);
    expect((await get(sessions[0] as Browser, '/v1/me')).statusCode).toBe(401);
    expect((await get(sessions[1] as Browser, '/v1/me')).statusCode).toBe(401);
    expect((await get(sessions[2] as Browser, '/v1/me')).statusCode).toBe(200);
    const elsewhere = await server.app.inject({
      url: '/v1/me',
      remoteAddress: '192.0.2.1',
      headers: { cookie: (sessions[2] as Browser).cookie },
    });
    expect(elsewhere.statusCode).toBe(401);
  });

  it('ends when it asks nothing for an hour, and after half a day in any case', async () => {
    const alice = await browser(server.adminToken);
    const afterMinutes = async (minutes: number, who: Browser): Promise<number> => {
      laterMs += minutes * 60_000;
      return (await get(who, '/v1/me')).statusCode;
    };
    expect([await afterMinutes(59, alice), await afterMinutes(59, alice)]).toEqual([200, 200]);
    expect(await afterMinutes(61, alice)).toBe(401);
    const bob = await browser(server.adminToken);
    for (let hours = 1; hours < 12; hours++) expect(await afterMinutes(59.5, bob)).toBe(200);
    expect(await afterMinutes(59.5, bob)).toBe(200);
    expect(await afterMinutes(6.5, bob)).toBe(401);
    server.ops.sessions.sweep();
    await eventually(
      () => eventsOf('user.session.expired'),
      (events) => events.length >= 2,
    );
    laterMs = 0;
  });

  it('survives a restart, and an end does too; the folder holds no token', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'attestry-'));
    const first = await openTestServer({ dataDir });
    try {
      const [kept, ended] = await Promise.all(
        [0, 1].map(() => first.call('POST', '/v1/session', { token: '', body: { key: first.adminToken } })),
      );
      const cookie = cookieOf(kept as LightMyRequestResponse);
      const gone = cookieOf(ended as LightMyRequestResponse);
      await first.call('DELETE', '/v1/session', {
        token: '',
        headers: {
          cookie: gone,
          'x-csrf-token': (ended as LightMyRequestResponse).json().session.csrf_token,
        },
      });
      const rows = await first.ops.ledger.admin.list('session');
      expect(rows).toHaveLength(1);
      expect(JSON.stringify(rows)).not.toContain(cookie.split('=')[1]);
      await first.close();
      const again = await openTestServer({ dataDir });
      const ask = (value: string) => again.call('GET', '/v1/me', { token: '', headers: { cookie: value } });
      expect([(await ask(cookie)).statusCode, (await ask(gone)).statusCode]).toEqual([200, 401]);
      await again.close();
    } finally {
      await first.close();
      rmSync(dataDir, { recursive: true, force: true });
    }
  });

  it('makes room for a new one when somebody has too many', async () => {
    const first = await browser(server.adminToken);
    const second = await browser(server.adminToken);
    for (let i = 0; i < 49; i++) await browser(server.adminToken);
    expect((await get(first, '/v1/me')).statusCode).toBe(401);
    expect((await get(second, '/v1/me')).statusCode).toBe(200);
  });
});

describe('GET /v1/me', () => {
  it('is open to every key, and says how large the log is only to who sees all of it', async () => {
    const { token } = await server.makeKey({ roles: ['member'], subject: 'alice' });
    const me = (await server.get('/v1/me', token)).json();
    expect(me).toMatchObject({ roles: ['member'], subject: 'alice', sees_all: false, personal: true });
    expect(me.log).toEqual({ origin: 'test.example/t/default', vkey: expect.stringContaining('+') });
    expect(me).not.toHaveProperty('session');
    const ingest = await server.makeKey({ roles: ['ingest'] });
    const sender = (await server.get('/v1/me', ingest.token)).json();
    expect(sender.scopes).toEqual(['events:write']);
    expect(sender).not.toHaveProperty('log');
  });

  it('is no attempt at anything when nobody is signed in', async () => {
    expect((await server.get('/v1/me', '')).statusCode).toBe(401);
    await server.ops.audit.flush();
    const system = await server.get('/v1/events?tenant=_system&type=security.unauthorized_access');
    expect(JSON.stringify(system.json().events)).not.toContain('missing');
  });
});
