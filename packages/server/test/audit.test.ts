import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestServer, type TestServer } from './server-harness.ts';

let server: TestServer;
let token: string;
let keyId: string;

interface Audited {
  readonly type: string;
  readonly actor: { type: string; id: string; name: string; ip_address?: string };
  readonly action: { status: string };
  readonly metadata: {
    count: number;
    operations: Record<string, number>;
    filters?: Record<string, number>;
    first_at: string;
  };
}

beforeAll(async () => {
  // A window that no timer closes during the test.
  server = await openTestServer({ server: { auditWindowMs: 3_600_000 } });
  token = await server.makeTenant('audited');
  keyId = (await server.get('/v1/keys', token)).json().keys[0].id;
});
afterAll(() => server?.remove());

async function eventsOf(type: string, tenant = 'audited'): Promise<Audited[]> {
  await server.ops.audit.flush();
  const filters = { type: [type] };
  const query = await server.ops.ledger.compileQuery(tenant, filters);
  const { rows } = await server.ops.ledger.query.page(query, { order: 'asc', limit: 100 });
  return (await server.ops.ledger.readEvents(tenant, rows, { personal: true })) as unknown as Audited[];
}

describe('the audit of the audit', () => {
  it('tells of reading once per credential and window, with counts and without values', async () => {
    await server.ops.audit.flush();
    for (let i = 0; i < 50; i++) await server.get('/v1/events?actor=alice&q=secret+words', token);
    const [event, ...more] = await eventsOf('audit_log.searched');
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      actor: { type: 'service', id: `key:${keyId}`, ip_address: '127.0.0.1' },
      action: { status: 'success' },
      metadata: { count: 50, operations: { listEvents: 50 }, filters: { actor: 50, q: 50 } },
    });
    expect(JSON.stringify(event)).not.toMatch(/alice|secret/);
  });

  it('makes no loop: reading the audit events causes one event, not one per event', async () => {
    const before = (await server.ops.ledger.head('audited'))?.size ?? 0;
    for (let i = 0; i < 20; i++) await server.get('/v1/events?type=audit_log.*', token);
    await server.ops.audit.flush();
    await server.ops.audit.flush();
    expect(((await server.ops.ledger.head('audited'))?.size ?? 0) - before).toBe(1);
  });

  it('is not skipped for localhost or any other Host (trap 28)', async () => {
    const { id } = (await server.post('/v1/events', { type: 'a.b' }, token)).json();
    await server.ops.audit.flush();
    const before = (await eventsOf('audit_log.viewed')).length;
    await server.call('GET', `/v1/events/${id}`, { token, headers: { host: 'localhost' } });
    await server.call('GET', `/v1/events/${id}`, { token, headers: { host: '127.0.0.1:8484' } });
    const viewed = await eventsOf('audit_log.viewed');
    expect(viewed).toHaveLength(before + 1);
    expect(viewed.at(-1)?.metadata.count).toBe(2);
  });

  it('tells of exports and verifications', async () => {
    await server.get('/v1/export', token);
    await server.post('/v1/verify', {}, token);
    expect(await eventsOf('audit_log.exported')).toHaveLength(1);
    expect(await eventsOf('audit_log.verified')).toHaveLength(1);
  });

  it('tells of what was refused, too (trap 24)', async () => {
    const { token: ingest } = await server.makeKey({ roles: ['ingest'], name: 'writer' }, 'audited');
    await server.get('/v1/events', ingest);
    const [denied] = await eventsOf('permission.denied');
    expect(denied).toMatchObject({
      actor: { name: 'writer' },
      action: { status: 'denied' },
      metadata: { count: 1, operations: { listEvents: 1 } },
    });
  });

  it('tells of every change of a key at once, without its secret (trap 30)', async () => {
    const { key, token: made } = await server.makeKey({ roles: ['auditor'] }, 'audited');
    await server.call('POST', `/v1/keys/${key.id}/rotate`, { token });
    await server.call('DELETE', `/v1/keys/${key.id}`, { token });
    const changes = await eventsOf('api_key.*');
    const types = changes.filter((event) => JSON.stringify(event).includes(key.id)).map(({ type }) => type);
    expect(types).toEqual(['api_key.created', 'api_key.rotated', 'api_key.revoked']);
    expect(JSON.stringify(changes)).not.toContain(made.split('_')[3]);
  });

  it("tells the server's own log of unknown keys and of tenants made", async () => {
    await server.get('/v1/events', 'att_live_nonsense');
    await server.get('/v1/events', 'something-else');
    const unknown = await eventsOf('security.unauthorized_access', '_system');
    expect(unknown.at(-1)).toMatchObject({
      actor: { type: 'anonymous', ip_address: '127.0.0.1' },
      metadata: { count: 2 },
    });
    const made = await eventsOf('tenant.created', '_system');
    expect(made).toHaveLength(1);
    const seen = await server.get('/v1/events?tenant=_system&type=tenant.created');
    expect(seen.json().events).toHaveLength(1);
    expect((await server.post('/v1/events?tenant=_system', { type: 'a.b' })).statusCode).toBe(403);
  });
});

describe('metrics', () => {
  it('have the names of the documentation and only bounded labels (trap 42)', async () => {
    for (let i = 0; i < 50; i++)
      await server.post('/v1/events', { type: `made.up_${i}`, http: { path: `/users/${i}` } }, token);
    const text = (await server.get('/metrics', '')).body;
    for (const name of [
      'attestry_events_total',
      'attestry_ingest_seconds',
      'attestry_queue_size',
      'attestry_commit_seconds',
      'attestry_batch_events',
      'attestry_query_seconds',
      'attestry_store_bytes',
      'attestry_follower_lag_events',
      'attestry_verify_failures_total',
      'attestry_checkpoint_age_seconds',
    ]) {
      expect(text).toContain(`# TYPE ${name} `);
    }
    expect(text).toMatch(/attestry_events_total\{category="[a-z]+",status="accepted"\} \d+/);
    expect(text).not.toMatch(/made\.up|users|audited/);
  });

  it('can be switched off', async () => {
    const quiet = await openTestServer({ env: { ATTESTRY_METRICS: 'off' } });
    try {
      expect((await quiet.get('/metrics', '')).statusCode).toBe(404);
      expect((await quiet.get('/health', '')).json()).toEqual({ status: 'ok' });
      expect((await quiet.get('/ready', '')).json()).toMatchObject({
        ready: true,
        components: { store: { status: 'ok' } },
      });
    } finally {
      await quiet.remove();
    }
  });
});
