import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { normalizeEvent } from '@attestry/core';
import { openEmbedded } from '@attestry/ledger';
import { bareInsertRate } from '../baseline.ts';
import type { BenchCase, BenchContext, Figure } from '../case.ts';
import { prepareLoad } from '../load/start-load.ts';
import { startServerProcess } from '../server-process.ts';
import { perSecond } from '../statistics.ts';
import { workload } from '../workload/events.ts';

const BATCH = 500;
const EVENT_BYTES = 1_024;
const START_MS = Date.UTC(2026, 0, 1);
const REACH = 0.5;
/** Batches handed to the ledger at once: what four connections of an API would do. */
const LANES = 4;

/** Append inside one process: validation, seals, hashing and the commit, against bare inserts of the same rows. */
async function appendInProcess(context: BenchContext): Promise<Figure> {
  const events = context.quick ? 100_000 : 300_000;
  const folder = mkdtempSync(join(tmpdir(), 'attestry-bench-'));
  const dataDir = join(folder, 'data');
  const event = workload({ seed: 1, eventBytes: EVENT_BYTES, actors: 2_000, startMs: START_MS });
  const texts = Array.from({ length: events }, (_, n) => JSON.stringify(event(n)));
  const embedded = await openEmbedded({ dataDir });
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
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  await Promise.all(Array.from({ length: LANES }, lane));
  const seconds = (performance.now() - startedAt) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const cpuUs = (cpu.user + cpu.system) / events;
  await embedded.close();
  const bare = bareInsertRate(join(dataDir, 'ledger.db'), BATCH);
  rmSync(folder, { recursive: true });
  return {
    name: 'append in process',
    value: events / seconds / bare,
    unit: 'x',
    target: REACH,
    better: 'more',
    detail: `${perSecond(events, seconds)} of 1 KB in batches of ${BATCH}, ${cpuUs.toFixed(0)} µs of all threads' CPU per event; bare SQLite ${perSecond(bare, 1)}`,
  };
}

/** The same over HTTP from another process. */
async function appendOverHttp(context: BenchContext): Promise<Figure> {
  const events = context.quick ? 100_000 : 300_000;
  const server = await startServerProcess();
  const go = await prepareLoad({
    url: server.url,
    key: server.key,
    events,
    batch: BATCH,
    connections: LANES,
    eventBytes: EVENT_BYTES,
    seed: 2,
    startMs: START_MS,
  });
  const result = await go();
  if (result.accepted !== events) throw new Error(`not all accepted: ${JSON.stringify(result.statuses)}`);
  await server.stop({ keep: true });
  const bare = bareInsertRate(join(server.dataDir, 'ledger.db'), BATCH);
  rmSync(join(server.dataDir, '..'), { recursive: true });
  return {
    name: 'POST /v1/events in batches',
    value: events / result.seconds / bare,
    unit: 'x',
    target: REACH,
    better: 'more',
    detail: `${perSecond(events, result.seconds)} of 1 KB in batches of ${BATCH} from another process; bare SQLite ${perSecond(bare, 1)}`,
  };
}

export const append: BenchCase = {
  name: 'append',
  run: async (context) => [await appendInProcess(context), await appendOverHttp(context)],
};
