import type { LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, openTestServer, type TestServer } from './server-harness.ts';

// What can be found out about sealed members by somebody who may not see them: nothing.

let server: TestServer;
let admin: string;
/** Keys without the right to personal data. */
let manager: string;
let platform: string;
let aliceEvent: string;
let serviceEvent: string;

const ALICE = {
  type: 'user',
  id: 'alice',
  name: 'Alice Liddell',
  email: 'alice@example.com',
  ip_address: '192.0.2.9',
  session_id: 's-1',
};
const BOB = { type: 'user', id: 'bob', ip_address: '192.0.2.10' };
const ROBOT = { type: 'service', id: 'robot', ip_address: '192.0.2.20' };
const context = { project_id: 'p1' };

beforeAll(async () => {
  server = await openTestServer();
  admin = await server.makeTenant('acme');
  manager = (await server.makeKey({ roles: ['project_manager'], projects: ['p1'] }, 'acme')).token;
  platform = (await server.makeKey({ roles: ['platform_admin'] })).token;
  const record = async (event: object): Promise<string> => {
    const answer = await server.post('/v1/events', { type: 'doc.read', context, ...event }, admin);
    expect(answer.statusCode).toBe(201);
    return answer.json<{ id: string }>().id;
  };
  aliceEvent = await record({ actor: ALICE, target: { type: 'doc', id: 'd1', name: 'the plan' } });
  await record({ actor: ALICE, target: { type: 'user', id: 'carol' }, metadata: { note: 'met the plan' } });
  await record({ actor: BOB, target: { type: 'doc', id: 'd1' } });
  serviceEvent = await record({ actor: ROBOT, target: { type: 'doc', id: 'd2' } });
  await record({ actor: ROBOT, target: { type: 'doc', id: 'd2' } });
  // A service that declares its own address personal.
  const personal = [{ subject: 'robot-2', paths: ['/actor/ip_address', '/metadata/owner'] }];
  await record({ actor: { ...ROBOT, id: 'robot-2' }, metadata: { owner: 'Dorothy' }, personal });
  await eventually(
    async () => (await list('q=dorothy')).json().events.length,
    (found) => found === 1,
  );
});
afterAll(() => server?.remove());

function list(query: string, token = admin): Promise<LightMyRequestResponse> {
  return server.get(`/v1/events?type=doc.*&count=exact&${query}`, token);
}

/** How many events a key finds. */
async function countOf(query: string, token: string): Promise<number> {
  const tenant = token === platform ? '&tenant=acme' : '';
  const answer = await list(`${query}${tenant}`, token);
  expect([query, answer.statusCode]).toEqual([query, 200]);
  const { count, events } = answer.json<{ count: { value: number }; events: object[] }>();
  expect(events).toHaveLength(count.value);
  return count.value;
}

describe('full text', () => {
  it.each([
    ['alice', 2, 0],
    ['ali*', 2, 0],
    ['alice@example.com', 2, 0],
    ['"alice liddell"', 2, 0],
    ['carol', 1, 0],
    ['dorothy', 1, 0],
    ['plan', 2, 2],
    ['plan alice', 2, 0],
    ['plan -liddell', 0, 2],
    ['robot', 3, 3],
  ])('%s: found %i times with the right to personal data, %i times without', async (q, whole, open) => {
    const query = `q=${encodeURIComponent(q)}`;
    expect(await countOf(query, admin)).toBe(whole);
    expect(await countOf(query, manager)).toBe(open);
    expect(await countOf(query, platform)).toBe(open);
  });
});

describe('filters on sealed members', () => {
  it.each([
    ['actor', 'alice'],
    ['actor_email', 'alice@example.com'],
    ['ip', '192.0.2.0/24'],
    ['session', 's-1'],
    ['target', 'carol'],
  ])('%s is refused without the right to personal data, everywhere', async (name, value) => {
    const filter = `${name}=${encodeURIComponent(value)}`;
    expect(await countOf(filter, admin)).toBeGreaterThan(0);
    const asUser = name === 'target' ? '&target_type=user' : '&actor_type=user&actor_type=service';
    for (const path of [
      `/v1/events?${filter}`,
      `/v1/events?${filter}${asUser}`,
      `/v1/stats?group_by=type&${filter}`,
      `/v1/export?${filter}`,
    ]) {
      const answer = await server.get(path, manager);
      expect([path, answer.statusCode, answer.json().code, answer.json().path]).toEqual([
        path,
        403,
        'forbidden',
        name,
      ]);
    }
  });

  it('are answered for those that are no persons, from what is not sealed', async () => {
    for (const token of [manager, platform]) {
      expect(await countOf('actor=robot&actor_type=service', token)).toBe(2);
      expect(await countOf('ip=192.0.2.20&actor_type=service', token)).toBe(2);
      expect(await countOf('ip=192.0.2.0/24&actor_type=service', token)).toBe(2);
      expect(await countOf('target=d1&target_type=doc', token)).toBe(2);
    }
    expect(await countOf('ip=192.0.2.20&actor_type=service', admin)).toBe(3);
    const asked = '/v1/events?ip=192.0.2.20&actor_type=service&count=estimate';
    expect((await server.get(asked, manager)).json().count).toEqual({ value: 2, exact: true });
  });
});

describe('statistics, profiles and neighbours', () => {
  const groups = async (by: string, token: string): Promise<unknown> => {
    const { groups: found } = (await server.get(`/v1/stats?type=doc.*&group_by=${by}`, token)).json();
    return Object.fromEntries(found.map((one: { key: unknown; count: number }) => [one.key, one.count]));
  };

  it('put all sealed members of a kind into one group', async () => {
    expect(await groups('actor', admin)).toEqual({ alice: 2, bob: 1, robot: 2, 'robot-2': 1 });
    expect(await groups('actor', manager)).toEqual({ null: 3, robot: 2, 'robot-2': 1 });
    expect(await groups('ip', manager)).toEqual({ null: 4, '192.0.2.20': 2 });
    expect(await groups('target', manager)).toEqual({ null: 1, d1: 2, d2: 2 });
    expect(await groups('session', manager)).toEqual({ null: 2 });
  });

  it('have no profile of a person', async () => {
    const status = async (path: string): Promise<number> => (await server.get(path, manager)).statusCode;
    expect(await status('/v1/actors/alice/activity')).toBe(403);
    expect(await status('/v1/actors/robot/activity')).toBe(403);
    expect(await status('/v1/targets/user/carol/activity')).toBe(403);
    const profile = await server.get('/v1/targets/doc/d1/activity', manager);
    expect(profile.json()).toMatchObject({ total: 2 });
  });

  it('do not say which events are by the same person', async () => {
    const around = (id: string, by: string): Promise<LightMyRequestResponse> =>
      server.get(`/v1/events/${id}/context?by=${by}`, manager);
    for (const by of ['actor', 'session']) {
      expect((await around(aliceEvent, by)).json()).toMatchObject({ code: 'forbidden', path: 'by' });
    }
    expect((await around(aliceEvent, 'time')).json().after).toHaveLength(5);
    expect((await around(serviceEvent, 'actor')).json().after).toHaveLength(1);
  });

  it('leave a member its own activity', async () => {
    const own = (await server.makeKey({ roles: ['member'], subject: 'alice' }, 'acme')).token;
    expect(await countOf('q=alice', own)).toBe(2);
    expect(await countOf('actor=alice', own)).toBe(2);
    expect(await countOf('actor=bob', own)).toBe(0);
    const { types } = (await server.get('/v1/actors/alice/activity', own)).json();
    expect(types).toContainEqual({ key: 'doc.read', count: 2 });
  });
});
