import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
// @ts-expect-error -- the path of the program; the package has no types
import program from 'workerd';
import { freshDist } from '../build/fresh-dist.ts';
import { type EventSink, startEventSink } from './event-sink.ts';

// Cloudflare's runtime itself: what a request has started is gone with it, and no other request may wait for it.

/** A module as an app would write it: one client for all requests. */
const WORKER = `
  import { env } from 'cloudflare:workers';
  import { Hono } from 'hono';
  import { Attestry } from '@attestry/client';
  import { attestry } from '@attestry/client/hono';
  const client = new Attestry({ url: env.ATTESTRY_URL, key: 'att_test', onError: () => undefined });
  const app = new Hono();
  app.use(attestry({ client, actor: async ({ req }) => ({ type: 'user', id: req.header('x-user') }) }));
  app.post('/jobs/:id', async (context) => {
    await scheduler.wait(5);
    client.capture({ type: 'job.started' });
    return context.json({});
  });
  app.post('/waits', async (context) => context.json(await client.captureDurable({ type: 'job.ended' })));
  export default app;
`;

const folder = mkdtempSync(join(tmpdir(), 'attestry-edge-'));

let sink: EventSink;
let runtime: ChildProcess;
let address: string;

/** The port that the runtime says it listens on. */
async function portOf(messages: Readable): Promise<number> {
  for await (const line of createInterface(messages)) {
    const message = JSON.parse(line) as { readonly event: string; readonly port: number };
    if (message.event === 'listen') return message.port;
  }
  throw new Error('workerd ended before it listened');
}

beforeAll(async () => {
  await freshDist();
  sink = await startEventSink();
  await build({
    stdin: { contents: WORKER, resolveDir: import.meta.dirname },
    outfile: join(folder, 'worker.js'),
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workerd'],
    external: ['cloudflare:workers'],
  });
  writeFileSync(
    join(folder, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "app", worker = .app),
    (name = "internet", network = (allow = ["local", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "app")]
);
const app :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.js")],
  compatibilityDate = "2026-01-01",
  compatibilityFlags = ["nodejs_compat"],
  bindings = [(name = "ATTESTRY_URL", text = "${sink.url}")]
);
`,
  );
  runtime = spawn(program, ['serve', join(folder, 'config.capnp'), '--control-fd=3'], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  address = `http://127.0.0.1:${await portOf(runtime.stdio[3] as Readable)}`;
});
afterAll(async () => {
  if (runtime !== undefined) {
    runtime.kill();
    await once(runtime, 'exit');
  }
  await sink.close();
  rmSync(folder, { recursive: true });
});

async function post(path: string, user: string): Promise<Response> {
  const answer = await fetch(address + path, { method: 'POST', headers: { 'x-user': user } });
  expect(answer.status).toBe(200);
  return answer;
}

/** What has arrived, by type and the one who made the request. */
const arrived = (): readonly string[] =>
  sink.events.map((event) => `${event.type} ${(event as { actor?: { id?: string } }).actor?.id ?? ''}`);

test('what happens in a request arrives with it, for all requests of one client', async () => {
  for (const user of ['ann', 'bob', 'cho']) {
    const answer = await post('/jobs/1', user);
    await expect.poll(arrived).toContain(`job.created ${user}`);
    const id = answer.headers.get('x-request-id');
    const own = sink.events.filter(
      (event) => (event as { context?: { request_id?: string } }).context?.request_id === id,
    );
    expect(own.map(({ type }) => type).sort()).toEqual(['job.created', 'job.started']);
  }
  expect(await (await post('/waits', 'dee')).json()).toMatchObject({ seq: 0, duplicate: false });
});

test('while the server is away requests are answered, and a later one sends what waits, once', async () => {
  const port = Number(new URL(sink.url).port);
  await sink.close();
  await Promise.all(['eve', 'fay'].map((user) => post('/jobs/2', user)));
  sink = await startEventSink(port);
  await expect
    .poll(async () => {
      await post('/jobs/3', 'gus');
      return arrived();
    })
    .toEqual(expect.arrayContaining(['job.created eve', 'job.created fay', 'job.created gus']));
  expect(arrived().filter((one) => /eve|fay/.test(one))).toHaveLength(2);
});
