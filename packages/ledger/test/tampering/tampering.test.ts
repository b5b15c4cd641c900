import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runVerify } from '../../src/fsck/run-verify.ts';
import { makeBaseFolder, SIZE } from './base-folder.ts';
import { fileCases } from './file-cases.ts';
import { filterCases } from './filter-cases.ts';
import { keyCases } from './key-cases.ts';
import { projectionCases } from './projection-cases.ts';
import { recordCases } from './record-cases.ts';
import { schemaCases } from './schema-cases.ts';
import { sealCases, sealRowCases } from './seal-cases.ts';
import { signatureCases } from './signature-cases.ts';
import { TamperedFolder } from './tampered-folder.ts';
import type { TamperedLog } from './tampered-log.ts';
import type { ExpectedFinding, TamperingCase } from './tampering-case.ts';

/** What can be done to a log, whatever keeps it. */
const common = [
  { group: 'records', cases: recordCases },
  { group: 'signatures and heads', cases: signatureCases },
  { group: 'columns and ids', cases: projectionCases },
  { group: 'seals', cases: sealCases },
  { group: 'keys', cases: keyCases },
] as const;

/** What can be done to the files of the embedded store. */
const embedded = [
  { group: 'rows of envelopes', cases: sealRowCases },
  { group: 'the index of filters', cases: filterCases },
  { group: 'tables, indexes and triggers', cases: schemaCases },
  { group: 'files', cases: fileCases },
] as const;

async function expected(finds: ExpectedFinding, log: TamperedLog): Promise<object> {
  const seq = typeof finds.seq === 'function' ? await finds.seq(log) : finds.seq;
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
    await folder.close();
    const report = await runVerify({ dataDir: folder.dataDir, tenant: 'default' });
    await folder.remove();
    expect(report.findings).toEqual([]);
  });

  it('trap 1: takes a tenant that is not there as a finding', async () => {
    const report = await runVerify({ dataDir: base.dataDir, tenant: 'nobody' });
    expect(report.ok).toBe(false);
    expect(report.findings[0]?.code).toBe('UNREADABLE');
  });

  describe.each(common)('$group', ({ cases }) => {
    it.each(cases)('$name', (one) => isFound(new TamperedFolder(base.dataDir), one));
  });

  describe.each(embedded)('$group', ({ cases }) => {
    it.each(cases)('$name', (one) => isFound(new TamperedFolder(base.dataDir), one));
  });
});

/** Tampers with the copy, and expects the verification to say what the case says. */
async function isFound<Log extends TamperedLog>(
  log: Log,
  { tamper, finds }: TamperingCase<Log>,
): Promise<void> {
  try {
    const finding = await expected(finds, log);
    await tamper(log);
    await log.close();
    const report = await runVerify({ dataDir: log.dataDir, store: log.store, tenant: 'default' });
    expect(report.findings).toContainEqual(expect.objectContaining(finding));
    expect(report.ok).toBe(false);
    expect(report.findings_total).toBeGreaterThanOrEqual(report.findings.length);
    // A finding names places, never what a sealed member said.
    expect(JSON.stringify(report.findings)).not.toMatch(/@example\.com|192\.0\.2\./);
  } finally {
    await log.remove();
  }
}
