import type { VerificationReport } from '@attestry/core';
import { runVerify, listTenants as tenantsOf } from '@attestry/ledger';

export interface FolderVerification {
  readonly dataDir: string;
  readonly tenant: string;
  /** First record to check, and the one to end before. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly depth?: 'full' | 'records' | undefined;
  readonly onProgress?: ((done: number, total?: number) => void) | undefined;
}

/** Tenants that have a log in a data folder, the server's own `_system` included. */
export function listTenants(dataDir: string): Promise<readonly string[]> {
  return tenantsOf(dataDir);
}

/** Verifies one log of a data folder, read-only, whether or not a server runs on it. */
export function verifyTenant(options: FolderVerification): Promise<VerificationReport> {
  const { dataDir, tenant, from, to, depth, onProgress } = options;
  return runVerify({
    dataDir,
    tenant,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    // The command line and the API say `full` for what core calls `all`.
    ...(depth === undefined ? {} : { depth: depth === 'full' ? 'all' : depth }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
}
