import { fork } from 'node:child_process';
import type { BenchCase, Figure } from '../case.ts';
import { prepareLoad } from '../load/start-load.ts';
import { startServerProcess } from '../server-process.ts';
import { perSecond, quantile } from '../statistics.ts';

const CONNECTIONS = 32;
const EVENT_BYTES = 1_024;
const REACH = 0.4;

/** One durable event per request, against a route that only parses. */
export const singlePost: BenchCase = {
  name: 'single',
  run: async (context): Promise<readonly Figure[]> => {
    const events = context.quick ? 20_000 : 60_000;
    const order = {
      events,
      batch: 1,
      connections: CONNECTIONS,
      eventBytes: EVENT_BYTES,
      seed: 3,
      startMs: Date.UTC(2026, 0, 1),
    };

    const bare = fork(new URL('../load/bare-route.ts', import.meta.url));
    const bareUrl = await new Promise<string>((resolve) =>
      bare.once('message', (url) => resolve(url as string)),
    );
    const bareResult = await (await prepareLoad({ ...order, url: bareUrl, key: 'none' }))();
    bare.kill();

    const server = await startServerProcess();
    const result = await (await prepareLoad({ ...order, url: server.url, key: server.key }))();
    await server.stop();
    if (result.accepted !== events) throw new Error(`not all accepted: ${JSON.stringify(result.statuses)}`);
    const ms = (share: number): string => `${quantile(result.latenciesMs, share).toFixed(1)} ms`;
    return [
      {
        name: 'single durable POST, 32 connections',
        value: bareResult.seconds / result.seconds,
        unit: 'x',
        target: REACH,
        better: 'more',
        detail: `${perSecond(events, result.seconds)}, p50 ${ms(0.5)}, p99 ${ms(0.99)}; bare route ${perSecond(events, bareResult.seconds)}`,
      },
    ];
  },
};
