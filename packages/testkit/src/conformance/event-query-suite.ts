import type { EventCondition, EventQuery, EventRow, PageRequest, StatsGroup } from '@attestry/ledger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectedEvents, type KnownEvent } from './expected-events.ts';
import { LinkedLog } from './linked-log.ts';
import { sampleBlind, sampleEvent } from './sample-events.ts';
import { SeededRandom } from './seeded-random.ts';
import type { OpenStores, StoresUnderTest } from './store-fixture.ts';

const EVENTS = 700;
const FIRST_AT_MS = 1_780_000_000_000;

function blindOf(
  column: 'actor' | 'target' | 'ipNet' | 'session' | 'actorEmail' | 'correlationId',
  ...values: string[]
) {
  return { column, anyOf: values.map((value) => sampleBlind(column, value)) };
}

/** One of each kind of condition, and values that no row has. */
const CONDITIONS: Readonly<Record<string, readonly EventCondition[]>> = {
  'no condition': [],
  'a word': [{ kind: 'word', column: 'severity', anyOf: ['high'] }],
  'words of each column': [
    { kind: 'word', column: 'category', anyOf: ['data'] },
    { kind: 'word', column: 'status', anyOf: ['success', 'failure'] },
    { kind: 'word', column: 'verb', anyOf: ['read'] },
    { kind: 'word', column: 'project', anyOf: ['apollo', 'unheard of'] },
    { kind: 'word', column: 'actorType', anyOf: ['user'] },
    { kind: 'word', column: 'targetType', anyOf: ['document'] },
  ],
  'a traffic light': [{ kind: 'word', column: 'trafficLight', anyOf: ['red'] }],
  'a word of another column': [{ kind: 'word', column: 'status', anyOf: ['document.viewed'] }],
  'a word that no row has': [{ kind: 'word', column: 'type', anyOf: ['no.such.type'] }],
  'a prefix of types': [{ kind: 'typePrefix', exact: ['user.login.failure'], prefixes: ['document.'] }],
  'a prefix of no type': [{ kind: 'typePrefix', exact: [], prefixes: ['zzz.'] }],
  'an actor': [{ kind: 'blind', ...blindOf('actor', 'alice') }],
  'two actors': [{ kind: 'blind', ...blindOf('actor', 'alice', 'carol') }],
  'an actor that is unknown': [{ kind: 'blind', ...blindOf('actor', 'mallory') }],
  'an actor and a status': [
    { kind: 'blind', ...blindOf('actor', 'bob') },
    { kind: 'word', column: 'status', anyOf: ['failure'] },
  ],
  'a network and a session': [
    { kind: 'blind', ...blindOf('ipNet', '10.0.0') },
    { kind: 'blind', ...blindOf('session', '1', '2', '3', '4', '5', '6') },
  ],
  'actor or target': [
    { kind: 'anyBlind', alternatives: [blindOf('actor', 'alice'), blindOf('target', 'doc-2')] },
  ],
  'many addresses at once': [
    { kind: 'blind', ...blindOf('ipNet', '10.0.9', ...Array.from({ length: 65_535 }, (_, i) => `net ${i}`)) },
  ],
  'an HTTP status': [{ kind: 'httpStatus', ranges: [{ from: 404, to: 404 }] }],
  'HTTP statuses by hundred': [
    {
      kind: 'httpStatus',
      ranges: [
        { from: 500, to: 599 },
        { from: 200, to: 200 },
      ],
    },
  ],
  'a crooked range of HTTP statuses': [{ kind: 'httpStatus', ranges: [{ from: 300, to: 502 }] }],
  'a number in metadata': [{ kind: 'metadata', path: ['count'], anyOf: ['1', '2'] }],
  'metadata under odd names': [{ kind: 'metadata', path: ['a"b.$c', 'x y'], anyOf: ['two'] }],
  'a flag deep in metadata': [{ kind: 'metadata', path: ['a"b.$c', 'deep', 'flag'], anyOf: ['true'] }],
  'metadata below a text': [{ kind: 'metadata', path: ['a"b.$c', 'x y', 'further'], anyOf: ['two'] }],
  'metadata and an actor': [
    { kind: 'metadata', path: ['count'], anyOf: ['0'] },
    { kind: 'blind', ...blindOf('actor', 'carol') },
  ],
  'a regulation': [{ kind: 'regulation', anyOf: ['EU AI Act'] }],
  regulations: [{ kind: 'regulation', anyOf: ['EU AI Act', 'GDPR', 'HIPAA'] }],
  'not a word': [
    { kind: 'not', condition: { kind: 'word', column: 'status', anyOf: ['failure', 'denied'] } },
  ],
  'not a word that is often absent': [
    { kind: 'not', condition: { kind: 'word', column: 'trafficLight', anyOf: ['red'] } },
  ],
  'not a word that no row has': [
    { kind: 'not', condition: { kind: 'word', column: 'type', anyOf: ['no.such.type'] } },
  ],
  'not a prefix of types': [
    {
      kind: 'not',
      condition: { kind: 'typePrefix', exact: ['user.login.failure'], prefixes: ['document.'] },
    },
  ],
  'neither of two actors': [
    { kind: 'not', condition: { kind: 'blind', ...blindOf('actor', 'alice', 'carol') } },
  ],
  'an actor and not a session': [
    { kind: 'blind', ...blindOf('actor', 'bob') },
    { kind: 'not', condition: { kind: 'blind', ...blindOf('session', '1', '2', '3') } },
  ],
  'neither actor nor target': [
    {
      kind: 'not',
      condition: { kind: 'anyBlind', alternatives: [blindOf('actor', 'alice'), blindOf('target', 'doc-2')] },
    },
  ],
  'no HTTP status of a hundred': [
    { kind: 'not', condition: { kind: 'httpStatus', ranges: [{ from: 500, to: 599 }] } },
  ],
  'not a number in metadata': [
    { kind: 'not', condition: { kind: 'metadata', path: ['count'], anyOf: ['1', '2'] } },
  ],
  'not a regulation': [{ kind: 'not', condition: { kind: 'regulation', anyOf: ['EU AI Act'] } }],
};

