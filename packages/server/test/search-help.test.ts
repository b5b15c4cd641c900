import { bytesToHex, hashLeaf, utf8Encode } from '@attestry/core';
import { nodeCrypto } from '@attestry/ledger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestServer, type TestServer } from './server-harness.ts';

let server: TestServer;
let acme: string;
let other: string;
let manager: string;
let member: string;
let eventId: string;

beforeAll(async () => {
  server = await openTestServer();
  acme = await server.makeTenant('acme');
  other = await server.makeTenant('other');
  manager = (await server.makeKey({ roles: ['project_manager'], projects: ['p1'] }, 'acme')).token;
  member = (await server.makeKey({ roles: ['member'], subject: 'alice' }, 'acme')).token;
  const alice = { type: 'user', id: 'alice', email: 'Alice@example.com', ip_address: '192.0.2.9' };
  const events = [
    {
      type: 'doc.read',
      actor: alice,
      context: { project_id: 'p1' },
      target: { type: 'doc', id: 'd1' },
      metadata: { order: { id: 42, state: 'paid' } },
    },
    {
      type: 'doc.read',
      actor: { ...alice, id: 'alan', email: 'alan@example.com' },
      context: { project_id: 'p2' },
      target: { type: 'file', id: 'f1' },
    },
    { type: 'doc.write', actor: alice, context: { project_id: 'p1' }, action: { verb: 'sign' } },
    {
      type: 'job.run',
      actor: { type: 'service', id: 'cron' },
      context: { project_id: 'p1' },
      http: { status_code: 503 },
    },
  ];
  eventId = (await server.post('/v1/events', { events }, acme)).json().receipts[0].id;
  await server.post('/v1/events', { type: 'other.secret', actor: { type: 'user', id: 'alfred' } }, other);
});
afterAll(() => server?.remove());

describe('GET /v1/suggest', () => {
  async function values(query: string, token = acme): Promise<string[]> {
    const answer = await server.get(`/v1/suggest?${query}`, token);
    expect(answer.statusCode).toBe(200);
    return answer.json().values.map(({ value }: { value: string }) => value);
  }

  it('offers what the log has, the commonest first, and words from their list', async () => {
    expect(await values('field=actor&prefix=AL')).toEqual(['alice', 'alan']);
    expect(await values('field=type&prefix=doc')).toEqual(['doc.read', 'doc.write']);
    expect(await values('field=status&prefix=f')).toEqual(['failure']);
    expect(await values('field=severity')).toEqual(['info', 'low', 'medium', 'high', 'critical']);
    expect(await values('field=verb&prefix=s')).toEqual(['sign', 'share']);
    expect(await values('field=actor.email')).toEqual(['Alice@example.com', 'alan@example.com']);
    expect(await values('field=project')).toEqual(['p1', 'p2']);
    expect(await values('field=http_status')).toEqual(['503']);
    expect(await values('field=metadata&prefix=ord')).toEqual(['order']);
    expect(await values('field=metadata.order')).toEqual(['id', 'state']);
    expect(await values('field=metadata.order.state&prefix=p')).toEqual(['paid']);
    expect(await values('field=metadata.constructor.name')).toEqual([]);
    expect(await values('field=after')).toEqual([]);
    expect(await values('field=actor&prefix=al&limit=1')).toEqual(['alice']);
    expect((await server.get('/v1/suggest?field=actr', acme)).json().path).toBe('field');
  });

  it('offers nothing that the reader may not see, sealed or of others', async () => {
    expect(await values('field=actor', manager)).toEqual(['cron']);
    expect(await values('field=actor_email', manager)).toEqual([]);
    expect(await values('field=project', manager)).toEqual(['p1']);
    expect(await values('field=actor', member)).toEqual(['alice']);
    // What alice looked for with her own key is hers as well, recorded within a minute.
    const types = await values('field=type', member);
    expect(types.filter((type) => !type.startsWith('audit_log.'))).toEqual(['doc.read', 'doc.write']);
    expect(await values('field=actor&prefix=al', other)).toEqual(['alfred']);
  });
});

