import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { VerificationReport } from '@attestry/core';
import { openEmbedded } from '@attestry/ledger';
import { isOnPostgres } from '@attestry/testkit';
import { describe, expect, it } from 'vitest';
import { attestry } from './cli-process.ts';
import { TestServer } from './running-server.ts';

// Of a database the same is in ledger/test/tampering/tampering-postgres.test.ts.
const skipped = isOnPostgres() ? ' (skipped: the log is deleted from ledger.db)' : '';

describe.skipIf(skipped !== '')(
  `verify --data on a folder from which a whole tenant was deleted${skipped}`,
  () => {
    const server = TestServer.shared();

    it('names its log and fails, although the database holds nothing of it', async () => {
      const folder = mkdtempSync(join(server.folder, 'lost-'));
      await server.record({ type: 'document.viewed' });
      await copyWithOneMoreLog(folder);
      const sound = await attestry(['verify', '--data', folder]);
      expect(sound).toMatchObject({ exitCode: 0 });
      deleteLog(folder, 'acme');
      const told = await attestry(['verify', '--data', folder, '--json']);
      expect(told.exitCode).toBe(1);
      const { ok, reports } = JSON.parse(told.stdout) as {
        ok: boolean;
        reports: readonly VerificationReport[];
      };
      expect(ok).toBe(false);
      expect(reports.filter((report) => !report.ok)).toMatchObject([
        { origin: expect.stringMatching(/\/t\/acme$/), findings: [{ code: 'ROLLBACK' }], findings_total: 1 },
      ]);
      const text = await attestry(['verify', '--data', folder]);
      expect(text).toMatchObject({
        exitCode: 1,
        stdout: expect.stringMatching(/ROLLBACK\s[\s\S]*\/t\/acme, seen with size 1, is gone/),
      });
    });

    async function copyWithOneMoreLog(folder: string): Promise<void> {
      server.copyTo(folder);
      const embedded = await openEmbedded({ dataDir: folder, search: false });
      await embedded.ledger.createLog('acme');
      await embedded.close();
    }

    function deleteLog(folder: string, tenant: string): void {
      const db = new DatabaseSync(join(folder, 'ledger.db'));
      db.exec("INSERT INTO maintenance VALUES ('by hand')");
      const row = db
        .prepare('SELECT log_no FROM logs JOIN tenants USING (tenant_no) WHERE tenant = ?')
        .get(tenant);
      const logNo = Number(row?.log_no);
      for (const table of ['records', 'event_ids', 'checkpoints', 'logs'])
        db.prepare(`DELETE FROM ${table} WHERE log_no = ?`).run(logNo);
      db.prepare('DELETE FROM tenants WHERE tenant = ?').run(tenant);
      db.exec('DELETE FROM maintenance');
      db.close();
    }
  },
);
