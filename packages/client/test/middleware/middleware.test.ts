import { connect } from 'node:http2';
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
