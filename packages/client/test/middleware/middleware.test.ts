import { connect } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import express5 from 'express';
import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attestry as expressMiddleware } from '../../src/middleware/express.ts';
import { attestry as fastifyPlugin } from '../../src/middleware/fastify.ts';
import { CollectingClient } from '../../src/testing/collecting-client.ts';
import { describeConformance, eventsOf, STANDARD } from './conformance.ts';
import { frameworks as express } from './express-app.ts';
import { fastify } from './fastify-app.ts';
import type { RunningApp } from './framework-app.ts';
import { hono, honoFetch } from './hono-app.ts';
import { koa } from './koa-app.ts';
import { nest, startNest } from './nest-app.ts';
import { send } from './node-client.ts';
import { serve } from './node-server.ts';
import { CASES } from './suite-cases.ts';

/** An Express app with one route that works, and one whose OPTIONS fails. */
async function startExpress(options: Parameters<typeof expressMiddleware>[0]): Promise<RunningApp> {
  const app = express5();
  app.use(expressMiddleware(options));
  app.post('/jobs/:id', (_request, response) => void response.end());
  app.options('/broken', (_request, response) => void response.status(500).end());
  return await serve(app);
}

test('the suite has forty requests', () => {
  expect(CASES).toHaveLength(40);
});

for (const framework of [...express, hono, koa, nest]) describeConformance(framework);

describeConformance(fastify, {
  differences: {
    // It destroys the answer without saying why, and tells its hooks nothing.
    'GET /broken': { error: 'the answer was cut off before it was complete' },
  },
});

describeConformance(honoFetch, {
  differences: { 'POST /waits': { cannot: 'a function has no connection that is closed before it returns' } },
});

describe('NestJS 11 on its own', () => {
  const client = new CollectingClient();
  let app: RunningApp;
  beforeAll(async () => {
    app = await startNest({ ...STANDARD, client }, 'async');
  });
  afterAll(() => app?.close());

  test.each([
    ['/audited/3', 200, 'invoice.approved', 'success'],
    ['/guarded/3', 403, 'invoice.approved', 'denied'],
  ])('%s says by @Audit what it is, whatever its guards say', async (path, status, type, outcome) => {
    client.clear();
    expect((await send(app, { method: 'GET', path })).status).toBe(status);
    expect(await eventsOf(() => client.events, 1)).toMatchObject([
      { type, action: { status: outcome }, http: { route: `${path.slice(0, -1)}:id` } },
    ]);
  });
});

test('NestJS: what is asked for outside of the global prefix is recorded as well', async () => {
  const client = new CollectingClient();
  const app = await startNest({ ...STANDARD, client }, 'sync', 'api');
  const answers = [
    await send(app, { method: 'POST', path: '/documents' }),
    await send(app, { method: 'POST', path: '/api/documents' }),
  ];
  expect(answers.map(({ status, headers }) => [status, typeof headers['x-request-id']])).toEqual([
    [404, 'string'],
    [201, 'string'],
  ]);
  expect(await eventsOf(() => client.events, 2)).toMatchObject([
    { type: 'api.request', http: { path: '/documents', status_code: 404 } },
    { type: 'document.created', http: { route: '/api/documents' } },
  ]);
  await app.close();
});

test.each([undefined, 'my-own'])(
  'NestJS: what `main.ts` says of its requests is in their events, with the request id %s',
  async (ownId) => {
    const client = new CollectingClient();
    const said = {
      tenant: 't1',
      actor: { type: 'user', id: 'ann' },
      ...(ownId && { request_id: ownId }),
    } as const;
    const app = await startNest({ ...STANDARD, client }, 'sync', undefined, (nestApp) =>
      nestApp.use((_request: unknown, _response: unknown, next: () => void) => client.run(said, next)),
    );
    const { headers } = await send(app, { method: 'POST', path: '/notes' });
    const requestId = headers['x-request-id'];
    const whom = { tenant_id: 't1', actor: { type: 'user', id: 'ann' } };
    expect(await eventsOf(() => client.events, 2)).toMatchObject([
      { type: 'handler.ran', ...whom, context: { request_id: ownId ?? requestId } },
      { type: 'note.created', ...whom, context: { request_id: requestId } },
    ]);
    await app.close();
  },
);

