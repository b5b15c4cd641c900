import { isOnPostgres } from '@attestry/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, openTestServer, type TestServer } from './server-harness.ts';

interface Listed {
  readonly id: string;
  readonly type: string;
  readonly seq: number;
  readonly occurred_at: string;
  readonly recorded_at: string;
}
interface Listing {
  readonly events: Listed[];
  readonly next_cursor: string | null;
  readonly previous_cursor: string | null;
  readonly has_more: boolean;
  readonly count?: { value: number; exact: boolean };
}

let server: TestServer;
let token: string;
const START = Date.UTC(2026, 0, 1);
const at = (minute: number): string => new Date(START + minute * 60_000).toISOString();

/** 120 events of one minute each; some share a time, so that ties have to be broken. */
const EVENTS = Array.from({ length: 120 }, (_, i) => ({
  type: i % 3 === 0 ? 'document.uploaded' : i % 3 === 1 ? 'document.viewed' : 'user.login.failure',
  occurred_at: at(Math.floor(i / 2)),
  actor: {
    type: 'user',
    id: `user-${i % 4}`,
    email: `user-${i % 4}@example.com`,
    ip_address: `10.0.${i % 2}.${i % 8}`,
    session_id: `s-${i % 5}`,
  },
  action: {
    verb: i % 3 === 2 ? 'login' : 'read',
    status: i % 3 === 2 ? 'failure' : 'success',
    description: i === 7 ? 'The merger contract was read aloud' : `event number ${i}`,
  },
  target: { type: 'document', id: `d-${i % 10}` },
  context: {
    project_id: `p-${i % 2}`,
    request_id: `r-${i % 6}`,
    correlation_id: `c-${i % 7}`,
    parent_id: `pa-${i % 9}`,
  },
  http: { method: 'GET', status_code: i % 5 === 0 ? 404 : 200 },
  ai: { execution_id: `x-${i % 3}` },
  compliance: {
    regulations_checked: i % 2 === 0 ? ['GDPR', 'HIPAA'] : ['SOC2'],
    traffic_light_status: i % 4 === 0 ? 'red' : 'green',
  },
  metadata: { order: { id: i % 10, paid: i % 2 === 0 }, tag: `t-${i % 3}` },
}));

beforeAll(async () => {
  server = await openTestServer();
  token = await server.makeTenant('queries');
  expect((await server.post('/v1/events', { events: EVENTS }, token)).statusCode).toBe(201);
});
afterAll(() => server?.remove());

/** Only the seeded events: keys made for the tests are events too. */
const SEEDED = `from=${at(0)}&to=${at(60)}`;

async function list(query: string): Promise<Listing> {
  const answer = await server.get(`/v1/events?${SEEDED}${query === '' ? '' : `&${query}`}`, token);
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return answer.json<Listing>();
}

