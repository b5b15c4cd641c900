import { randomBytes } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** An owner that gave no sign of life for so long is taken for dead, should its process not be visible from here. */
const SILENT_MS_MAX = 60_000;

const OWNER_FILE = 'owner.json';
const FOLDER = /^(?:live|left)-[\w.-]+$/;

/**
 * A folder of one process within the spool. Two processes never write or replay the same one: taking over what a dead
 * process left is a rename, which only one of them can win.
 */
export class OwnedFolder {
  readonly path: string;
  readonly #root: string;

  constructor(root: string) {
    mkdirSync(root, { recursive: true, mode: 0o700 });
    this.#root = root;
    this.path = join(root, `live-${process.pid}-${randomBytes(6).toString('hex')}`);
    mkdirSync(this.path, { mode: 0o700 });
    writeFileSync(join(this.path, OWNER_FILE), JSON.stringify({ host: hostname(), pid: process.pid }), {
      mode: 0o600,
    });
  }

  /** A sign of life for processes on other machines or in other containers. */
  touch(): void {
    const now = new Date();
    utimesSync(join(this.path, OWNER_FILE), now, now);
  }

  /** Takes over the folders of processes that are gone; oldest first. */
  takeLeftOnes(): string[] {
    const taken: string[] = [];
    for (const name of readdirSync(this.#root)) {
      const from = join(this.#root, name);
      if (!FOLDER.test(name) || from === this.path || isAlive(from)) continue;
      const to = join(this.path, `left-${name.replace(/^(?:live|left)-/, '')}`);
      try {
        renameSync(from, to);
        taken.push(to);
      } catch {
        // Another process was faster, or it is not ours to take; either way there is nothing to do.
      }
    }
    return taken.sort();
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

function isAlive(folder: string): boolean {
  const file = join(folder, OWNER_FILE);
  try {
    const { host, pid } = JSON.parse(readFileSync(file, 'utf8')) as { host: string; pid: number };
    if (host === hostname() && !isRunning(pid)) return false;
    return Date.now() - statSync(file).mtimeMs < SILENT_MS_MAX;
  } catch {
    // No readable owner: a crash between making the folder and its first file, or not a moment old.
    const madeMs = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    return Date.now() - madeMs < SILENT_MS_MAX;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It exists and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
