import { type RunningIdentityProvider, startIdentityProvider } from '@attestry/testkit';
import type { LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sessions } from '../src/auth/sessions.ts';
import { eventually, openTestServer, type TestServer } from './server-harness.ts';

const PUBLIC_URL = 'http://127.0.0.1:18484';
const CALLBACK = '/v1/session/oidc/callback';
const ROLES =
  'admins=acme:admin, readers=acme:auditor, leads=acme:project_manager/p1|p2, own=acme:member, lost=nowhere:admin';

let provider: RunningIdentityProvider;
let server: TestServer;
/** Added to the clock. */
let laterMs = 0;

const OPTIONS = {
  people: {
    alice: { name: 'Alice Example', email: 'alice@example.com', groups: ['staff', 'readers', 'admins'] },
    bob: { name: 'Bob', groups: ['staff'] },
    carol: { groups: 'own' },
    dave: { name: 'Dave', groups: ['lost'] },
    lena: { name: 'Lena', groups: ['leads'] },
  },
  redirectUris: [`${PUBLIC_URL}${CALLBACK}`],
  logoutRedirectUris: [`${PUBLIC_URL}/sign-in`],
};

beforeAll(async () => {
  provider = await startIdentityProvider(OPTIONS);
  // Away while the server starts.
  await provider.close();
  server = await openTestServer({ env: environment(), server: { now: () => Date.now() + laterMs } });
  await server.makeTenant('acme');
});
afterAll(async () => {
  await server?.remove();
  await provider?.close();
});

function environment(more: Record<string, string> = {}): Record<string, string> {
  return {
    ATTESTRY_RATE_LIMIT_SIGN_IN: '0',
    ATTESTRY_PUBLIC_URL: PUBLIC_URL,
    ATTESTRY_OIDC_ISSUER: provider.issuer,
    ATTESTRY_OIDC_CLIENT_ID: provider.clientId,
    ATTESTRY_OIDC_CLIENT_SECRET: provider.clientSecret,
    ATTESTRY_OIDC_NAME: 'Example ID',
    ATTESTRY_OIDC_SCOPE: 'openid profile email groups',
    ATTESTRY_OIDC_ROLES: ROLES,
    ...more,
  };
}

/** The cookies of a browser, of all its hosts. */
class Browser {
  readonly #cookies = new Map<string, string>();

  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  keep(lines: readonly string[]): void {
    for (const line of lines) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name === undefined || value === undefined) continue;
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }

  async visit(url: string, of: TestServer = server): Promise<LightMyRequestResponse> {
    const answer = await of.call('GET', url, {
      token: '',
      headers: { cookie: this.cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
    });
    this.keep([answer.headers['set-cookie'] ?? []].flat());
    return answer;
  }

  /** Goes to the provider and does there what it says. @returns where the provider sends it */
  async atProvider(begin: LightMyRequestResponse): Promise<string> {
    const jar = new Browser();
    let url = String(begin.headers.location);
    while (url.startsWith(provider.issuer)) {
      const answer = await fetch(url, { redirect: 'manual', headers: { cookie: jar.cookie } });
      jar.keep(answer.headers.getSetCookie());
      url = new URL(answer.headers.get('location') ?? '', url).href;
    }
    expect(url.startsWith(`${PUBLIC_URL}${CALLBACK}?`)).toBe(true);
    return url.slice(PUBLIC_URL.length);
  }

  /** The whole way. @returns the answer of the callback */
  async signIn(person: string | undefined, query = ''): Promise<LightMyRequestResponse> {
    provider.person = person;
    return this.visit(await this.atProvider(await this.visit(`/v1/session/oidc${query}`)));
  }

  async me(): Promise<LightMyRequestResponse> {
    return server.call('GET', '/v1/me', { token: '', headers: { cookie: this.cookie } });
  }
}

async function eventsOf(query: string, token = server.adminToken): Promise<Record<string, unknown>[]> {
  await server.ops.audit.flush();
  return (await server.get(`/v1/events?${query}`, token)).json().events;
}

