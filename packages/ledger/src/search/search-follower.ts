import { Worker } from 'node:worker_threads';
import type { SplitEvent } from '@attestry/core';
import { searchTexts } from '../followers/search-text.ts';
import { type TextRun, textRun } from '../followers/texts-at-hand.ts';
import type { LogHead } from '../ports/ledger-store.ts';

/** Heap of the thread: a batch of 500 records of 60,000 bytes with their texts. Past that it ends and is started anew. */
const SEARCH_MEMORY = { maxYoungGenerationSizeMb: 3, maxOldGenerationSizeMb: 256 } as const;

export interface SearchFollowerOptions {
  /** Entry of the thread. */
  readonly entry: URL;
  /** What it is given. */
  readonly data: object;
  /** Told once per failure, with a text that holds no personal data. */
  readonly onError: (message: string) => void;
}

/** From the thread to its owner. */
export type SearchReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'lag'; readonly lag: number }
  /** Whether texts of fresh commits are of use to it; they need not be read back then. At its start they are not. */
  | { readonly kind: 'texts'; readonly wanted: boolean }
  | { readonly kind: 'released'; readonly bytes: number }
  | { readonly kind: 'error'; readonly message: string };

/** From the owner to the thread. */
export type SearchOrder =
  | { readonly kind: 'wake'; readonly heads: readonly LogHead[]; readonly runs: readonly TextRun[] }
  | { readonly kind: 'stop' };

/** Commits come every few milliseconds; the thread is woken at most this often, which bounds the messages. */
const WAKE_INTERVAL_MS = 20;

/** Texts on their way to the thread and not indexed yet. Beyond that it reads the records itself. */
const AT_HAND_BYTES_MAX = 16 * 1024 * 1024;

/** Longest wait before a thread that died is started again. */
const RESTART_MS_MAX = 60_000;
const RESTART_MS_FIRST = 500;

/** How long `close` waits for the batch in hand. */
const STOP_MS_MAX = 10_000;

export interface SearchFollower {
  /**
   * Says that a log has new records, the last ones of the head.
   *
   * @param events one per record, `undefined` for a record that is not an event
   */
  committed(head: LogHead, events: readonly (SplitEvent | undefined)[]): void;
  /** Says that another node has made logs grow. */
  grown(heads: readonly LogHead[]): void;
  /** Events committed and not searchable yet, as the thread last told; `undefined` while it is not running. */
  lag(): number | undefined;
  close(): Promise<void>;
}

/**
 * Runs the search follower in a thread of its own. A thread that dies is started again with growing pauses; the
 * ledger never waits for it.
 *
 * @returns when the index is open, or has failed to open for the first time (then it goes on trying)
 */
export async function startSearchFollower(options: SearchFollowerOptions): Promise<SearchFollower> {
  const follower = new ThreadedSearchFollower(options);
  await follower.started;
  return follower;
}

class ThreadedSearchFollower implements SearchFollower {
  readonly started: Promise<void>;
  readonly #options: SearchFollowerOptions;
  /** Newest heads by tenant, not told yet. */
  readonly #waiting = new Map<string, LogHead>();
  #runs: TextRun[] = [];
  #bytesAtHand = 0;
  #wantsTexts = false;
  #worker: Worker | undefined;
  #lag: number | undefined;
  #wakeTimer: NodeJS.Timeout | undefined;
  #restartTimer: NodeJS.Timeout | undefined;
  #restartMs = RESTART_MS_FIRST;
  #closing = false;

  constructor(options: SearchFollowerOptions) {
    this.#options = options;
    this.started = this.#launch();
  }

  committed(head: LogHead, events: readonly (SplitEvent | undefined)[]): void {
    this.#handOver(head, events);
    this.grown([head]);
  }

  grown(heads: readonly LogHead[]): void {
    for (const head of heads) this.#waiting.set(head.tenant, head);
    this.#wakeTimer ??= setTimeout(() => {
      this.#wakeTimer = undefined;
      const buffers = this.#runs.map(({ bytes }) => bytes.buffer as ArrayBuffer);
      this.#send({ kind: 'wake', heads: [...this.#waiting.values()], runs: this.#runs }, buffers);
      this.#waiting.clear();
      this.#runs = [];
    }, WAKE_INTERVAL_MS).unref();
  }

  lag(): number | undefined {
    return this.#lag;
  }

  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#wakeTimer);
    clearTimeout(this.#restartTimer);
    const worker = this.#worker;
    if (worker === undefined) return;
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    this.#send({ kind: 'stop' });
    const giveUp = setTimeout(() => void worker.terminate(), STOP_MS_MAX);
    await exited;
    clearTimeout(giveUp);
  }

  #handOver(head: LogHead, events: readonly (SplitEvent | undefined)[]): void {
    if (!this.#wantsTexts || this.#bytesAtHand > AT_HAND_BYTES_MAX) return;
    const texts = events.map((event) => event && searchTexts(event.data, event.subjects.map(membersOf)));
    const run = textRun(head, texts);
    this.#bytesAtHand += run.bytes.length;
    this.#runs.push(run);
  }

  #send(order: SearchOrder, moved: readonly ArrayBuffer[] = []): void {
    this.#worker?.postMessage(order, [...moved]);
  }

  /** Resolves with the first news of the thread, good or bad. */
  #launch(): Promise<void> {
    const worker = new Worker(this.#options.entry, {
      name: 'attestry-search',
      resourceLimits: SEARCH_MEMORY,
      workerData: this.#options.data,
    });
    this.#worker = worker;
    worker.unref();
    return new Promise((resolve) => {
      worker.on('message', (report: SearchReport) => {
        this.#take(report);
        resolve();
      });
      worker.on('error', (error) => this.#options.onError(`search thread: ${error.message}`));
      worker.on('exit', () => {
        this.#ended();
        resolve();
      });
    });
  }

  #take(report: SearchReport): void {
    if (report.kind === 'error') this.#options.onError(report.message);
    if (report.kind === 'lag') this.#lag = report.lag;
    if (report.kind === 'texts') this.#wantsTexts = report.wanted;
    if (report.kind === 'released') this.#bytesAtHand -= report.bytes;
    if (report.kind === 'ready') this.#restartMs = RESTART_MS_FIRST;
  }

  #ended(): void {
    this.#worker = undefined;
    this.#wantsTexts = false;
    this.#lag = undefined;
    this.#bytesAtHand = 0;
    this.#runs = [];
    if (this.#closing) return;
    const pauseMs = this.#restartMs;
    this.#restartMs = Math.min(pauseMs * 2, RESTART_MS_MAX);
    this.#restartTimer = setTimeout(() => void this.#launch(), pauseMs).unref();
  }
}

function membersOf({ members }: SplitEvent['subjects'][number]): SplitEvent['subjects'][number]['members'] {
  return members;
}
