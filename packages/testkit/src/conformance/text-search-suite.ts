import type { EventFilters, EventQuery, EventRow, Ledger } from '@attestry/ledger';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { incomingEvent } from '../events/event-generator.ts';
import { SeededRandom } from './seeded-random.ts';
import { randomQuestion, randomText, TextOracle } from './text-oracle.ts';

/** A ledger over one engine, with the full-text search of that engine following it. */
export interface SearchUnderTest {
  readonly ledger: Pick<Ledger, 'createLog' | 'append' | 'compileQuery' | 'query'>;
  dispose(): Promise<void>;
}

/** From the acknowledgement of an event to its first being found. */
const SEARCHABLE_MS_MAX = 1_000;
/** A busy machine may stretch it; what is measured is reported, what is waited for is this. */
const WAIT_MS_MAX = 15_000;

/** Each event by a name that the cases use. */
const DOCUMENTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  report: {
    type: 'document.shared',
    actor: { type: 'user', id: 'u-17', name: 'Zoë Ångström', email: 'zoe@example.com' },
    action: { verb: 'share', status: 'success', description: 'Shared the annual report with the board' },
    target: { type: 'document', id: 'doc-99', name: 'annual report 2026.pdf' },
    metadata: { ticket: 'OPS-4711', nested: [{ note: 'signed contract draft' }] },
  },
  denied: {
    type: 'document.deleted',
    actor: { type: 'user', id: 'u-18', name: 'Bob O’Neil' },
    action: { verb: 'delete', status: 'denied', description: 'report, annual: not his' },
    target: { type: 'document', id: 'doc-99' },
    context: { reason: 'contract ended' },
  },
  operators: {
    type: 'search.test',
    action: { description: 'black AND white OR grey NOT green NEAR blue' },
  },
  words: { type: 'search.test', action: { description: 'sphinx of black quartz, judge my vow' } },
  unicode: {
    type: 'search.test',
    action: { description: 'Überprüfung in Kraków, ΑΘΉΝΑ и Москва, naïve café' },
    metadata: { decomposed: 'Cafe\u0301 Mu\u0308nchen' },
  },
  cjk: {
    type: 'search.test',
    action: { description: '監査 ログ 検証' },
    metadata: { sentence: '审计日志', mixed: '版本 v2 发布' },
  },
  ids: {
    type: 'search.test',
    target: { type: 'bucket', id: 'arn:aws:s3:::audit-bucket/2026/logs', name: 'C:\\Temp\\a_b.txt' },
    context: { request_id: 'req-8f3a.77/x' },
    metadata: { address: '2001:db8::17', version: 'v1.2.3-rc.4' },
  },
};

/** What is asked, and which events are to be found; the order does not matter. */
const CASES: Readonly<Record<string, readonly (readonly [q: string, found: readonly string[]])[]>> = {
  words: [
    ['report', ['report', 'denied']],
    ['sphinx', ['words']],
    ['sphin', []],
    ['black', ['operators', 'words']],
    ['black quartz', ['words']],
    ['black report', []],
    ['nothing', []],
  ],
  'words of every member that is searched': [
    ['board', ['report']],
    ['Bob', ['denied']],
    ['u-17', ['report']],
    ['zoe@example.com', ['report']],
    ['ended', ['denied']],
    ['4711', ['report']],
    ['signed', ['report']],
    ['document.deleted', ['denied']],
    ['pdf', ['report']],
  ],
  prefixes: [
    ['contr*', ['report', 'denied']],
    ['sphi*', ['words']],
    ['sphinx*', ['words']],
    ['sphinxes*', []],
    ['qu* ju*', ['words']],
  ],
  'quoted phrases': [
    ['"annual report"', ['report']],
    ['"report annual"', ['denied']],
    ['"signed contr"*', ['report']],
    ['"signed contr"', []],
    ['"board annual"', []],
    ['"the annual report with the board"', ['report']],
  ],
  exclusions: [
    ['contract -draft', ['denied']],
    ['contract -"signed contract"', ['denied']],
    ['black -quartz', ['operators']],
    ['contract -contr*', []],
    ['report -nothing', ['report', 'denied']],
  ],
  'any case': [
    ['REPORT', ['report', 'denied']],
    ['SpHiNx', ['words']],
    ['ops-4711', ['report']],
    ['αθήνα', ['unicode']],
    ['МОСКВА', ['unicode']],
  ],
  'with and without diacritics, composed or not': [
    ['zoe', ['report']],
    ['zoë', ['report']],
    ['zoe\u0308', ['report']],
    ['angstrom', ['report']],
    ['krakow', ['unicode']],
    ['uberprufung', ['unicode']],
    ['Überpr*', ['unicode']],
    ['cafe', ['unicode']],
    ['"naive café"', ['unicode']],
    ['munchen', ['unicode']],
    ['münchen', ['unicode']],
  ],
  'scripts without spaces, by runs of characters': [
    ['監査', ['cjk']],
    ['"監査 ログ"', ['cjk']],
    ['审计日志', ['cjk']],
    ['审计*', ['cjk']],
    ['v2', ['cjk']],
    ['検', []],
  ],
  'ids with punctuation': [
    ['doc-99', ['report', 'denied']],
    ['99-doc', []],
    ['arn:aws:s3:::audit-bucket/2026/logs', ['ids']],
    ['audit-bucket', ['ids']],
    ['C:\\Temp\\a_b.txt', ['ids']],
    ['req-8f3a.77/x', ['ids']],
    ['2001:db8::17', ['ids']],
    ['v1.2.3-rc.4', ['ids']],
    ['v1.2.4', []],
  ],
  'operators of search languages as plain words': [
    ['AND', ['operators']],
    ['black AND white', ['operators']],
    ['OR', ['operators']],
    ['sphinx OR report', []],
    ['NOT green', ['operators']],
    ['NEAR', ['operators']],
    ['black NEAR blue', ['operators']],
    ['text:report', []],
    ['report)', ['report', 'denied']],
    ['^report', ['report', 'denied']],
    ['report+annual', ['denied']],
    ["o'neil", ['denied']],
    ['{report}', ['report', 'denied']],
    ['report; DROP', []],
    ['%', []],
  ],
};

