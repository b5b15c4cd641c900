import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LedgerError } from '../errors.ts';

const HOLDER_FILE = 'lock';
const LOCK_FILE = 'lock.db';
/** https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

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
 * @throws {LedgerError} `folder_in_use`, naming the holder and what to do; `folder_unwritable`
 */
export function lockFolder(dataDir: string, nowMs: number): FolderLock {
  const database = new DatabaseSync(join(dataDir, LOCK_FILE), { timeout: 0 });
  try {
    // Nothing is ever written to it; without a journal nothing else is left behind either.
    database.exec('PRAGMA journal_mode=OFF; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw isBusy(error) ? inUse(dataDir, error) : unlockable(dataDir, error);
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

/** Whether a process holds the folder now, and whom the file `lock` names: without a held lock, somebody who died. */
export interface LockState {
  readonly held: boolean;
  readonly holder: string | undefined;
}

/** Looks at the lock of a folder without taking or changing it. */
export function readLock(dataDir: string): LockState {
  const holder = describeHolder(dataDir);
  const path = join(dataDir, LOCK_FILE);
  if (!existsSync(path)) return { held: false, holder };
  const database = new DatabaseSync(path, { timeout: 0, readOnly: true });
  try {
    // Reading is what an exclusive transaction of another process refuses.
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return { held: false, holder };
  } catch (error) {
    if (isBusy(error)) return { held: true, holder };
    throw unlockable(dataDir, error);
  } finally {
    database.close();
  }
}

function isBusy(error: unknown): boolean {
  return (error as { readonly errcode?: number }).errcode === SQLITE_BUSY;
}

function unlockable(dataDir: string, cause: unknown): LedgerError {
  return new LedgerError(
    'folder_unwritable',
    `${join(dataDir, LOCK_FILE)} cannot be locked (${(cause as Error).message}). Is the disk full, or a network file ` +
      'system without locks? Make room, or choose another folder with ATTESTRY_DATA_DIR',
    { cause },
  );
}

function describeHolder(dataDir: string): string | undefined {
  const holder = readHolder(dataDir);
  return holder && `process ${holder.pid} on ${holder.host} (since ${holder.started_at})`;
}

function inUse(dataDir: string, cause: unknown): LedgerError {
  return new LedgerError(
    'folder_in_use',
    `${dataDir} is in use by ${describeHolder(dataDir) ?? 'another process'}. Stop that one first, or choose another folder with ATTESTRY_DATA_DIR. ` +
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
