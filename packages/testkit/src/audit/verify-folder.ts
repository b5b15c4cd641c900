import { runVerify } from '@attestry/ledger';

/**
 * Has the product's own verifier look at logs of a data folder, or of the database that it has the keys of: records,
 * columns, seals, everything.
 *
 * @throws {Error} with the first findings
 */
export async function verifyFolder(
  dataDir: string,
  tenants: readonly string[],
  store?: string,
): Promise<void> {
  for (const tenant of tenants) {
    const report = await runVerify({ dataDir, store, tenant });
    if (!report.ok) {
      const findings = report.findings.slice(0, 5).map((finding) => JSON.stringify(finding));
      throw new Error(`tenant ${tenant} does not verify: ${findings.join(' ')}`);
    }
  }
}
