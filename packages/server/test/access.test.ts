import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestServer, type TestServer } from './server-harness.ts';

let server: TestServer;
/** Administrators of two tenants. */
let acme: string;
let other: string;
/** Things of `acme` that `other` must not be able to tell from things that do not exist. */
let eventId: string;
let keyId: string;
let jobId: string;

const PERSON = { type: 'user', id: 'alice', email: 'alice@example.com', ip_address: '192.0.2.9' };

beforeAll(async () => {
  server = await openTestServer();
  acme = await server.makeTenant('acme');
  other = await server.makeTenant('other');
  const event = {
    type: 'acme.secret',
    actor: PERSON,
    target: { type: 'doc', id: 'd1' },
    context: { project_id: 'p1' },
  };
  eventId = (await server.post('/v1/events', event, acme)).json().id;
  await server.post('/v1/events', { type: 'other.thing' }, other);
  await server.post('/v1/schemas', { type: 'acme.secret', schema: { type: 'object' } }, acme);
  keyId = (await server.get('/v1/keys', acme)).json().keys[0].id;
  jobId = (await server.post('/v1/verify', {}, acme)).json().id;
});
afterAll(() => server?.remove());

interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly isPublic: boolean;
  /** Takes browser tokens, no API keys. */
  readonly isForPages: boolean;
}

/** Every route of the server, from its own OpenAPI document, so that a new one cannot be forgotten here. */
async function allOperations(): Promise<Operation[]> {
  const { paths } = (await server.get('/openapi.json', '')).json();
  return Object.entries(paths as Record<string, Record<string, { security?: object[] }>>).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, { security }]) => ({
        method: method.toUpperCase() as Operation['method'],
        path,
        isPublic: security?.length === 0,
        isForPages: security?.some((scheme) => 'browserToken' in scheme) === true,
      })),
  );
}

/** A path with `acme`'s things in the place of its parameters. */
function fill(path: string): string {
  const id = path.includes('/keys/')
    ? keyId
    : path.includes('/verify/')
      ? jobId
      : path.includes('/tenants/')
        ? 'acme'
        : path.includes('/actors/')
          ? 'alice'
          : path.includes('/targets/')
            ? 'd1'
            : eventId;
  return path
    .replace('{id}', id)
    .replace('{type}', path.includes('/targets/') ? 'doc' : 'acme.secret')
    .replace('{name}', 'latest')
    .replace('{tenant}', 'acme')
    .replace(/\{(path|\*)\}/, '0/000.p/1');
}

function query(path: string): string {
  // A place that the log has not reached: a stream that begins would never end.
  if (path === '/v1/stream' || path === '/v1/live') return '?after=999999';
  if (path === '/v1/stats') return '?group_by=actor';
  if (path === '/v1/suggest') return '?field=actor';
  if (path === '/v1/recent') return '?actor=alice';
  if (path === '/v1/proofs/inclusion') return '?seq=0';
  if (path === '/v1/proofs/consistency') return '?from=1';
  return '';
}

function bodyOf({ method, path }: Operation): object | undefined {
  if (path.startsWith('/v1/saved-searches') && (method === 'POST' || method === 'PUT'))
    return { name: 's', query: '' };
  if (method !== 'POST' || path.endsWith('/rotate')) return undefined;
  if (path === '/v1/browser-tokens') return { origin: 'https://app.example.com' };
  if (path === '/v1/events') return { type: 'other.thing' };
  if (path === '/v1/keys') return { name: 'k', roles: ['ingest'] };
  if (path === '/v1/tenants') return { id: 'third' };
  if (path === '/v1/schemas/test') return { schema: {}, event: { type: 'other.type' } };
  if (path === '/v1/schemas') return { type: 'other.type', schema: {} };
  return {};
}

