import { type Fault, type FaultPlan, faultyStores, type StoreStep } from '@attestry/testkit';
import { describe, expect, it } from 'vitest';
import { OperationalError } from '../../src/errors.ts';
import type { Receipt } from '../../src/ingest/incoming-event.ts';
import type { Stores } from '../../src/ports/stores.ts';
import { audit, events, openLedger, receiptsOf, temporaryFolder } from '../temporary-ledger.ts';

/** Fails the next calls of one step, as many as `times` says. */
function failing(step: StoreStep, fault: Fault): { plan: FaultPlan; times: number; seen: number } {
  const state = {
    times: 0,
    seen: 0,
    plan: (asked: StoreStep): Fault => {
      if (asked !== step || state.times === 0) return 'none';
      state.times -= 1;
      state.seen += 1;
      return fault;
    },
  };
  return state;
}

const STEPS: readonly StoreStep[] = [
  'append',
  'ensureKeys',
  'ensureIndexKey',
  'putCheckpoint',
  'readHead',
  'readLeafHashes',
];

describe.each(STEPS)('when %s fails', (step) => {
  it.each(['not-applied', 'applied'] as const)(
    'once, %s, nothing acknowledged is lost or doubled',
    async (fault) => {
      const dataDir = temporaryFolder();
      const weather = failing(step, fault);
      const embedded = await openLedger(dataDir, {
        checkpointIntervalMs: 10,
        wrapStores: (stores) => faultyStores(stores, weather.plan),
      });
      await embedded.ledger.createLog('acme');
      const sent = events(1, 40);
      weather.times = 1;
      const first = await embedded.ledger.append('acme', sent.slice(0, 20)).catch((error: unknown) => error);
      // A call that failed as a whole is sent again, as any client would.
      const again = await embedded.ledger.append('acme', sent);
      await embedded.ledger.signNow('acme').catch(() => undefined);
      const receipts = receiptsOf(again);
      if (Array.isArray(first)) expect(receipts.slice(0, 20).every(({ duplicate }) => duplicate)).toBe(true);
      else expect(first).toBeInstanceOf(OperationalError);
      await embedded.close();

      weather.times = 0;
      const reopened = await openLedger(dataDir);
      expect(await audit(reopened, 'acme', receipts)).toBe(41);
    },
  );
});