describe('filters', () => {
  it.each<[string, (event: (typeof EVENTS)[number], index: number) => boolean]>([
    ['actor=user-1', ({ actor }) => actor.id === 'user-1'],
    ['actor=user-1&actor=user-2', ({ actor }) => ['user-1', 'user-2'].includes(actor.id)],
    ['actor_email=user-3%40example.com', ({ actor }) => actor.id === 'user-3'],
    ['actor_type=user', () => true],
    ['actor_type=service', () => false],
    ['type=document.*', ({ type }) => type.startsWith('document.')],
    ['type=document.viewed&type=user.*', ({ type }) => type !== 'document.uploaded'],
    ['type=doc.*', () => false],
    ['category=auth', ({ type }) => type.startsWith('user.')],
    ['severity=%3E%3Dhigh', ({ type }) => type === 'user.login.failure'],
    ['verb=login', (_event, i) => i % 3 === 2],
    ['status=failure', (_event, i) => i % 3 === 2],
    ['target_type=document&target=d-3', (_event, i) => i % 10 === 3],
    ['ip=10.0.0.4', ({ actor }) => actor.ip_address === '10.0.0.4'],
    ['ip=10.0.1.0%2F24', (_event, i) => i % 2 === 1],
    ['ip=10.0.0.0%2F8', () => true],
    ['session=s-2', (_event, i) => i % 5 === 2],
    ['request_id=r-5', (_event, i) => i % 6 === 5],
    ['correlation_id=c-1', (_event, i) => i % 7 === 1],
    ['parent_id=pa-8', (_event, i) => i % 9 === 8],
    ['execution_id=x-0', (_event, i) => i % 3 === 0],
    ['http_status=404', (_event, i) => i % 5 === 0],
    ['http_status=4xx', (_event, i) => i % 5 === 0],
    ['http_status=5xx', () => false],
    ['regulation=SOC2', (_event, i) => i % 2 === 1],
    ['traffic_light=red', (_event, i) => i % 4 === 0],
    ['project=p-1', (_event, i) => i % 2 === 1],
    ['metadata.order.id=7', (_event, i) => i % 10 === 7],
    ['metadata.order.paid=true&metadata.tag=t-0', (_event, i) => i % 2 === 0 && i % 3 === 0],
    [`to=${at(10)}`, (_event, i) => i < 20],
    ['actor=user-1&status=failure&project=p-1', (_event, i) => i % 4 === 1 && i % 3 === 2],
  ])('%s', async (query, isMatch) => {
    const plain = query.startsWith('to=') ? `from=${at(0)}&${query}` : `${SEEDED}&${query}`;
    const { events, count } = (
      await server.get(`/v1/events?${plain}&limit=1000&count=exact`, token)
    ).json<Listing>();
    expect(count).toEqual({ value: EVENTS.filter(isMatch).length, exact: true });
    expect(events).toHaveLength(EVENTS.filter(isMatch).length);
  });

  it('finds text within a second, with phrases, exclusions and prefixes', async () => {
    const search = async (q: string): Promise<Listed[]> =>
      (await list(`q=${encodeURIComponent(q)}&limit=1000`)).events;
    await eventually(
      () => search('merger'),
      (events) => events.length === 1,
    );
    expect(await search('"merger contract"')).toHaveLength(1);
    expect(await search('"contract merger"')).toHaveLength(0);
    expect(await search('contr*')).toHaveLength(1);
    expect(await search('event -number')).toHaveLength(0);
    expect(await search('number')).toHaveLength(119);
  });

  it('reads conditions in q as people write them, the same as parameters, in every answer', async () => {
    const count = async (query: string): Promise<number> =>
      (await server.get(`/v1/events?${SEEDED}&count=exact&limit=1&${query}`, token)).json().count.value;
    const q = (text: string): string => `q=${encodeURIComponent(text)}`;
    for (const [text, parameters] of [
      ['actor:user-1 status:failure', 'actor=user-1&status=failure'],
      ['actor:user-1 actor:user-2', 'actor=user-1&actor=user-2'],
      ['severity>=high', 'severity=>=high'],
      ['metadata.order.paid=true', 'metadata.order.paid=true'],
    ] as const)
      expect([text, await count(q(text))]).toEqual([text, await count(parameters)]);
    const all = await count('');
    expect(await count(q('-status:failure'))).toBe(all - (await count('status=failure')));
    expect(await count(q('-actor:user-1 -actor:user-2'))).toBe(
      all - (await count('actor=user-1&actor=user-2')),
    );
    // A parameter and a condition on the same thing must both be met.
    expect(await count(`actor=user-1&${q('actor:user-2')}`)).toBe(0);
    const { total } = (
      await server.get(`/v1/stats?group_by=type&${SEEDED}&${q('-status:failure')}`, token)
    ).json();
    expect(total).toBe(await count(q('-status:failure')));
    const exported = await server.get(`/v1/export?${SEEDED}&${q('-status:failure actor:user-1')}`, token);
    expect(exported.body.trim().split('\n')).toHaveLength(await count(q('actor:user-1 -status:failure')));
  });

  it('names each mistake in q with its place', async () => {
    const text = 'actor:user-1 sevrity:high status:broken';
    const answer = await server.get(`/v1/events?q=${encodeURIComponent(text)}`, token);
    expect(answer.statusCode).toBe(400);
    const problem = answer.json();
    expect(problem).toMatchObject({ code: 'invalid_parameter', path: 'q' });
    expect(problem.detail).toContain('Did you mean severity?');
    expect(
      problem.errors.map(({ code, from, to }: { code: string; from: number; to: number }) => [
        code,
        text.slice(from, to),
      ]),
    ).toEqual([
      ['unknown_field', 'sevrity:'],
      ['bad_value', 'broken'],
    ]);
    const wide = await server.get('/v1/events?q=ip%3A0.0.0.0%2F0%20ip%3A%3A%3A%2F1', token);
    expect([wide.statusCode, wide.json().path]).toEqual([400, 'q']);
  });

  it('does not compare in q what may not be compared by parameters', async () => {
    const manager = await server.makeKey({ roles: ['project_manager'], projects: ['p-1'] });
    for (const text of [
      'actor:user-1',
      '-actor:user-1',
      'ip:10.0.0.1',
      '-session:s',
      'target:x',
      'email:a@b',
    ])
      expect([
        text,
        (await server.get(`/v1/events?q=${encodeURIComponent(text)}`, manager.token)).statusCode,
      ]).toEqual([text, 403]);
    for (const text of [
      'actor:x actor_type:service',
      '-actor:x actor_type:agent',
      'target:x target_type:doc',
      'status:failure',
    ])
      expect([
        text,
        (await server.get(`/v1/events?q=${encodeURIComponent(text)}`, manager.token)).statusCode,
      ]).toEqual([text, 200]);
  });
});

