import { LinkedLog, SAMPLE, SeededRandom, sampleBlind, sampleEvent } from '@attestry/testkit/conformance';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventCondition, EventQuery } from '../../src/ports/event-query-store.ts';
import type { Stores } from '../../src/ports/stores.ts';
import { openAllPostgresStores } from '../../src/stores/postgres/all-stores.ts';
import { PostgresEventReader } from '../../src/stores/postgres/event-reader.ts';
import { quoteIdentifier } from '../../src/stores/postgres/schema-names.ts';
import { ordinaryUser } from './ordinary-user.ts';
import { openTestDatabase, type TestDatabase, VERSIONS } from './postgres-schema.ts';

const EVENTS = 3_000;
const FIRST_MS = Date.UTC(2026, 4, 20);

const text = (...words: string[]): EventCondition => ({
  kind: 'text',
  match: { all: [{ words, prefix: false }], none: [{ words: ['draft'], prefix: true }] },
});

/** Every documented filter. */
const FILTERS: Readonly<Record<string, EventCondition>> = {
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
  actor: { kind: 'blind', column: 'actor', anyOf: [sampleBlind('actor', 'alice')] },
  actor_email: { kind: 'blind', column: 'actorEmail', anyOf: [sampleBlind('actorEmail', '1')] },
  target: { kind: 'blind', column: 'target', anyOf: [sampleBlind('target', 'doc-1')] },
  ip: { kind: 'blind', column: 'ip', anyOf: [sampleBlind('ip', '10.0.0.1')] },
  'ip as CIDR': { kind: 'blind', column: 'ipNet', anyOf: [sampleBlind('ipNet', '10.0.0'), 2n] },
  session: { kind: 'blind', column: 'session', anyOf: [sampleBlind('session', '1')] },
  request_id: { kind: 'blind', column: 'requestId', anyOf: [sampleBlind('requestId', '1')] },
  correlation_id: { kind: 'blind', column: 'correlationId', anyOf: [1n] },
  parent_id: { kind: 'blind', column: 'parentId', anyOf: [1n] },
  execution_id: { kind: 'blind', column: 'executionId', anyOf: [1n] },
  http_status: { kind: 'httpStatus', ranges: [{ from: 404, to: 404 }] },
  'http_status 5xx': { kind: 'httpStatus', ranges: [{ from: 500, to: 599 }] },
  regulation: { kind: 'regulation', anyOf: ['GDPR'] },
  metadata: { kind: 'metadata', path: ['count'], anyOf: ['1'] },
  q: text('contract'),
  'q with a phrase': text('signed', 'contract'),
  'q without a word': {
    kind: 'not',
    condition: { kind: 'text', match: { all: [{ words: ['draft'], prefix: false }], none: [] } },
  },
  'not by an actor': { kind: 'not', condition: { kind: 'blind', column: 'actor', anyOf: [1n] } },
  'several networks': {
    kind: 'anyBlind',
    alternatives: [
      { column: 'ip', anyOf: [1n] },
      { column: 'ipNet', anyOf: [2n, 3n] },
    ],
  },
};

/** The index that a filter alone begins with, where few rows meet it. */
const RARE: Readonly<Record<string, readonly [EventCondition, RegExp]>> = {
  actor: [{ kind: 'blind', column: 'actor', anyOf: [1n] }, /actor_occurred_at_idx/],
  target: [{ kind: 'blind', column: 'target', anyOf: [1n] }, /target_occurred_at_idx/],
  ip: [{ kind: 'blind', column: 'ip', anyOf: [1n] }, /ip_idx/],
  'ip as CIDR': [{ kind: 'blind', column: 'ipNet', anyOf: [1n, 2n] }, /ip_net_idx/],
  session: [{ kind: 'blind', column: 'session', anyOf: [1n] }, /session_idx/],
  request_id: [{ kind: 'blind', column: 'requestId', anyOf: [1n] }, /request_id_idx/],
  type: [{ kind: 'word', column: 'type', anyOf: ['a.b'] }, /type_status_idx/],
  'type with *': [{ kind: 'typePrefix', exact: [], prefixes: ['zebra.'] }, /type_status_idx/],
  status: [{ kind: 'word', column: 'status', anyOf: ['denied'] }, /status_idx/],
  severity: [{ kind: 'word', column: 'severity', anyOf: ['critical'] }, /severity_idx/],
  http_status: [{ kind: 'httpStatus', ranges: [{ from: 599, to: 599 }] }, /http_status_idx/],
  actor_email: [{ kind: 'blind', column: 'actorEmail', anyOf: [1n] }, /actor_email_idx/],
  correlation_id: [{ kind: 'blind', column: 'correlationId', anyOf: [1n] }, /correlation_id_idx/],
  parent_id: [{ kind: 'blind', column: 'parentId', anyOf: [1n] }, /parent_id_idx/],
  execution_id: [{ kind: 'blind', column: 'executionId', anyOf: [1n] }, /execution_id_idx/],
  category: [{ kind: 'word', column: 'category', anyOf: ['zebra'] }, /category_status_idx/],
  verb: [{ kind: 'word', column: 'verb', anyOf: ['zebra'] }, /verb_idx/],
  project: [{ kind: 'word', column: 'project', anyOf: ['zebra'] }, /project_idx/],
  actor_type: [{ kind: 'word', column: 'actorType', anyOf: ['zebra'] }, /actor_type_idx/],
  target_type: [{ kind: 'word', column: 'targetType', anyOf: ['zebra'] }, /target_type_idx/],
  traffic_light: [{ kind: 'word', column: 'trafficLight', anyOf: ['zebra'] }, /traffic_light_idx/],
  regulation: [{ kind: 'regulation', anyOf: ['GDPR'] }, /occurred_at_seq_idx1/],
  q: [text('contract'), /search_documents_words/],
};

