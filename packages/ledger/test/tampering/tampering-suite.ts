import { expect } from 'vitest';
import { runVerify } from '../../src/fsck/run-verify.ts';
import { keyCases } from './key-cases.ts';
import { projectionCases } from './projection-cases.ts';
import { recordCases } from './record-cases.ts';
import { sealCases } from './seal-cases.ts';
import { signatureCases } from './signature-cases.ts';
import type { TamperedLog } from './tampered-log.ts';
import type { ExpectedFinding, TamperingCase } from './tampering-case.ts';

/** What can be done to a log, whatever keeps it. */
export const COMMON_CASES = [
  { group: 'records', cases: recordCases },
  { group: 'signatures and heads', cases: signatureCases },
  { group: 'columns and ids', cases: projectionCases },
  { group: 'seals', cases: sealCases },
  { group: 'keys', cases: keyCases },
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

/** Tampers with the copy, and expects the verification to say what the case says. */
export async function isFound<Log extends TamperedLog>(
  log: Log,
  { tamper, finds }: TamperingCase<Log>,
): Promise<void> {
  try {
    const finding = await expected(finds, log);
    await tamper(log);
    await log.close();
    const { dataDir, store, wholeFolder } = log;
    const report = await runVerify({ dataDir, store, wholeFolder, tenant: 'default' });
    expect(report.findings).toContainEqual(expect.objectContaining(finding));
    expect(report.ok).toBe(false);
    expect(report.findings_total).toBeGreaterThanOrEqual(report.findings.length);
    // A finding names places, never what a sealed member said.
    expect(JSON.stringify(report.findings)).not.toMatch(/@example\.com|192\.0\.2\./);
  } finally {
    await log.remove();
  }
}
