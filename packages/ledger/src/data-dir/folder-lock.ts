import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LedgerError } from '../errors.ts';

const HOLDER_FILE = 'lock';
const LOCK_FILE = 'lock.db';

/** Who holds a data folder; written for people, the lock itself is the operating system's. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly started_at: string;
}

export interface FolderLock {
  release(): void;
}

/**
 * Takes a data folder for this process. The lock is one of the operating system on `lock.db` (held through SQLite's
 * exclusive transaction), so it ends with the process, however that ends, and there is no stale lock to judge: not
 * after `kill -9`, not when a process id is used again, not between containers. The file `lock` names the holder.
 *
 * @throws {LedgerError} `folder_in_use`, naming the holder and what to do
 */
export function lockFolder(dataDir: string, nowMs: number): FolderLock {
  const database = new DatabaseSync(join(dataDir, LOCK_FILE), { timeout: 0 });
  try {
    // Nothing is ever written to it; without a journal nothing else is left behind either.
    database.exec('PRAGMA journal_mode=OFF; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw inUse(dataDir, error);
  }
  const holder: Holder = {
    pid: process.pid,
    host: hostname(),
    started_at: new Date(nowMs).toISOString(),
  };
  const holderPath = join(dataDir, HOLDER_FILE);
  writeFileSync(holderPath, `${JSON.stringify(holder)}\n`, { mode: 0o600 });
  let held = true;
  return {
    release: () => {
      if (!held) return;
      held = false;
      // The name goes first: once the lock is free the next holder writes its own.
      rmSync(holderPath, { force: true });
      database.close();
    },
  };
}

function inUse(dataDir: string, cause: unknown): LedgerError {
  const holder = readHolder(dataDir);
  const who =
    holder === undefined
      ? 'another process'
      : `process ${holder.pid} on ${holder.host} (since ${holder.started_at})`;
  return new LedgerError(
    'folder_in_use',
    `${dataDir} is in use by ${who}. Stop that one first, or choose another folder with ATTESTRY_DATA_DIR. ` +
      'Reading (attestry verify --data) works while it runs',
    { cause },
  );
}

function readHolder(dataDir: string): Holder | undefined {
  try {
    const holder = JSON.parse(readFileSync(join(dataDir, HOLDER_FILE), 'utf8')) as Partial<Holder>;
    return typeof holder.pid === 'number' ? (holder as Holder) : undefined;
  } catch {
    // The holder is between taking the lock and writing its name, or just leaving: the message does without.
    return undefined;
  }
}
