import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestServer, type TestServer } from './server-harness.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server?.remove());

const ID = '0199a1f0-0000-7000-8000-000000000001';
const ndjson = { 'content-type': 'application/x-ndjson' };

describe('POST /v1/events', () => {
  it('answers one event with a receipt, after it is durable', async () => {
    const answer = await server.post('/v1/events', {
      type: 'document.uploaded',
      actor: { type: 'user', id: 'alice' },
    });
    expect(answer.statusCode).toBe(201);
    const receipt = answer.json();
    expect(receipt).toMatchObject({
      seq: expect.any(Number),
      duplicate: false,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const read = await server.get(`/v1/events/${receipt.id}`);
    expect(read.json()).toMatchObject({
      id: receipt.id,
      seq: receipt.seq,
      hash: receipt.hash,
      actor: { id: 'alice' },
    });
  });

  it('answers a batch with receipts in its order', async () => {
    const events = Array.from({ length: 300 }, (_, i) => ({ type: 'api.request', metadata: { i } }));
    const answer = await server.post('/v1/events', { events });
    expect(answer.statusCode).toBe(201);
    const { receipts } = answer.json();
    expect(receipts).toHaveLength(300);
    const seqs = receipts.map(({ seq }: { seq: number }) => seq);
    expect(seqs).toEqual(seqs.map((_: number, i: number) => seqs[0] + i));
  });

  it.each([
    [
      'JSON',
      { 'content-type': 'application/json' },
      '{"events":[{"type":"packed.one"},{"type":"packed.two"}]}',
    ],
    ['NDJSON', ndjson, '{"type":"packed.one"}\n{"type":"packed.two"}\n'],
  ])('takes %s that is compressed by gzip', async (_name, headers, text) => {
    const answer = await server.call('POST', '/v1/events', {
      headers: { ...headers, 'content-encoding': 'gzip' },
      body: gzipSync(text),
    });
    expect(answer.statusCode).toBe(201);
    expect(answer.json().receipts).toHaveLength(2);
  });

  it('takes NDJSON, with blank lines and CRLF', async () => {
    const answer = await server.call('POST', '/v1/events', {
      headers: ndjson,
      body: '{"type":"a.b"}\r\n\n{"type":"c.d"}',
    });
    expect(answer.statusCode).toBe(201);
    expect(answer.json().receipts).toHaveLength(2);
  });

  it('isolates bad events from their neighbours (trap 14)', async () => {
    const longAgent = {
      type: 'api.request',
      actor: { type: 'service', id: 's', user_agent: 'x'.repeat(2_001) },
    };
    const answer = await server.post('/v1/events', {
      events: [{ type: 'a.ok' }, longAgent, 7, { type: 'b.ok' }, { type: 'Bad' }],
    });
    expect(answer.statusCode).toBe(207);
    const body = answer.json();
    expect(body).toMatchObject({ accepted: 2, refused: 3 });
    expect(body.results[1]).toMatchObject({
      index: 1,
      status: 400,
      code: 'too_long',
      path: '/actor/user_agent',
    });
    expect(body.results[2]).toMatchObject({ index: 2, status: 400, path: '' });
    expect(body.results[3]).toMatchObject({ index: 3, status: 201, receipt: { duplicate: false } });
    expect(body.results[4]).toMatchObject({ index: 4, path: '/type' });
  });

  it('isolates a broken line of NDJSON', async () => {
    const answer = await server.call('POST', '/v1/events', {
      headers: ndjson,
      body: '{"type":"a.b"}\n{"type":"a.b","type":"c"}\n{"type":"c.d"}',
    });
    expect(answer.statusCode).toBe(207);
    expect(answer.json().results[1]).toMatchObject({ index: 1, code: 'duplicate_member', path: '/type' });
  });

  it('answers a batch of which nothing was taken with 4xx and every place', async () => {
    const answer = await server.post('/v1/events', { events: [{ type: 'A' }, { typ: 'a' }] });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({
      code: 'invalid_event',
      errors: [{ index: 0, path: '/type' }, { index: 1 }],
    });
  });

  it('keeps nothing that it cannot keep: metadata comes back as it was sent (trap 22)', async () => {
    const metadata = {
      text: 'ä€😀\u0000x'.replace('\u0000', ''),
      number: 1.5,
      big: 9007199254740991,
      nested: { list: [1, 'two', null, true, {}] },
    };
    const { id } = (await server.post('/v1/events', { type: 'a.b', metadata })).json();
    expect((await server.get(`/v1/events/${id}`)).json().metadata).toEqual(metadata);
  });

  it('invents no outcome (trap 23)', async () => {
    const { id } = (await server.post('/v1/events', { type: 'payment.sent' })).json();
    expect((await server.get(`/v1/events/${id}`)).json().action?.status).toBeUndefined();
  });
});

describe('sending again', () => {
  it('answers a repeated id with its first receipt, and other content with 409', async () => {
    const event = { id: ID, type: 'order.placed', metadata: { n: 1 } };
    const first = (await server.post('/v1/events', event)).json();
    const again = await server.post('/v1/events', { ...event, id: ID.toUpperCase() });
    expect(again.statusCode).toBe(201);
    expect(again.json()).toEqual({ ...first, duplicate: true });
    const other = await server.post('/v1/events', { ...event, metadata: { n: 2 } });
    expect(other.statusCode).toBe(409);
    expect(other.json()).toMatchObject({ code: 'id_conflict', status: 409 });
  });

  it('makes a whole request idempotent by Idempotency-Key', async () => {
    const send = (events: object[]) =>
      server.call('POST', '/v1/events', { body: { events }, headers: { 'idempotency-key': 'order-77' } });
    const first = (await send([{ type: 'a.b' }, { type: 'c.d' }])).json();
    const again = (await send([{ type: 'a.b' }, { type: 'c.d' }])).json();
    expect(again.receipts.map(({ id, seq }: { id: string; seq: number }) => [id, seq])).toEqual(
      first.receipts.map(({ id, seq }: { id: string; seq: number }) => [id, seq]),
    );
    expect(again.receipts.every(({ duplicate }: { duplicate: boolean }) => duplicate)).toBe(true);
    expect((await send([{ type: 'a.b' }, { type: 'x.y' }])).json().results[1]).toMatchObject({
      code: 'id_conflict',
      status: 409,
    });
  });

  it('refuses an Idempotency-Key that is none', async () => {
    const answer = await server.call('POST', '/v1/events', {
      body: { type: 'a.b' },
      headers: { 'idempotency-key': 'x'.repeat(256) },
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().path).toBe('idempotency-key');
  });

  it('does not promise asynchronous work it does not do', async () => {
    const answer = await server.call('POST', '/v1/events', {
      body: { type: 'a.b' },
      headers: { prefer: 'respond-async' },
    });
    expect(answer.statusCode).toBe(201);
  });
});

describe('custom types', () => {
  it('are checked at ingest, by the version in force', async () => {
    const schema = {
      type: 'object',
      properties: {
        metadata: {
          type: 'object',
          required: ['amount'],
          properties: { amount: { type: 'integer', minimum: 1 } },
        },
      },
      required: ['metadata'],
    };
    expect(
      (
        await server.post('/v1/schemas', {
          type: 'invoice.paid',
          schema,
          category: 'data',
          severity: 'medium',
        })
      ).json(),
    ).toMatchObject({ version: 1 });
    const bad = await server.post('/v1/events', { type: 'invoice.paid', metadata: { amount: 0 } });
    expect(bad.statusCode).toBe(422);
    expect(bad.json()).toMatchObject({ code: 'schema_violation', path: '/metadata/amount' });
    const good = (await server.post('/v1/events', { type: 'invoice.paid', metadata: { amount: 1 } })).json();
    expect((await server.get(`/v1/events/${good.id}`)).json()).toMatchObject({
      category: 'data',
      severity: 'medium',
    });
    const second = { ...schema, properties: {} };
    expect((await server.post('/v1/schemas', { type: 'invoice.paid', schema: second })).json()).toMatchObject(
      { version: 2 },
    );
    expect((await server.post('/v1/events', { type: 'invoice.paid' })).statusCode).toBe(422);
    const third = { type: 'object' };
    await server.post('/v1/schemas', { type: 'invoice.paid', schema: third });
    expect((await server.post('/v1/events', { type: 'invoice.paid' })).statusCode).toBe(201);
    expect((await server.get('/v1/schemas/invoice.paid')).json().versions).toHaveLength(3);
  });

  it('can be tried on an event before they are made', async () => {
    const test = async (body: object): Promise<unknown> => {
      const answer = await server.post('/v1/schemas/test', { type: 'visit.tried', ...body });
      expect(answer.statusCode).toBe(200);
      return answer.json();
    };
    const guest = { type: 'string', 'x-personal': true };
    const schema = { properties: { metadata: { required: ['guest'], properties: { guest } } } };
    expect(await test({ schema, event: { metadata: { guest: 'Ann' } } })).toEqual({
      ok: true,
      problems: [],
      personal: ['/metadata/guest'],
    });
    expect(await test({ schema, event: { metadata: {} } })).toMatchObject({
      ok: false,
      problems: [{ of: 'event', path: '/metadata/guest' }],
    });
    expect(await test({ schema, event: { severity: 'loud', colour: 1 } })).toMatchObject({
      ok: false,
      problems: expect.arrayContaining([expect.objectContaining({ of: 'event', path: '/severity' })]),
    });
    expect(await test({ schema: { properties: { a: { foobar: 1 } } }, event: {} })).toMatchObject({
      ok: false,
      problems: [{ of: 'schema', path: '/properties/a/foobar' }],
    });
    expect((await server.get('/v1/schemas/visit.tried')).statusCode).toBe(404);
    expect((await server.get('/v1/events?type=visit.tried')).json().events).toEqual([]);
  });

  it('seal what their schema marks personal', async () => {
    const schema = {
      type: 'object',
      properties: {
        metadata: { type: 'object', properties: { phone: { type: 'string', 'x-personal': true } } },
      },
    };
    await server.post('/v1/schemas', { type: 'guest.added', schema });
    const { id } = (
      await server.post('/v1/events', {
        type: 'guest.added',
        actor: { type: 'service', id: 'desk' },
        metadata: { phone: '+49 1', room: 7 },
      })
    ).json();
    const whole = await server.get(`/v1/events/${id}`);
    expect(whole.json().metadata).toEqual({ phone: '+49 1', room: 7 });
    // A platform administrator of another tenant sees the event, but not what is personal in it.
    await server.makeTenant('operations');
    const operator = await server.makeKey({ roles: ['platform_admin'] }, 'operations');
    const redacted = (await server.get(`/v1/events/${id}?tenant=default`, operator.token)).json();
    expect(redacted).toMatchObject({ metadata: { room: 7 }, redacted: ['/metadata/phone'] });
    expect(JSON.stringify(redacted)).not.toContain('+49 1');
  });

  it('cannot be made from a schema that could run for ever', async () => {
    const answer = await server.post('/v1/schemas', {
      type: 'evil.type',
      schema: { properties: { type: { type: 'string', pattern: '^(a+)+$', maxLength: 100 } } },
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ path: '/schema/properties/type/pattern' });
  });

  it.each([
    [{ $schema: 'http://json-schema.org/draft-04/schema#' }, '/schema/$schema'],
    [{ $schema: 'http://json-schema.org/draft-07/schema#' }, '/schema/$schema'],
    [{ $schema: 5 }, '/schema/$schema'],
    [{ $async: true }, '/schema/$async'],
    [{ properties: { a: { foobar: 1 } } }, '/schema/properties/a/foobar'],
  ])('cannot be made from %j, and are told where it is wrong', async (schema, path) => {
    const answer = await server.post('/v1/schemas', { type: 'odd.type', schema });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'invalid_request', path });
    expect(answer.json().detail).toMatch(/^The schema cannot be used: \/schema\/\S+ (must be|is not) .*\.$/);
  });

  it('cannot take a built-in name', async () => {
    expect((await server.post('/v1/schemas', { type: 'user.login.success', schema: {} })).statusCode).toBe(
      409,
    );
  });
});

describe('the largest batches', () => {
  it.each(['application/json', 'application/x-ndjson'])(
    'let other requests have a turn: %s',
    async (type) => {
      const order: string[] = [];
      const { ledger, schemas } = server.ops;
      const { append } = ledger;
      const { of } = schemas;
      let health: Promise<unknown> | undefined;
      // Called after the body is parsed and before the first event is judged.
      schemas.of = (tenant) => {
        health ??= server.get('/health', '').then(() => order.push('health'));
        return of.call(schemas, tenant);
      };
      ledger.append = (tenant, events) => {
        if (events.length === 1_000) order.push('all judged');
        return append.call(ledger, tenant, events);
      };
      try {
        const metadata = Object.fromEntries(Array.from({ length: 350 }, (_, i) => [`k${i}`, i]));
        const events = Array.from({ length: 1_000 }, () => ({ type: 'a.b', metadata }));
        const body =
          type === 'application/json'
            ? JSON.stringify({ events })
            : events.map((event) => JSON.stringify(event)).join('\n');
        const answer = await server.call('POST', '/v1/events', { body, headers: { 'content-type': type } });
        expect(answer.statusCode).toBe(201);
        await health;
        expect(order).toEqual(['health', 'all judged']);
      } finally {
        Object.assign(ledger, { append });
        Object.assign(schemas, { of });
      }
    },
  );
});
