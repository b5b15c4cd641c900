import { freshDist } from '../../packages/client/build/fresh-dist.ts';
import { startEventSink } from '../../packages/client/test/event-sink.ts';
import type { BenchCase, Figure } from '../case.ts';
import { type GetLoad, startGetLoad } from '../load/get-load.ts';
import type { Framework } from '../load/hello-app.ts';
import { type HelloApp, startHelloApp } from '../load/start-hello-app.ts';
import { quantile } from '../statistics.ts';

const FRAMEWORKS: readonly Framework[] = ['express', 'fastify', 'hono'];
const CONNECTIONS = 10;
const ROUND_S = 0.5;

/** Share of the bare app's throughput that the others have, by rounds that take turns. */
async function compare(
  load: GetLoad,
  apps: readonly [bare: HelloApp, ...others: HelloApp[]],
  rounds: number,
): Promise<{ readonly shares: number[]; readonly bare: number }> {
  const run = (app: HelloApp, seconds: number): Promise<number> =>
    load.run({ url: app.url, connections: CONNECTIONS, seconds }).then(({ perSecond, failed }) => {
      if (failed > 0) throw new Error(`${failed} requests failed`);
      return perSecond;
    });
  for (const app of apps) await run(app, 2);
  const seen: number[][] = apps.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    // Each other one begins, so that what drifts hits all alike.
    const order = round % 2 === 0 ? [...apps.keys()] : [...apps.keys()].reverse();
    for (const i of order) seen[i]?.push(await run(apps[i] as HelloApp, ROUND_S));
  }
  const [bare = [], ...others] = seen;
  const shares = others.map((one) =>
    quantile(
      one.map((perSecond, round) => perSecond / (bare[round] as number)),
      0.5,
    ),
  );
  return { shares, bare: quantile(bare, 0.5) };
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
      const apps = [
        await startHelloApp(framework, null),
        await startHelloApp(framework, { url: sink.url, reads: false }),
        await startHelloApp(framework, { url: sink.url, reads: true }),
      ] as const;
      const { shares, bare } = await compare(load, apps, context.quick ? 20 : 60);
      for (const app of apps) app.stop();
      const [installed = 0, recorded = 0] = shares;
      figures.push({
        name: `${framework} hello-world with the middleware`,
        value: installed,
        unit: 'x',
        target: 0.97,
        better: 'more',
        detail: `${Math.round(bare).toLocaleString('en')}/s without; ${recorded.toFixed(2)} of it with every read recorded`,
      });
    }
    load.stop();
    await sink.close();
    return figures;
  },
};
