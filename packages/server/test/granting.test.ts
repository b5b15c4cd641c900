import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KeyView, NewKey } from '../src/operations/manage-keys.ts';
import { openTestServer, type TestServer } from './server-harness.ts';

let server: TestServer;
/** A platform administrator of `default` and nothing else. */
let platform: string;

beforeAll(async () => {
  server = await openTestServer();
  platform = (await server.makeKey({ roles: ['platform_admin'], name: 'operator' })).token;
});
afterAll(() => server?.remove());

const make = (body: object, token: string, tenant?: string) =>
  server.post(`/v1/keys${tenant === undefined ? '' : `?tenant=${tenant}`}`, { name: 'k', ...body }, token);

async function makeTenant(id: string): Promise<void> {
  expect((await server.post('/v1/tenants', { id }, platform)).statusCode).toBe(201);
}

/** Types and targets of what a log says of keys. */
async function keyEvents(tenant: string): Promise<{ type: string; target: { id: string } }[]> {
  const { events } = (await server.get(`/v1/events?type=api_key.*&tenant=${tenant}`)).json();
  return events;
}

describe('a platform administrator', () => {
  it('makes the first key of a tenant, once, and both logs say so', async () => {
    await makeTenant('begun');
    const first = await make({ roles: ['admin'] }, platform, 'begun');
    expect(first.statusCode).toBe(201);
    const { key, token } = first.json<NewKey>();
    expect(await keyEvents('begun')).toMatchObject([{ type: 'api_key.created', target: { id: key.id } }]);
    expect(await keyEvents('_system')).toMatchObject([
      { type: 'api_key.created', target: { id: key.id }, metadata: { tenant: 'begun', roles: ['admin'] } },
    ]);

    const second = await make({ roles: ['admin'] }, platform, 'begun');
    expect(second.statusCode).toBe(403);
    expect(second.json().detail).toContain('makes the first key of a tenant without administrator');
    // The tenant's own administrator goes on from here.
    expect((await make({ roles: ['ingest'] }, token)).statusCode).toBe(201);
    expect((await make({ roles: ['auditor'] }, token)).statusCode).toBe(201);
  });

  it('makes one first key also when it asks several times at once', async () => {
    await makeTenant('raced');
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => make({ roles: ['admin'] }, platform, 'raced')),
    );
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 403, 403, 403, 403]);
  });

  it.each([
    ['a key that writes', { roles: ['ingest'] }, 'events:write'],
    ['a key that reads personal data', { roles: ['auditor'] }, 'personal data'],
    ['one person', { roles: ['member'], subject: 'alice' }, 'personal data'],
    ['an administrator who is none', { roles: ['admin'], scopes: ['events:read'] }, 'personal data'],
    ['both at once', { roles: ['platform_admin', 'admin'] }, 'events:write'],
  ])('cannot begin a tenant with %s', async (_what, body, reason) => {
    const tenant = 'unbegun';
    if (server.ops.tenants.get(tenant) === undefined) await makeTenant(tenant);
    const answer = await make(body, platform, tenant);
    expect(answer.statusCode).toBe(403);
    expect(answer.json().detail).toContain(reason);
    expect(answer.json().detail).toContain('in the tenant unbegun');
    expect(server.ops.keys.list(tenant)).toEqual([]);
  });

  it('cannot make itself an administrator of its own tenant', async () => {
    const answer = await make({ roles: ['admin'] }, platform);
    expect(answer.statusCode).toBe(403);
    expect((await make({ roles: ['auditor'] }, platform)).statusCode).toBe(403);
    expect((await make({ roles: ['platform_admin'] }, platform)).statusCode).toBe(201);
  });

  it('cannot rotate or revoke the key of a tenant, and so not begin it again', async () => {
    await makeTenant('kept');
    const { key, token } = (await make({ roles: ['admin'] }, platform, 'kept')).json<NewKey>();
    const ingest = (await make({ roles: ['ingest'] }, token)).json<NewKey>();
    for (const { id } of [key, ingest.key]) {
      const rotated = await server.post(`/v1/keys/${id}/rotate?tenant=kept`, {}, platform);
      expect(rotated.statusCode).toBe(403);
      expect(rotated.json().detail).toContain('who rotates a key sees its new secret');
      expect(rotated.json().token).toBeUndefined();
      const revoked = await server.call('DELETE', `/v1/keys/${id}?tenant=kept`, { token: platform });
      expect(revoked.statusCode).toBe(403);
    }
    expect((await server.get('/v1/keys', token)).statusCode).toBe(200);
    // Who has the key takes it from the platform administrator, who has seen its token, by rotating it.
    const own = await server.post(`/v1/keys/${key.id}/rotate`, {}, token);
    expect(own.statusCode).toBe(200);
    expect((await server.get('/v1/keys', token)).statusCode).toBe(401);
  });

  it('begins a tenant again whose administrators have all ended', async () => {
    await makeTenant('ended');
    const { key, token } = (await make({ roles: ['admin'] }, platform, 'ended')).json<NewKey>();
    expect((await server.call('DELETE', `/v1/keys/${key.id}`, { token })).statusCode).toBe(200);
    expect((await make({ roles: ['admin'] }, platform, 'ended')).statusCode).toBe(201);
  });

  it('leaves its refusal in its own log', async () => {
    await makeTenant('tried');
    await make({ roles: ['auditor'] }, platform, 'tried');
    await server.ops.audit.flush();
    const { events } = (await server.get('/v1/events?type=permission.denied')).json();
    expect(JSON.stringify(events)).toContain(
      'does not see personal data, which this role does in the tenant tried',
    );
  });
});

