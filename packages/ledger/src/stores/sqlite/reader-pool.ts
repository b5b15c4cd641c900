import { FatalError, OperationalError, OverloadedError } from '../../errors.ts';
import { QUERIES_WAITING_MAX, QUERY_MS_MAX, READER_MEMORY } from './sqlite-limits.ts';
import { StoreThread } from './store-thread.ts';

/** Files that each reader opens. */
export interface ReaderFiles {
  readonly path: string;
  readonly searchPath: string;
}

/**
 * Reader threads. The first one serves the short reads of the ledger (heads, records, keys, tiles) and nothing else, so
 * that a long query never delays an append; the others answer queries.
 *
 * A query that takes longer than `QUERY_MS_MAX` is answered with `query_timeout`; its thread is replaced, because SQLite
 * cannot be interrupted from outside. A thread that died is replaced as well.
 */
export class ReaderPool {
  readonly #files: ReaderFiles;
  readonly #slots: (StoreThread | undefined)[];
  readonly #starting = new Map<number, Promise<StoreThread>>();
  /** Threads that were given up and have not ended yet. */
  readonly #ending = new Set<Promise<void>>();
  #closed = false;

  /** @param readers threads for queries, at least 1 */
  constructor(files: ReaderFiles, readers: number) {
    this.#files = { path: files.path, searchPath: files.searchPath };
    this.#slots = new Array(Math.max(1, readers) + 1).fill(undefined);
  }

  /**
   * Starts the thread of short reads; rejects with what keeps it from starting. The others start with the first query:
   * a process that only writes needs none, and a thread costs a start a tenth of a second of a processor.
   */
  async start(): Promise<void> {
    await this.#thread(0);
  }

  /** A short read. */
  async read<Result>(method: string, args: readonly unknown[]): Promise<Result> {
    const thread = await this.#thread(0);
    return thread.call(method, args);
  }

  /**
   * A read whose cost the caller does not know.
   *
   * @throws {OverloadedError} when too many queries wait
   * @throws {OperationalError} `query_timeout`
   */
  async query<Result>(method: string, args: readonly unknown[]): Promise<Result> {
    const slot = this.#idlestSlot();
    const thread = await this.#thread(slot);
    if (thread.pendingCalls >= QUERIES_WAITING_MAX)
      throw new OverloadedError('too many queries are waiting', 1);
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#abandon(slot, thread)), QUERY_MS_MAX);
    });
    try {
      return await Promise.race([thread.call<Result>(method, args), timeout]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Lets waiting calls finish and ends the threads. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#slots.map(async (thread) => thread?.close()), ...this.#ending]);
  }

  #idlestSlot(): number {
    let best = 1;
    for (let slot = 2; slot < this.#slots.length; slot += 1) {
      if ((this.#slots[slot]?.pendingCalls ?? 0) < (this.#slots[best]?.pendingCalls ?? 0)) best = slot;
    }
    return best;
  }

  #thread(slot: number): Promise<StoreThread> {
    const running = this.#slots[slot];
    if (running !== undefined) return Promise.resolve(running);
    if (this.#closed) return Promise.reject(new FatalError('store_closed', 'the store is closed'));
    const starting = this.#starting.get(slot) ?? this.#startSlot(slot);
    this.#starting.set(slot, starting);
    return starting;
  }

  async #startSlot(slot: number): Promise<StoreThread> {
    // A thread may die while it starts: then the slot was never filled and nothing has to be cleared.
    let started: StoreThread | undefined;
    try {
      started = await StoreThread.start({
        name: `reader ${slot}`,
        entry: new URL('./reader-thread.ts', import.meta.url),
        data: this.#files,
        memory: READER_MEMORY,
        advice: 'another one takes its place: ask again, for less at once if it was memory',
        onDeath: () => {
          if (started !== undefined && this.#slots[slot] === started) this.#slots[slot] = undefined;
        },
      });
      this.#slots[slot] = started;
      return started;
    } finally {
      this.#starting.delete(slot);
    }
  }

  #abandon(slot: number, thread: StoreThread): OperationalError {
    const seconds = QUERY_MS_MAX / 1000;
    const error = new OperationalError(
      'query_timeout',
      `the query took longer than ${seconds} s; narrow it by time, actor, target or type`,
    );
    if (this.#slots[slot] === thread) {
      this.#slots[slot] = undefined;
      // The thread's other callers are told the same; the thread ends when SQLite returns to it.
      const ending = thread.kill(error).finally(() => this.#ending.delete(ending));
      this.#ending.add(ending);
    }
    return error;
  }
}
