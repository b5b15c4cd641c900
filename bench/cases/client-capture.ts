import { fork } from 'node:child_process';
import { once } from 'node:events';
import { freshDist } from '../../packages/client/build/fresh-dist.ts';
import type { BenchCase, Figure } from '../case.ts';
import type { CaptureResult } from '../load/capture-calls.ts';

/** What `capture` costs the caller, and whether it leaves anything behind. */
export const clientCapture: BenchCase = {
  name: 'capture',
  run: async (context): Promise<readonly Figure[]> => {
    await freshDist();
    const calls = context.quick ? 300_000 : 1_000_000;
    const child = fork(new URL('../load/capture-calls.ts', import.meta.url), { execArgv: ['--expose-gc'] });
    child.send({ calls });
    const [result] = (await once(child, 'message')) as [CaptureResult];
    if (result.sent !== calls) throw new Error(`${result.sent} of ${calls} events were sent`);
    const { p50, p99, p999 } = result.callsNs;
    const us = (ns: number): string => `${(ns / 1_000).toFixed(1)} µs`;
    const [early, late] = result.heapBytes;
    return [
      {
        name: 'capture(), p50 of a call',
        value: p50 / 1_000,
        unit: 'µs',
        target: 10,
        better: 'less',
        detail: `p99 ${us(p99)}, p99.9 ${us(p999)}; JSON.stringify of the event alone ${us(result.stringifyNsP50)}`,
      },
      {
        name: `heap that grows between ${(calls / 5).toLocaleString('en')} and ${calls.toLocaleString('en')} calls`,
        value: (late - early) / 1e6,
        unit: 'MB',
        target: 1,
        better: 'less',
        detail: `${(early / 1e6).toFixed(1)} MB, then ${(late / 1e6).toFixed(1)} MB in use`,
      },
    ];
  },
};
