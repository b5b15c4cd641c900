import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LinkedLog, SAMPLE, SeededRandom, sampleBlind, sampleEvent } from '@attestry/testkit/conformance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventCondition, EventQuery, RowPosition } from '../src/ports/event-query-store.ts';
import { SqliteReader } from '../src/stores/sqlite/sqlite-reader.ts';
import { openSqliteStores } from '../src/stores/sqlite/sqlite-stores.ts';

const actor: EventCondition = { kind: 'blind', column: 'actor', anyOf: [sampleBlind('actor', 'alice')] };

/** Every documented filter that an index has to answer. */
const INDEXED: Readonly<Record<string, EventCondition>> = {
  type: { kind: 'word', column: 'type', anyOf: [SAMPLE.types[0]] },
  'type with *': { kind: 'typePrefix', exact: [], prefixes: ['document.'] },
  category: { kind: 'word', column: 'category', anyOf: ['data'] },
  severity: { kind: 'word', column: 'severity', anyOf: ['high'] },
  status: { kind: 'word', column: 'status', anyOf: ['failure'] },
  verb: { kind: 'word', column: 'verb', anyOf: ['read'] },
  project: { kind: 'word', column: 'project', anyOf: ['apollo'] },
  actor_type: { kind: 'word', column: 'actorType', anyOf: ['user'] },
  target_type: { kind: 'word', column: 'targetType', anyOf: ['document'] },
  traffic_light: { kind: 'word', column: 'trafficLight', anyOf: ['red'] },
  actor,
  actor_email: { kind: 'blind', column: 'actorEmail', anyOf: [1n] },
  target: { kind: 'blind', column: 'target', anyOf: [1n] },
  ip: { kind: 'blind', column: 'ip', anyOf: [1n] },
  'ip as CIDR': { kind: 'blind', column: 'ipNet', anyOf: [1n, 2n] },
  session: { kind: 'blind', column: 'session', anyOf: [1n] },
  request_id: { kind: 'blind', column: 'requestId', anyOf: [1n] },
  correlation_id: { kind: 'blind', column: 'correlationId', anyOf: [1n] },
  parent_id: { kind: 'blind', column: 'parentId', anyOf: [1n] },
  execution_id: { kind: 'blind', column: 'executionId', anyOf: [1n] },
  http_status: { kind: 'httpStatus', ranges: [{ from: 404, to: 404 }] },
  'http_status 5xx': { kind: 'httpStatus', ranges: [{ from: 500, to: 599 }] },
  regulation: { kind: 'regulation', anyOf: ['GDPR'] },
};

describe('query plans of the SQLite store', () => {
  const folder = mkdtempSync(join(tmpdir(), 'attestry-'));
  const path = join(folder, 'ledger.db');
  let reader: SqliteReader;

  beforeAll(async () => {
    const stores = await openSqliteStores({ path, searchPath: join(folder, 'search.db') });
    const random = new SeededRandom(4);
    const events = Array.from({ length: 50 }, (_, n) => sampleEvent(random, 'acme', n));
    await stores.ledger.append([new LinkedLog('acme').link(1_000, events)]);
    await stores.close();
    reader = new SqliteReader({ path });
  });
  afterAll(() => {
    reader.close();
    rmSync(folder, { recursive: true });
  });

  const plan = (conditions: readonly EventCondition[], time: EventQuery['time'] = 'occurred'): string[] =>
    reader.events.explain(
      { tenant: 'acme', personal: true, conditions, time },
      { order: 'desc', limit: 100, position: { timeMs: 1_700_000_000_000, seq: 40 } },
    );

  for (const [name, condition] of Object.entries(INDEXED)) {
    it(`finds ${name} by index and needs no sorting (trap 37)`, () => {
      const lines = plan([condition]);
      expect(lines[0]).toMatch(/^SCAN f VIRTUAL TABLE INDEX/);
      expect(lines[1]).toMatch(/^SEARCH r USING INTEGER PRIMARY KEY \(rowid=\?\)/);
      expect(lines.join('\n')).not.toContain('TEMP B-TREE');
    });
  }

  it('meets two filters inside the index', () => {
    const lines = plan([actor, INDEXED.status as EventCondition]);
    expect(lines.filter((line) => line.includes('VIRTUAL TABLE'))).toHaveLength(1);
    expect(lines.join('\n')).not.toContain('TEMP B-TREE');
  });

  it.each(['success', 'failure', 'denied', 'partial'])(
    'finds the same pages of an actor, whether few of its rows are %s or many',
    (status) => {
      const query: EventQuery = {
        tenant: 'acme',
        personal: true,
        conditions: [actor, { kind: 'word', column: 'status', anyOf: [status] }],
        time: 'occurred',
      };
      for (const order of ['asc', 'desc'] as const) {
        const all = reader.events.page(query, { order, limit: 1_000 }).rows.map(({ seq }) => seq);
        const walked: number[] = [];
        for (let more = true, position: RowPosition | undefined; more; ) {
          const page = reader.events.page(query, { order, limit: 1, ...(position && { position }) });
          for (const row of page.rows) {
            walked.push(row.seq);
            position = { timeMs: row.occurredAtMs, seq: row.seq };
          }
          more = page.more;
        }
        expect(walked).toEqual(all);
        expect(all).toHaveLength(reader.events.count(query));
      }
    },
  );

  it('walks the log in the asked order when no index narrows the query', () => {
    expect(plan([])).toEqual([expect.stringMatching(/^SEARCH r USING INDEX by_time \(log_no=\? AND/)]);
    expect(plan([], 'recorded')).toEqual([expect.stringMatching(/^SEARCH r USING INTEGER PRIMARY KEY/)]);
    const byMetadata = plan([{ kind: 'metadata', path: ['count'], anyOf: ['1'] }]);
    expect(byMetadata[0]).toMatch(/^SEARCH r USING INDEX by_time \(log_no=\? AND/);
    expect(byMetadata.join('\n')).not.toContain('TEMP B-TREE');
  });
});
