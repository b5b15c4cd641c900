import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Attestry } from '@attestry/client';
import { attestry as onExpress } from '@attestry/client/express';
import { attestry as onFastify } from '@attestry/client/fastify';
import { attestry as onHono } from '@attestry/client/hono';
import { getRequestListener } from '@hono/node-server';
import express from 'express';
import Fastify from 'fastify';
import { Hono } from 'hono';

/**
 * A hello-world in a process of its own. Arguments: framework, and as JSON what the middleware is told, or `null` for
 * none. Sends its address when it listens, and answers each message with what it uses.
 */
export type Framework = 'express' | 'fastify' | 'hono';

export interface HelloOptions {
  /** Where events go. */
  readonly url: string;
  /** Whether reads are recorded; by default they are not. */
  readonly reads: boolean;
}

export interface HelloUse {
  /** Processor time since its start, of the program and of the system for it. */
  readonly cpuUs: number;
  /** In use after a full collection, when that was asked for. */
  readonly heapBytes: number;
  readonly residentBytes: number;
}

const [framework, json] = process.argv.slice(2) as [Framework, string];
const asked = JSON.parse(json) as HelloOptions | null;
const options =
  asked === null
    ? undefined
    : {
        client: new Attestry({ url: asked.url, key: 'att_bench', onError: () => undefined }),
        reads: asked.reads,
      };

async function start(): Promise<Server> {
  switch (framework) {
    case 'express': {
      const app = express();
      if (options !== undefined) app.use(onExpress(options));
      app.get('/hello/:name', (_request, response) => void response.json({ hello: 'world' }));
      return createServer(app);
    }
    case 'fastify': {
      const app = Fastify();
      if (options !== undefined) await app.register(onFastify, options);
      app.get('/hello/:name', (_request, reply) => reply.send({ hello: 'world' }));
      await app.ready();
      return app.server;
    }
    case 'hono': {
      const app = new Hono();
      if (options !== undefined) app.use(onHono(options));
      app.get('/hello/:name', (context) => context.json({ hello: 'world' }));
      const listener = getRequestListener(app.fetch);
      return createServer((request, response) => void listener(request, response));
    }
  }
}

const server = await start();
server.listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hello/world`);
});
process.once('SIGINT', () => process.exit());
process.on('message', (order) => {
  const { user, system } = process.cpuUsage();
  if (order === 'collect') (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  process.send?.({ cpuUs: user + system, heapBytes: heapUsed, residentBytes: rss } satisfies HelloUse);
});
