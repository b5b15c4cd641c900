import { Worker } from 'node:worker_threads';
import type { DetailHelpers, RecordDetails } from '@attestry/core';
import type { HelperAnswer, HelperBeginning, HelperOrder } from './helper-orders.ts';
import type { SourceHarvest, SourceHelpers } from './log-source.ts';

/** Rounds of chunks that are handed out before the verifier asks for them, so that no helper waits. */
const ROUNDS_AHEAD = 2;

/** Heap of a helper: chunks of 512 records of at most 60,000 bytes, a few of them with what was parsed of them. */
const HELPER_MEMORY = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 512 } as const;

/**
 * Threads that find the details of most chunks: of `threads + 1` chunks each helper takes one and the verifier's own
 * thread the last. What a helper cannot do falls back to the verifier.
 */
export class VerifyHelpers implements DetailHelpers, SourceHelpers {
  readonly #threads: readonly HelperThread[];
  readonly #range: { readonly from: number; readonly to: number };
  readonly #chunkRecords: number;
  readonly #handedOut = new Map<
    number,
    { readonly to: number; readonly details: Promise<RecordDetails | undefined> }
  >();
  #next = 0;

  /** @param range records that the verifier will ask for, in chunks of `chunkRecords` from the first on */
  constructor(
    threads: number,
    beginning: HelperBeginning,
    range: { readonly from: number; readonly to: number; readonly chunkRecords: number },
  ) {
    this.#threads = Array.from({ length: threads }, () => new HelperThread(beginning));
    this.#range = range;
    this.#chunkRecords = range.chunkRecords;
  }

  take(from: number, to: number): Promise<RecordDetails | undefined> | undefined {
    const chunk = (from - this.#range.from) / this.#chunkRecords;
    const ahead = chunk + ROUNDS_AHEAD * (this.#threads.length + 1);
    for (; this.#next < ahead; this.#next += 1) this.#handOut(this.#next);
    const handedOut = this.#handedOut.get(chunk);
    this.#handedOut.delete(chunk);
    // The log may have grown since: then the last chunk is a longer one.
    return handedOut?.to === to ? handedOut.details : undefined;
  }

  async harvests(): Promise<readonly SourceHarvest[]> {
    return Promise.all(this.#threads.map((thread) => thread.harvest()));
  }

  async fileDamage(limit: number): Promise<readonly string[] | undefined> {
    const answer = await this.#threads[0]?.ask({ kind: 'damage', limit });
    return answer?.kind === 'damage' ? answer.damages : undefined;
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }

  #handOut(chunk: number): void {
    const from = this.#range.from + chunk * this.#chunkRecords;
    const thread = this.#threads[chunk % (this.#threads.length + 1)];
    if (thread === undefined || from >= this.#range.to) return;
    const to = Math.min(from + this.#chunkRecords, this.#range.to);
    const answer = thread.ask({ kind: 'chunk', from, to });
    const details = answer.then((some) => (some?.kind === 'details' ? some.details : undefined));
    this.#handedOut.set(chunk, { to, details });
  }
}

/** One thread; answers come in the order of the questions. */
class HelperThread {
  readonly #worker: Worker;
  readonly #waiting: ((answer: HelperAnswer | undefined) => void)[] = [];
  /** Whether it has found details that would be lost with it. */
  #hasWorked = false;
  #ended: Promise<void>;
  #isAlive = true;

  constructor(beginning: HelperBeginning) {
    this.#worker = new Worker(new URL('./helper-thread.ts', import.meta.url), {
      name: 'attestry-verify-helper',
      workerData: beginning,
      resourceLimits: HELPER_MEMORY,
    });
    this.#worker.on('message', (answer: HelperAnswer) => {
      if (answer.kind === 'details' && answer.details !== undefined) this.#hasWorked = true;
      this.#waiting.shift()?.(answer);
    });
    // Why it died does not matter: its work falls back to the verifier, which meets the same and names it.
    this.#worker.on('error', () => undefined);
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#isAlive = false;
        for (const answer of this.#waiting.splice(0)) answer(undefined);
        resolve();
      });
    });
  }

  /** `undefined` when the thread is dead. */
  ask(order: HelperOrder): Promise<HelperAnswer | undefined> {
    if (!this.#isAlive) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#worker.postMessage(order);
    });
  }

  async harvest(): Promise<SourceHarvest> {
    const answer = await this.ask({ kind: 'harvest' });
    if (answer?.kind === 'harvest') return answer.harvest;
    const detail = 'a thread of this verification died, and what it saw of the search index is not compared';
    const noticed = this.#hasWorked ? [{ code: 'UNREADABLE', detail } as const] : [];
    return { noticed };
  }

  async stop(): Promise<void> {
    if (this.#isAlive) this.#worker.postMessage({ kind: 'stop' } satisfies HelperOrder);
    await this.#ended;
  }
}
