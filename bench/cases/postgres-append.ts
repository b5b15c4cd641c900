import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { normalizeEvent } from '@attestry/core';
import { openEmbedded } from '@attestry/ledger';
import { type RunningPostgres, startPostgres } from '@attestry/testkit';
import { bareCopyRate } from '../bare-copy.ts';
import type { BenchCase, BenchContext, Figure } from '../case.ts';
import { prepareLoad } from '../load/start-load.ts';
import { startServerProcess } from '../server-process.ts';
import { perSecond } from '../statistics.ts';
import { workload } from '../workload/events.ts';

const BATCH = 500;
const EVENT_BYTES = 1_024;
const START_MS = Date.UTC(2026, 0, 1);
const REACH = { inProcess: 0.7, overHttp: 0.4 } as const;
/** Batches handed to the ledger at once: what four connections of an API would do. */
const LANES = 4;
/** Finished rows are held in memory for the baseline: about 2 kB each. */
const BASELINE_ROWS_MAX = 100_000;

function eventsOf({ quick }: BenchContext): number {
  return quick ? 60_000 : 200_000;
}

/** The bare rate on the same server, right after what it is compared with. */
async function bareRate(server: RunningPostgres, from: string): Promise<number> {
  const to = await server.createDatabase();
  const dataDir = mkdtempSync(join(tmpdir(), 'attestry-bench-'));
  await (await openEmbedded({ dataDir, store: to, search: false })).close();
  rmSync(dataDir, { recursive: true });
  return bareCopyRate({ from, to, batch: BATCH, rowsMax: BASELINE_ROWS_MAX });
}

/** Validation, seals, hashing and the commit in one process, without full text. */
async function inProcess(context: BenchContext, server: RunningPostgres): Promise<Figure> {
  const events = eventsOf(context);
  const store = await server.createDatabase();
  const dataDir = mkdtempSync(join(tmpdir(), 'attestry-bench-'));
  const event = workload({ seed: 1, eventBytes: EVENT_BYTES, actors: 2_000, startMs: START_MS });
  const texts = Array.from({ length: events }, (_, n) => JSON.stringify(event(n)));
  const embedded = await openEmbedded({ dataDir, store, search: false });
  await embedded.ledger.createLog('bench');
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < events) {
      const at = next;
      next += BATCH;
      const incoming = texts.slice(at, at + BATCH).map((text) => {
        const result = normalizeEvent(JSON.parse(text), {
          tenantId: 'bench',
          nowMs: Date.now(),
          newId: () => crypto.randomUUID(),
        });
        if (!result.ok) throw new Error(`event refused: ${JSON.stringify(result.problems)}`);
        return result;
      });
      const results = await embedded.ledger.append('bench', incoming);
      if (results.some((result) => result.kind !== 'receipt')) throw new Error('an event was refused');
    }
  };
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: LANES }, lane));
  const seconds = (performance.now() - startedAt) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  await embedded.close();
  const bare = await bareRate(server, store);
  rmSync(dataDir, { recursive: true });
  const cpuUs = ((cpu.user + cpu.system) / events).toFixed(0);
  return {
    name: 'PostgreSQL: append in process',
    value: events / seconds / bare,
    unit: 'x',
    target: REACH.inProcess,
    better: 'more',
    detail: `${perSecond(events, seconds)} of 1 KB in batches of ${BATCH}, ${cpuUs} µs of CPU per event beside the database; bare COPY ${perSecond(bare, 1)}`,
  };
}

/** The same over HTTP from another process, with full text. */
async function overHttp(context: BenchContext, server: RunningPostgres): Promise<Figure> {
  const events = eventsOf(context);
  const store = await server.createDatabase();
  const node = await startServerProcess({ environment: { ATTESTRY_STORE: store } });
  const go = await prepareLoad({
    url: node.url,
    key: node.key,
    events,
    batch: BATCH,
    connections: LANES,
    eventBytes: EVENT_BYTES,
    seed: 2,
    startMs: START_MS,
  });
  const result = await go();
  if (result.accepted !== events) throw new Error(`not all accepted: ${JSON.stringify(result.statuses)}`);
  await node.stop();
  const bare = await bareRate(server, store);
  return {
    name: 'PostgreSQL: POST /v1/events in batches',
    value: events / result.seconds / bare,
    unit: 'x',
    target: REACH.overHttp,
    better: 'more',
    detail: `${perSecond(events, result.seconds)} of 1 KB in batches of ${BATCH} from another process; bare COPY ${perSecond(bare, 1)}`,
  };
}

export const postgresAppend: BenchCase = {
  name: 'postgres-append',
  async run(context) {
    const server = await startPostgres({ settings: { shared_buffers: '256MB', max_wal_size: '4GB' } });
    try {
      return [await inProcess(context, server), await overHttp(context, server)];
    } finally {
      await server.remove();
    }
  },
};
