import { readFileSync } from 'node:fs';
import type { VerificationReport } from '@attestry/core';
import { openReadOnly, runVerify } from '@attestry/ledger';
import { CliError, usageError } from './cli-error.ts';
import { ExitCode } from './exit-code.ts';

export interface FolderVerification {
  readonly dataDir: string;
  readonly tenant: string;
  /** First record to check, and the one to end before. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly depth?: 'full' | 'records' | undefined;
  readonly onProgress?: ((done: number, total?: number) => void) | undefined;
}

/**
 * Tenants that have a log in a data folder, the server's own `_system` included.
 *
 * @throws {CliError} exit code 1 when the folder cannot be read or holds no log: a finding, never a pass (trap 1)
 */
export async function listTenants(dataDir: string): Promise<readonly string[]> {
  let tenants: readonly string[];
  try {
    const ledger = await openReadOnly(dataDir, foreignKeys());
    try {
      tenants = (await ledger.heads()).map(({ tenant }) => tenant);
    } finally {
      ledger.close();
    }
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw unreadable(`${dataDir} cannot be verified: ${(cause as Error).message}`, cause);
  }
  if (tenants.length === 0) throw unreadable(`${dataDir} cannot be verified: there is no log in it`);
  return tenants;
}

function unreadable(message: string, cause?: unknown): CliError {
  return new CliError(message, {
    code: 'unreadable',
    exitCode: ExitCode.finding,
    hint: 'What cannot be read counts as changed. Name the data folder itself, and run as a user who may read it.',
    cause,
  });
}

/** Verifies one log of a data folder, read-only, whether or not a server runs on it. */
export function verifyTenant(options: FolderVerification): Promise<VerificationReport> {
  const { dataDir, tenant, from, to, depth, onProgress } = options;
  return runVerify({
    dataDir,
    tenant,
    ...foreignKeys(),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    // The command line and the API say `full` for what core calls `all`.
    ...(depth === undefined ? {} : { depth: depth === 'full' ? 'all' : depth }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
}

/** Keys that the server of the folder is told by its environment instead of keeping them in the folder. */
function foreignKeys(): { readonly masterKey?: string; readonly signingKeyFile?: string } {
  const { ATTESTRY_MASTER_KEY, ATTESTRY_MASTER_KEY_FILE, ATTESTRY_SIGNING_KEY_FILE } = process.env;
  const masterKey =
    ATTESTRY_MASTER_KEY || (ATTESTRY_MASTER_KEY_FILE ? readKeyFile(ATTESTRY_MASTER_KEY_FILE) : '');
  return {
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
