import { rmSync } from 'node:fs';
import { postgresBinaries, type SharedPostgres, sharedPostgres } from '@attestry/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runVerify, tenantsToVerify } from '../../src/fsck/run-verify.ts';
import { migratePostgres } from '../../src/stores/postgres/migrations.ts';
import { makeBaseFolder, SIZE } from './base-folder.ts';
import { catalogueChanges } from './catalogue-changes.ts';
import { derivedChanges } from './derived-changes.ts';
import { restoreRows, saveRows, switchTriggers, TamperedDatabase } from './tampered-database.ts';
import { COMMON_CASES, isFound } from './tampering-suite.ts';

const binaries = postgresBinaries(18);
const skipped = binaries.folder === undefined ? ` (skipped: ${binaries.skip})` : '';

describe.skipIf(binaries.folder === undefined)(
  `attestry verify --data --store, on the database of a real server, in the hands of its superuser${skipped}`,
  () => {
    let server: SharedPostgres;
    let database: Awaited<ReturnType<SharedPostgres['createDatabase']>>;
    let base: Awaited<ReturnType<typeof makeBaseFolder>>;
    let client: pg.Client;

    beforeAll(async () => {
      server = await sharedPostgres();
      database = await server.createDatabase();
      base = await makeBaseFolder(database.url);
      // What it has changed need not survive a power cut.
      const options = '-c search_path=attestry -c synchronous_commit=off';
      client = new pg.Client({ connectionString: database.url, options });
      await migratePostgres({ url: database.url, roles: true });
      await client.connect();
      // One that has no records and will have none.
      await client.query("SELECT make_partition('2030-01-01')");
      await saveRows(client);
    });
    afterAll(async () => {
      await client?.end();
      await database?.drop();
      server?.release();
      rmSync(base.parent, { recursive: true, force: true });
    });

    const tampered = (): TamperedDatabase =>
      new TamperedDatabase(base.dataDir, database.url, client, () => restoreRows(client));

    const place = (user = 'postgres'): { readonly dataDir: string; readonly store: string } => ({
      dataDir: base.dataDir,
      store: server.url(database.name, user),
    });

    it('finds nothing in it before anybody touched it', async () => {
      expect(await runVerify({ ...place(), tenant: 'other' })).toMatchObject({ ok: true, findings: [] });
      const report = await runVerify({ ...place(), tenant: 'default' });
      expect(report).toMatchObject({ ok: true, findings: [] });
      const events = SIZE - 1;
      expect(report.checked).toMatchObject({
        records: SIZE,
        columns: events,
        ids: events,
        seals: 2 * events,
      });
      expect(report.checked.checkpoints).toBeGreaterThan(2);
    });

    it('finds nothing either as the role that reads, and says what only a superuser can compare', async () => {
      const report = await runVerify({ ...place('attestry_read'), tenant: 'default' });
      expect(report).toMatchObject({ ok: true, findings: [] });
      expect(report.notices?.map(({ detail }) => detail)).toEqual([
        expect.stringMatching(/^indexes not compared .*: search_documents_words$/),
      ]);
    });

    it('trap 1: takes a tenant that is not there, and a database that cannot be reached, as a finding', async () => {
      const nobody = await runVerify({ ...place(), tenant: 'nobody' });
      const nowhere = await runVerify({ ...place(), store: server.url('nowhere'), tenant: 'default' });
      for (const report of [nobody, nowhere])
        expect(report).toMatchObject({ ok: false, findings: [{ code: 'UNREADABLE' }] });
    });

    describe('rows', () => {
      beforeAll(() => switchTriggers(client, 'off'));
      afterAll(() => switchTriggers(client, 'on'));

      describe.each(COMMON_CASES)('$group', ({ cases }) => {
        it.each(cases)('$name', (one) => isFound(tampered(), one));
      });

      it('names a log that somebody deleted with all its rows, by the memory of the folder', async () => {
        const log = tampered();
        for (const table of ['records', 'event_ids', 'checkpoints', 'data_keys', 'heads', 'tenants'])
          await log.run(
            `DELETE FROM ${table} WHERE tenant_no = (SELECT tenant_no FROM tenants WHERE tenant = 'other')`,
          );
        const tenants = await tenantsToVerify(base.dataDir, place());
        const { ok, findings } = await runVerify({ ...place(), tenant: 'other' });
        await log.remove();
        expect([tenants, ok]).toEqual([['_system', 'default', 'other'], false]);
        expect(findings[0]).toMatchObject({
          code: 'ROLLBACK',
          detail: expect.stringMatching(/^the log .*\/t\/other, seen with size 201, is gone$/),
        });
      });

      it('names what is left of a log that somebody deleted', async () => {
        const log = tampered();
        await log.run(
          "DELETE FROM heads WHERE tenant_no = (SELECT tenant_no FROM tenants WHERE tenant = 'other')",
        );
        const { findings } = await runVerify({ ...place(), tenant: 'default' });
        await log.remove();
        expect(findings).toContainEqual({
          code: 'PROJECTION_COUNT',
          detail: '201 rows of the table records belong to no log of this database',
        });
      });
    });

    it.each(derivedChanges)('names $name', async ({ change, undo, user, finds: { detail, ...finding } }) => {
      await client.query(change);
      const { findings } = await runVerify({ ...place(user ?? 'attestry_read'), tenant: 'default' });
      await client.query(undo);
      expect(findings).toContainEqual({ ...finding, detail: expect.stringMatching(detail ?? /./) });
    });

    it.each(catalogueChanges)('names %s', async (_name, change, undo, detail) => {
      await client.query(change);
      const { findings } = await runVerify({ ...place(), tenant: 'default' });
      await client.query(undo);
      expect(findings).toContainEqual({ code: 'UNREADABLE', detail: expect.stringMatching(detail) });
    });

    it('finds nothing when all of it was taken back', async () => {
      expect(await runVerify({ ...place(), tenant: 'default' })).toMatchObject({ ok: true, findings: [] });
    });
  },
);