describe('every route', () => {
  it('is closed without a credential, except the few that are meant to be open (trap 27)', async () => {
    const operations = await allOperations();
    expect(operations.length).toBeGreaterThan(25);
    expect(
      operations
        .filter(({ isPublic }) => isPublic)
        .map(({ path }) => path)
        .sort(),
    ).toEqual([
      '/health',
      '/metrics',
      '/ready',
      '/v1/session',
      '/v1/session/oidc',
      '/v1/session/oidc/callback',
      '/v1/session/options',
    ]);
    for (const operation of operations.filter(({ isPublic }) => !isPublic)) {
      const url = fill(operation.path) + query(operation.path);
      for (const authorization of [
        undefined,
        'Bearer x',
        'Bearer admin',
        'Basic YWRtaW46YWRtaW4=',
        `Bearer ${acme}x`,
        acme,
      ]) {
        const body = bodyOf(operation);
        const answer = await server.call(operation.method, url, {
          token: '',
          ...(body === undefined ? {} : { body }),
          headers: authorization === undefined ? {} : { authorization },
        });
        expect([operation.method, url, authorization, answer.statusCode]).toEqual([
          operation.method,
          url,
          authorization,
          401,
        ]);
        expect(answer.headers['www-authenticate']).toContain('Bearer');
      }
    }
  });

  it("shows another tenant nothing of a tenant's, by id or by path (trap 25, 26)", async () => {
    for (const operation of (await allOperations()).filter(({ isPublic }) => !isPublic)) {
      const url = fill(operation.path) + query(operation.path);
      const body = bodyOf(operation);
      const answer = await server.call(operation.method, url, {
        token: other,
        ...(body === undefined ? {} : { body }),
      });
      expect([url, /alice@example|192\.0\.2\.9|"p1"/.test(answer.body)]).toEqual([url, false]);
      const namesAThing =
        operation.path.includes('{') &&
        !operation.path.includes('/actors/') &&
        !operation.path.includes('/targets/') &&
        !operation.path.includes('{name}');
      if (namesAThing) expect([url, [403, 404].includes(answer.statusCode)]).toEqual([url, true]);
      if (namesAThing && !operation.path.startsWith('/v1/tenants'))
        expect([url, answer.statusCode]).toEqual([url, 404]);
    }
  });

  it('takes the tenant from the key: naming another one finds nothing, on any route (trap 25)', async () => {
    for (const operation of (await allOperations()).filter(({ isPublic }) => !isPublic)) {
      const url = `${fill(operation.path)}${query(operation.path)}`;
      const body = bodyOf(operation);
      const named = `${url}${url.includes('?') ? '&' : '?'}tenant=acme`;
      const answer = await server.call(operation.method, named, {
        token: other,
        ...(body === undefined ? {} : { body }),
      });
      expect([named, answer.statusCode]).toEqual([named, operation.isForPages ? 400 : 404]);
    }
  });

  it('refuses each tenant name that is a path, a pattern or the system', async () => {
    for (const tenant of ['..', '%2e%2e%2f', '*', '_system', 'acme%00', 'default']) {
      const answer = await server.get(`/v1/events?tenant=${tenant}`, other);
      expect([tenant, answer.statusCode]).toEqual([tenant, 404]);
    }
  });
});

