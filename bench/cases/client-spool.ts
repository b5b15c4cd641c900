import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshDist } from '../../packages/client/build/fresh-dist.ts';
import type { BenchCase, Figure } from '../case.ts';
import { type ServerProcess, startServerProcess } from '../server-process.ts';
import { perSecond } from '../statistics.ts';

const EVENTS = 50_000;

function writer(...args: readonly string[]): ChildProcess {
  return fork(new URL('../load/spool-writer.ts', import.meta.url), args);
}

async function seconds(child: ChildProcess, word: string): Promise<number> {
  const startedMs = performance.now();
  const [message] = (await once(child, 'message')) as [string];
  if (message !== word) throw new Error(`the writer said ${message}`);
  return (performance.now() - startedMs) / 1_000;
}

/** Whether the log holds the numbers from 0 in order, each once. */
async function isWhole(server: ServerProcess): Promise<boolean> {
  let next = 0;
  for (let cursor = ''; ; ) {
    const answer = await server.get(
      `/v1/events?type=drill.event&order=asc&time=recorded&limit=1000${cursor}`,
    );
    const page = (await answer.json()) as {
      events: { metadata: { n: number } }[];
      has_more: boolean;
      next_cursor: string;
    };
    for (const { metadata } of page.events) if (metadata.n !== next++) return false;
    if (!page.has_more) return next === EVENTS;
    cursor = `&cursor=${page.next_cursor}`;
  }
}

/** 50,000 events are spooled while the server is away, the process is killed, and another one sends them. */
export const clientSpool: BenchCase = {
  name: 'spool',
  run: async (): Promise<readonly Figure[]> => {
    await freshDist();
    const dir = mkdtempSync(join(tmpdir(), 'attestry-bench-spool-'));
    const killed = writer(dir, 'http://127.0.0.1:9', 'att_bench', String(EVENTS));
    const spoolS = await seconds(killed, 'captured');
    const ended = once(killed, 'exit');
    killed.kill('SIGKILL');
    await ended;
    const server = await startServerProcess();
    const next = writer(dir, server.url, server.key, '0');
    const sendS = await seconds(next, 'sent');
    await once(next, 'exit');
    if (!(await isWhole(server))) throw new Error('events are missing, doubled or out of order');
    const rest = readdirSync(dir);
    if (rest.length > 0) throw new Error(`the spool still holds ${rest.join(', ')}`);
    await server.stop();
    rmSync(dir, { recursive: true });
    return [
      {
        name: '50,000 spooled events after a kill -9: from the start of the next process until all are in the log',
        value: sendS,
        unit: 's',
        target: 60,
        better: 'less',
        detail: `${perSecond(EVENTS, sendS)}, batches of 100, each once and in order; capturing them took ${spoolS.toFixed(1)} s with the start of the process`,
      },
    ];
  },
};