test('whom the context of a request names did it, unless `actor` knows better', async () => {
  const client = new CollectingClient();
  const app = express5();
  app.use((_request, _response, next) =>
    client.run({ tenant: 't1', actor: { type: 'user', id: 'ann' } }, next),
  );
  app.use(
    expressMiddleware({
      client,
      actor: ({ headers }) => headers['x-user'] === 'bob' && { type: 'user', id: 'bob' },
    }),
  );
  app.post('/notes', (_request, response) => void response.end());
  const running = await serve(app);
  await send(running, { method: 'POST', path: '/notes', headers: { 'user-agent': 'curl' } });
  await send(running, { method: 'POST', path: '/notes', headers: { 'x-user': 'bob' } });
  const events = await eventsOf(() => client.events, 2);
  expect(events.map(({ actor, tenant_id: tenant }) => [actor, tenant])).toEqual([
    [{ type: 'user', id: 'ann', ip_address: '127.0.0.1', user_agent: 'curl' }, 't1'],
    [{ type: 'user', id: 'bob', ip_address: '127.0.0.1' }, 't1'],
  ]);
  await running.close();
});

test('NestJS: what its parsers refuse is recorded as well', async () => {
  const client = new CollectingClient();
  const app = await startNest({ ...STANDARD, client });
  const headers = { 'content-type': 'application/json' };
  const answer = await send(app, { method: 'POST', path: '/notes', headers, body: '{bad' });
  expect([answer.status, typeof answer.headers['x-request-id']]).toEqual([400, 'string']);
  expect(await eventsOf(() => client.events, 1)).toMatchObject([
    { http: { path: '/notes', status_code: 400 }, action: { status: 'failure' } },
  ]);
  expect(client.events).toHaveLength(1);
  await app.close();
});

test('over HTTP/2, an answer that is not wanted any more is told from one that is cut off', async () => {
  const client = new CollectingClient();
  const app = Fastify({ http2: true, forceCloseConnections: true });
  await app.register(fastifyPlugin, { client });
  app.post('/jobs', (_request, reply) => {
    reply.hijack();
    reply.raw.write('never');
  });
  app.post('/torn', (_request, reply) => {
    reply.hijack();
    reply.raw.write('a');
    setTimeout(() => reply.raw.stream.destroy(new Error('tape torn')), 20);
  });
  const session = connect(await app.listen({ port: 0, host: '127.0.0.1' }));
  for (const path of ['/jobs', '/torn']) {
    const stream = session.request({ ':method': 'POST', ':path': path });
    stream.on('error', () => undefined);
    if (path === '/jobs') stream.once('data', () => stream.close(8));
    else stream.resume();
    await new Promise((resolve) => stream.once('close', resolve));
  }
  expect(await eventsOf(() => client.events, 2)).toMatchObject([
    { type: 'job.created', http: { status_code: 499 } },
    { type: 'torn.created', http: { status_code: 200 }, action: { status: 'failure' } },
  ]);
  session.destroy();
  await app.close();
});

test('a client that left before the middleware was reached is an event as well', async () => {
  const client = new CollectingClient();
  const slow = express5();
  slow.use((_request, response, next) => void response.once('close', () => next()));
  slow.use(expressMiddleware({ client }));
  slow.post('/jobs/:id', (_request, response) => void response.end('for nobody'));
  const app = await serve(slow);
  await send(app, { method: 'POST', path: '/jobs/7', leaves: 'before_answer' });
  expect(await eventsOf(() => client.events, 1)).toMatchObject([
    { type: 'job.created', http: { status_code: 499, route: '/jobs/:id' } },
  ]);
  expect(client.events).toHaveLength(1);
  await app.close();
});

test('a middleware that is used twice still makes one event of a request', async () => {
  const client = new CollectingClient();
  const app = Fastify();
  await app.register(fastifyPlugin, { client });
  await app.register(fastifyPlugin, { client });
  app.post('/notes', async () => ({}));
  await app.inject({ method: 'POST', url: '/notes' });
  expect(await eventsOf(() => client.events, 1)).toHaveLength(1);
  await app.close();
});