describe('pages', () => {
  it.each(['asc', 'desc'])(
    '%s lead through everything exactly once, also through ties (trap 35, 37)',
    async (order) => {
      const seen: number[] = [];
      let cursor = '';
      let more = true;
      while (more) {
        const page = await list(`order=${order}&limit=7${cursor}`);
        seen.push(...page.events.map(({ seq }) => seq));
        cursor = `&cursor=${page.next_cursor}`;
        more = page.has_more;
      }
      const expected = Array.from({ length: 120 }, (_, i) => i + 1);
      expect(seen).toEqual(order === 'asc' ? seen.toSorted((a, b) => a - b) : seen.toSorted((a, b) => b - a));
      expect(new Set(seen).size).toBe(expected.length);
    },
  );

  it('lead back again', async () => {
    const first = await list('limit=10');
    const second = await list(`limit=10&cursor=${first.next_cursor}`);
    const third = await list(`limit=10&cursor=${second.next_cursor}`);
    const back = await list(`limit=10&cursor=${third.previous_cursor}`);
    expect(back.events.map(({ id }) => id)).toEqual(second.events.map(({ id }) => id));
    const front = await list(`limit=10&cursor=${back.previous_cursor}`);
    expect(front.events.map(({ id }) => id)).toEqual(first.events.map(({ id }) => id));
    expect(front.previous_cursor).toBeNull();
    expect(front.has_more).toBe(false);
  });

  it.each([
    ['desc', 'occurred'],
    ['asc', 'occurred'],
    ['desc', 'recorded'],
    ['asc', 'recorded'],
  ] as const)('begin at a time, %s by when they %s, and lead on and back from there', async (order, time) => {
    const read = async (more: string): Promise<Listing> => {
      const answer = await server.get(
        `/v1/events?actor_type=user&order=${order}&time=${time}&${more}`,
        token,
      );
      return answer.json<Listing>();
    };
    const { events } = await read('limit=1000');
    const times = events.map((event) => (time === 'recorded' ? event.recorded_at : event.occurred_at));
    const wanted = times[60] ?? '';
    const first = times.indexOf(wanted);
    const ids = (from: number, to: number): string[] =>
      events.slice(Math.max(0, from), to).map(({ id }) => id);
    const idsOf = (page: Listing): string[] => page.events.map(({ id }) => id);
    const page = await read(`limit=10&at=${wanted}`);
    expect(idsOf(page)).toEqual(ids(first, first + 10));
    expect(idsOf(await read(`limit=10&cursor=${page.next_cursor}`))).toEqual(ids(first + 10, first + 20));
    if (first === 0) expect(page.previous_cursor).toBeNull();
    else {
      const before = await read(`limit=10&cursor=${page.previous_cursor}`);
      expect(idsOf(before)).toEqual(ids(first - 10, first));
    }
  });

  it('begin before everything and behind it', async () => {
    const all = await list('limit=1000');
    const begin = await list('limit=1000&at=2200-01-01T00:00:00Z');
    expect(begin.events).toEqual(all.events);
    expect(begin.previous_cursor).toBeNull();
    const end = await list('limit=10&at=1960-01-01T00:00:00Z');
    expect([end.events, end.has_more]).toEqual([[], false]);
    const both = await server.get(`/v1/events?at=-1h&cursor=${all.next_cursor}`, token);
    expect([both.statusCode, both.json().path]).toEqual([400, 'at']);
  });

  it('refuse a cursor of another query', async () => {
    const { next_cursor } = await list('limit=10');
    const answer = await server.get(`/v1/events?${SEEDED}&actor=user-1&cursor=${next_cursor}`, token);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().path).toBe('cursor');
  });

  it('keep a place at the end for what comes later', async () => {
    const end = await server.get('/v1/events?order=asc&time=recorded&limit=1000', token);
    const { next_cursor, has_more } = end.json<Listing>();
    expect(has_more).toBe(false);
    const poll = async (cursor: string | null): Promise<Listing> =>
      (
        await server.get(`/v1/events?order=asc&time=recorded&limit=1000&cursor=${cursor}`, token)
      ).json<Listing>();
    const nothing = await poll(next_cursor);
    expect(nothing.events).toEqual([]);
    const { id } = (await server.post('/v1/events', { type: 'late.event' }, token)).json();
    expect((await poll(nothing.next_cursor)).events.map((event) => event.id)).toEqual([id]);
  });

  it('return only the asked fields', async () => {
    const { events } = await list('fields=id,actor.id&fields=metadata.order.id&limit=1');
    expect(Object.keys(events[0] as object).sort()).toEqual(['actor', 'id', 'metadata']);
  });

  it('estimate near the truth', async () => {
    const { count } = await list('count=estimate&limit=1');
    expect(count?.value).toBeGreaterThan(60);
  });

  it('estimate never less than what the page shows', async () => {
    const token = await server.makeTenant('estimates');
    for (let batch = 0; batch < 6; batch += 1) {
      const events = Array.from({ length: 1_000 }, (_, i) => ({
        type: 'a.b',
        metadata: { rare: batch === 0 && i < 3, n: i },
      }));
      expect((await server.post('/v1/events', { events }, token)).statusCode).toBe(201);
    }
    const ask = async (query: string) =>
      (await server.get(`/v1/events?metadata.rare=true&count=estimate&${query}`, token)).json();
    const page = await ask('limit=2');
    expect([page.events.length, page.has_more]).toEqual([2, true]);
    // A store may have counted them all; the embedded one has looked at 5,000.
    if (!isOnPostgres()) expect(page.count.exact).toBe(false);
    expect(page.count.value).toBeGreaterThanOrEqual(3);
    expect((await ask('limit=3')).count.value).toBeGreaterThanOrEqual(3);
    const exact = (await server.get('/v1/events?metadata.rare=true&count=exact', token)).json();
    expect(exact.count).toEqual({ value: 3, exact: true });
  });
});

