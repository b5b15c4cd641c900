import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runVerify } from '../../src/fsck/run-verify.ts';
import { makeBaseFolder, SIZE } from './base-folder.ts';
import { fileCases } from './file-cases.ts';
import { filterCases } from './filter-cases.ts';
import { schemaCases } from './schema-cases.ts';
import { sealRowCases } from './seal-cases.ts';
import { TamperedFolder } from './tampered-folder.ts';
import { COMMON_CASES, isFound } from './tampering-suite.ts';

/** What can be done to the files of the embedded store. */
const embedded = [
  { group: 'rows of envelopes', cases: sealRowCases },
  { group: 'the index of filters', cases: filterCases },
  { group: 'tables, indexes and triggers', cases: schemaCases },
  { group: 'files', cases: fileCases },
] as const;

describe('attestry verify --data, on the folder of a real server', () => {
  let base: Awaited<ReturnType<typeof makeBaseFolder>>;
  beforeAll(async () => {
    base = await makeBaseFolder();
  });
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

  describe.each(COMMON_CASES)('$group', ({ cases }) => {
    it.each(cases)('$name', (one) => isFound(new TamperedFolder(base.dataDir), one));
  });

  describe.each(embedded)('$group', ({ cases }) => {
    it.each(cases)('$name', (one) => isFound(new TamperedFolder(base.dataDir), one));
  });
});
