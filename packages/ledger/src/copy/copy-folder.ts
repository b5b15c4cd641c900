import type { VerificationReport } from '@attestry/core';
import { dataPaths, markMoved, openExisting } from '../data-dir/data-folder.ts';
import { lockFolder } from '../data-dir/folder-lock.ts';
import { chooseDriver } from '../drivers/choose-driver.ts';
import { LedgerError } from '../errors.ts';
import { runVerify } from '../fsck/run-verify.ts';
import { nodeCrypto } from '../keys/node-crypto.ts';
import { systemRandom } from '../keys/random-pool.ts';
import type { LedgerPlace } from '../ledger-place.ts';
import { agreeInstallation } from '../nodes/agree-installation.ts';
import { openReadOnly } from '../read-only.ts';
import { type CopyReport, copyLedger } from './copy-ledger.ts';

/** A copy and what its verification found. */
export interface CopiedFolder extends CopyReport {
  readonly reports: readonly VerificationReport[];
}

export interface CopyFolderOptions extends Omit<LedgerPlace, 'store'> {
  /** URL of the database to copy to. */
  readonly to: string;
  /** Schema in it. */
  readonly schema?: string | undefined;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Moves the logs of a stopped data folder into a database: copies them, verifies the copy against the memory of the folder,
 * and then marks the folder, which goes on with its keys, so that its own database takes nothing more. Cut off, it is
 * simply run again.
 *
 * @throws {LedgerError} `folder_in_use`, `copy_diverged` and those of opening
 */
export async function copyFolder(options: CopyFolderOptions): Promise<CopiedFolder> {
  const { dataDir, to, schema, masterKey, signingKeyFile, onProgress } = options;
  const place: LedgerPlace = { dataDir, masterKey, signingKeyFile };
  const target: LedgerPlace = { ...place, store: to, schema };
  const folder = await openExisting(nodeCrypto, systemRandom, place);
  const lock = lockFolder(dataDir, Date.now());
  try {
    const paths = dataPaths(dataDir, signingKeyFile);
    const [source, driver] = await Promise.all([chooseDriver(place, paths), chooseDriver(target, paths)]);
    if (source.openCopySource === undefined || !driver.isShared)
      throw new LedgerError('copy_same', 'a copy goes from a data folder to a database of PostgreSQL');
    const original = await openReadOnly(dataDir, place);
    const rows = await source.openCopySource();
    const stores = await driver.open();
    let copied: CopyReport;
    try {
      await agreeInstallation(stores.admin, { ...folder, firstStart: false });
      copied = await copyLedger({
        crypto: nodeCrypto,
        from: {
          stores: original.stores,
          rows,
          openLogSource: (tenant) => original.openLogSource(tenant, {}),
        },
        to: stores,
        ...(onProgress === undefined ? {} : { onProgress }),
      });
    } finally {
      await stores.close();
      rows.close();
      await original.close();
    }
    const reports = await verifyCopy(target);
    if (reports.every(({ ok }) => ok)) await markMoved(dataDir);
    return { ...copied, reports };
  } finally {
    lock.release();
  }
}

async function verifyCopy(target: LedgerPlace): Promise<readonly VerificationReport[]> {
  const ledger = await openReadOnly(target.dataDir, target);
  const tenants = (await ledger.heads()).map(({ tenant }) => tenant);
  await ledger.close();
  const reports: VerificationReport[] = [];
  for (const [index, tenant] of tenants.entries())
    reports.push(await runVerify({ ...target, tenant, wholeFolder: index === 0 }));
  return reports;
}