describe('statistics', () => {
  it.each([
    ['type', { 'document.uploaded': 40, 'document.viewed': 40, 'user.login.failure': 40 }],
    ['category', { data: 80, auth: 40 }],
    ['status', { success: 80, failure: 40 }],
    ['actor', { 'user-0': 30, 'user-1': 30, 'user-2': 30, 'user-3': 30 }],
    ['project', { 'p-0': 60, 'p-1': 60 }],
    ['session', { 's-0': 24, 's-1': 24, 's-2': 24, 's-3': 24, 's-4': 24 }],
    ['minute', Object.fromEntries(Array.from({ length: 60 }, (_, minute) => [at(minute), 2]))],
    ['hour', { [new Date(START).toISOString()]: 120 }],
    ['day', { [new Date(START).toISOString()]: 120 }],
  ])('by %s', async (by, expected) => {
    const answer = (await server.get(`/v1/stats?group_by=${by}&${SEEDED}`, token)).json();
    expect(answer.total).toBe(120);
    expect(
      Object.fromEntries(answer.groups.map(({ key, count }: { key: string; count: number }) => [key, count])),
    ).toEqual(expected);
  });

  it('by minute keep the latest, oldest first', async () => {
    const answer = (await server.get(`/v1/stats?group_by=minute&limit=2&${SEEDED}`, token)).json();
    expect(answer.groups.map(({ key }: { key: string }) => key)).toEqual([at(58), at(59)]);
  });

  it('by target and ip name each group', async () => {
    for (const by of ['target', 'ip']) {
      const { groups } = (await server.get(`/v1/stats?group_by=${by}&${SEEDED}`, token)).json();
      expect(groups.reduce((sum: number, { count }: { count: number }) => sum + count, 0)).toBe(120);
      expect(groups.every(({ key }: { key: unknown }) => typeof key === 'string')).toBe(true);
    }
  });

  it('by ip give one address one group and one text, however it was written', async () => {
    const token = await server.makeTenant('addresses');
    for (const ip_address of ['192.0.2.77', '::ffff:192.0.2.77', '2001:DB8::1', '2001:db8:0:0::1'])
      await server.post('/v1/events', { type: 'a.b', actor: { type: 'user', id: 'u', ip_address } }, token);
    for (const ip of ['192.0.2.77', '::ffff:192.0.2.77', '2001:db8::1'])
      expect((await server.get(`/v1/events?ip=${ip}`, token)).json().events).toHaveLength(2);
    const { groups } = (await server.get('/v1/stats?group_by=ip&type=a.b', token)).json();
    expect(groups.map(({ key }: { key: string }) => key).sort()).toEqual(['192.0.2.77', '2001:db8::1']);
  });

  it('profile actors and targets', async () => {
    const actor = (await server.get('/v1/actors/user-1/activity', token)).json();
    expect(actor).toMatchObject({ total: 30, first_at: at(0), last_at: at(58) });
    expect(actor.recent).toHaveLength(20);
    const target = (await server.get('/v1/targets/document/d-3/activity', token)).json();
    expect(target.total).toBe(12);
    expect((await server.get('/v1/targets/document/none/activity', token)).json()).toMatchObject({
      total: 0,
      first_at: null,
      recent: [],
    });
  });
});