test.each([
  ['nobody', null, { type: 'anonymous' }, undefined],
  ['not signed in', false, { type: 'anonymous' }, undefined],
  ['an empty text', '', { type: 'anonymous' }, undefined],
  ['a text', 'bob', { type: 'anonymous' }, ['actor: gave a string, not { type, id }']],
  ['a number for an id', { type: 'user', id: 7 }, { type: 'user', id: '7' }, undefined],
  ['a list', [{ id: 'u' }], { type: 'anonymous' }, ['actor: gave a list, not { type, id }']],
  [
    "the app's own record of a user",
    { id: 'u', name: null, roles: ['a'], type: 'robot', on_behalf_of: { type: 'user', id: 8, plan: 'x' } },
    { type: 'user', id: 'u', on_behalf_of: { type: 'user', id: '8' } },
    ['actor.type is not known', 'actor.on_behalf_of.plan is not known', 'actor.roles is not known'],
  ],
  [
    'for somebody of whom too much is told',
    { type: 'agent', id: 'bot', on_behalf_of: { id: 'u-7', email: 'a@b.c', ip_address: '192.0.2.1' } },
    { type: 'agent', id: 'bot', on_behalf_of: { type: 'user', id: 'u-7' } },
    ['actor.on_behalf_of.email is not known', 'actor.on_behalf_of.ip_address is not known'],
  ],
  [
    'a record some of whose members cannot be read',
    new (class {
      id = 'u-7';
      get name(): string {
        throw new Error('not loaded');
      }
      get email(): Promise<string> {
        return Promise.reject(new Error('not loaded'));
      }
      session_id = {
        toJSON(): string {
          throw new Error('no');
        },
      };
    })(),
    { type: 'user', id: 'u-7' },
    [
      'actor.name Error: not loaded',
      'actor.email TypeError: gave a promise, and is not waited for',
      'actor.session_id Error: no',
    ],
  ],
  [
    'a class, with an id of a database and the port of a proxy',
    new (class {
      get id() {
        return { toJSON: () => '6560' };
      }
      name = '';
      ip_address = '192.0.2.1:4711';
    })(),
    { type: 'user', id: '6560', ip_address: '192.0.2.1' },
    undefined,
  ],
  [
    'for somebody who is no object',
    { type: 'service', id: 's', ip_address: '999.1.1.1', on_behalf_of: 'ann' },
    { type: 'service', id: 's' },
    ['actor.ip_address must be an address', 'actor.on_behalf_of: gave a string, not { type, id }'],
  ],
  [
    'members of other types',
    { type: 'service', id: { oid: 1 }, ip_address: 'unknown', session_id: 's' },
    { type: 'service', session_id: 's' },
    ['actor.id must be a text', 'actor.ip_address must be an address'],
  ],
])('an actor that is %s costs no event', async (_name, given, actor, faults) => {
  const client = new CollectingClient();
  const app = await startExpress({ client, actor: () => given as never });
  await send(app, { method: 'POST', path: '/jobs/7' });
  const [event] = await eventsOf(() => client.events, 1);
  expect(event).toMatchObject({ type: 'job.created', http: { status_code: 200 }, actor });
  const { on_behalf_of: principal } = actor as { on_behalf_of?: object };
  expect(event?.actor?.on_behalf_of).toEqual(principal);
  expect(event?.metadata?.['middleware_errors']).toEqual(faults);
  await app.close();
});

const FAILS = (): Promise<never> => Promise.reject(new Error('looked up'));

test.each([
  ['exclude', { exclude: [async () => true] }],
  ['exclude', { exclude: [FAILS] }],
  ['event', { event: async (event: object) => event }],
  ['event', { event: FAILS }],
])(
  '%s that is not waited for is told, and takes neither the event nor the process',
  async (name, options) => {
    const client = new CollectingClient();
    const app = await startExpress({ client, ...(options as object) });
    await send(app, { method: 'POST', path: '/jobs/7' });
    expect(await eventsOf(() => client.events, 1)).toMatchObject([
      {
        type: 'job.created',
        metadata: { middleware_errors: [`${name}: TypeError: gave a promise, and is not waited for`] },
      },
    ]);
    await app.close();
  },
);

