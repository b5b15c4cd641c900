import { openSession } from '@attestry/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runVerify } from '../../src/fsck/run-verify.ts';
import { migratePostgres } from '../../src/stores/postgres/migrations.ts';
import { events, openLedger, receiptsOf, temporaryFolder } from '../temporary-ledger.ts';
import { openTestDatabase, type TestDatabase, VERSIONS } from './postgres-schema.ts';

/**
 * What of TimescaleDB the schema calls, by functions that make no chunks: all but the extension itself is the same. With
 * the extension the other suites run when `ATTESTRY_TEST_TIMESCALE_URL` is set.
 */
const STAND_IN = `CREATE SCHEMA ts;
  CREATE FUNCTION ts.by_range(text, interval) RETURNS text LANGUAGE sql AS $$ SELECT $1 $$;
  CREATE FUNCTION ts.create_hypertable(regclass, text, create_default_indexes boolean) RETURNS text
    LANGUAGE sql AS $$ SELECT $2 $$;
  CREATE FUNCTION ts.show_chunks(regclass, newer_than timestamptz, older_than timestamptz) RETURNS SETOF regclass
    LANGUAGE sql AS $$ SELECT $1 $$;
  CREATE FUNCTION ts.decompress_chunk(regclass, if_compressed boolean) RETURNS regclass LANGUAGE sql AS $$ SELECT $1 $$;
  CREATE FUNCTION ts.compress_chunk(regclass, if_not_compressed boolean) RETURNS regclass LANGUAGE sql AS $$ SELECT $1 $$;
  CREATE FUNCTION ts.hypertable_size(regclass) RETURNS bigint LANGUAGE sql AS $$ SELECT 0::bigint $$;
  SET allow_system_table_mods = on;
  INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
    SELECT 16000, 'timescaledb', 10, oid, false, '2' FROM pg_namespace WHERE nspname = 'ts'`;

describe.for(VERSIONS)('$version: the tables for TimescaleDB$skipped', ({ version, skipped }) => {
  describe.skipIf(skipped !== '')('over functions of the same names', () => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await openTestDatabase(version);
      const superuser = await openSession(database.url);
      await superuser.run(STAND_IN);
      await superuser.end();
    });
    afterAll(() => database?.close());

    it('belong to attestry_migrate as a whole, take what a server writes, and show each tenant its own', async () => {
      await migratePostgres({ url: database.url, roles: true });
      // As who owns the tables, for whom nothing is left to be done.
      await migratePostgres({ url: database.urlAs('attestry_migrate'), roles: true });
      const superuser = await openSession(database.url);
      const owners = (await superuser.run(
        `SELECT DISTINCT pg_get_userbyid(relowner) AS owner FROM pg_class
         WHERE relnamespace = 'attestry'::regnamespace AND relkind IN ('r', 'p', 'v')`,
      )) as { rows: { owner: string }[] };
      expect(owners.rows).toEqual([{ owner: 'attestry_migrate' }]);
      await superuser.end();

      const [dataDir, store] = [temporaryFolder(), database.urlAs('attestry_write')];
      const { ledger, stores, close } = await openLedger(dataDir, { store });
      for (const [seed, tenant] of ['acme', 'other'].entries()) {
        await ledger.createLog(tenant);
        receiptsOf(await ledger.append(tenant, events(seed, 5, tenant)));
      }
      const query = await ledger.compileQuery('acme', {}, { personal: true });
      expect(await stores.query.count(query)).toBe(5);
      expect((await stores.query.page(query, { order: 'asc', limit: 10 })).rows).toHaveLength(5);
      await close();
      const report = await runVerify({ dataDir, store: database.urlAs('attestry_read'), tenant: 'acme' });
      expect(report).toMatchObject({ ok: true, size: 6, findings: [] });
    });
  });
});
