import { LastSeen } from './checkpointer/last-seen.ts';
import { checkLogs, rollbackError } from './checkpointer/start-checks.ts';
import { type LockState, readLock } from './data-dir/folder-lock.ts';
import { nodeCrypto } from './keys/node-crypto.ts';
import { openReadOnly, type ReadOnlyOptions } from './read-only.ts';

/** What a start on a data folder would find. */
export interface FolderInspection {
  readonly lock: LockState;
  readonly logName: string;
  readonly logs: number;
  readonly records: number;
  /** Whether `last-seen.json` is gone: then an older copy of the database would not be noticed. */
  readonly memoryMissing: boolean;
  /** What the server of the database says of itself, and what of it should be changed; absent where there is none. */
  readonly database: { readonly detail: string; readonly warnings: readonly string[] } | undefined;
}

/**
 * Looks at a data folder as a start would, and changes nothing: format, keys, schema of the database, and, unless a
 * server holds the folder (which checked it when it started), heads, checkpoints and the memory of what was signed.
 *
 * @throws {LedgerError} {FatalError} what a start would be refused with, `ROLLBACK` and `store_newer` included
 */
export async function inspectFolder(
  dataDir: string,
  options: ReadOnlyOptions = {},
): Promise<FolderInspection> {
  const lock = readLock(dataDir);
  const ledger = await openReadOnly(dataDir, options);
  try {
    const heads = await ledger.heads();
    const { lastSeen, missing } = await LastSeen.load(ledger.paths.lastSeen);
    if (!lock.held) {
      const { stores } = ledger;
      await stores.checkSchema();
      const vkeys = (origin: string): readonly string[] => ledger.vkeys(origin);
      const { rolledBack } = await checkLogs({ stores, crypto: nodeCrypto, lastSeen, vkeys });
      if (rolledBack.length > 0) throw rollbackError(rolledBack);
    }
    const records = heads.reduce((sum, { size }) => sum + size, 0);
    const memoryMissing = missing && heads.length > 0;
    const database = await ledger.stores.describe?.();
    return { lock, logName: ledger.logName, logs: heads.length, records, memoryMissing, database };
  } finally {
    await ledger.close();
  }
}