describe('when the commit fails', () => {
  it('answers from what is stored, not from what the error says', async () => {
    const weather = failing('append', 'applied');
    const embedded = await openLedger(temporaryFolder(), {
      wrapStores: (stores) => faultyStores(stores, weather.plan),
    });
    await embedded.ledger.createLog('acme');
    weather.times = 1;
    const receipts = receiptsOf(await embedded.ledger.append('acme', events(2, 5)));
    expect(weather.seen).toBe(1);
    expect(receipts.map(({ seq, duplicate }) => [seq, duplicate])).toEqual(
      [1, 2, 3, 4, 5].map((seq) => [seq, false]),
    );
    expect(await audit(embedded, 'acme', receipts)).toBe(6);
  });

  it('trap 15: keeps what is queued until it is written', async () => {
    const weather = failing('append', 'not-applied');
    const embedded = await openLedger(temporaryFolder(), {
      wrapStores: (stores) => faultyStores(stores, weather.plan),
    });
    await embedded.ledger.createLog('acme');
    weather.times = 3;
    const calls = Array.from({ length: 10 }, (_, i) => embedded.ledger.append('acme', events(10 + i, 7)));
    const receipts = (await Promise.all(calls)).flatMap(receiptsOf);
    expect(new Set(receipts.map(({ seq }) => seq)).size).toBe(70);
    expect(await audit(embedded, 'acme', receipts)).toBe(71);
  });

  it.each(['not-applied', 'applied'] as const)(
    '%s, the batches sent after it are linked anew',
    async (fault) => {
      const weather = failing('append', fault);
      const embedded = await openLedger(temporaryFolder(), {
        batchSize: 1,
        wrapStores: (stores) => faultyStores(stores, weather.plan),
      });
      await embedded.ledger.createLog('acme');
      for (let round = 0; round < 5; round += 1) {
        // Several transactions of the same log are on their way when the first of them fails.
        const calls = Array.from({ length: 6 }, (_, i) =>
          embedded.ledger.append('acme', events(20 + round * 6 + i, 300)),
        );
        await new Promise((resolve) => setTimeout(resolve, round * 4));
        weather.times = 1;
        receiptsOf((await Promise.all(calls)).flat());
      }
      const receipts: Receipt[] = [];
      for (let i = 0; i < 30; i += 1) {
        receipts.push(...receiptsOf(await embedded.ledger.append('acme', events(20 + i, 300))));
      }
      expect(receipts.every(({ duplicate }) => duplicate)).toBe(true);
      expect(await audit(embedded, 'acme', receipts)).toBe(9_001);
    },
  );

  it('trap 17: goes on after a store that was down for long', async () => {
    const weather = failing('append', 'not-applied');
    const embedded = await openLedger(temporaryFolder(), {
      wrapStores: (stores) => faultyStores(stores, weather.plan),
    });
    await embedded.ledger.createLog('acme');
    weather.times = Number.POSITIVE_INFINITY;
    await expect(embedded.ledger.append('acme', events(3, 3))).rejects.toMatchObject({
      code: 'store_failed',
    });
    weather.times = 0;
    const receipts = receiptsOf(await embedded.ledger.append('acme', events(3, 3)));
    expect(receipts.map(({ duplicate }) => duplicate)).toEqual([false, false, false]);
    expect(await audit(embedded, 'acme', receipts)).toBe(4);
  });

  it('gives no receipt when it cannot find out what is stored', async () => {
    let broken = false;
    const plan: FaultPlan = (step) => {
      if (!broken) return 'none';
      if (step === 'append') return 'applied';
      return step === 'readHead' ? 'not-applied' : 'none';
    };
    const embedded = await openLedger(temporaryFolder(), {
      wrapStores: (stores) => faultyStores(stores, plan),
    });
    await embedded.ledger.createLog('acme');
    const sent = events(4, 4);
    broken = true;
    await expect(embedded.ledger.append('acme', sent)).rejects.toBeInstanceOf(OperationalError);
    broken = false;
    const receipts = receiptsOf(await embedded.ledger.append('acme', sent));
    expect(receipts.every(({ duplicate }) => duplicate)).toBe(true);
    expect(await audit(embedded, 'acme', receipts)).toBe(5);
  });
});

/** A store that cannot write records with a certain word in them. */
function poisoned(stores: Stores, word: string): Stores {
  const { ledger } = stores;
  return {
    ...stores,
    ledger: {
      ...ledger,
      append: (batches) =>
        batches.some(({ records }) => records.some(({ text }) => text.includes(word)))
          ? Promise.reject(new OperationalError('injected', 'a value the database does not take'))
          : ledger.append(batches),
    },
  };
}

describe('an event that the store cannot write', () => {
  it('trap 14: is refused alone; its neighbours and other tenants get their receipts', async () => {
    const embedded = await openLedger(temporaryFolder(), {
      wrapStores: (stores) => poisoned(stores, 'POISON'),
    });
    await embedded.ledger.createLog('acme');
    await embedded.ledger.createLog('globex');
    const sent = events(5, 300);
    const bad = sent[137] as (typeof sent)[number];
    const withPoison = sent.with(137, { ...bad, event: { ...bad.event, metadata: { note: 'POISON' } } });
    const [acme, globex] = await Promise.all([
      embedded.ledger.append('acme', withPoison),
      embedded.ledger.append('globex', events(6, 50, 'globex')),
    ]);
    expect(acme[137]).toMatchObject({ kind: 'refused', code: 'store_failed' });
    const kept = receiptsOf(acme.toSpliced(137, 1));
    expect(kept).toHaveLength(299);
    expect(await audit(embedded, 'acme', kept)).toBe(300);
    expect(await audit(embedded, 'globex', receiptsOf(globex))).toBe(51);
    // And the next events come as if nothing had been.
    expect(receiptsOf(await embedded.ledger.append('acme', events(7, 2)))[0]?.seq).toBe(300);
  });

  it('trap 16: is not held up by a search index that fails, which has no part in the write', async () => {
    const dataDir = temporaryFolder();
    const embedded = await openLedger(dataDir, { search: true });
    await embedded.ledger.createLog('acme');
    const { rmSync } = await import('node:fs');
    rmSync(embedded.paths.search, { force: true });
    const receipts = receiptsOf(await embedded.ledger.append('acme', events(8, 20)));
    expect(await audit(embedded, 'acme', receipts)).toBe(21);
  });
});
