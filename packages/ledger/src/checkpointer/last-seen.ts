import { readFile } from 'node:fs/promises';
import { replaceFile } from '../data-dir/atomic-file.ts';
import { LedgerError } from '../errors.ts';

const FORMAT = 'attestry-last-seen';
const HASH_HEX = /^[0-9a-f]{64}$/;

/** The newest checkpoint of a log that this server has signed. */
export interface SeenCheckpoint {
  readonly tenant: string;
  readonly size: number;
  readonly rootHex: string;
}

/**
 * What this server has signed, kept outside the database: a database that was restored from an older copy does not
 * know that it is old, this file does. Written after the checkpoint is in the database, so it is never ahead of it.
 */
export class LastSeen {
  readonly #path: string;
  readonly #logs: Map<string, SeenCheckpoint>;
  #dirty = false;
  #writing: Promise<void> | undefined;

  private constructor(path: string, logs: Map<string, SeenCheckpoint>) {
    this.#path = path;
    this.#logs = logs;
  }

  /**
   * @returns with `missing` set when there is no such file
   * @throws {LedgerError} `last_seen_damaged`
   */
  static async load(path: string): Promise<{ readonly lastSeen: LastSeen; readonly missing: boolean }> {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    const logs = text === undefined ? new Map<string, SeenCheckpoint>() : parse(text, path);
    return { lastSeen: new LastSeen(path, logs), missing: text === undefined };
  }

  /** By origin. */
  entries(): ReadonlyMap<string, SeenCheckpoint> {
    return this.#logs;
  }

  record(origin: string, seen: SeenCheckpoint): void {
    this.#logs.set(origin, seen);
    this.#dirty = true;
  }

  forget(origin: string): void {
    this.#dirty = this.#logs.delete(origin) || this.#dirty;
  }

  /** Writes what was recorded. Calls that come while a write is on its way share the next one. */
  async flush(): Promise<void> {
    while (this.#dirty || this.#writing !== undefined) {
      this.#writing ??= this.#write().finally(() => {
        this.#writing = undefined;
      });
      await this.#writing;
    }
  }

  async #write(): Promise<void> {
    this.#dirty = false;
    const lines = [...this.#logs].map(
      ([origin, { tenant, size, rootHex }]) =>
        `    ${JSON.stringify(origin)}: ${JSON.stringify({ tenant, size, root: rootHex })}`,
    );
    const text = `{\n  "format": "${FORMAT}",\n  "version": 1,\n  "logs": {\n${lines.join(',\n')}\n  }\n}\n`;
    try {
      await replaceFile(this.#path, text, 0o600);
    } catch (error) {
      this.#dirty = true;
      throw error;
    }
  }
}

function parse(text: string, path: string): Map<string, SeenCheckpoint> {
  const damaged = new LedgerError(
    'last_seen_damaged',
    `${path} is damaged. Restore it; or remove it, and this start cannot notice a database restored from an older copy`,
  );
  let json: {
    format?: unknown;
    version?: unknown;
    logs?: Record<string, { tenant: string; size: number; root: string }>;
  };
  try {
    json = JSON.parse(text) as typeof json;
  } catch {
    // The message says all there is to know about a file that is not JSON.
    throw damaged;
  }
  if (json.format !== FORMAT || json.version !== 1 || typeof json.logs !== 'object') throw damaged;
  const logs = new Map<string, SeenCheckpoint>();
  for (const [origin, seen] of Object.entries(json.logs)) {
    if (!Number.isSafeInteger(seen.size) || !HASH_HEX.test(seen.root) || typeof seen.tenant !== 'string')
      throw damaged;
    logs.set(origin, { tenant: seen.tenant, size: seen.size, rootHex: seen.root });
  }
  return logs;
}
