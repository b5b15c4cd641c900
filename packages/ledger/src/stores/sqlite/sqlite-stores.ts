import { statSync } from 'node:fs';
import type { FatalError } from '../../errors.ts';
import type { KeyStore } from '../../ports/key-store.ts';
import type { LedgerStore } from '../../ports/ledger-store.ts';
import type { Stores } from '../../ports/stores.ts';
import { packAppend } from './packed-append.ts';
import { ReaderPool } from './reader-pool.ts';
import { READERS_DEFAULT, WRITER_MEMORY } from './sqlite-limits.ts';
import { StoreThread } from './store-thread.ts';

/** Where the embedded store lives. */
export interface SqliteStoreOptions {
  /** `ledger.db`; made when absent. */
  readonly path: string;
  /** `search.db`; may be absent, then text conditions find nothing until the search follower has made it. */
  readonly searchPath: string;
  /** Reader threads. */
  readonly readers?: number;
}

/**
 * Opens the embedded store for a server: one file, one writer thread, some reader threads; nothing runs in the caller's
 * thread, and closing copies the write-ahead log into the database. One process at a time: the caller holds the folder's
 * lock.
 *
 * @throws {FatalError} `store_foreign`, `store_newer`, `store_corrupt`, each saying what to do
 * @throws {OperationalError} `store_open`, `store_full`, `store_busy`
 */
export async function openSqliteStores(options: SqliteStoreOptions): Promise<Stores> {
  const failure = new Failure();
  const writer = await StoreThread.start({
    name: 'writer',
    entry: new URL('./writer-thread.ts', import.meta.url),
    data: { path: options.path },
    memory: WRITER_MEMORY,
    advice: 'restart the server',
    onDeath: (error) => failure.report(error),
  });
  const readers = new ReaderPool(options, options.readers ?? READERS_DEFAULT);
  try {
    await readers.start();
  } catch (error) {
    await writer.close();
    throw error;
  }
  return {
    ledger: ledgerStore(writer, readers),
    checkpoints: {
      put: (tenant, checkpoint) => writer.call('putCheckpoint', [tenant, checkpoint]),
      list: (tenant, range) => readers.read('listCheckpoints', [tenant, range]),
    },
    keys: keyStore(writer, readers),
    admin: {
      list: (kind, tenant) => readers.read('listAdmin', [kind, tenant]),
      get: (kind, tenant, id) => readers.read('getAdmin', [kind, tenant, id]),
      put: (row, expectedRevision) => writer.call('putAdmin', [row, expectedRevision]),
      remove: (kind, tenant, id) => writer.call('removeAdmin', [kind, tenant, id]),
    },
    query: {
      page: (query, request) => readers.query('page', [query, request]),
      count: (query) => readers.query('count', [query]),
      estimate: (query) => readers.query('estimate', [query]),
      stats: (query, by, limit) => readers.query('stats', [query, by, limit]),
    },
    storeBytes: async () => fileBytes(options),
    onFailure: (listener) => failure.listen(listener),
    close: async () => {
      await readers.close();
      await writer.close();
    },
  };
}

function ledgerStore(writer: StoreThread, readers: ReaderPool): LedgerStore {
  return {
    readHead: (tenant) => readers.read('readHead', [tenant]),
    listHeads: () => readers.read('listHeads', []),
    append: (batches) => {
      const packed = packAppend(batches);
      return writer.call('append', [packed], packed.buffer);
    },
    readRecords: (tenant, from, to) => readers.read('readRecords', [tenant, from, to]),
    findSeqs: (tenant, ids) => readers.read('findSeqs', [tenant, ids]),
    readTile: (tenant, level, index) => readers.read('readTile', [tenant, level, index]),
    readLeafHashes: (tenant, from, to) => readers.read('readLeafHashes', [tenant, from, to]),
  };
}

function keyStore(writer: StoreThread, readers: ReaderPool): KeyStore {
  return {
    ensure: (tenant, offered) => writer.call('ensureKeys', [tenant, offered]),
    findBySubject: (tenant, subjectIndexes) => readers.read('findKeysBySubject', [tenant, subjectIndexes]),
    findByKid: (tenant, kids) => readers.read('findKeysByKid', [tenant, kids]),
    ensureIndexKey: async (tenant, offered) => {
      const known = await readers.read<Uint8Array | undefined>('findIndexKey', [tenant]);
      return known ?? writer.call('ensureIndexKey', [tenant, offered]);
    },
    lostIndexKeys: () => readers.read('lostIndexKeys', []),
  };
}

function fileBytes(options: SqliteStoreOptions): number {
  const files = [options.path, options.searchPath].flatMap((path) => [path, `${path}-wal`]);
  return files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}

/** The writer's end, told to everybody who asked, also when they ask afterwards. */
class Failure {
  #error: FatalError | undefined;
  readonly #listeners: ((error: FatalError) => void)[] = [];

  report(error: FatalError): void {
    this.#error = error;
    for (const listener of this.#listeners) listener(error);
  }

  listen(listener: (error: FatalError) => void): void {
    if (this.#error !== undefined) listener(this.#error);
    else this.#listeners.push(listener);
  }
}
