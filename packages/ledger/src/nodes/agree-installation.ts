import {
  assertSameInstallation,
  type DataFolder,
  type Installation,
  installationOf,
} from '../data-dir/data-folder.ts';
import { FatalError } from '../errors.ts';
import type { AdminStore } from '../ports/admin-store.ts';

const KIND = 'installation';
const TENANT = '_system';
const ID = 'keys';

/** What the first node over this database has written down; `undefined` before there was one. */
export async function readInstallation(admin: Pick<AdminStore, 'get'>): Promise<Installation | undefined> {
  const row = await admin.get(KIND, TENANT, ID);
  if (row === undefined) return undefined;
  const { log_name, master_key, signing_key } = JSON.parse(row.value) as Record<string, unknown>;
  if (typeof log_name !== 'string' || typeof master_key !== 'string' || typeof signing_key !== 'string') {
    throw new FatalError(
      'store_damaged',
      'the row of the installation in the database is damaged: restore it',
    );
  }
  return { logName: log_name, masterKey: master_key, signingKey: signing_key };
}

/**
 * Writes down what this node has, when it is the first; otherwise it must be the same as that of the first, however many
 * start at once.
 *
 * @throws {LedgerError} `log_name_changed`, `master_key_wrong`, `signing_key_wrong`
 */
export async function agreeInstallation(
  admin: Pick<AdminStore, 'get' | 'put'>,
  folder: DataFolder,
): Promise<void> {
  const mine = installationOf(folder);
  const value = JSON.stringify({
    log_name: mine.logName,
    master_key: mine.masterKey,
    signing_key: mine.signingKey,
  });
  if ((await admin.put({ kind: KIND, tenant: TENANT, id: ID, value }, 0)).kind === 'stored') return;
  const theirs = await readInstallation(admin);
  if (theirs !== undefined) assertSameInstallation(mine, theirs, folder.paths.dataDir);
}