describe('context', () => {
  it.each([
    ['time', () => true],
    ['actor', (i: number) => i % 4 === 60 % 4],
    ['session', (i: number) => i % 5 === 60 % 5],
    ['request', (i: number) => i % 6 === 60 % 6],
  ] as const)('by %s shows the neighbours, oldest first', async (by, isNeighbour) => {
    const { events } = await list('limit=1000&order=asc');
    const middle = events[60] as Listed;
    const answer = (
      await server.get(`/v1/events/${middle.id}/context?before=3&after=3&by=${by}`, token)
    ).json();
    const wanted = events.map(({ id }, i) => ({ id, i })).filter(({ i }) => isNeighbour(i));
    const place = wanted.findIndex(({ i }) => i === 60);
    expect(answer.before.map(({ id }: Listed) => id)).toEqual(
      wanted.slice(place - 3, place).map(({ id }) => id),
    );
    expect(answer.after.map(({ id }: Listed) => id)).toEqual(
      wanted.slice(place + 1, place + 4).map(({ id }) => id),
    );
  });
});

describe('times', () => {
  it('from is inclusive and to exclusive, on either clock', async () => {
    const { count } = (
      await server.get(`/v1/events?from=${at(5)}&to=${at(6)}&count=exact`, token)
    ).json<Listing>();
    expect(count?.value).toBe(2);
    const recorded = (
      await server.get('/v1/events?time=recorded&from=-1h&limit=1000&count=exact', token)
    ).json<Listing>();
    expect(recorded.count?.value).toBeGreaterThanOrEqual(120);
    const before = (
      await server.get(`/v1/events?time=recorded&to=${at(0)}&count=exact`, token)
    ).json<Listing>();
    expect(before.count?.value).toBe(0);
  });
});