describe('keys', () => {
  it('store no secret (trap 31) and show none', async () => {
    const { key, token } = await server.makeKey({ roles: ['auditor'] });
    const secret = token.split('_')[3] as string;
    const rows = JSON.stringify(await server.ops.ledger.admin.list('api_key'));
    expect(rows).toContain(key.id);
    expect(rows).not.toContain(secret);
    expect((await server.get('/v1/keys')).body).not.toContain(secret);
  });

  it('stop with the next request when revoked, and when rotated', async () => {
    const { key, token } = await server.makeKey({ roles: ['auditor'] });
    expect((await server.get('/v1/events', token)).statusCode).toBe(200);
    const rotated = (await server.post(`/v1/keys/${key.id}/rotate`, {})).json();
    expect((await server.get('/v1/events', token)).statusCode).toBe(401);
    expect((await server.get('/v1/events', rotated.token)).statusCode).toBe(200);
    await server.call('DELETE', `/v1/keys/${key.id}`);
    expect((await server.get('/v1/events', rotated.token)).statusCode).toBe(401);
    expect((await server.get(`/v1/keys/${key.id}`)).json().revoked_at).toEqual(expect.any(String));
    expect((await server.post(`/v1/keys/${key.id}/rotate`, {})).statusCode).toBe(409);
  });

  it('survive a restart, revoked ones as revoked', async () => {
    const { ApiKeys } = await import('../src/auth/api-keys.ts');
    const { key, token } = await server.makeKey({ roles: ['auditor'] });
    const revoked = await server.makeKey({ roles: ['auditor'] });
    await server.call('DELETE', `/v1/keys/${revoked.key.id}`);
    const reopened = await ApiKeys.open(server.ops.ledger.admin, Date.now);
    expect(reopened.authenticate(token, '127.0.0.1')).toMatchObject({ key: { id: key.id } });
    expect(reopened.authenticate(revoked.token, '127.0.0.1')).toBe('revoked');
  });

  it('expire', async () => {
    const soon = new Date(Date.now() + 2_000).toISOString();
    const { token } = await server.makeKey({ roles: ['auditor'], expires_at: soon });
    expect((await server.get('/v1/events', token)).statusCode).toBe(200);
    await expect.poll(async () => (await server.get('/v1/events', token)).statusCode).toBe(401);
  });

  it('are bound to networks', async () => {
    const inside = await server.makeKey({ roles: ['auditor'], cidrs: ['127.0.0.0/8'] });
    const outside = await server.makeKey({ roles: ['auditor'], cidrs: ['192.0.2.0/24'] });
    expect((await server.get('/v1/events', inside.token)).statusCode).toBe(200);
    expect((await server.get('/v1/events', outside.token)).statusCode).toBe(401);
  });

  it('do not believe X-Forwarded-For of a stranger (trap 29)', async () => {
    const { token } = await server.makeKey({ roles: ['auditor'], cidrs: ['192.0.2.0/24'] });
    const answer = await server.call('GET', '/v1/events', {
      token,
      headers: { 'x-forwarded-for': '192.0.2.1' },
    });
    expect(answer.statusCode).toBe(401);
    const proxied = await openTestServer({ env: { ATTESTRY_TRUSTED_PROXIES: '127.0.0.1' } });
    try {
      const bound = await proxied.makeKey({ roles: ['auditor'], cidrs: ['192.0.2.0/24'] });
      const through = await proxied.call('GET', '/v1/events', {
        token: bound.token,
        headers: { 'x-forwarded-for': '203.0.113.5, 192.0.2.1' },
      });
      expect(through.statusCode).toBe(200);
      const forged = await proxied.call('GET', '/v1/events', {
        token: bound.token,
        headers: { 'x-forwarded-for': '192.0.2.1, 203.0.113.5' },
      });
      expect(forged.statusCode).toBe(401);
    } finally {
      await proxied.remove();
    }
  });

  it('cannot give more than they have', async () => {
    const narrow = await server.makeKey({ roles: ['admin'], scopes: ['admin', 'events:read'] }, 'acme');
    const wide = await server.post('/v1/keys', { name: 'k', roles: ['admin'] }, narrow.token);
    expect(wide.statusCode).toBe(403);
    const platform = await server.post('/v1/keys', { name: 'k', roles: ['platform_admin'] }, acme);
    expect(platform.statusCode).toBe(403);
    const fine = await server.post('/v1/keys', { name: 'k', roles: ['security_officer'] }, narrow.token);
    expect(fine.statusCode).toBe(201);
    const first = (await server.get('/v1/keys', acme)).json().keys[0];
    expect((await server.post(`/v1/keys/${first.id}/rotate`, {}, narrow.token)).statusCode).toBe(403);
  });
});

