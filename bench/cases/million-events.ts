import { hash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { runVerify } from '@attestry/ledger';
import type { BenchCase, BenchContext, Figure } from '../case.ts';
import { perSecond } from '../statistics.ts';

const MEMORY_MB_MAX = 250;
const EVENT_BYTES_MAX = 1_500;
const VERIFY_REACH = 0.3;
/** Growth from the middle to the end of the ingest that still counts as flat. */
const FLAT_GROWTH_MAX = 1.15;

/** Memory while a million events come in. */
async function memory(context: BenchContext): Promise<readonly Figure[]> {
  const { residentMb, events, seconds } = await context.million();
  const middle = residentMb[Math.floor(residentMb.length / 2)] as number;
  const last = residentMb.at(-1) as number;
  return [
    {
      name: 'memory of the server under full ingest',
      value: Math.max(...residentMb),
      unit: 'MB',
      target: MEMORY_MB_MAX,
      better: 'less',
      detail: `${events} events at ${perSecond(events, seconds)}, resident MB: ${residentMb.map(Math.round).join(' ')}`,
    },
    {
      name: 'growth of memory in the second half',
      value: last / middle,
      unit: 'x',
      target: FLAT_GROWTH_MAX,
      better: 'less',
      detail: `${Math.round(middle)} MB at the middle, ${Math.round(last)} MB at the end`,
    },
  ];
}

/** Bytes of the whole data folder, search included, once the follower has caught up. */
async function disk(context: BenchContext): Promise<Figure> {
  const { server, events } = await context.million();
  const bytes = readdirSync(server.dataDir)
    .map((name) => ({ name, size: statSync(join(server.dataDir, name)).size }))
    .filter(({ name }) => !name.endsWith('-wal') && !name.endsWith('-shm'));
  const total = bytes.reduce((sum, file) => sum + file.size, 0);
  const parts = bytes
    .filter(({ size }) => size > events)
    .map(({ name, size }) => `${name} ${Math.round(size / events)}`);
  return {
    name: 'bytes on disk per 540-byte event, search included',
    value: total / events,
    unit: 'bytes',
    target: EVENT_BYTES_MAX,
    better: 'less',
    detail: parts.join(', '),
  };
}

/** Everything verified, against reading each row and hashing it once. */
async function verify(context: BenchContext): Promise<Figure> {
  const { server, events } = await context.million();
  const path = join(server.dataDir, 'ledger.db');
  const bareStartedAt = performance.now();
  const db = new DatabaseSync(path, { readOnly: true });
  let rows = 0;
  for (const row of db.prepare('SELECT text FROM records ORDER BY k').iterate()) {
    hash('sha256', (row as { text: string }).text, 'buffer');
    rows += 1;
  }
  db.close();
  const bareSeconds = (performance.now() - bareStartedAt) / 1000;
  const startedAt = performance.now();
  const report = await runVerify({ dataDir: server.dataDir, tenant: 'default' });
  const seconds = (performance.now() - startedAt) / 1000;
  if (!report.ok) throw new Error(`the log does not verify: ${JSON.stringify(report.findings.slice(0, 3))}`);
  const ratio = report.checked.records / seconds / (rows / bareSeconds);
  return {
    name: 'verify everything, seals included',
    value: ratio,
    unit: 'x',
    target: VERIFY_REACH,
    better: 'more',
    detail: `${perSecond(report.checked.records, seconds)} (${report.seals.verified} seals of ${events} events); read and hash ${perSecond(rows, bareSeconds)}`,
  };
}

export const millionEvents: BenchCase = {
  name: 'million',
  run: async (context) => [...(await memory(context)), await disk(context), await verify(context)],
};