test.each([false, '', true])('an event function that gives %j loses no event', async (given) => {
  const client = new CollectingClient();
  const app = await startExpress({ client, event: () => given as never });
  await send(app, { method: 'POST', path: '/jobs/7' });
  expect(await eventsOf(() => client.events, 1)).toMatchObject([
    {
      type: 'job.created',
      metadata: { middleware_errors: [`event: TypeError: gave a ${typeof given}, not an event or null`] },
    },
  ]);
  await app.close();
});

test('a request that had to be looked up happened when it was answered', async () => {
  const client = new CollectingClient();
  const asked = Promise.withResolvers<void>();
  const known = Promise.withResolvers<undefined>();
  const app = await startExpress({
    client,
    actor: () => {
      asked.resolve();
      return known.promise;
    },
  });
  await send(app, { method: 'POST', path: '/jobs/7' });
  await asked.promise;
  client.capture({ type: 'later.event', occurred_at: new Date(Date.now() + 1).toISOString() });
  await new Promise((resolve) => setTimeout(resolve, 5));
  known.resolve(undefined);
  const [later, request] = await eventsOf(() => client.events, 2);
  expect(request?.type).toBe('job.created');
  expect(Date.parse(request?.occurred_at ?? '')).toBeLessThan(Date.parse(later?.occurred_at ?? ''));
  await app.close();
});

test('a client that is closed waits for who made its last requests, but not for ever', async () => {
  const answers = Array.from({ length: 2 }, () => Promise.withResolvers<{ type: 'user'; id: string }>());
  let asked = 0;
  const client = new CollectingClient();
  const app = await startExpress({ client, actor: () => answers[asked++]?.promise });
  await send(app, { method: 'POST', path: '/jobs/1' });
  await send(app, { method: 'POST', path: '/jobs/2' });
  await expect.poll(() => asked).toBe(2);
  const closed = client.close(300);
  answers[0]?.resolve({ type: 'user', id: 'ann' });
  expect(await closed).toEqual({ unsent: 0 });
  expect(client.events).toMatchObject([{ type: 'job.created', actor: { id: 'ann' } }]);
  expect(client.stats()).toMatchObject({ sent: 1 });
  expect(client.capture({ type: 'too.late' })).toBeUndefined();
  await app.close();
});

test('OPTIONS is recorded when it fails, not when nobody answers it', async () => {
  const client = new CollectingClient();
  const app = await startExpress({ client, reads: true });
  for (const path of ['/broken', '/nowhere', '/jobs/7']) await send(app, { method: 'OPTIONS', path });
  expect(await eventsOf(() => client.events, 1)).toMatchObject([
    { http: { method: 'OPTIONS', path: '/broken', status_code: 500 } },
  ]);
  expect(client.events).toHaveLength(1);
  await app.close();
});

test('Hono on Node: a client that leaves during its upload is not the fault of the app', async () => {
  const client = new CollectingClient();
  const app = await hono.start({ ...STANDARD, client });
  const { hostname, port } = new URL(app.url);
  const socket = connectSocket(Number(port), hostname);
  const head = [
    'POST /notes HTTP/1.1',
    'Host: app.test',
    'Content-Type: application/json',
    'Content-Length: 100',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n{"a":`, () => setTimeout(() => socket.destroy(), 20));
  expect(await eventsOf(() => client.events, 1)).toMatchObject([
    { type: 'note.created', http: { status_code: 499 }, action: { status: 'failure' } },
  ]);
  await app.close();
});

test.each(['1', -1, Number.NaN, 1.5])(
  'trustProxy: %j is refused when the middleware is made',
  (trustProxy) => {
    expect(() =>
      expressMiddleware({ client: new CollectingClient(), trustProxy: trustProxy as never }),
    ).toThrow(/trustProxy/);
  },
);
