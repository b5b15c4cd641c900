import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runVerify, tenantsToVerify } from '../../src/fsck/run-verify.ts';
import { recordKey, sealKey } from '../../src/stores/sqlite/row-key.ts';
import { logNameOf, makeBaseFolder } from './base-folder.ts';
import { TamperedFolder } from './tampered-folder.ts';

/** Statements that take a log out of each table, in an order in which all of them work. */
function deletions(folder: TamperedFolder, tenant: string): ReadonlyMap<string, string> {
  const logNo = folder.logNoOf(tenant);
  const [first, end] = [recordKey(logNo, 0), recordKey(logNo + 1, 0)];
  const tenantNo = folder.value<number>('SELECT tenant_no FROM tenants WHERE tenant = ?', tenant);
  return new Map([
    ['seals', `DELETE FROM seals WHERE seal_k >= ${sealKey(first, 0)} AND seal_k < ${sealKey(end, 0)}`],
    ['records', `DELETE FROM records WHERE k >= ${first} AND k < ${end}`],
    ['event_ids', `DELETE FROM event_ids WHERE log_no = ${logNo}`],
    ['checkpoints', `DELETE FROM checkpoints WHERE log_no = ${logNo}`],
    ['data_keys', `DELETE FROM data_keys WHERE tenant_no = ${tenantNo}`],
    ['logs', `DELETE FROM logs WHERE log_no = ${logNo}`],
    ['tenants', `DELETE FROM tenants WHERE tenant_no = ${tenantNo}`],
  ]);
}

describe('a whole log that somebody deleted', () => {
  let base: Awaited<ReturnType<typeof makeBaseFolder>>;
  let folder: TamperedFolder;
  beforeAll(async () => {
    base = await makeBaseFolder();
  });
  afterAll(() => rmSync(base.parent, { recursive: true, force: true }));
  beforeEach(() => {
    folder = new TamperedFolder(base.dataDir);
  });
  afterEach(() => folder.remove());

  it('is named as long as last-seen.json remembers it, however clean the database is', async () => {
    for (const sql of deletions(folder, 'other').values()) folder.db.exec(sql);
    folder.closeDatabase();
    expect(await tenantsToVerify(folder.dataDir)).toEqual(['_system', 'default', 'other']);
    const report = await runVerify({ dataDir: folder.dataDir, tenant: 'other' });
    const origin = `${logNameOf(base.dataDir)}/t/other`;
    expect(report).toMatchObject({ ok: false, origin, findings_total: 1 });
    expect(report.findings[0]).toMatchObject({
      code: 'ROLLBACK',
      detail: expect.stringMatching(/^the log .*\/t\/other, seen with size 201, is gone$/),
    });
  });

  it('is found by what is left of it, once for the folder, when nothing remembers it', async () => {
    for (const table of ['logs', 'tenants']) folder.db.exec(deletions(folder, 'other').get(table) ?? '');
    folder.closeDatabase();
    rmSync(join(folder.dataDir, 'last-seen.json'));
    expect(await tenantsToVerify(folder.dataDir)).toEqual(['_system', 'default']);
    const first = await runVerify({ dataDir: folder.dataDir, tenant: '_system' });
    expect(first.findings.map(({ code, seq, field }) => ({ code, seq, field }))).toEqual([
      { code: 'PROJECTION_COUNT' },
      { code: 'SEAL_ORPHAN' },
      { code: 'EVENT_ID_INDEX' },
      { code: 'CHECKPOINT_INVALID' },
      { code: 'SEAL_ORPHAN' },
      { code: 'PROJECTION', field: 'filters' },
    ]);
    expect(first.findings[0]?.detail).toBe('201 rows of the table records belong to no log of this folder');
    const second = await runVerify({ dataDir: folder.dataDir, tenant: 'default', wholeFolder: false });
    expect(second.findings).toEqual([]);
  });

  it.each(['seals', 'records', 'event_ids', 'checkpoints', 'data_keys', 'logs'])(
    'is found by its rows in %s alone',
    async (left) => {
      for (const [table, sql] of deletions(folder, 'other')) if (table !== left) folder.db.exec(sql);
      folder.closeDatabase();
      const { findings } = await runVerify({ dataDir: folder.dataDir, tenant: 'default' });
      const named = findings.filter(({ detail }) => detail.includes(`of the table ${left} belong`));
      expect(named).toHaveLength(1);
    },
  );
});
