import { randomBytes } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isRunning, type Owner, thisProcess } from './process-identity.ts';

/** An owner that gave no sign of life for so long is taken for dead, should its process not be visible from here. */
const SILENT_MS_MAX = 20_000;

const OWNER_FILE = 'owner.json';
const FOLDER = /^(?:live|left)-[\w.-]+$/;

/**
 * A folder of one process within the spool, `live-<time>-<pid>-<random>`. Two processes never write or replay the same one:
 * taking over what a dead process left is a rename, which only one of them can win. Should a process be taken for dead
 * that is only slow, its events are sent twice and kept once; it finds its folder gone and makes another one.
 */
export class OwnedFolder {
  readonly path: string;
  readonly #root: string;
  readonly #name: string;
  /** It was another process's, and has its events. */
  readonly isAdopted: boolean = false;

  /** @throws what the file system says */
  constructor(root: string) {
    mkdirSync(root, { recursive: true, mode: 0o700 });
    const madeAt = new Date().toISOString().replace(/\W/g, '');
    this.#root = root;
    this.#name = `${madeAt}-${process.pid}-${randomBytes(6).toString('hex')}`;
    this.path = join(root, `live-${this.#name}`);
    try {
      mkdirSync(this.path, { mode: 0o700 });
      writeFileSync(join(this.path, OWNER_FILE), JSON.stringify(thisProcess()), { mode: 0o600 });
    } catch (error) {
      this.remove();
      this.isAdopted = this.#adopt();
      if (!this.isAdopted) throw error;
    }
  }

  /**
   * Goes on in the folder of a process that is gone, the oldest one. On a disk that is full there is no room for another
   * folder, and what is in this one must get out before there is any.
   */
  #adopt(): boolean {
    for (const name of readdirSync(this.#root).sort((a, b) => (ageOf(a) < ageOf(b) ? -1 : 1))) {
      const from = join(this.#root, name);
      if (!isForTaking(from, name, Date.now())) continue;
      try {
        renameSync(from, this.path);
        this.touch();
        truncateSync(join(this.path, OWNER_FILE), JSON.stringify(thisProcess()).length);
        return true;
      } catch {
        // Another process was faster, or it is not ours to take.
      }
    }
    return false;
  }

  /**
   * A sign of life for processes on other machines or in other containers.
   *
   * @throws when the folder is no longer there
   */
  touch(): void {
    // Written, not set: the time is then that of the file system, the same for all who share it.
    writeFileSync(join(this.path, OWNER_FILE), JSON.stringify(thisProcess()), { flag: 'r+' });
  }

  /** Takes over the folders of processes that are gone; oldest first. */
  takeLeftOnes(): string[] {
    const nowMs = statSync(join(this.path, OWNER_FILE)).mtimeMs;
    for (const name of readdirSync(this.#root)) {
      const from = join(this.#root, name);
      if (from !== this.path && isForTaking(from, name, nowMs)) this.#take(from, name);
    }
    return readdirSync(this.path)
      .filter((name) => name.startsWith('left-'))
      .sort()
      .map((name) => join(this.path, name));
  }

  /** Lets go of the folder while there are events in it: whoever comes next may take it at once. */
  release(): void {
    renameSync(this.path, join(this.#root, `left-${this.#name}`));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  #take(from: string, name: string): void {
    const to = join(this.path, name.replace(/^live-/, 'left-'));
    try {
      renameSync(from, to);
    } catch {
      // Another process was faster, or it is not ours to take; either way there is nothing to do.
      return;
    }
    // What its owner had taken over itself and not finished is older than its own.
    for (const inner of readdirSync(to)) if (inner.startsWith('left-')) this.#take(join(to, inner), inner);
  }
}

/** Names tell when a folder was made, whoever has it now. */
function ageOf(name: string): string {
  return name.replace(/^[a-z]+-/, '');
}

function isForTaking(folder: string, name: string, nowMs: number): boolean {
  return FOLDER.test(name) && !(name.startsWith('live-') && isAlive(folder, nowMs));
}

function isAlive(folder: string, nowMs: number): boolean {
  const file = join(folder, OWNER_FILE);
  try {
    const known = isRunning(JSON.parse(readFileSync(file, 'utf8')) as Owner);
    return known ?? Math.abs(nowMs - statSync(file).mtimeMs) < SILENT_MS_MAX;
  } catch {
    // No readable owner: a crash between making the folder and its first file, or not a moment old.
    const madeMs = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? nowMs;
    return Math.abs(nowMs - madeMs) < SILENT_MS_MAX;
  }
}
