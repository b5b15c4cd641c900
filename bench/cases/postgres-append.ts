import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbedded } from '@attestry/ledger';
import { type RunningPostgres, startPostgres } from '@attestry/testkit';
import { APPEND_BATCH, appendInProcess, appendOverHttp } from '../append-rate.ts';
import { bareCopyRate } from '../bare-copy.ts';
import type { BenchCase, Figure } from '../case.ts';
import { startServerProcess } from '../server-process.ts';
import { perSecond } from '../statistics.ts';

const REACH = { inProcess: 0.7, overHttp: 0.4 } as const;
/** Finished rows are held in memory for the baseline: about 2 kB each. */
const BASELINE_ROWS_MAX = 100_000;

/** The bare rate on the same server, right after what it is compared with. */
async function bareRate(server: RunningPostgres, from: string): Promise<number> {
  const to = await server.createDatabase();
  const dataDir = mkdtempSync(join(tmpdir(), 'attestry-bench-'));
  await (await openEmbedded({ dataDir, store: to, search: false })).close();
  rmSync(dataDir, { recursive: true });
  return bareCopyRate({ from, to, batch: APPEND_BATCH, rowsMax: BASELINE_ROWS_MAX });
}

/** Validation, seals, hashing and the commit in one process, without full text. */
async function inProcess(server: RunningPostgres, events: number): Promise<Figure> {
  const store = await server.createDatabase();
  const dataDir = mkdtempSync(join(tmpdir(), 'attestry-bench-'));
  const embedded = await openEmbedded({ dataDir, store, search: false });
  const { seconds, cpuUs } = await appendInProcess(embedded, events);
  await embedded.close();
  const bare = await bareRate(server, store);
  rmSync(dataDir, { recursive: true });
  return {
    name: 'PostgreSQL: append in process',
    value: events / seconds / bare,
    unit: 'x',
    target: REACH.inProcess,
    better: 'more',
    detail: `${perSecond(events, seconds)} of 1 KB in batches of ${APPEND_BATCH}, ${cpuUs.toFixed(0)} µs of CPU per event beside the database; bare COPY ${perSecond(bare, 1)}`,
  };
}

/** The same over HTTP from another process, with full text. */
async function overHttp(server: RunningPostgres, events: number): Promise<Figure> {
  const store = await server.createDatabase();
  const node = await startServerProcess({ environment: { ATTESTRY_STORE: store } });
  const seconds = await appendOverHttp(node, events);
  await node.stop();
  const bare = await bareRate(server, store);
  return {
    name: 'PostgreSQL: POST /v1/events in batches',
    value: events / seconds / bare,
    unit: 'x',
    target: REACH.overHttp,
    better: 'more',
    detail: `${perSecond(events, seconds)} of 1 KB in batches of ${APPEND_BATCH} from another process; bare COPY ${perSecond(bare, 1)}`,
  };
}

export const postgresAppend: BenchCase = {
  name: 'postgres-append',
  async run({ quick }) {
    const events = quick ? 60_000 : 200_000;
    const server = await startPostgres({ settings: { shared_buffers: '256MB', max_wal_size: '4GB' } });
    try {
      return [await inProcess(server, events), await overHttp(server, events)];
    } finally {
      await server.remove();
    }
  },
};