describe('a bounded administrator', () => {
  const CIDRS = ['127.0.0.0/8', '10.1.0.0/16', '2001:db8::/32'];
  const EXPIRES = '2099-01-01T00:00:00.000Z';
  let bounded: NewKey;
  let unbounded: NewKey;

  beforeAll(async () => {
    const admin = await server.makeTenant('bounded');
    bounded = (await make({ roles: ['admin'], cidrs: CIDRS, expires_at: EXPIRES }, admin)).json();
    unbounded = (await make({ roles: ['admin'] }, admin)).json();
  });

  it('hands its bounds on to the keys it makes', async () => {
    const { key } = (await make({ roles: ['admin'] }, bounded.token)).json<NewKey>();
    expect(key).toMatchObject({ cidrs: CIDRS, expires_at: EXPIRES });
    const narrower = {
      cidrs: ['10.1.2.0/24', '127.0.0.1', '2001:db8:1::/48'],
      expires_at: '2098-12-31T23:59:59.000Z',
    };
    const made = await make({ roles: ['auditor'], ...narrower }, bounded.token);
    expect(made.json<NewKey>().key).toMatchObject(narrower);
    const grandchild = await make(
      { roles: ['ingest'] },
      (await make({ roles: ['admin'] }, bounded.token)).json().token,
    );
    expect(grandchild.json<NewKey>().key).toMatchObject({ cidrs: CIDRS, expires_at: EXPIRES });
  });

  it.each([
    ['a network that is wider', { cidrs: ['10.1.2.3', '10.0.0.0/8'] }, '/cidrs/1'],
    ['a network beside', { cidrs: ['192.0.2.0/24'] }, '/cidrs/0'],
    ['another family', { cidrs: ['::/0'] }, '/cidrs/0'],
    ['every address', { cidrs: ['0.0.0.0/0'] }, '/cidrs/0'],
    ['a later end', { expires_at: '2099-01-01T00:00:00.001Z' }, '/expires_at'],
  ])('cannot give %s', async (_what, bounds, path) => {
    const answer = await make({ roles: ['ingest'], ...bounds }, bounded.token);
    expect(answer.statusCode).toBe(403);
    expect(answer.json()).toMatchObject({ code: 'forbidden', path });
    expect(answer.json().detail).toMatch(/^Your key (is bound to the networks|expires at 2099)/);
  });

  it('cannot get the secret of a key that is not bound, but may end it', async () => {
    const rotated = await server.post(`/v1/keys/${unbounded.key.id}/rotate`, {}, bounded.token);
    expect(rotated.statusCode).toBe(403);
    expect((await server.post(`/v1/keys/${bounded.key.id}/rotate`, {}, unbounded.token)).statusCode).toBe(
      200,
    );
    const again = (
      await server.post(`/v1/keys/${bounded.key.id}/rotate`, {}, unbounded.token)
    ).json<NewKey>();
    const ended = await server.call('DELETE', `/v1/keys/${unbounded.key.id}`, { token: again.token });
    expect(ended.json<KeyView>().revoked_at).toEqual(expect.any(String));
  });

  it('of the platform hands them on to the first key of a tenant too', async () => {
    const { token } = (await make({ roles: ['platform_admin'], cidrs: CIDRS }, platform)).json<NewKey>();
    await makeTenant('inherited');
    const wide = await make({ roles: ['admin'], cidrs: ['0.0.0.0/0'] }, token, 'inherited');
    expect(wide.statusCode).toBe(403);
    const { key } = (await make({ roles: ['admin'] }, token, 'inherited')).json<NewKey>();
    expect(key.cidrs).toEqual(CIDRS);
  });
});
