import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { ToolLookup } from './cached-tool.ts';

/** Where Debian's package puts it, which `script/setup --services` installs. */
const REDIS_PATH = '/usr/bin/redis-server';

/** The real Redis, or why there is none. */
export function redisServer(): ToolLookup {
  return existsSync(REDIS_PATH)
    ? { path: REDIS_PATH }
    : { path: undefined, skip: 'no redis-server; script/setup --services installs it' };
}

/** A Redis that keeps nothing on disk. */
export interface RunningRedis {
  readonly port: number;
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts one on a free port of the loopback interface, or on the one of an earlier start. */
export async function startRedis(port?: number): Promise<RunningRedis> {
  const chosen = port ?? (await freePort());
  const options = ['--port', String(chosen), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn(REDIS_PATH, options, { stdio: ['ignore', 'pipe', 'inherit'] });
  await ready(child);
  return {
    port: chosen,
    url: `redis://127.0.0.1:${chosen}`,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function ready(child: ChildProcess): Promise<void> {
  let output = '';
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.once('error', reject);
  child.once('exit', () => reject(new Error(`Redis ended: ${output}`)));
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (output.includes('Ready to accept connections')) resolve();
  });
  await promise;
}