/** Words that a query consists of; one of marks alone is refused before it reaches an engine. */
const REFUSED: readonly string[] = ['%', '"', '"report', '-report', 'rep*ort', ''];

/** What full-text search promises, on a real engine behind the port `EventQueryStore`. */
export function describeTextSearch(engine: string, open: () => Promise<SearchUnderTest>): void {
  describe(`full-text search on ${engine}`, () => {
    let search: SearchUnderTest;
    const nameOf = new Map<number, string>();

    beforeAll(async () => {
      search = await open();
      await search.ledger.createLog('acme');
      await search.ledger.createLog('other');
      for (const [name, event] of Object.entries(DOCUMENTS)) nameOf.set(await append('acme', event), name);
      await append('other', DOCUMENTS['words'] ?? {});
      await searchable('acme', 'rc');
      await searchable('other', 'sphinx');
    });
    afterAll(() => search.dispose());

    async function append(tenant: string, event: Readonly<Record<string, unknown>>): Promise<number> {
      const [result] = await search.ledger.append(tenant, [incomingEvent(tenant, event)]);
      if (result?.kind !== 'receipt') throw new Error(`not taken: ${JSON.stringify(result)}`);
      return result.receipt.seq;
    }

    async function rows(query: EventQuery): Promise<readonly EventRow[]> {
      return (await search.ledger.query.page(query, { order: 'asc', limit: 100 })).rows;
    }

    async function seqs(tenant: string, q: string): Promise<readonly number[]> {
      const query = await search.ledger.compileQuery(tenant, { q }, { personal: true });
      const found = (await rows(query)).map(({ seq }) => seq);
      expect(await search.ledger.query.count(query)).toBe(found.length);
      return found;
    }

    /** Waits until a word is found once; an index that is just being made may not answer at all. */
    async function searchable(tenant: string, word: string): Promise<void> {
      const found = async (): Promise<void> => expect(await seqs(tenant, word)).toHaveLength(1);
      await vi.waitFor(found, { timeout: WAIT_MS_MAX, interval: 10 });
    }

    const names = async (q: string): Promise<readonly (string | undefined)[]> =>
      (await seqs('acme', q)).map((seq) => nameOf.get(seq)).sort();

    for (const [title, cases] of Object.entries(CASES)) {
      const asked = cases.filter(([q]) => !REFUSED.includes(q));
      it.each(asked)(`finds ${title}: %s`, async (q, found) => {
        expect(await names(q)).toEqual([...found].sort());
      });
    }

    it.each(REFUSED)('refuses %j instead of finding nothing (trap 36)', async (q) => {
      await expect(search.ledger.compileQuery('acme', { q }, { personal: true })).rejects.toMatchObject({
        parameter: 'q',
      });
    });

    it('finds what is far down a list, and words of any length', async () => {
      const list = Array.from({ length: 600 }, (_, i) => `item-${i}`);
      await search.ledger.createLog('lists');
      const seq = await append('lists', {
        type: 'search.test',
        metadata: { list, long: `${'y'.repeat(900)}z ${'w'.repeat(400)}` },
      });
      await searchable('lists', 'item-599');
      for (const q of ['item-300', `"599 ${'y'.repeat(900)}z"`, `${'y'.repeat(900)}z`, 'w'.repeat(400)]) {
        expect(await seqs('lists', q), q).toEqual([seq]);
      }
      for (const q of [`${'y'.repeat(450)}*`, `${'w'.repeat(400)}*`])
        expect(await seqs('lists', q), q).toEqual([seq]);
      for (const q of [
        'item-600',
        '"item 301 302"',
        'y'.repeat(900),
        'w'.repeat(399),
        `${'w'.repeat(401)}*`,
      ]) {
        expect(await seqs('lists', q), q).toEqual([]);
      }
    });

    it('answers as FTS5 does, whatever texts and questions', async () => {
      const random = new SeededRandom(21);
      const oracle = new TextOracle();
      await search.ledger.createLog('random');
      for (let n = 0; n < 60; n += 1) {
        const open = randomText(random, 12);
        const sealed = randomText(random, 4);
        const event = { type: 'x', actor: { type: 'user', id: `q${n}`, name: sealed }, metadata: { open } };
        oracle.add(await append('random', event), open, sealed);
      }
      await append('random', { type: 'x', metadata: { open: 'lastoneofall' } });
      await searchable('random', 'lastoneofall');
      for (let n = 0; n < 120; n += 1) {
        const q = randomQuestion(random);
        for (const personal of [true, false]) {
          const query = await search.ledger.compileQuery('random', { q }, { personal });
          const found = (await rows(query)).map(({ seq }) => seq).sort((a, b) => a - b);
          expect(found, `${q} ${personal}`).toEqual(oracle.find(query, personal));
        }
      }
      oracle.close();
    });

    it('joins words with other conditions, pages and order', async () => {
      const query = await search.ledger.compileQuery(
        'acme',
        { q: 'report', status: ['denied'] },
        { personal: true },
      );
      expect((await rows(query)).map(({ seq }) => nameOf.get(seq))).toEqual(['denied']);
      const both = await search.ledger.compileQuery('acme', { q: 'report' }, { personal: true });
      const first = await search.ledger.query.page(both, { order: 'desc', limit: 1 });
      expect(first).toMatchObject({ more: true, rows: [{ seq: (await seqs('acme', 'report'))[1] }] });
    });

    it('leaves out what has a word, also when nothing else is asked', async () => {
      const found = async (filters: EventFilters): Promise<readonly (string | undefined)[]> =>
        (await rows(await search.ledger.compileQuery('acme', filters, { personal: true })))
          .map(({ seq }) => nameOf.get(seq))
          .sort();
      const others = Object.keys(DOCUMENTS).filter((name) => name !== 'report' && name !== 'denied');
      expect(await found({ not: { q: ['report'] } })).toEqual(others.sort());
      expect(await found({ not: { q: ['report', '"judge my"', 'creme*'] } })).toEqual(
        others.filter((name) => name !== 'words'),
      );
      expect(await found({ status: ['denied'], not: { q: ['board'] } })).toEqual(['denied']);
    });

    it('says how far the index has come', async () => {
      for (const filters of [{ q: 'report' }, { not: { q: ['report'] } }]) {
        const query = await search.ledger.compileQuery('acme', filters, { personal: true });
        const { searchedTo } = await search.ledger.query.page(query, { order: 'asc', limit: 100 });
        expect(searchedTo).toBeGreaterThan(Math.max(...nameOf.keys()));
      }
      const plain = await search.ledger.compileQuery('acme', {}, { personal: true });
      expect(await search.ledger.query.page(plain, { order: 'asc', limit: 1 })).not.toHaveProperty(
        'searchedTo',
      );
    });

    it('never finds what another tenant has (trap 25)', async () => {
      expect(await seqs('other', 'sphinx')).toHaveLength(1);
      expect(await seqs('other', 'report')).toEqual([]);
      expect(await seqs('acme', 'sphinx')).toHaveLength(1);
    });

    it(`finds an event within ${SEARCHABLE_MS_MAX} ms of its receipt, more often than not`, async () => {
      const waits: number[] = [];
      for (let probe = 0; probe < 5; probe += 1) {
        const word = `fresh${probe}word`;
        await append('acme', { type: 'search.test', action: { description: word } });
        const startMs = performance.now();
        await searchable('acme', word);
        waits.push(performance.now() - startMs);
      }
      expect(waits.sort((a, b) => a - b)[2]).toBeLessThan(SEARCHABLE_MS_MAX);
    });
  });
}
