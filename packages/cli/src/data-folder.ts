import { readFileSync } from 'node:fs';
import type { VerificationReport } from '@attestry/core';
import { type LedgerPlace, runVerify, tenantsToVerify, unreadableReport } from '@attestry/ledger';
import { CliError, usageError } from './cli-error.ts';

export interface FolderVerification {
  readonly dataDir: string;
  /** URL of the database; what the server of the folder is told when absent. */
  readonly store?: string | undefined;
  readonly tenant: string;
  /** First record to check, and the one to end before. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly depth?: 'full' | 'columns' | 'seals' | 'records' | undefined;
  /** Keys of logs known from elsewhere; one that is named after the log replaces the one in the folder. */
  readonly vkeys?: readonly string[];
  /** `false` when another log of the folder is verified with what belongs to the whole folder. */
  readonly wholeFolder?: boolean;
  readonly onProgress?: ((done: number, total?: number) => void) | undefined;
}

/**
 * Verifies the logs of a data folder, the server's own `_system` included, or one of them.
 *
 * @returns at least one report: a folder that cannot be read, or holds no log, is a finding, never a pass (trap 1)
 */
export async function verifyFolder(
  options: Omit<FolderVerification, 'tenant'> & { readonly tenant?: string | undefined },
): Promise<readonly VerificationReport[]> {
  const { dataDir, tenant } = options;
  if (tenant !== undefined) return [await verifyTenant({ ...options, tenant })];
  let tenants: readonly string[];
  try {
    tenants = await tenantsToVerify(dataDir, elsewhere(options.store));
  } catch (error) {
    if (error instanceof CliError) throw error;
    return [unreadableReport(dataDir, (error as Error).message)];
  }
  if (tenants.length === 0) return [unreadableReport(dataDir, 'there is no log here')];
  const reports: VerificationReport[] = [];
  for (const [index, one] of tenants.entries()) {
    reports.push(await verifyTenant({ ...options, tenant: one, wholeFolder: index === 0 }));
  }
  return reports;
}

/** Verifies one log of a data folder, read-only, whether or not a server runs on it. */
export function verifyTenant(options: FolderVerification): Promise<VerificationReport> {
  const { dataDir, tenant, from, to, depth, wholeFolder, onProgress } = options;
  const vkey = options.vkeys?.find((one) => tenantOf(one) === tenant);
  return runVerify({
    dataDir,
    tenant,
    ...elsewhere(options.store),
    ...(vkey === undefined ? {} : { vkey }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    // The command line and the API say `full` for what core calls `all`.
    ...(depth === undefined ? {} : { depth: depth === 'full' ? 'all' : depth }),
    ...(wholeFolder === undefined ? {} : { wholeFolder }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
}

/** `acme` of `audit.example.com/t/acme/g2+1a2b3c4d+…`; a key is named after the origin of its log. */
function tenantOf(vkey: string): string | undefined {
  return /^[^+]*\/t\/([^/+]+)(?:\/g[0-9]+)?\+/.exec(vkey)?.[1];
}

/** What the server of a folder is told by its environment, because it is not in the folder: database and keys. */
export function elsewhere(givenStore?: string): Omit<LedgerPlace, 'dataDir'> {
  const { ATTESTRY_MASTER_KEY, ATTESTRY_MASTER_KEY_FILE, ATTESTRY_SIGNING_KEY_FILE } = process.env;
  const store = givenStore ?? (process.env.ATTESTRY_STORE || undefined);
  const schema = process.env.ATTESTRY_STORE_SCHEMA || undefined;
  const masterKey =
    ATTESTRY_MASTER_KEY || (ATTESTRY_MASTER_KEY_FILE ? readKeyFile(ATTESTRY_MASTER_KEY_FILE) : '');
  return {
    ...(store === undefined ? {} : { store }),
    ...(schema === undefined ? {} : { schema }),
    ...(masterKey === '' ? {} : { masterKey }),
    ...(ATTESTRY_SIGNING_KEY_FILE ? { signingKeyFile: ATTESTRY_SIGNING_KEY_FILE } : {}),
  };
}

function readKeyFile(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw usageError(`cannot read ATTESTRY_MASTER_KEY_FILE: ${(cause as Error).message}`);
  }
}
