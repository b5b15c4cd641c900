import { openSession, postgresBinaries, type RunningPostgres, startPostgres } from '@attestry/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migratePostgres } from '../../src/stores/postgres/migrations.ts';
import { events, openLedger, receiptsOf, temporaryFolder } from '../temporary-ledger.ts';

const binaries = postgresBinaries(18);
const skipped = binaries.folder === undefined ? ` (skipped: ${binaries.skip})` : '';

/**
 * A statement locks each partition that its plan has, and each of their 26 indexes. Here there is room for half of
 * what all of them would take at once, so none may have them all.
 */
const LOCKS = { max_connections: '40', max_locks_per_transaction: '10' };
const YEARS = 4;

describe.skipIf(binaries.folder === undefined)(
  `many months of others, and room for few locks${skipped}`,
  () => {
    let postgres: RunningPostgres;
    let store: string;

    beforeAll(async () => {
      postgres = await startPostgres({ settings: LOCKS });
      store = await postgres.createDatabase();
      await migratePostgres({ url: store });
      const session = await openSession(store);
      for (let year = 1; year <= YEARS; year += 1)
        for (const half of [0, 6])
          await session.run(`SELECT attestry.make_partition((now() - make_interval(years => ${year}, months => n))::date)
          FROM generate_series(${half}, ${half + 5}) AS n`);
      await session.end();
    });
    afterAll(() => postgres?.remove());

    it('do not keep a server from starting, appending, searching, or finding what it has', async () => {
      const dataDir = temporaryFolder();
      for (const round of [1, 2]) {
        const warnings: string[] = [];
        const logger = {
          warn: (_: object, text: string) => void warnings.push(text),
          error: () => undefined,
        };
        const { ledger, stores, close } = await openLedger(dataDir, { store, logger, search: true });
        expect(warnings).toEqual([
          expect.stringMatching(/^the user postgres of the database is a superuser .* use attestry_write/),
          expect.stringMatching(/^a query over all 52 months .* set max_locks_per_transaction = 512/),
        ]);
        if (round === 1) for (const log of ['acme', 'other']) await ledger.createLog(log);
        for (const log of ['acme', 'other']) receiptsOf(await ledger.append(log, events(round, 40, log)));
        await expect.poll(() => ledger.status().search?.lagEvents).toBe(0);
        for (const filters of [{}, { actor: ['user/nobody'] }, { q: 'contract -draft' }]) {
          const query = await ledger.compileQuery('acme', filters, { personal: true });
          for (const order of ['asc', 'desc'] as const) await stores.query.page(query, { order, limit: 100 });
          for (const time of ['occurred', 'recorded'] as const) await stores.query.count({ ...query, time });
          await stores.query.estimate(query);
          await stores.query.stats(query, 'type', 10);
        }
        const query = await ledger.compileQuery('acme', {}, { personal: true });
        expect(await stores.query.count(query)).toBe(round * 40);
        expect(await stores.ledger.readRecords('acme', 0, 1_000)).toHaveLength(1 + round * 40);
        expect(await stores.ledger.readLeafHashes('acme', 1, 3)).toHaveLength(64);
        await close();
      }
    });
  },
);
