import { type RunningRedis, redisServer, startRedis } from '@attestry/testkit';
import { createClient } from '@redis/client';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GrowthChannel } from '../src/cache/growth-channel.ts';
import { RedisConnection } from '../src/cache/redis-connection.ts';
import { eventually, openTestServer, type TestServer } from './server-harness.ts';

const lookup = redisServer();
const skipped = lookup.path === undefined ? ` (skipped: ${lookup.skip})` : '';

describe.skipIf(lookup.path === undefined)(`with Redis${skipped}`, () => {
  let redis: RunningRedis;
  let server: TestServer;
  let client: ReturnType<typeof createClient>;

  beforeAll(async () => {
    redis = await startRedis();
    server = await openTestServer({ env: { ATTESTRY_REDIS_URL: redis.url } });
    client = createClient({ url: redis.url });
    client.on('error', () => undefined);
    await client.connect();
    await cacheIs('ok');
  });
  afterAll(async () => {
    client?.destroy();
    await server?.remove();
    await redis?.stop();
  });

  function cacheIs(status: string): Promise<unknown> {
    return eventually(
      async () =>
        (await server.get('/ready', '')).json<{
          ready: boolean;
          components: { cache: { status: string } };
        }>(),
      ({ ready, components }) => ready && components.cache.status === status,
    );
  }

  async function record(actor: string, count: number, more: object = {}): Promise<void> {
    const events = Array.from({ length: count }, (_, n) => ({
      type: 'recent.event',
      actor: { type: 'user', id: actor, email: `${actor}@example.com` },
      metadata: { n },
      ...more,
    }));
    expect((await server.post('/v1/events', { events })).statusCode).toBe(201);
  }

  async function recent(actor = 'alice', query = ''): Promise<{ readonly id: string }[]> {
    const answer = await server.get(`/v1/recent?actor=${actor}${query}`);
    expect(answer.statusCode).toBe(200);
    return answer.json().events;
  }

  async function stored(actor = 'alice'): Promise<unknown[]> {
    return (await server.get(`/v1/events?actor=${actor}&from=-24h&limit=100`)).json().events;
  }

  async function entries(): Promise<string[]> {
    return client.keys('attestry:recent:*');
  }

  it("answers with the store's events, before and after they are kept, also when the cache is flushed", async () => {
    await record('alice', 4);
    await record('bob', 2);
    const early = new Date(Date.now() - 3_600_000).toISOString();
    await record('alice', 1, { occurred_at: early });
    const first = await recent();
    expect(first).toHaveLength(5);
    expect(first).toEqual(await stored());
    expect(await entries()).toHaveLength(1);
    expect(await recent()).toEqual(first);
    // What came since is added, in its place; what is too old is not.
    await record('alice', 2, { occurred_at: new Date(Date.now() - 1_800_000).toISOString() });
    await record('alice', 1, { occurred_at: new Date(Date.now() - 25 * 3_600_000).toISOString() });
    await record('alice', 120);
    const many = await recent();
    expect(many).toHaveLength(100);
    expect(many).toEqual(await stored());
    expect(await recent('alice', '&limit=3')).toEqual(many.slice(0, 3));
    // Too far behind to be brought up to date: asked for anew.
    await record('bob', 250);
    expect(await recent()).toEqual(await stored());
    await client.flushAll();
    expect(await recent()).toEqual(await stored());
    expect(await recent()).toEqual(await stored());
  });

  it('keeps numbers and times only, under a name that says nothing', async () => {
    await recent('bob');
    const names = await entries();
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      expect(name).toMatch(/^attestry:recent:[\w-]{43}$/);
      expect(await client.get(name)).toMatch(/^[\d{}[\],":sizerow]+$/);
      expect(await client.pTTL(name)).toBeGreaterThan(0);
    }
  });

  it('answers from it, and believes nothing of it that the log does not say', async () => {
    await record('carol', 2);
    await client.flushAll();
    const all = await recent('carol');
    const [name = ''] = await entries();
    const kept = JSON.parse((await client.get(name)) ?? '');
    await client.set(name, JSON.stringify({ ...kept, rows: kept.rows.slice(0, 1) }));
    expect(await recent('carol')).toEqual(all.slice(0, 1));
    // The number of somebody else's event, as when this one's was erased: the log is asked.
    await client.set(name, JSON.stringify({ ...kept, rows: [[0, Date.now()], ...kept.rows] }));
    expect(await recent('carol')).toEqual(all);
    await client.set(name, JSON.stringify({ ...kept, size: kept.size + 1_000_000 }));
    expect(await recent('carol')).toEqual(all);
  });

  it('shows nobody more than they see', async () => {
    const { token } = await server.makeKey({ roles: ['member'], subject: 'carol' });
    const own = (await server.get('/v1/recent?actor=carol', token)).json().events;
    expect(own).toHaveLength(2);
    expect((await server.get('/v1/recent?actor=alice', token)).json().events).toEqual([]);
    const acme = await server.makeTenant('acme');
    expect((await server.get('/v1/recent?actor=carol', acme)).json().events).toEqual([]);
  });

  it('goes on without it, and with it again when it is back', async () => {
    const before = await recent();
    await redis.stop();
    await cacheIs('degraded');
    expect(await recent()).toEqual(before);
    await record('alice', 1);
    expect(await recent()).toEqual(await stored());
    redis = await startRedis(redis.port);
    await cacheIs('ok');
    expect(await recent()).toEqual(await stored());
    await eventually(entries, (names) => names.length > 0);
  });

  it('tells the other nodes which logs have grown', async () => {
    const logger = pino({ level: 'silent' });
    const heard: string[] = [];
    const listeners: ((head: { tenant: string }) => void)[] = [];
    const key = new Uint8Array(32);
    const connections = await Promise.all([1, 2].map(() => RedisConnection.open(redis.url, logger)));
    const channels = connections.map(
      (connection) =>
        new GrowthChannel(connection, {
          ledger: {
            onCommit: (listener) => {
              listeners.push(listener as (head: { tenant: string }) => void);
              return () => undefined;
            },
            noteGrown: async (tenants) => void heard.push(...(tenants ?? [])),
          },
          key,
          logger,
        }),
    );
    await eventually(
      async () => {
        listeners[0]?.({ tenant: 'acme' });
        return heard;
      },
      // Both nodes hear it, the one that told it too.
      (tenants) => tenants.filter((tenant) => tenant === 'acme').length >= 2,
    );
    // One is that of the server above, whose key is another.
    const open = await client.pubSubChannels('attestry:grown:*');
    expect(open).toHaveLength(2);
    for (const channel of open) {
      await client.publish(channel, 'not one of ours');
      await client.publish(channel, '["beta"]');
    }
    await eventually(
      async () => heard,
      (tenants) => tenants.includes('beta'),
    );
    for (const one of [...channels, ...connections]) one.close();
  });
});