describe('roles', () => {
  const seed = async (): Promise<void> => {
    const events = [
      { type: 'user.login.failure', actor: { type: 'user', id: 'bob' } },
      {
        type: 'document.uploaded',
        actor: { type: 'user', id: 'bob', email: 'bob@example.com' },
        context: { project_id: 'p1' },
      },
      { type: 'document.uploaded', actor: { type: 'user', id: 'carol' }, context: { project_id: 'p2' } },
    ];
    await server.post('/v1/events', { events }, acme);
  };
  const typesSeen = async (token: string): Promise<string[]> => {
    const { events } = (await server.get('/v1/events?limit=1000', token)).json();
    return [
      ...new Set(
        events
          .filter(({ type }: { type: string }) => !/^(api_key|audit_log|permission)\./.test(type))
          .map(({ type, actor }: { type: string; actor?: { id?: string } }) => `${type} ${actor?.id ?? '-'}`),
      ),
    ].sort() as string[];
  };

  it('see their part and nothing else, in lists, counts, single events and exports', async () => {
    await seed();
    const bob = (await server.makeKey({ roles: ['member'], subject: 'bob' }, 'acme')).token;
    expect(await typesSeen(bob)).toEqual(['document.uploaded bob', 'user.login.failure bob']);
    expect((await server.get('/v1/stats?group_by=type&type=user.*&type=document.*', bob)).json().total).toBe(
      2,
    );
    expect((await server.get(`/v1/events/${eventId}`, bob)).statusCode).toBe(404);
    expect((await server.get('/v1/actors/carol/activity', bob)).json().total).toBe(0);
    // A member cannot widen the view with a parameter of its own.
    expect((await server.get('/v1/events?actor=carol', bob)).json().events).toEqual([]);

    const manager = (await server.makeKey({ roles: ['project_manager'], projects: ['p1'] }, 'acme')).token;
    expect(await typesSeen(manager)).toEqual(['acme.secret -', 'document.uploaded -']);
    const redacted = (await server.get(`/v1/events/${eventId}`, manager)).json();
    expect(redacted.redacted).toEqual(
      expect.arrayContaining(['/actor/id', '/actor/email', '/actor/ip_address']),
    );
    expect(JSON.stringify(redacted)).not.toContain('alice');
    const exported = (await server.get('/v1/export', manager)).body;
    expect(exported).toContain('document.uploaded');
    expect(exported).not.toMatch(/alice|bob|carol|"p2"/);

    const officer = (await server.makeKey({ roles: ['security_officer'] }, 'acme')).token;
    expect(await typesSeen(officer)).toEqual(['user.login.failure bob']);
    expect((await server.get('/v1/export', officer)).statusCode).toBe(403);
  });

  it('of whole-log routes are those that see everything', async () => {
    const { token } = await server.makeKey({ roles: ['auditor'], types: ['document.*'] }, 'acme');
    expect((await server.post('/v1/verify', {}, token)).statusCode).toBe(403);
    expect((await server.get('/v1/logs/acme/tile/entries/000.p/1', token)).statusCode).toBe(403);
    const auditor = (await server.makeKey({ roles: ['auditor'] }, 'acme')).token;
    expect((await server.get('/v1/logs/acme/tile/entries/000.p/1', auditor)).statusCode).toBe(200);
  });

  it('ingest only writes, auditor only reads, and bounds hold for writing too', async () => {
    const ingest = (await server.makeKey({ roles: ['ingest'], types: ['document.*'] }, 'acme')).token;
    expect((await server.get('/v1/events', ingest)).statusCode).toBe(403);
    expect((await server.post('/v1/events', { type: 'document.viewed' }, ingest)).statusCode).toBe(201);
    expect((await server.post('/v1/events', { type: 'user.deleted' }, ingest)).statusCode).toBe(403);
    const auditor = (await server.makeKey({ roles: ['auditor'] }, 'acme')).token;
    expect((await server.post('/v1/events', { type: 'a.b' }, auditor)).statusCode).toBe(403);
    expect((await server.post('/v1/keys', { name: 'k', roles: ['auditor'] }, auditor)).statusCode).toBe(403);
  });

  it('of the platform see other tenants, redacted, and write to none of them', async () => {
    const { token } = await server.makeKey({ roles: ['platform_admin'] });
    const event = (await server.get(`/v1/events/${eventId}?tenant=acme`, token)).json();
    expect(event.redacted).toContain('/actor/email');
    expect((await server.post('/v1/events?tenant=acme', { type: 'a.b' }, token)).statusCode).toBe(403);
    expect(
      (await server.get('/v1/tenants', token)).json().tenants.map(({ id }: { id: string }) => id),
    ).toContain('acme');
    expect((await server.get('/v1/tenants', acme)).statusCode).toBe(403);
  });
});

describe('rate limits', () => {
  it('hold per key, per address and for failed authentications, with Retry-After', async () => {
    const limited = await openTestServer({
      env: {
        ATTESTRY_RATE_LIMIT_PER_KEY: '5',
        ATTESTRY_RATE_LIMIT_FAILED_AUTH: '3',
        ATTESTRY_RATE_LIMIT_PER_ADDRESS: '40',
      },
    });
    try {
      const statuses = async (count: number, token?: string): Promise<number[]> => {
        const seen: number[] = [];
        for (let i = 0; i < count; i++) seen.push((await limited.get('/v1/schemas', token)).statusCode);
        return seen;
      };
      expect(await statuses(6)).toEqual([200, 200, 200, 200, 200, 429]);
      expect(await statuses(4, 'wrong')).toEqual([401, 401, 401, 429]);
      const answer = await limited.get('/v1/schemas');
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect(answer.json()).toMatchObject({ code: 'rate_limited', retry_after: expect.any(Number) });
      const many = await statuses(40, 'wrong');
      expect(many.at(-1)).toBe(429);
    } finally {
      await limited.remove();
    }
  });
});
