import type { LogAppend, LogHead } from '@attestry/ledger';
import { type LinkedLog, type SeededRandom, sampleEvent } from '@attestry/testkit/conformance';
import { expect } from 'vitest';
import type { PostgresLedgerStores } from '../../src/stores/postgres/postgres-stores.ts';

/** Moments of the records, in a month whose partition is made ahead of time. */
const NOW_MS = Date.now();

/** A batch of events behind the given log, which is moved. */
export function eventsBehind(log: LinkedLog, random: SeededRandom, count: number): LogAppend {
  const { tenant, size } = log.head;
  return log.link(
    NOW_MS,
    Array.from({ length: count }, (_, n) => sampleEvent(random, tenant, size + n)),
  );
}

/** Checks that a log is exactly what was linked: its head, each record in order, each id where it belongs. */
export async function expectLog(stores: PostgresLedgerStores, batches: readonly LogAppend[]): Promise<void> {
  const head = batches.at(-1)?.after as LogHead;
  expect(await stores.ledger.readHead(head.tenant)).toEqual(head);
  const records = batches.flatMap((batch) => batch.records);
  const stored = [];
  for (let from = 0; from < head.size; from += 1_000) {
    stored.push(...(await stores.ledger.readRecords(head.tenant, from, head.size)));
  }
  expect(stored.map(({ seq, text }) => ({ seq, text }))).toEqual(
    records.map(({ text }, seq) => ({ seq, text })),
  );
  const ids = records.flatMap(({ id }) => id ?? []);
  const seqs = await stores.ledger.findSeqs(head.tenant, ids);
  expect([...seqs.values()].sort((a, b) => a - b)).toEqual(
    records.flatMap(({ id }, seq) => (id === undefined ? [] : [seq])),
  );
}
