import type { BenchCase, Figure } from '../case.ts';
import { prepareLoad } from '../load/start-load.ts';
import { type ServerProcess, startServerProcess } from '../server-process.ts';
import { quantile } from '../statistics.ts';

const P99_RATIO_MAX = 3;
const EVENT_BYTES = 540;

async function fill(server: ServerProcess, events: number): Promise<void> {
  const go = await prepareLoad({ ...order(server, events), batch: 500, connections: 4, seed: 5 });
  await go();
}

function order(server: ServerProcess, events: number) {
  return { url: server.url, key: server.key, events, eventBytes: EVENT_BYTES, startMs: Date.UTC(2026, 0, 1) };
}

/** p99 in milliseconds of single durable posts over four connections. */
async function singlePostsP99(server: ServerProcess, events: number, seed: number): Promise<number> {
  const go = await prepareLoad({ ...order(server, events), batch: 1, connections: 4, seed });
  return quantile((await go()).latenciesMs, 0.99);
}

/** Runs verifications and exports of everything, one after the other, until told to stop. */
function keepBusy(server: ServerProcess): { stop(): Promise<{ verifications: number; exports: number }> } {
  let stopping = false;
  const verifying = (async () => {
    let done = 0;
    while (!stopping) {
      const posted = await fetch(new URL('/v1/verify', server.url), {
        method: 'POST',
        headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
        body: '{}',
      });
      const { id } = (await posted.json()) as { id: string };
      let status = 'waiting';
      while (!stopping && (status === 'waiting' || status === 'running')) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        status = ((await (await server.get(`/v1/verify/${id}`)).json()) as { status: string }).status;
      }
      done += 1;
    }
    return done;
  })();
  const exporting = (async () => {
    let done = 0;
    while (!stopping) {
      const answer = await server.get('/v1/export?format=ndjson');
      if (answer.body === null) throw new Error('the export has no body');
      for await (const _chunk of answer.body) if (stopping) break;
      done += 1;
    }
    return done;
  })();
  return {
    stop: async () => {
      stopping = true;
      const [verifications, exports] = await Promise.all([verifying, exporting]);
      return { verifications, exports };
    },
  };
}

/** What long reads cost those who write. */
export const busyLatency: BenchCase = {
  name: 'busy',
  run: async (context): Promise<readonly Figure[]> => {
    const server = await startServerProcess();
    await fill(server, context.quick ? 50_000 : 200_000);
    const posts = context.quick ? 3_000 : 10_000;
    const alone = await singlePostsP99(server, posts, 6);
    const busy = keepBusy(server);
    const loaded = await singlePostsP99(server, posts, 7);
    const done = await busy.stop();
    await server.stop();
    return [
      {
        name: 'p99 of single durable POSTs while a verify and an export run',
        value: loaded / alone,
        unit: 'x',
        target: P99_RATIO_MAX,
        better: 'less',
        detail: `${alone.toFixed(1)} ms alone, ${loaded.toFixed(1)} ms beside ${done.verifications} verifications and ${done.exports} exports begun`,
      },
    ];
  },
};
