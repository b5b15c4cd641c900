import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSeededRandom, generateEvent, incomingEvent } from '@attestry/testkit';
import { LinkedLog, SeededRandom, sampleEvent, type UnlinkedRecord } from '@attestry/testkit/conformance';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EventCondition } from '../src/ports/event-query-store.ts';
import type { Stores } from '../src/ports/stores.ts';
import { ESTIMATE_ROWS } from '../src/stores/sqlite/sqlite-limits.ts';
import { openSqliteStores } from '../src/stores/sqlite/sqlite-stores.ts';
import { openLedger, receiptsOf, temporaryFolder } from './temporary-ledger.ts';

const OLD = 1_232;
const NEW = 12_000;

/** An old part of the log that is unlike the new one, as after an import. */
function eventAt(random: SeededRandom, n: number): UnlinkedRecord {
  const { id, data, columns } = sampleEvent(random, 'acme', n);
  const isOld = n < OLD;
  const type = isOld ? `aws.service${n % 100}.call` : `app.step${n % 3}`;
  const occurredAtMs = 1_700_000_000_000 + n;
  const metadata = { era: isOld ? 'old' : 'new', turn: n % 4, rare: n === 7 };
  return {
    id: id as string,
    data: { ...data, type, metadata },
    columns: { ...(columns as NonNullable<typeof columns>), type, occurredAtMs, httpStatus: 200 + (n % 100) },
  };
}

describe('estimates of a log of two parts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'attestry-'));
  let stores: Stores;

  beforeAll(async () => {
    stores = await openSqliteStores({
      path: join(folder, 'ledger.db'),
      searchPath: join(folder, 'search.db'),
    });
    const [random, log] = [new SeededRandom(9), new LinkedLog('acme')];
    for (let from = 0; from < OLD + NEW; from += 1_000) {
      const count = Math.min(1_000, OLD + NEW - from);
      const events = Array.from({ length: count }, (_, i) => eventAt(random, from + i));
      await stores.ledger.append([log.link(1_700_000_000_000 + from, events)]);
    }
  });
  afterAll(async () => {
    await stores.close();
    rmSync(folder, { recursive: true });
  });

  const ask = async (conditions: readonly EventCondition[], time: 'occurred' | 'recorded' = 'occurred') => {
    const query = { tenant: 'acme', personal: true, conditions, time };
    return { ...(await stores.query.estimate(query)), real: await stores.query.count(query) };
  };
  const metadata = (name: string, value: string): EventCondition => ({
    kind: 'metadata',
    path: [name],
    anyOf: [value],
  });

  it('is exact for more types than the filter index is asked for, old as they are', async () => {
    const types: EventCondition = { kind: 'typePrefix', exact: [], prefixes: ['aws.'] };
    expect(await ask([types])).toEqual({ count: OLD, exact: true, real: OLD });
    expect(await ask([types], 'recorded')).toEqual({ count: OLD, exact: true, real: OLD });
  });

  it.each(['occurred', 'recorded'] as const)(
    'samples all of the log, not its end only, by %s time',
    async (time) => {
      expect(OLD + NEW).toBeGreaterThan(2 * ESTIMATE_ROWS);
      const { count, exact, real } = await ask([metadata('era', 'old')], time);
      expect(real).toBe(OLD);
      expect(exact).toBe(false);
      expect(Math.abs(count - real) / (OLD + NEW)).toBeLessThan(0.01);
    },
  );

  it('is not misled by what comes again and again', async () => {
    const { count, real } = await ask([metadata('turn', '1')]);
    expect(Math.abs(count - real) / (OLD + NEW)).toBeLessThan(0.01);
  });

  it('samples what the other filters leave', async () => {
    const word: EventCondition = { kind: 'word', column: 'status', anyOf: ['success', 'failure'] };
    const { count, exact, real } = await ask([word, metadata('turn', '3')]);
    expect(exact).toBe(false);
    expect(Math.abs(count - real) / real).toBeLessThan(0.1);
  });

  it('counts all of them when the other filters leave few', async () => {
    const few: EventCondition = { kind: 'word', column: 'type', anyOf: ['aws.service7.call'] };
    expect(await ask([few, metadata('turn', '3')])).toEqual({ count: 13, exact: true, real: 13 });
  });
});

describe('estimates of full text', () => {
  it('sample what the words find, over all of the log', async () => {
    const { ledger } = await openLedger(temporaryFolder(), { search: true });
    await ledger.createLog('acme');
    const random = createSeededRandom(4);
    const text = (word: string): EventCondition => ({
      kind: 'text',
      match: { all: [{ words: [word], prefix: false }], none: [] },
    });
    const total = 6_000;
    for (let from = 0; from < total; from += 1_000) {
      const batch = Array.from({ length: 1_000 }, (_, i) => {
        const event = generateEvent(random);
        const era = from < 1_000 ? 'early' : 'late';
        return incomingEvent('acme', { ...event, metadata: { note: 'common', era, single: from + i === 5 } });
      });
      receiptsOf(await ledger.append('acme', batch));
    }
    const queryOf = (conditions: readonly EventCondition[]) =>
      ({ tenant: 'acme', personal: true, conditions, time: 'occurred' }) as const;
    const ask = (...conditions: EventCondition[]) => ledger.query.estimate(queryOf(conditions));
    const indexed = async () => expect(await ledger.query.count(queryOf([text('common')]))).toBe(total);
    await vi.waitFor(indexed, { timeout: 30_000 });
    const common = await ask(text('common'));
    expect(common).toEqual({ count: total, exact: false });
    const early = await ask(text('common'), { kind: 'metadata', path: ['era'], anyOf: ['early'] });
    expect(Math.abs(early.count - 1_000) / total).toBeLessThan(0.01);
    // The rarer word leads, so that every match is looked at.
    expect(await ask(text('early'))).toEqual({ count: 1_000, exact: true });
  });
});
