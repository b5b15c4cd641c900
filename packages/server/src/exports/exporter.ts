import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { type LedgerPlace, OperationalError } from '@attestry/ledger';
import { ApiError } from '../errors/api-error.ts';
import type { ErrorCode } from '../errors/error-codes.ts';
import {
  EXPORT_MEMORY,
  EXPORT_READ_BYTES_MIN,
  EXPORT_READ_WINDOW_MS,
  EXPORTS_PER_KEY_MAX,
  EXPORTS_PER_TENANT_MAX,
  EXPORTS_RUNNING_MAX,
} from '../limits.ts';
import type { ExportMessage, ExportOrder } from './export-order.ts';
import { ExportTransfer } from './export-transfer.ts';

/** An export that has a slot. */
interface Running {
  readonly tenant: string;
  /** Id of the API key. */
  readonly key: string;
  readonly worker: Worker;
  /** `undefined` until the thread has begun. */
  transfer: ExportTransfer | undefined;
}

/**
 * Starts export threads, a bounded number at a time, of which a tenant and a key have a share, and turns their chunks
 * into streams with back-pressure. A download that is not read keeps its slot only while nobody else needs it.
 */
export class Exporter {
  readonly #source: LedgerPlace;
  readonly #readWindowMs: number;
  readonly #running = new Set<Running>();
  #timer: NodeJS.Timeout | undefined;

  constructor(source: LedgerPlace, readWindowMs = EXPORT_READ_WINDOW_MS) {
    this.#source = source;
    this.#readWindowMs = readWindowMs;
  }

  /**
   * @param key id of the API key that asks
   * @throws {ApiError} `rate_limited` when as many as allowed run for this key or tenant, `overloaded` when they run here
   */
  async start(order: ExportOrder, key: string): Promise<Readable> {
    this.#makeRoom(order.tenant, key);
    const worker = new Worker(new URL('./export-worker.ts', import.meta.url), {
      workerData: { order, source: this.#source },
      resourceLimits: EXPORT_MEMORY,
    });
    const running: Running = { tenant: order.tenant, key, worker, transfer: undefined };
    this.#running.add(running);
    const leave = (): void => this.#leave(running);
    return new Promise((resolve, reject) => {
      const onExit = (code: number): void => {
        leave();
        reject(new Error(`the export thread ended with code ${code} before it began`));
      };
      worker.once('error', reject);
      worker.once('exit', onExit);
      worker.once('message', (message: ExportMessage) => {
        worker.off('error', reject);
        if (message.kind === 'started') {
          worker.off('exit', onExit);
          // What is not read yet holds memory, so its slot too, though the thread may be through.
          running.transfer = new ExportTransfer(worker).once('end', leave).once('close', leave);
          this.#timer ??= setInterval(() => this.#look(), this.#readWindowMs).unref();
          resolve(running.transfer);
        } else {
          void worker.terminate();
          reject(failure(message));
        }
      });
    });
  }

  /** Ends every export; their clients see a broken transfer. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await Promise.all([...this.#running].map(({ worker }) => worker.terminate()));
  }

  #leave(running: Running): void {
    this.#running.delete(running);
    if (this.#running.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    for (const { transfer } of this.#running) transfer?.look(EXPORT_READ_BYTES_MIN);
  }

  /** Every bound that another export would break must give one back, or it is refused. */
  #makeRoom(tenant: string, key: string): void {
    const bounds: readonly [number, string, (running: Running) => boolean, ErrorCode][] = [
      [EXPORTS_PER_KEY_MAX, 'with this key', (running) => running.key === key, 'rate_limited'],
      [EXPORTS_PER_TENANT_MAX, 'of this tenant', (running) => running.tenant === tenant, 'rate_limited'],
      [EXPORTS_RUNNING_MAX, 'on this server', () => true, 'overloaded'],
    ];
    const ending = new Set<Running>();
    for (const [max, whose, isCounted, code] of bounds) {
      const counted = [...this.#running].filter((running) => isCounted(running) && !ending.has(running));
      if (counted.length < max) continue;
      const unread = counted.find(({ transfer }) => transfer?.isUnread === true);
      if (unread === undefined) {
        const detail = `${max} exports ${whose} are running already.`;
        throw new ApiError(code, detail, { retryAfterS: 10 });
      }
      ending.add(unread);
    }
    for (const running of ending) {
      this.#leave(running);
      const seconds = this.#readWindowMs / 1_000;
      running.transfer?.destroy(
        new Error(`the export was not read for ${seconds} s, and another one waited for its place`),
      );
    }
  }
}

function failure(message: ExportMessage): Error {
  if (message.kind !== 'failed') return new Error(`unexpected ${message.kind} before the export`);
  if (message.code === undefined) return new Error(message.message);
  return new OperationalError(message.code, message.message);
}
