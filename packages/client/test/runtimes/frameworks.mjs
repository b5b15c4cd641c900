// The middleware on Node, Bun and Deno, in the real frameworks. Prints "ok", or throws. By hand, as neither is installed
// by script/setup:
//   node | bun | deno run -A   packages/client/test/runtimes/frameworks.mjs
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { attestry as onExpress } from '@attestry/client/express';
import { attestry as onFastify } from '@attestry/client/fastify';
import { attestry as onHono } from '@attestry/client/hono';
import { CollectingClient } from '@attestry/client/testing';
import express from 'express';
import Fastify from 'fastify';
import { Hono } from 'hono';

const client = new CollectingClient();

/** Later than the framework's own work, so that the context has to flow there. */
async function work() {
  await sleep(5);
  client.capture({ type: 'in.handler' });
}

async function startExpress() {
  const app = express().use(onExpress({ client }));
  app.post('/jobs/:id', async (_request, response) => {
    await work();
    response.json({});
  });
  app.get('/jobs', (_request, response) => response.json([]));
  app.post('/slow', (_request, response) => response.write('a'));
  return await new Promise((resolve) => {
    const server = app.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`));
  });
}

async function startFastify() {
  const app = Fastify();
  await app.register(onFastify, { client });
  app.post('/jobs/:id', async () => {
    await work();
    return {};
  });
  app.get('/jobs', async () => []);
  app.post('/slow', (_request, reply) => {
    reply.hijack();
    reply.raw.write('a');
  });
  return await app.listen({ port: 0, host: '127.0.0.1' });
}

/** By the runtime's own server; Node has none that takes such a function. */
function startHono() {
  const app = new Hono().use(onHono({ client }));
  app.post('/jobs/:id', async (context) => {
    await work();
    return context.json({});
  });
  app.get('/jobs', (context) => context.json([]));
  const { Bun, Deno } = globalThis;
  if (Bun !== undefined) return `http://127.0.0.1:${Bun.serve({ port: 0, fetch: app.fetch }).port}`;
  if (Deno === undefined) return undefined;
  const { addr } = Deno.serve({ port: 0, onListen: () => undefined }, app.fetch);
  return `http://127.0.0.1:${addr.port}`;
}

async function ask(url, init) {
  const answer = await fetch(url, init);
  await answer.text();
  return answer.headers.get('x-request-id');
}

async function eventsOf(count) {
  for (let tries = 0; client.events.length < count && tries < 300; tries += 1) await sleep(10);
  await sleep(20);
  return client.events.splice(0);
}

/** Told from a whole answer by what the runtime says of its connection. */
async function leaveSlow(url) {
  const abort = new AbortController();
  const answer = await fetch(`${url}/slow`, { method: 'POST', signal: abort.signal });
  await answer.body?.getReader().read();
  abort.abort();
  const [event] = await eventsOf(1);
  assert.deepEqual([event?.type, event?.http?.status_code], ['slow.created', 499]);
}

for (const [name, start] of Object.entries({ startExpress, startFastify, startHono })) {
  const url = await start();
  if (url === undefined) continue;
  const id = await ask(`${url}/jobs/7`, { method: 'POST' });
  const [inside, request] = await eventsOf(2);
  assert.deepEqual([inside?.type, inside?.context?.request_id], ['in.handler', id], name);
  assert.deepEqual([request?.type, request?.http?.route], ['job.created', '/jobs/:id'], name);
  assert.equal(request?.context?.request_id, id, name);
  await ask(`${url}/jobs`);
  await ask(`${url}/nowhere`);
  const failures = await eventsOf(1);
  assert.deepEqual(
    failures.map(({ http }) => http?.status_code),
    [404],
    name,
  );
  if (name !== 'startHono') await leaveSlow(url);
}
process.stdout.write('ok\n');
process.exit();
