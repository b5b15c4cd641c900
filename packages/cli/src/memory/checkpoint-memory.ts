import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { usageError } from '../cli-error.ts';
import type { Connection } from '../connection/connection.ts';

const FORMAT = 'attestry-checkpoints';

/** The newest checkpoint that was seen of a log and found right, and the key it was verified with. */
export interface RememberedCheckpoint {
  readonly vkey: string;
  /** The signed note. */
  readonly note: string;
}

interface MemoryFile {
  readonly format: typeof FORMAT;
  readonly version: 1;
  readonly logs: Readonly<Record<string, RememberedCheckpoint>>;
}

/**
 * What this user has seen of logs elsewhere, in `$XDG_STATE_HOME/attestry/checkpoints.json` (0600).
 * A log is known by what was configured, address and tenant or key, never by what it says of itself.
 *
 * @see https://specifications.freedesktop.org/basedir-spec/latest/
 */
export class CheckpointMemory {
  readonly path: string;
  readonly #name: string;

  constructor(connection: Connection, environment: NodeJS.ProcessEnv = process.env) {
    const state = environment.XDG_STATE_HOME || join(homedir(), '.local', 'state');
    this.path = join(state, 'attestry', 'checkpoints.json');
    this.#name = `${connection.url} ${connection.tenant ?? keyName(connection.key)}`;
  }

  /** @throws {CliError} the file is there and is not what was written */
  recall(): RememberedCheckpoint | undefined {
    return this.#read().logs[this.#name];
  }

  /** Replaces what is remembered of this log; other logs stay as they are. Atomic: a crash leaves the old file. */
  remember(seen: RememberedCheckpoint): void {
    const file: MemoryFile = {
      format: FORMAT,
      version: 1,
      logs: { ...this.#read().logs, [this.#name]: { vkey: seen.vkey, note: seen.note } },
    };
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    const fresh = `${this.path}.${process.pid}`;
    writeFileSync(fresh, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
    renameSync(fresh, this.path);
  }

  #read(): MemoryFile {
    let text: string;
    try {
      text = readFileSync(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { format: FORMAT, version: 1, logs: {} };
      throw usageError(
        `cannot read ${this.path}: ${(error as Error).message}`,
        'Or verify without it: --no-remember',
      );
    }
    try {
      const file = JSON.parse(text) as Partial<MemoryFile>;
      if (file.format === FORMAT && file.version === 1 && typeof file.logs === 'object')
        return file as MemoryFile;
    } catch {
      // Told below: whatever is wrong with it, it is not what was written.
    }
    throw usageError(
      `${this.path} is damaged`,
      'Bring it back from a backup, or remove it: what was seen before is then forgotten.',
    );
  }
}

/** A key belongs to one tenant; its id is public and stays when the secret is rotated. */
function keyName(key: string): string {
  const id = /^att_[a-z0-9]+_([A-Za-z0-9-]+)_/.exec(key)?.[1];
  return `key:${id ?? createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
}