describe('GET /v1/recent', () => {
  it('shows what an actor did within a day, newest first', async () => {
    const { events } = (await server.get('/v1/recent?actor=alice', acme)).json();
    // What alice looked for with her own key is an event of hers as well, recorded within a minute.
    const types = events.map(({ type }: { type: string }) => type);
    expect(types.filter((type: string) => !type.startsWith('audit_log.'))).toEqual(['doc.write', 'doc.read']);
    expect((await server.get('/v1/recent?actor=alice&limit=1', acme)).json().events).toHaveLength(1);
    expect((await server.get('/v1/recent?actor=alice', other)).json().events).toEqual([]);
    expect((await server.get('/v1/recent?actor=alan', member)).json().events).toEqual([]);
    expect((await server.get('/v1/recent?actor=alice', manager)).statusCode).toBe(403);
    const old = { type: 'doc.old', actor: { type: 'user', id: 'old' }, occurred_at: '2020-01-01T00:00:00Z' };
    await server.post('/v1/events', old, acme);
    expect((await server.get('/v1/recent?actor=old', acme)).json().events).toEqual([]);
  });
});

describe('GET /v1/events/{id}/record', () => {
  it('is what the leaf hash is made of, for whoever sees the event, with nothing that is sealed', async () => {
    const event = (await server.get(`/v1/events/${eventId}`, acme)).json();
    for (const token of [acme, manager, member]) {
      const record = await server.get(`/v1/events/${eventId}/record`, token);
      expect(bytesToHex(hashLeaf(nodeCrypto, utf8Encode(record.body)))).toBe(event.hash);
      expect(record.body).not.toContain('lice@example');
    }
    expect((await server.get(`/v1/events/${eventId}/record`, other)).statusCode).toBe(404);
  });
});

describe('saved searches', () => {
  const save = (body: object, token = acme) => server.post('/v1/saved-searches', body, token);
  const names = async (token: string): Promise<string[]> =>
    (await server.get('/v1/saved-searches', token)).json().searches.map(({ name }: { name: string }) => name);

  it('are made, read, changed and deleted, each an event without the search itself', async () => {
    const made = await save({ name: 'Failures', query: 'q=status%3Afailure' });
    expect(made.statusCode).toBe(201);
    const { id } = made.json();
    expect(made.json()).toMatchObject({ shared: false, editable: true, owner: { name: 'acme admin' } });
    expect((await server.get(`/v1/saved-searches/${id}`, acme)).json()).toEqual(made.json());
    const body = { name: 'All failures', query: 'q=-status%3Asuccess', shared: true };
    const changed = await server.call('PUT', `/v1/saved-searches/${id}`, { token: acme, body });
    expect(changed.json()).toMatchObject(body);
    expect((await server.call('DELETE', `/v1/saved-searches/${id}`, { token: acme })).statusCode).toBe(204);
    expect((await server.get(`/v1/saved-searches/${id}`, acme)).statusCode).toBe(404);
    const { events } = (
      await server.get('/v1/events?target_type=saved_search&order=asc&time=recorded', acme)
    ).json();
    expect(events.map(({ action }: { action: { verb: string } }) => action.verb)).toEqual([
      'create',
      'update',
      'delete',
    ]);
    expect(JSON.stringify(events)).not.toContain('ailures');
  });

  it('are seen by their owner, and when shared by the tenant; what names persons by who may see it', async () => {
    await save({ name: 'a own', query: 'q=x' });
    const { id } = (await save({ name: 'b failures', query: 'q=status%3Afailure', shared: true })).json();
    await save({ name: 'c of alice', query: 'q=actor%3Aalice', shared: true });
    await save({ name: 'd by parameter', query: 'actor=alice', shared: true });
    await save({ name: 'e by words', query: 'q=Alice+Example', shared: true });
    await save({ name: 'f of the manager', query: 'actor_type=service' }, manager);
    expect(await names(acme)).toEqual(['a own', 'b failures', 'c of alice', 'd by parameter', 'e by words']);
    expect(await names(member)).toEqual(['b failures', 'c of alice', 'd by parameter', 'e by words']);
    expect(await names(manager)).toEqual(['b failures', 'f of the manager']);
    expect(await names(other)).toEqual([]);
    const body = { name: 'taken over', query: '', shared: false };
    expect((await server.call('PUT', `/v1/saved-searches/${id}`, { token: manager, body })).statusCode).toBe(
      403,
    );
    expect((await server.call('DELETE', `/v1/saved-searches/${id}`, { token: member })).statusCode).toBe(403);
    expect((await server.call('DELETE', `/v1/saved-searches/${id}`, { token: other })).statusCode).toBe(404);
  });
});
