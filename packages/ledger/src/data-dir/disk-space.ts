import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDiskFull } from '../errors.ts';
import { DISK_PROBE_BYTES, DISK_PROBE_INTERVAL_MS } from '../limits.ts';
import type { AdminStore } from '../ports/admin-store.ts';
import type { CheckpointStore } from '../ports/checkpoint-store.ts';
import type { KeyStore } from '../ports/key-store.ts';
import type { LedgerStore } from '../ports/ledger-store.ts';

/** Everything that is written to. */
interface WrittenStores {
  readonly ledger: LedgerStore;
  readonly checkpoints: CheckpointStore;
  readonly keys: KeyStore;
  readonly admin: AdminStore;
}

interface DiskLogger {
  warn(details: Readonly<Record<string, unknown>>, message: string): void;
  error(details: Readonly<Record<string, unknown>>, message: string): void;
}

/**
 * What is known of the space on the disk of the data folder. A write that meets a full disk says so, once in the log;
 * from then on the space is probed with a file of the size of a large transaction until there is some. A small write
 * that still fits in between proves nothing.
 */
export class DiskSpace {
  readonly #folder: string;
  readonly #logger: DiskLogger;
  readonly #probeOnce: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #probing = false;

  /** @param probe a write that shows whether there is space, when the records are not in the folder */
  constructor(folder: string, logger: DiskLogger, probe?: () => Promise<void>) {
    this.#folder = folder;
    this.#logger = logger;
    this.#probeOnce = probe ?? (() => writeAndRemove(join(this.#folder, `space.tmp-${process.pid}-0`)));
  }

  /** Since a write failed for lack of space, until there is space again. */
  get isFull(): boolean {
    return this.#timer !== undefined;
  }

  /** Notes that a write failed. Does nothing when it was not for lack of space. */
  note(error: unknown): void {
    if (this.#timer !== undefined || !isDiskFull(error)) return;
    this.#timer = setInterval(() => void this.#probe(), DISK_PROBE_INTERVAL_MS).unref();
    this.#logger.error(
      { folder: this.#folder },
      'the disk of the store is full: nothing more is taken until there is space; free some',
    );
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #probe(): Promise<void> {
    if (this.#probing) return;
    this.#probing = true;
    try {
      await this.#probeOnce();
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.#logger.warn({ folder: this.#folder }, 'the disk of the store has space again');
    } catch (error) {
      // Still full, which was said; anything else is news.
      if (!isDiskFull(error)) this.#logger.error({ err: error }, 'the space on the disk cannot be probed');
    } finally {
      this.#probing = false;
    }
  }
}

async function writeAndRemove(path: string): Promise<void> {
  try {
    const file = await open(path, 'w', 0o600);
    try {
      await file.writeFile(Buffer.alloc(DISK_PROBE_BYTES, 1));
      await file.sync();
    } finally {
      await file.close();
    }
  } finally {
    await rm(path, { force: true });
  }
}

/** The stores, with every write that fails noted. */
export function noteFailedWrites<Stores extends WrittenStores>(stores: Stores, space: DiskSpace): Stores {
  const noted = async <T>(write: Promise<T>): Promise<T> => {
    try {
      return await write;
    } catch (error) {
      space.note(error);
      throw error;
    }
  };
  const { ledger, checkpoints, keys, admin } = stores;
  return {
    ...stores,
    ledger: {
      readHead: (tenant) => ledger.readHead(tenant),
      listHeads: () => ledger.listHeads(),
      append: (batches) => noted(ledger.append(batches)),
      readRecords: (tenant, from, to) => ledger.readRecords(tenant, from, to),
      findSeqs: (tenant, ids) => ledger.findSeqs(tenant, ids),
      readTile: (tenant, level, index) => ledger.readTile(tenant, level, index),
      readLeafHashes: (tenant, from, to) => ledger.readLeafHashes(tenant, from, to),
    },
    checkpoints: {
      put: (tenant, checkpoint, fence) => noted(checkpoints.put(tenant, checkpoint, fence)),
      list: (tenant, range) => checkpoints.list(tenant, range),
    },
    keys: {
      ensure: (tenant, offered) => noted(keys.ensure(tenant, offered)),
      findBySubject: (tenant, subjectIndexes) => keys.findBySubject(tenant, subjectIndexes),
      findByKid: (tenant, kids) => keys.findByKid(tenant, kids),
      ensureIndexKey: (tenant, offered) => noted(keys.ensureIndexKey(tenant, offered)),
      lostIndexKeys: () => keys.lostIndexKeys(),
    },
    admin: {
      list: (kind, tenant) => admin.list(kind, tenant),
      get: (kind, tenant, id) => admin.get(kind, tenant, id),
      put: (row, expectedRevision) => noted(admin.put(row, expectedRevision)),
      remove: (kind, tenant, id) => noted(admin.remove(kind, tenant, id)),
    },
  };
}
