import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runVerify } from '../../src/fsck/run-verify.ts';
import { makeBaseFolder, SIZE } from './base-folder.ts';
import { fileCases } from './file-cases.ts';
import { keyCases } from './key-cases.ts';
import { projectionCases } from './projection-cases.ts';
import { recordCases } from './record-cases.ts';
import { schemaCases } from './schema-cases.ts';
import { sealCases } from './seal-cases.ts';
import { signatureCases } from './signature-cases.ts';
import { TamperedFolder } from './tampered-folder.ts';
import type { ExpectedFinding } from './tampering-case.ts';

const groups = [
  { group: 'records', cases: recordCases },
  { group: 'signatures and heads', cases: signatureCases },
  { group: 'columns and ids', cases: projectionCases },
  { group: 'seals', cases: sealCases },
  { group: 'keys', cases: keyCases },
  { group: 'tables, indexes and triggers', cases: schemaCases },
  { group: 'files', cases: fileCases },
];

function expected(finds: ExpectedFinding, folder: TamperedFolder): object {
  const seq = typeof finds.seq === 'function' ? finds.seq(folder) : finds.seq;
  return {
    code: finds.code,
    ...(seq !== undefined && { seq }),
    ...(finds.field !== undefined && { field: finds.field }),
    ...(finds.detail !== undefined && { detail: expect.stringMatching(finds.detail) }),
  };
}

describe('attestry verify --data, on the folder of a real server', () => {
  let base: Awaited<ReturnType<typeof makeBaseFolder>>;
  beforeAll(async () => {
    base = await makeBaseFolder();
  }, 120_000);
  afterAll(() => rmSync(base.parent, { recursive: true, force: true }));

  it('finds nothing in it before anybody touched it', async () => {
    for (const tenant of ['default', 'other']) {
      const report = await runVerify({ dataDir: base.dataDir, tenant });
      expect(report.findings).toEqual([]);
      expect(report.ok).toBe(true);
    }
    const report = await runVerify({ dataDir: base.dataDir, tenant: 'default' });
    expect(report.checked).toMatchObject({
      records: SIZE,
      columns: SIZE - 1,
      ids: SIZE - 1,
      seals: 2 * (SIZE - 1),
    });
    expect(report.checked.checkpoints).toBeGreaterThan(2);
    expect(report.seals.verified).toBe(2 * (SIZE - 1));
  });

  it('finds nothing in a copy', async () => {
    const folder = new TamperedFolder(base.dataDir);
    folder.close();
    const report = await runVerify({ dataDir: folder.dataDir, tenant: 'default' });
    folder.remove();
    expect(report.findings).toEqual([]);
  });

  it('trap 1: takes a tenant that is not there as a finding', async () => {
    const report = await runVerify({ dataDir: base.dataDir, tenant: 'nobody' });
    expect(report.ok).toBe(false);
    expect(report.findings[0]?.code).toBe('UNREADABLE');
  });

  describe.each(groups)('$group', ({ cases }) => {
    it.each(cases)('$name', async ({ tamper, finds }) => {
      const folder = new TamperedFolder(base.dataDir);
      try {
        const finding = expected(finds, folder);
        await tamper(folder);
        folder.close();
        const report = await runVerify({ dataDir: folder.dataDir, tenant: 'default' });
        expect(report.findings).toContainEqual(expect.objectContaining(finding));
        expect(report.ok).toBe(false);
        expect(report.findings_total).toBeGreaterThanOrEqual(report.findings.length);
        // A finding names places, never what a sealed member said.
        expect(JSON.stringify(report.findings)).not.toMatch(/@example\.com|192\.0\.2\./);
      } finally {
        folder.remove();
      }
    });
  });
});
