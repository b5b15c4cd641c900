import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbedded } from '@attestry/ledger';
import { APPEND_BATCH, appendInProcess, appendOverHttp } from '../append-rate.ts';
import { bareInsertRate } from '../baseline.ts';
import type { BenchCase, Figure } from '../case.ts';
import { startServerProcess } from '../server-process.ts';
import { perSecond } from '../statistics.ts';

const REACH = 0.5;

/** Append inside one process: validation, seals, hashing and the commit, against bare inserts of the same rows. */
async function inProcess(events: number): Promise<Figure> {
  const folder = mkdtempSync(join(tmpdir(), 'attestry-bench-'));
  const dataDir = join(folder, 'data');
  const embedded = await openEmbedded({ dataDir });
  const { seconds, cpuUs } = await appendInProcess(embedded, events);
  await embedded.close();
  const bare = bareInsertRate(join(dataDir, 'ledger.db'), APPEND_BATCH);
  rmSync(folder, { recursive: true });
  return {
    name: 'append in process',
    value: events / seconds / bare,
    unit: 'x',
    target: REACH,
    better: 'more',
    detail: `${perSecond(events, seconds)} of 1 KB in batches of ${APPEND_BATCH}, ${cpuUs.toFixed(0)} µs of all threads' CPU per event; bare SQLite ${perSecond(bare, 1)}`,
  };
}

/** The same over HTTP from another process. */
async function overHttp(events: number): Promise<Figure> {
  const server = await startServerProcess();
  const seconds = await appendOverHttp(server, events);
  await server.stop({ keep: true });
  const bare = bareInsertRate(join(server.dataDir, 'ledger.db'), APPEND_BATCH);
  rmSync(join(server.dataDir, '..'), { recursive: true });
  return {
    name: 'POST /v1/events in batches',
    value: events / seconds / bare,
    unit: 'x',
    target: REACH,
    better: 'more',
    detail: `${perSecond(events, seconds)} of 1 KB in batches of ${APPEND_BATCH} from another process; bare SQLite ${perSecond(bare, 1)}`,
  };
}

export const append: BenchCase = {
  name: 'append',
  run: async ({ quick }) => {
    const events = quick ? 100_000 : 300_000;
    return [await inProcess(events), await overHttp(events)];
  },
};
