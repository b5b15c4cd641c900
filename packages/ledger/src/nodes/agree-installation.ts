import {
  assertSameInstallation,
  type DataFolder,
  type Installation,
  installationOf,
} from '../data-dir/data-folder.ts';
import { FatalError, OperationalError } from '../errors.ts';
import type { AdminStore } from '../ports/admin-store.ts';

/** Kind of the row that says so. */
export const INSTALLATION_KIND = 'installation';
const TENANT = '_system';
const ID = 'keys';

/** What the first node over this database has written down; `undefined` before there was one. */
export async function readInstallation(admin: Pick<AdminStore, 'get'>): Promise<Installation | undefined> {
  const row = await admin.get(INSTALLATION_KIND, TENANT, ID);
  if (row === undefined) return undefined;
  return parse(row.value);
}

function parse(value: string): Installation {
  const { log_name, master_key, signing_key, next_signing_key } = JSON.parse(value) as Record<
    string,
    unknown
  >;
  const texts = [log_name, master_key, signing_key, next_signing_key ?? ''];
  if (!texts.every((text) => typeof text === 'string')) {
    throw new FatalError(
      'store_damaged',
      'the row of the installation in the database is damaged: restore it',
    );
  }
  return {
    logName: log_name as string,
    masterKey: master_key as string,
    signingKey: signing_key as string,
    nextSigningKey: next_signing_key as string | undefined,
  };
}

function format({ logName, masterKey, signingKey, nextSigningKey }: Installation): string {
  const next = nextSigningKey === undefined ? {} : { next_signing_key: nextSigningKey };
  return JSON.stringify({ log_name: logName, master_key: masterKey, signing_key: signingKey, ...next });
}

/**
 * Changes what the nodes have agreed on.
 *
 * @throws {OperationalError} `installation_moved` when somebody else changed it at the same time
 */
export async function changeInstallation(
  admin: Pick<AdminStore, 'get' | 'put'>,
  change: (installation: Installation) => Installation,
): Promise<void> {
  const row = await admin.get(INSTALLATION_KIND, TENANT, ID);
  if (row === undefined) throw new FatalError('store_damaged', 'the database has no row of the installation');
  const before = parse(row.value);
  const value = format(change(before));
  if (value === format(before)) return;
  const { kind } = await admin.put({ kind: INSTALLATION_KIND, tenant: TENANT, id: ID, value }, row.revision);
  if (kind === 'conflict')
    throw new OperationalError('installation_moved', 'another node changed the installation; try again');
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
  const value = format({ ...mine, nextSigningKey: undefined });
  if ((await admin.put({ kind: INSTALLATION_KIND, tenant: TENANT, id: ID, value }, 0)).kind === 'stored')
    return;
  const theirs = await readInstallation(admin);
  if (theirs !== undefined) assertSameInstallation(mine, theirs, folder.paths.dataDir);
}