const TIMES: Readonly<Record<AskedTime, Pick<EventQuery, 'time' | 'fromMs' | 'toMs'>>> = {
  occurred: { time: 'occurred' },
  'occurred from, to': { time: 'occurred', fromMs: 0, toMs: 1_700_000_000_001 },
  recorded: { time: 'recorded' },
  'recorded from, to': { time: 'recorded', fromMs: FIRST_AT_MS + 2, toMs: FIRST_AT_MS + 5 },
};

/** Times that a query may ask for; a suite that runs on several versions of an engine need not ask each for all. */
export type AskedTime = 'occurred' | 'occurred from, to' | 'recorded' | 'recorded from, to';

/** The contract of `EventQueryStore`, against an oracle that looks at every event. */
export function describeEventQueryStore(
  engine: string,
  open: OpenStores,
  times = Object.keys(TIMES) as readonly AskedTime[],
): void {
  describe(`EventQueryStore on ${engine}`, () => {
    let stores: StoresUnderTest;
    const events: KnownEvent[] = [];

    beforeAll(async () => {
      stores = await open();
      const random = new SeededRandom(3);
      // The same values in another tenant, before, between and after: none of it may ever be seen.
      const [log, other] = [new LinkedLog('acme'), new LinkedLog('other')];
      for (let batch = 0; batch < 7; batch += 1) {
        const note = { data: { n: batch } };
        const sampled = Array.from({ length: EVENTS / 7 }, (_, n) => sampleEvent(random, 'acme', n));
        const strangers = Array.from({ length: 50 }, (_, n) => sampleEvent(random, 'other', n));
        const append = log.link(FIRST_AT_MS + batch, [note, ...sampled]);
        await stores.ledger.append([append, other.link(FIRST_AT_MS + batch, strangers)]);
        for (const [i, { text, columns }] of append.records.entries()) {
          if (columns !== undefined)
            events.push({ seq: append.before.size + i, atMs: FIRST_AT_MS + batch, text, columns });
        }
      }
    });
    afterAll(() => stores.dispose());

    const collect = async (query: EventQuery, first: PageRequest): Promise<EventRow[]> => {
      const rows: EventRow[] = [];
      let request = first;
      for (let pages = 0; pages < EVENTS; pages += 1) {
        const page = await stores.query.page(query, request);
        if (request.backwards === true) rows.unshift(...page.rows);
        else rows.push(...page.rows);
        const edge = request.backwards === true ? page.rows[0] : page.rows.at(-1);
        if (!page.more || edge === undefined) return rows;
        request = { ...request, position: { timeMs: edge.occurredAtMs, seq: edge.seq } };
      }
      throw new Error('the pages never end');
    };

    for (const [name, conditions] of Object.entries(CONDITIONS)) {
      for (const clock of times) {
        const time = TIMES[clock];
        it(`pages, counts and estimates ${name}, ${clock} (trap 35, trap 37)`, async () => {
          const query: EventQuery = { tenant: 'acme', personal: true, conditions, ...time };
          const expected = expectedEvents(events, query);
          const seqs = expected.map(({ seq }) => seq);
          // Every page asks with all of the condition again.
          const pages = name === 'many addresses at once' ? 2 : 9;
          const limit = Math.max(7, Math.ceil(expected.length / pages));
          const ascending = await collect(query, { order: 'asc', limit });
          expect(ascending.map(({ seq }) => seq)).toEqual(seqs);
          expect(ascending.map(({ text }) => text)).toEqual(expected.map(({ text }) => text));
          const descending = await collect(query, { order: 'desc', limit });
          expect(descending.map(({ seq }) => seq)).toEqual(seqs.toReversed());
          expect(await stores.query.count(query)).toBe(seqs.length);
          expect(await stores.query.estimate(query)).toEqual({ count: seqs.length, exact: true });
        });
      }
    }

    it('reads backwards from a position, in the asked order', async () => {
      const query: EventQuery = { tenant: 'acme', personal: true, conditions: [], time: 'occurred' };
      const seqs = expectedEvents(events, query).map(({ seq }) => seq);
      const at = expectedEvents(events, query)[400] as KnownEvent;
      const position = { timeMs: at.columns.occurredAtMs, seq: at.seq };
      for (const conditions of [[], [{ kind: 'word', column: 'actorType', anyOf: ['user'] } as const]]) {
        const asked = { ...query, conditions };
        const asc = await stores.query.page(asked, { order: 'asc', limit: 10, position, backwards: true });
        expect(asc.rows.map(({ seq }) => seq)).toEqual(seqs.slice(390, 400));
        const desc = await stores.query.page(asked, { order: 'desc', limit: 10, position, backwards: true });
        expect(desc.rows.map(({ seq }) => seq)).toEqual(seqs.slice(401, 411).toReversed());
        const all = await collect(asked, { order: 'asc', limit: 50, position, backwards: true });
        expect(all.map(({ seq }) => seq)).toEqual(seqs.slice(0, 400));
      }
    });

    it('says whether more follows, exactly at the edge', async () => {
      const query: EventQuery = { tenant: 'acme', personal: true, conditions: [], time: 'recorded' };
      expect((await stores.query.page(query, { order: 'asc', limit: EVENTS })).more).toBe(false);
      expect((await stores.query.page(query, { order: 'asc', limit: EVENTS - 1 })).more).toBe(true);
    });

    it('finds nothing in a tenant without a log', async () => {
      const query: EventQuery = { tenant: 'nobody', personal: true, conditions: [], time: 'occurred' };
      expect(await stores.query.page(query, { order: 'asc', limit: 10 })).toEqual({ rows: [], more: false });
      expect(await stores.query.count(query)).toBe(0);
      expect(await stores.query.stats(query, 'type', 5)).toEqual({ total: 0, buckets: [] });
    });

    const keyOf: Record<StatsGroup, (event: KnownEvent) => unknown> = {
      type: ({ columns }) => columns.type,
      category: ({ columns }) => columns.category,
      severity: ({ columns }) => columns.severity,
      status: ({ columns }) => columns.status,
      actor: ({ columns }) => columns.actor,
      target: ({ columns }) => columns.target,
      ip: ({ columns }) => columns.ip,
      project: ({ columns }) => columns.project,
      session: ({ columns }) => columns.session,
      day: ({ columns }) => Math.floor(columns.occurredAtMs / 86_400_000) * 86_400_000,
      hour: ({ columns }) => Math.floor(columns.occurredAtMs / 3_600_000) * 3_600_000,
      minute: ({ columns }) => Math.floor(columns.occurredAtMs / 60_000) * 60_000,
    };
    for (const by of Object.keys(keyOf) as StatsGroup[]) {
      for (const name of ['no condition', 'an actor and a status', 'a number in metadata']) {
        it(`groups ${name} by ${by}`, async () => {
          const query: EventQuery = {
            tenant: 'acme',
            personal: true,
            conditions: CONDITIONS[name] ?? [],
            time: 'occurred',
          };
          const expected = expectedEvents(events, query);
          const groups = Map.groupBy(expected, keyOf[by]);
          groups.delete(null);
          const { total, buckets } = await stores.query.stats(query, by, EVENTS);
          expect(total).toBe(expected.length);
          expect(buckets).toHaveLength(groups.size);
          const bySeq = new Map(events.map((event) => [event.seq, event]));
          for (const bucket of buckets) {
            const sample = bySeq.get(bucket.sampleSeq) as KnownEvent;
            expect(bucket.count).toBe(groups.get(keyOf[by](sample))?.length);
            if (typeof keyOf[by](sample) !== 'bigint') expect(bucket.key).toBe(keyOf[by](sample));
          }
          const isTime = by === 'day' || by === 'hour' || by === 'minute';
          const order = isTime ? buckets.map(({ key }) => Number(key)) : buckets.map(({ count }) => -count);
          expect(order).toEqual([...order].sort((a, b) => a - b));
          expect((await stores.query.stats(query, by, 1)).buckets).toEqual(
            isTime ? buckets.slice(-1) : buckets.slice(0, 1),
          );
        });
      }
    }
  });
}