describe('an identity provider that is away', () => {
  it('does not keep the server from starting, is 503 for who signs in, and is found when it is back', async () => {
    expect((await server.get('/ready', '')).statusCode).toBe(200);
    const answer = await new Browser().visit('/v1/session/oidc?next=/settings');
    expect([answer.statusCode, answer.json().code]).toEqual([503, 'unavailable']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(answer.headers.refresh).toBe('0; url=/sign-in?problem=unavailable&next=%2Fsettings');
    expect((await server.post('/v1/session', { key: server.adminToken }, '')).statusCode).toBe(201);
    provider = await startIdentityProvider({ ...OPTIONS, port: Number(new URL(provider.issuer).port) });
    await eventually(
      async () => (await new Browser().visit('/v1/session/oidc')).statusCode,
      (status) => status === 303,
    );
  });
});

describe('signing in through an identity provider', () => {
  it('is offered, and begins with state, nonce and PKCE', async () => {
    expect((await server.get('/v1/session/options', '')).json()).toEqual({
      api_key: true,
      oidc: { name: 'Example ID', url: '/v1/session/oidc' },
    });
    const begin = await new Browser().visit('/v1/session/oidc');
    expect(begin.statusCode).toBe(303);
    const { searchParams } = new URL(String(begin.headers.location));
    expect(Object.fromEntries(searchParams)).toMatchObject({
      client_id: 'attestry',
      response_type: 'code',
      redirect_uri: `${PUBLIC_URL}${CALLBACK}`,
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(begin.headers['set-cookie']).toEqual([
      expect.stringMatching(/^attestry_oidc=[\w-]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/),
    ]);
  });

  it('gives a session with the roles of the first rule that matches, and leads back to the page asked for', async () => {
    const alice = new Browser();
    const back = await alice.signIn('alice', '?next=%2Factivity%3Fq%3Dtype%253Aa%23x');
    expect([back.statusCode, back.headers.location]).toEqual([303, '/activity?q=type%3Aa#x']);
    expect(back.headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^attestry_session=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/,
      ),
      expect.stringMatching(/^attestry_oidc=; .*Max-Age=0/),
    ]);
    const me = (await alice.me()).json();
    expect(me).toMatchObject({
      tenant: { id: 'acme' },
      key: { name: 'Alice Example', id: expect.stringMatching(/^oidc-[0-9a-f]{24}$/) },
      roles: ['admin'],
      subject: 'alice',
      session: { method: 'oidc' },
    });
    const [event] = await eventsOf('type=user.login.success', (await acmeAuditor()).token);
    expect(event).toMatchObject({
      actor: { type: 'user', id: 'alice', name: 'Alice Example' },
      metadata: { method: 'oidc' },
    });
    expect((await server.get('/metrics', '')).body).toContain(
      'attestry_sign_ins_total{method="oidc",outcome="success"} 1',
    );
    // A member sees what is its own, a manager its projects.
    const carol = new Browser();
    await carol.signIn('carol');
    expect((await carol.me()).json()).toMatchObject({ roles: ['member'], subject: 'carol', sees_all: false });
    const lena = new Browser();
    await lena.signIn('lena');
    expect((await lena.me()).json()).toMatchObject({ roles: ['project_manager'], personal: false });
  });

  it('ends with signing out, here or everywhere, and says where the provider is told', async () => {
    const [one, two] = [new Browser(), new Browser()];
    await one.signIn('alice');
    await two.signIn('alice');
    const { csrf_token: csrf } = (await one.me()).json().session;
    const headers = { cookie: one.cookie, 'x-csrf-token': csrf };
    const ended = await server.call('DELETE', '/v1/sessions', { token: '', headers });
    expect(ended.statusCode).toBe(200);
    const logout = new URL(ended.json().logout_url);
    expect(logout.origin).toBe(provider.issuer);
    expect(logout.searchParams.get('post_logout_redirect_uri')).toBe(`${PUBLIC_URL}/sign-in`);
    expect(logout.searchParams.get('client_id')).toBe('attestry');
    expect((await fetch(logout)).status).toBe(200);
    expect([(await one.me()).statusCode, (await two.me()).statusCode]).toEqual([401, 401]);
    expect(await eventsOf('type=user.logout', (await acmeAuditor()).token)).toHaveLength(1);
  });

  it('ends by time, and when its rule is taken away', async () => {
    const alice = new Browser();
    await alice.signIn('alice');
    laterMs = 3_601_000;
    expect((await alice.me()).statusCode).toBe(401);
    laterMs = 0;
    await alice.signIn('alice');
    const { ops } = server;
    const token = /attestry_session=([\w-]+)/.exec(alice.cookie)?.[1] ?? '';
    expect(ops.sessions.open(token, '::1')).toHaveProperty('session.identity.rule', 'admins=acme:admin');
    // The same store, as a start with another configuration finds it.
    const later = await Sessions.open({
      store: ops.ledger.admin,
      keys: ops.keys,
      now: ops.now,
      idleMs: 60_000,
      absoluteMs: 60_000,
      oidcRules: ['readers=acme:auditor'],
      onExpired: () => undefined,
      onTrouble: () => undefined,
    });
    expect(later.open(token, '::1')).toBe('rule of the session ended');
    await later.close();
  });

  it.each([
    [
      'bob',
      'You are known to the identity provider, but nothing in the claim groups gives access here; ask your administrator.',
    ],
    ['dave', 'Your access is to the tenant nowhere, which does not exist; ask your administrator.'],
  ])('gives %s no access, with a sentence and an event', async (person, sentence) => {
    const browser = new Browser();
    const answer = await browser.signIn(person, '?next=/integrity');
    expect([answer.statusCode, answer.json().detail]).toEqual([403, sentence]);
    expect(answer.headers.refresh).toBe('0; url=/sign-in?problem=no_access&next=%2Fintegrity');
    expect((await browser.me()).statusCode).toBe(401);
    const events = await eventsOf('tenant=_system&type=user.login.failure');
    expect(JSON.stringify(events)).toContain('oidc no access');
  });

  it('says so when it was cancelled there', async () => {
    const answer = await new Browser().signIn(undefined);
    expect([answer.statusCode, answer.headers.refresh]).toEqual([401, '0; url=/sign-in?problem=cancelled']);
    expect(JSON.stringify(await eventsOf('tenant=_system&type=security.unauthorized_access'))).toContain(
      'sign-in: oidc access_denied',
    );
  });

  it('belongs to the browser that began it, once, and for a while', async () => {
    provider.person = 'alice';
    const [victim, attacker] = [new Browser(), new Browser()];
    const url = await attacker.atProvider(await attacker.visit('/v1/session/oidc'));
    // Somebody else's way back, in a browser that began nothing, or another one.
    const stranger = await victim.visit(url);
    expect([stranger.statusCode, stranger.headers.refresh]).toEqual([401, '0; url=/sign-in?problem=expired']);
    await victim.visit('/v1/session/oidc');
    const mixed = await victim.visit(url);
    expect([mixed.statusCode, mixed.json().detail]).toEqual([
      401,
      expect.stringContaining('The sign-in at the identity provider failed'),
    ]);
    const kept = attacker.cookie;
    expect((await attacker.visit(url)).statusCode).toBe(303);
    const again = new Browser();
    again.keep([kept]);
    expect((await again.visit(url)).statusCode).toBe(401);
    const late = new Browser();
    const lateUrl = await late.atProvider(await late.visit('/v1/session/oidc'));
    laterMs = 601_000;
    expect((await late.visit(lateUrl)).headers.refresh).toBe('0; url=/sign-in?problem=expired');
    laterMs = 0;
    for (const search of ['', '?error=server_error', '?code=x&state=y&state=z'])
      expect((await new Browser().visit(`${CALLBACK}${search}`)).statusCode).toBe(401);
  });

  it.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/v1/events',
    'x',
    '/%0d%0a',
  ])('does not lead to %j', async (next) => {
    const browser = new Browser();
    provider.person = 'alice';
    const answer = await browser.signIn('alice', `?next=${encodeURIComponent(next)}`);
    expect(answer.headers.location).toBe(next === '/%0d%0a' ? next : '/');
  });
});

let auditor: { readonly token: string } | undefined;
async function acmeAuditor(): Promise<{ readonly token: string }> {
  auditor ??= await server.makeKey({ roles: ['auditor'] }, 'acme');
  return auditor;
}
