import { freshDist } from '../../packages/client/build/fresh-dist.ts';
import { startEventSink } from '../../packages/client/test/event-sink.ts';
import type { BenchCase, Figure } from '../case.ts';
import { startGetLoad } from '../load/get-load.ts';
import { startHelloApp } from '../load/start-hello-app.ts';
import { quantile } from '../statistics.ts';

const CONNECTIONS = 20;
/** Well below what the app can do: the latency of a full one says nothing. */
const RATE = 1_000;
const ROUND_S = 2;
/** Of the long run: it is about time, and need not keep a machine busy. */
const LONG_RATE = 300;

/** What an app that records every request feels when the server of the events is away, and what it keeps of them. */
export const clientOutage: BenchCase = {
  name: 'outage',
  run: async (context): Promise<readonly Figure[]> => {
    await freshDist();
    const sink = await startEventSink();
    const gone = await startEventSink();
    await gone.close();
    const load = startGetLoad();
    const well = await startHelloApp('express', { url: sink.url, reads: true });
    const away = await startHelloApp('express', { url: gone.url, reads: true });
    const run = (url: string, seconds: number, rate = RATE) =>
      load.run({ url, connections: CONNECTIONS, seconds, rate });
    // Fills the queue of 10,000 events, so that from here on events are dropped.
    for (const { url } of [well, away]) await run(url, 15);
    const changes: number[] = [];
    const seen: { well: number[]; away: number[] } = { well: [], away: [] };
    for (let round = 0; round < (context.quick ? 8 : 30); round += 1) {
      for (const name of round % 2 === 0 ? (['well', 'away'] as const) : (['away', 'well'] as const))
        seen[name].push((await run((name === 'well' ? well : away).url, ROUND_S)).p99Ms);
      changes.push((seen.away[round] as number) / (seen.well[round] as number));
    }
    well.stop();
    const minutes = context.quick ? 1 : 10;
    const early = await away.use('collect');
    await run(away.url, minutes * 60, LONG_RATE);
    const late = await away.use('collect');
    away.stop();
    load.stop();
    await sink.close();
    const ms = (numbers: readonly number[]): string => `${quantile(numbers, 0.5).toFixed(2)} ms`;
    const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
    return [
      {
        name: 'p99 of an app whose Attestry is away, to one whose is there',
        value: quantile(changes, 0.5),
        unit: 'x',
        target: 1.05,
        better: 'less',
        detail: `${ms(seen.away)}, ${ms(seen.well)}; Express, ${RATE} requests/s, each recorded; median of rounds that take turns`,
      },
      {
        name: `heap that grows in ${minutes} min of outage, ${LONG_RATE} recorded requests/s`,
        value: (late.heapBytes - early.heapBytes) / 1e6,
        unit: 'MB',
        target: 2,
        better: 'less',
        detail: `${mb(early.heapBytes)}, then ${mb(late.heapBytes)} in use; resident ${mb(early.residentBytes)}, then ${mb(late.residentBytes)}`,
      },
    ];
  },
};