for (const { version, skipped } of VERSIONS) {
  describe.skipIf(skipped !== '')(`query plans of PostgreSQL ${version}${skipped}`, () => {
    let database: TestDatabase;
    let stores: Stores;
    let reader: PostgresEventReader;

    beforeAll(async () => {
      database = await openTestDatabase(version);
      const [url, schema] = [await ordinaryUser(database), database.newSchema()];
      stores = await openAllPostgresStores({ url, schema });
      const random = new SeededRandom(4);
      const log = new LinkedLog('acme');
      for (let month = 0; month < 3; month += 1) {
        const events = Array.from({ length: EVENTS / 3 }, (_, n) => sampleEvent(random, 'acme', n));
        await stores.ledger.append([log.link(FIRST_MS + month * 31 * 86_400_000, events)]);
      }
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      // As the follower would, without its texts: what is looked at are plans.
      await client.query(`SET search_path = ${quoteIdentifier(schema)}; BEGIN; SET LOCAL attestry.tenant_nos = '{1}';
        INSERT INTO search_documents SELECT seq, recorded_at, occurred_at, tenant_no, 'word' || seq || ' paper draft'
          FROM records WHERE tenant_no = 1; COMMIT`);
      await client.query(
        `ANALYZE ${quoteIdentifier(schema)}.records, ${quoteIdentifier(schema)}.search_documents`,
      );
      await client.end();
      reader = stores.query as PostgresEventReader;
      expect(reader).toBeInstanceOf(PostgresEventReader);
    });
    afterAll(async () => {
      await stores.close();
      await database.close();
    });

    const plans = (conditions: readonly EventCondition[], more: Partial<EventQuery> = {}) =>
      reader.explain(
        { tenant: 'acme', personal: true, conditions, time: 'occurred', ...more },
        { order: 'desc', limit: 100, position: { timeMs: 1_700_000_000_000, seq: 40 } },
      );

    const all: readonly (readonly [string, readonly EventCondition[]])[] = [
      ['no filter', []],
      ...Object.entries(FILTERS).map(([name, condition]) => [name, [condition]] as const),
      ['two filters', [FILTERS['actor'] as EventCondition, FILTERS['status'] as EventCondition]],
      ['a word and a filter', [FILTERS['q'] as EventCondition, FILTERS['type'] as EventCondition]],
    ];

    it.each(all)('reads no table from end to end for %s (trap 37)', async (_, conditions) => {
      for (const personal of [true, false]) {
        for (const time of ['occurred', 'recorded'] as const) {
          const found = await plans(conditions, { personal, time, fromMs: FIRST_MS });
          expect(found).toHaveLength(6);
          expect(found.join('\n\n')).not.toContain('Seq Scan');
        }
      }
    });

    it.each(Object.entries(RARE))('finds what is rare by its index: %s', async (_, [condition, index]) => {
      const [, , , collected] = await plans([condition]);
      expect(collected).toMatch(index);
    });

    it('needs no sorting to go through the log in either order', async () => {
      expect((await plans([]))[0]).not.toContain('Sort  (');
      expect((await plans([], { time: 'recorded' }))[0]).not.toContain('Sort  (');
    });

    it('leaves out months that were made ahead, unless the log has come so far', async () => {
      const aheadMs = Date.now() + 400 * 86_400_000;
      const log = new LinkedLog('ahead');
      await stores.ledger.append([log.link(aheadMs, [sampleEvent(new SeededRandom(5), 'ahead', 0)])]);
      const query = { tenant: 'ahead', personal: true, conditions: [], time: 'recorded' } as const;
      expect((await reader.page(query, { order: 'desc', limit: 10 })).rows).toHaveLength(1);
      const partition = `records_${new Date(aheadMs).toISOString().slice(0, 7).replace('-', '_')}`;
      expect((await reader.explain(query, { order: 'desc', limit: 10 })).join('\n')).toContain(partition);
      expect((await plans([])).join('\n')).not.toContain(partition);
    });

    it('leaves out the partitions of other times', async () => {
      const [from, to] = [Date.UTC(2026, 5, 2), Date.UTC(2026, 5, 30)];
      const recorded = (await plans([], { time: 'recorded', fromMs: from, toMs: to })).join('\n');
      expect(recorded).toContain('records_2026_06');
      expect(recorded).not.toMatch(/records_2026_0[57]/);
      const occurred = (await plans([], { fromMs: from })).join('\n');
      expect(occurred).toMatch(/records_2026_06[\s\S]*records_2026_07/);
      expect(occurred).not.toContain('records_2026_05');
    });
  });
}
