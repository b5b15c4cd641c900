import { freshDist } from '../../packages/client/build/fresh-dist.ts';
import { startEventSink } from '../../packages/client/test/event-sink.ts';
import type { BenchCase, Figure } from '../case.ts';
import { type GetLoad, startGetLoad } from '../load/get-load.ts';
import type { Framework } from '../load/hello-app.ts';
import { type HelloApp, startHelloApp } from '../load/start-hello-app.ts';
import { perSecond, quantile } from '../statistics.ts';

const FRAMEWORKS: readonly Framework[] = ['express', 'fastify', 'hono'];
const CONNECTIONS = 10;
const ROUND_S = 0.4;
/** An app is slow until the engine has compiled it; that is not what it costs in production. */
const WARM_S = 4;

/** What an app answers in a second, and the processor time that it needs for a request, by rounds. */
interface Speed {
  readonly perSecond: number[];
  readonly cpuUs: number[];
}

/** Adds the apps' speeds in rounds that take turns, after some that are not counted. */
async function compare(
  load: GetLoad,
  apps: ReadonlyMap<number, HelloApp>,
  rounds: number,
  speeds: readonly Speed[],
): Promise<void> {
  const run = async (app: HelloApp, seconds: number): Promise<[perSecond: number, cpuUs: number]> => {
    const before = await app.use();
    const { perSecond, count, failed } = await load.run({
      url: app.url,
      connections: CONNECTIONS,
      seconds,
    });
    if (failed > 0) throw new Error(`${failed} requests failed`);
    return [perSecond, ((await app.use()).cpuUs - before.cpuUs) / count];
  };
  for (const app of apps.values()) await run(app, WARM_S);
  for (let round = 0; round < rounds; round += 1) {
    // Each other one begins, so that what drifts hits all alike.
    const order = round % 2 === 0 ? [...apps.keys()] : [...apps.keys()].reverse();
    for (const i of order) {
      const [perSecond, cpuUs] = await run(apps.get(i) as HelloApp, ROUND_S);
      speeds[i]?.perSecond.push(perSecond);
      speeds[i]?.cpuUs.push(cpuUs);
    }
  }
}

/** Median of the rounds' ratios: what slows a whole round down slows both of it. */
function ratio(over: readonly number[] = [], under: readonly number[] = []): number {
  return quantile(
    over.map((value, round) => value / (under[round] as number)),
    0.5,
  );
}

/** What the middleware costs a hello-world: without it, with it, and with every read recorded. */
export const clientMiddleware: BenchCase = {
  name: 'middleware',
  run: async (context): Promise<readonly Figure[]> => {
    await freshDist();
    const sink = await startEventSink();
    const load = startGetLoad();
    const figures: Figure[] = [];
    for (const framework of FRAMEWORKS) {
      const kinds = [null, { url: sink.url, reads: false }, { url: sink.url, reads: true }] as const;
      const speeds = kinds.map((): Speed => ({ perSecond: [], cpuUs: [] }));
      // Sending what was recorded goes on behind a round, and would slow the next one down.
      for (const turn of [[0, 1], [2]]) {
        for (let process = 0; process < (context.quick ? 2 : 12); process += 1) {
          // Started in turns too: of two processes of the same program one may be a fifth faster for as long as it lives.
          const order = process % 2 === 0 ? turn : turn.toReversed();
          const apps = new Map<number, HelloApp>();
          for (const i of order) apps.set(i, await startHelloApp(framework, kinds[i] ?? null));
          await compare(load, apps, 10, speeds);
          for (const app of apps.values()) app.stop();
        }
      }
      const [bare, installed, recorded] = speeds;
      const us = (speed?: Speed): string => `${quantile(speed?.cpuUs ?? [], 0.5).toFixed(1)} µs`;
      figures.push({
        name: `${framework} hello-world with the middleware`,
        value: ratio(installed?.perSecond, bare?.perSecond),
        unit: 'x',
        target: 0.97,
        better: 'more',
        detail: `${perSecond(quantile(bare?.perSecond ?? [], 0.5), 1)} without; CPU of the app per request ${us(bare)}, with it ${us(installed)} (${ratio(bare?.cpuUs, installed?.cpuUs).toFixed(2)}); with every read recorded ${us(recorded)}, ${ratio(recorded?.perSecond, bare?.perSecond).toFixed(2)} of the throughput`,
      });
    }
    load.stop();
    await sink.close();
    return figures;
  },
};
