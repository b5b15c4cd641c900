import { type ResourceLimits, Worker } from 'node:worker_threads';
import { FatalError, type LedgerError } from '../../errors.ts';
import { unpackError } from './store-error.ts';
import type { AnswerMessage, CallMessage } from './thread-protocol.ts';

/** Buffers up to this size are copied into a thread rather than moved. */
const COPIED_BYTES_MAX = 32 * 1024;

interface PendingCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: LedgerError) => void;
}

/** What a thread is started with. */
export interface ThreadOptions {
  /** Shown in messages: `writer`, `reader 1`. */
  readonly name: string;
  readonly entry: URL;
  readonly data: unknown;
  /** What its heap may grow to. Past that the thread ends, not the process. */
  readonly memory: ResourceLimits;
  /** What to do when it has ended by itself; the end of a sentence. */
  readonly advice: string;
  /** Called once when the thread dies without having been asked to; its calls are rejected before. */
  readonly onDeath?: (error: FatalError) => void;
}

/**
 * The caller's side of a worker thread: calls in, promises out, in order. When the thread dies, every call that waits
 * or comes later is rejected with a `FatalError` `thread_died`: whether a write was applied is then unknown.
 */
export class StoreThread {
  readonly #worker: Worker;
  readonly #options: ThreadOptions;
  readonly #pending = new Map<number, PendingCall>();
  readonly #exited: Promise<void>;
  #lastCallId = 0;
  #closing = false;
  #death: LedgerError | undefined;

  private constructor(options: ThreadOptions) {
    this.#options = options;
    this.#worker = new Worker(options.entry, {
      workerData: options.data,
      name: options.name,
      resourceLimits: options.memory,
    });
    this.#worker.on('message', (message: AnswerMessage) => this.#settle(message));
    this.#worker.on('messageerror', (error) => this.#die(error));
    this.#worker.on('error', (error) => this.#die(error));
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        if (!this.#closing) this.#die(new Error(`exit code ${code}`));
        resolve();
      });
    });
  }

  /** Starts the thread and waits until it is ready; rejects with what kept it from starting. */
  static async start(options: ThreadOptions): Promise<StoreThread> {
    const thread = new StoreThread(options);
    try {
      await new Promise((resolve, reject) => thread.#pending.set(0, { resolve, reject }));
    } catch (error) {
      thread.#closing = true;
      await thread.#exited;
      throw error;
    }
    return thread;
  }

  /** Calls that were sent and are not answered. */
  get pendingCalls(): number {
    return this.#pending.size;
  }

  /**
   * Calls a method of the thread.
   *
   * @param large a buffer among the arguments that moves instead of being copied; it may be empty here afterwards
   * @throws {LedgerError} what the method threw, or `FatalError` `thread_died`
   */
  call<Result>(method: string, args: readonly unknown[], large?: ArrayBuffer): Promise<Result> {
    if (this.#death !== undefined) return Promise.reject(this.#death);
    if (this.#closing && method !== 'close') {
      return Promise.reject(new FatalError('store_closed', `${this.#options.name}: the store is closed`));
    }
    this.#lastCallId += 1;
    const message: CallMessage = { callId: this.#lastCallId, method, args };
    return new Promise<Result>((resolve, reject) => {
      this.#pending.set(message.callId, { resolve: resolve as (value: unknown) => void, reject });
      // Moving has a price of its own, which copying a small buffer does not reach.
      const moves = large !== undefined && large.byteLength > COPIED_BYTES_MAX;
      this.#worker.postMessage(message, moves ? [large] : []);
    });
  }

  /** Lets waiting calls finish, closes the thread's database and ends it. */
  async close(): Promise<void> {
    if (this.#closing || this.#death !== undefined) return this.#exited;
    this.#closing = true;
    await this.call('close', []);
    await this.#exited;
  }

  /** Ends the thread without waiting; calls that wait are rejected with `reason`. */
  async kill(reason: LedgerError): Promise<void> {
    this.#closing = true;
    this.#rejectAll(reason);
    await this.#worker.terminate();
  }

  #settle(message: AnswerMessage): void {
    const call = this.#pending.get(message.callId);
    this.#pending.delete(message.callId);
    if ('error' in message) call?.reject(unpackError(message.error));
    else call?.resolve(message.value);
  }

  #die(cause: unknown): void {
    if (this.#death !== undefined) return;
    const said = cause instanceof Error ? cause.message : String(cause);
    const error = new FatalError(
      'thread_died',
      `the store's ${this.#options.name} thread ended: ${said}; ${this.#options.advice}`,
      {
        cause,
      },
    );
    this.#rejectAll(error);
    this.#options.onDeath?.(error);
  }

  #rejectAll(error: LedgerError): void {
    this.#death = error;
    for (const call of this.#pending.values()) call.reject(error);
    this.#pending.clear();
  }
}
