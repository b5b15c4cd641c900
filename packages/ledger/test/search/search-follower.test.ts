import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EventInput, normalizeEvent } from '@attestry/core';
import { type EmbeddedLedger, type IncomingEvent, openEmbedded } from '@attestry/ledger';
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

async function found(embedded: EmbeddedLedger, q: string): Promise<number> {
  const query = await embedded.ledger.compileQuery('acme', { q });
  return embedded.ledger.query.count(query);
}

async function searchable(embedded: EmbeddedLedger, q: string, count: number): Promise<void> {
  const ask = (): Promise<number> => found(embedded, q).catch(() => -1);
  await expect.poll(ask, { timeout: 15_000, interval: 20 }).toBe(count);
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
