import { cpSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EventInput, normalizeEvent } from '@attestry/core';
import { type EmbeddedLedger, type IncomingEvent, openEmbedded, runVerify } from '@attestry/ledger';
import { afterEach, expect, test } from 'vitest';

const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'attestry-'));
  undo.push(() => rmSync(folder, { recursive: true }));
  return join(folder, 'data');
}

async function open(dataDir: string): Promise<EmbeddedLedger> {
  const embedded = await openEmbedded({ dataDir });
  undo.push(() => embedded.close());
  await embedded.ledger.createLog('acme');
  return embedded;
}

let ids = 0;
function incoming(event: EventInput): IncomingEvent {
  const result = normalizeEvent(event, {
    tenantId: 'acme',
    nowMs: Date.now(),
    newId: () => `00000000-0000-7000-8000-${String(ids++).padStart(12, '0')}`,
  });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result;
}

const EVENTS: readonly EventInput[] = [
  {
    type: 'document.shared',
    actor: { type: 'user', id: 'u-17', name: 'Zoë Ångström', email: 'zoe@example.com' },
    action: { verb: 'share', status: 'success', description: 'Shared the annual report with the board' },
    target: { type: 'document', id: 'doc-99', name: 'annual report 2026.pdf' },
    metadata: { ticket: 'OPS-4711', nested: [{ note: 'signed contract draft' }] },
  },
  {
    type: 'document.deleted',
    actor: { type: 'user', id: 'u-18', name: 'Bob', email: 'bob@example.com' },
    action: { verb: 'delete', status: 'denied' },
    target: { type: 'document', id: 'doc-99', name: 'report (annual)' },
    context: { reason: 'contract ended' },
  },
];

async function found(embedded: EmbeddedLedger, q: string, personal = true): Promise<number> {
  const query = await embedded.ledger.compileQuery('acme', { q }, { personal });
  return embedded.ledger.query.count(query);
}

async function searchable(embedded: EmbeddedLedger, q: string, count: number): Promise<void> {
  const ask = (): Promise<number> => found(embedded, q).catch(() => -1);
  await expect.poll(ask, { timeout: 60_000, interval: 20 }).toBe(count);
}

test('finds words, phrases, prefixes and sealed names within a moment of the commit', async () => {
  const embedded = await open(freshFolder());
  await embedded.ledger.append('acme', EVENTS.map(incoming));
  await searchable(embedded, 'report', 2);
  const expected: readonly (readonly [string, number])[] = [
    ['"annual report"', 1],
    ['annual report', 2],
    ['contract -draft', 1],
    ['contr*', 2],
    ['"signed contr"*', 1],
    ['zoe@example.com', 1],
    ['angstrom', 1],
    ['ZOË', 1],
    ['doc-99', 2],
    ['OPS-4711', 1],
    ['document.shared', 1],
    ['nothing', 0],
    ['AND', 0],
    ['report"', -1],
  ];
  for (const [q, count] of expected) {
    expect([q, await found(embedded, q).catch(() => -1)]).toEqual([q, count]);
  }
});

test('an index that was deleted while the server runs is made anew', async () => {
  const embedded = await open(freshFolder());
  await embedded.ledger.append('acme', [incoming(EVENTS[0] as EventInput)]);
  await searchable(embedded, 'board', 1);
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${embedded.paths.search}${suffix}`, { force: true });
  await embedded.ledger.append('acme', [incoming(EVENTS[1] as EventInput)]);
  await searchable(embedded, 'report', 2);
});

test.each([
  ['deleted', (path: string) => rmSync(path)],
  ['cut short', (path: string) => truncateSync(path, 5_000)],
  ['no database', (path: string) => writeFileSync(path, 'x'.repeat(9_000))],
] as const)('an index that was %s while stopped is made anew at the start', async (_name, damage) => {
  const dataDir = freshFolder();
  const first = await openEmbedded({ dataDir });
  await first.ledger.createLog('acme');
  await first.ledger.append('acme', EVENTS.map(incoming));
  await searchable(first, 'report', 2);
  await first.close();
  damage(first.paths.search);
  const second = await open(dataDir);
  await searchable(second, 'report', 2);
  expect(statSync(second.paths.search).size).toBeGreaterThan(0);
});

test('words of sealed members are found and left out only with the right to personal data', async () => {
  const dataDir = freshFolder();
  const expected: readonly (readonly [q: string, whole: number, open: number])[] = [
    ['report', 2, 2],
    ['zoe', 1, 0],
    ['zo*', 1, 0],
    ['"bob example"', 1, 0],
    ['u-17', 1, 0],
    ['report bob', 1, 0],
    ['report -bob', 1, 2],
    ['-zoe contract', 1, 2],
    ['"annual report" ticket', 0, 0],
    ['doc-99', 2, 2],
  ];
  const check = async (embedded: EmbeddedLedger): Promise<void> => {
    for (const [q, whole, open] of expected) {
      expect([q, await found(embedded, q), await found(embedded, q, false)]).toEqual([q, whole, open]);
    }
  };
  const first = await open(dataDir);
  await first.ledger.append('acme', EVENTS.map(incoming));
  await searchable(first, 'report', 2);
  await check(first);
  await first.close();
  // The same when the texts are read back from the records.
  rmSync(first.paths.search);
  const second = await open(dataDir);
  await searchable(second, 'report', 2);
  await check(second);
  await second.close();
  expect((await runVerify({ dataDir, tenant: 'acme' })).findings).toEqual([]);
});

test('an index of records that are no longer there is made anew, also after an accepted rollback', async () => {
  const dataDir = freshFolder();
  const note = (word: string): IncomingEvent => incoming({ type: 'note.made', metadata: { word } });
  const first = await open(dataDir);
  await first.ledger.append('acme', [note('kept')]);
  await searchable(first, 'kept', 1);
  await first.close();
  cpSync(first.paths.ledger, `${dataDir}.older`);
  const second = await open(dataDir);
  await second.ledger.append(
    'acme',
    Array.from({ length: 40 }, () => note('lost')),
  );
  await searchable(second, 'lost', 40);
  await second.close();
  cpSync(`${dataDir}.older`, second.paths.ledger);

  // While the stale index is still there it is nothing to complain of: the next start makes it anew.
  const accepting = await openEmbedded({ dataDir, acceptRollback: true, search: false });
  await accepting.ledger.append('acme', [note('between')]);
  await accepting.close();
  const between = await runVerify({ dataDir, tenant: 'acme' });
  expect([between.ok, between.findings]).toEqual([true, []]);

  const third = await openEmbedded({ dataDir });
  undo.push(() => third.close());
  await third.ledger.append(
    'acme',
    Array.from({ length: 60 }, () => note('fresh')),
  );
  await searchable(third, 'fresh', 60);
  expect([await found(third, 'kept'), await found(third, 'lost')]).toEqual([1, 0]);
  await third.close();
  const report = await runVerify({ dataDir, tenant: 'acme' });
  expect(report.findings).toEqual([]);
});
