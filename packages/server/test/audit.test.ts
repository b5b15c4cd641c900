import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, openTestServer, type TestServer } from './server-harness.ts';

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
  const query = await server.ops.ledger.compileQuery(tenant, filters, { personal: true });
  const { rows } = await server.ops.ledger.query.page(query, { order: 'asc', limit: 100 });
  return (await server.ops.ledger.readEvents(tenant, rows, { personal: true })) as unknown as Audited[];
}

describe('the audit of the audit', () => {
  it('tells of reading once per credential and window, with counts and without values', async () => {
    await server.ops.audit.flush();
    for (let i = 0; i < 50; i++) await server.get('/v1/events?actor=alice&q=secret+words', token);
    const [first, rest, ...more] = await eventsOf('audit_log.searched');
    expect(more).toEqual([]);
    for (const [event, count] of [
      [first, 1],
      [rest, 49],
    ] as const) {
      expect(event).toMatchObject({
        actor: { type: 'service', id: `key:${keyId}`, ip_address: '127.0.0.1' },
        action: { status: 'success' },
        metadata: { count, operations: { listEvents: count }, filters: { actor: count, q: count } },
      });
      expect(JSON.stringify(event)).not.toMatch(/alice|secret/);
    }
  });

  it('writes the first act of a credential at once, so that a crash cannot hide that it read', async () => {
    const { token: reader, key } = await server.makeKey({ roles: ['auditor'], name: 'first' }, 'audited');
    await server.get('/v1/stats?group_by=type', reader);
    // Not flushed: a killed process would not do it either.
    const written = async (): Promise<Audited[]> => {
      const query = await server.ops.ledger.compileQuery(
        'audited',
        { actor: [`key:${key.id}`] },
        { personal: true },
      );
      const { rows } = await server.ops.ledger.query.page(query, { order: 'asc', limit: 100 });
      return (await server.ops.ledger.readEvents('audited', rows, {
        personal: true,
      })) as unknown as Audited[];
    };
    const events = await eventually(written, (found) => found.length > 0);
    expect(events).toMatchObject([{ type: 'audit_log.searched', metadata: { count: 1 } }]);
  });

  it('cannot be forged: clients may not send its types', async () => {
    const { token: writer } = await server.makeKey({ roles: ['ingest'], name: 'forger' }, 'audited');
    const alone = await server.post('/v1/events', { type: 'audit_log.viewed' }, writer);
    expect(alone.statusCode).toBe(400);
    expect(alone.json()).toMatchObject({
      code: 'invalid_event',
      path: '/type',
      errors: [{ code: 'reserved_type' }],
    });
    const batch = { events: [{ type: 'a.b' }, { type: 'audit_log.exported' }] };
    const mixed = await server.post('/v1/events', batch, writer);
    expect(mixed.json()).toMatchObject({
      accepted: 1,
      results: [{ status: 201 }, { index: 1, code: 'reserved_type', path: '/type' }],
    });
    const schema = { type: 'audit_log.mine', schema: {} };
    expect((await server.post('/v1/schemas', schema, token)).json()).toMatchObject({ path: '/type' });
  });

  it('makes no loop: reading the audit events causes two events, not one per event', async () => {
    const before = (await server.ops.ledger.head('audited'))?.size ?? 0;
    for (let i = 0; i < 20; i++) await server.get('/v1/events?type=audit_log.*', token);
    await server.ops.audit.flush();
    await server.ops.audit.flush();
    expect(((await server.ops.ledger.head('audited'))?.size ?? 0) - before).toBe(2);
  });

  it('is not skipped for localhost or any other Host (trap 28)', async () => {
    const { id } = (await server.post('/v1/events', { type: 'a.b' }, token)).json();
    await server.ops.audit.flush();
    const before = (await eventsOf('audit_log.viewed')).length;
    await server.call('GET', `/v1/events/${id}`, { token, headers: { host: 'localhost' } });
    await server.call('GET', `/v1/events/${id}`, { token, headers: { host: '127.0.0.1:8484' } });
    const viewed = await eventsOf('audit_log.viewed');
    expect(viewed.slice(before).map(({ metadata }) => metadata.count)).toEqual([1, 1]);
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
    expect(unknown.slice(-2)).toMatchObject([
      { actor: { type: 'anonymous', ip_address: '127.0.0.1' }, metadata: { count: 1 } },
      { actor: { type: 'anonymous', ip_address: '127.0.0.1' }, metadata: { count: 1 } },
    ]);
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
