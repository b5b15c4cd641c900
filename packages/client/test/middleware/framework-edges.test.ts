import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import express5, { type Request } from 'express';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyServerOptions } from 'fastify';
import { expect, test } from 'vitest';
import { attestry as expressMiddleware } from '../../src/middleware/express.ts';
import { attestry as fastifyPlugin } from '../../src/middleware/fastify.ts';
import { CollectingClient } from '../../src/testing/collecting-client.ts';
import { eventsOf } from './conformance.ts';
import { frameworks as express } from './express-app.ts';
import { fastify } from './fastify-app.ts';
import type { Framework } from './framework-app.ts';
import { hono } from './hono-app.ts';
import { koa } from './koa-app.ts';
import { send } from './node-client.ts';
import { serve } from './node-server.ts';

// Of version 4 too, whose types fit.
const express4 = createRequire(import.meta.url)('express4') as typeof express5;

test.each([
  ['5', express5],
  ['4', express4],
])(
  'Express %s: copies of requests have their params, of the first and of all later ones',
  async (version, make) => {
    setFlagsFromString('--allow-natives-syntax');
    // oxlint-disable-next-line no-implied-eval -- the only way to ask the engine, and its syntax is no JavaScript
    const haveOneShape = new Function('a', 'b', 'return %HaveSameMap(a, b)') as (
      a: object,
      b: object,
    ) => boolean;
    const seen: Request[] = [];
    const app = make();
    app.use(expressMiddleware({ client: new CollectingClient() }));
    app.post('/jobs/:id', (request, response) => {
      seen.push(request);
      response.json([{ ...request }.params, Object.keys(request).includes('params')]);
    });
    const running = await serve(app);
    for (const id of ['1', '2', '3', '4', '5']) {
      const { body } = await send(running, { method: 'POST', path: `/jobs/${id}` });
      expect(JSON.parse(body)).toEqual([{ id }, true]);
    }
    await running.close();
    const [later, last] = seen.slice(-2) as [Request, Request];
    if (version === '5') expect(haveOneShape(later, last), 'requests of one shape are fast').toBe(true);
  },
);

async function makeFastify(
  options: FastifyServerOptions,
  client?: CollectingClient,
): Promise<FastifyInstance> {
  const app = Fastify(options);
  if (client !== undefined) await app.register(fastifyPlugin, { client });
  app.post('/jobs/:id', async () => ({}));
  app.route({ method: 'POST', url: '/bound', constraints: { host: 'b.test' }, handler: async () => ({}) });
  return app;
}

test.each([
  ['/%ff%zz', 400, {}],
  [`/jobs/${'7'.repeat(101)}`, 414, {}],
  [
    '/%ff',
    418,
    {
      frameworkErrors: ((_error: unknown, _request: unknown, reply: FastifyReply) =>
        void reply.code(418).send({ own: true })) as never,
    },
  ],
])(
  'Fastify: what it refuses before its hooks is one event, and answered as without us: %s',
  async (url, status, options) => {
    const client = new CollectingClient();
    const [plain, app] = [await makeFastify(options), await makeFastify(options, client)];
    const [expected, answer] = [
      await plain.inject({ method: 'POST', url }),
      await app.inject({ method: 'POST', url }),
    ];
    expect(answer).toMatchObject({ statusCode: status, body: expected.body });
    const { 'x-request-id': id, date: _date, ...headers } = answer.headers;
    const { date: _its, ...expectedHeaders } = expected.headers;
    expect(headers).toEqual(expectedHeaders);
    const events = await eventsOf(() => client.events, 1);
    expect(events).toMatchObject([
      {
        type: 'api.request',
        action: { status: 'failure' },
        http: { path: url, status_code: status },
        context: { request_id: id },
      },
    ]);
    expect(client.events).toHaveLength(1);
  },
);

test.each<readonly [string, Framework]>(
  [...express, fastify, hono, koa].map((framework) => [framework.name, framework] as const),
)('%s: of what is asked for as of a proxy there is the path', async (_name, framework) => {
  const client = new CollectingClient();
  const app = await framework.start({ client, actor: () => undefined });
  for (const path of ['/missing?token=x', '/orgs/acme/docs/7?x=1'])
    await send(app, { method: 'PATCH', path: `http://evil.example${path}` });
  expect(await eventsOf(() => client.events, 2)).toMatchObject([
    { http: { path: '/missing', status_code: 404 } },
    { type: 'doc.updated', http: { path: '/orgs/acme/docs/7', route: '/orgs/:org/docs/:id' } },
  ]);
  await app.close();
});
