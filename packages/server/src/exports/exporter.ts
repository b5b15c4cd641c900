import { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { ApiError } from '../errors/api-error.ts';
import { EXPORT_CHUNKS_AHEAD, EXPORT_MEMORY, EXPORTS_RUNNING_MAX } from '../limits.ts';
import type { ChunkWanted, ExportMessage, ExportOrder, ExportSource } from './export-order.ts';

const MORE: ChunkWanted = { kind: 'more' };

/** Starts export threads, a bounded number at a time, and turns their chunks into streams with back-pressure. */
export class Exporter {
  readonly #source: ExportSource;
  readonly #running = new Set<Worker>();

  constructor(source: ExportSource) {
    this.#source = source;
  }

  /** @throws {ApiError} `overloaded` when as many as allowed run */
  async start(order: ExportOrder): Promise<Readable> {
    if (this.#running.size >= EXPORTS_RUNNING_MAX) {
      throw new ApiError('overloaded', `${EXPORTS_RUNNING_MAX} exports are running already.`, {
        retryAfterS: 10,
      });
    }
    const worker = new Worker(new URL('./export-worker.ts', import.meta.url), {
      workerData: { order, source: this.#source },
      resourceLimits: EXPORT_MEMORY,
    });
    this.#running.add(worker);
    worker.once('exit', () => this.#running.delete(worker));
    return new Promise((resolve, reject) => {
      const onExit = (code: number): void =>
        reject(new Error(`the export thread ended with code ${code} before it began`));
      worker.once('error', reject);
      worker.once('exit', onExit);
      worker.once('message', (message: ExportMessage) => {
        worker.off('error', reject);
        worker.off('exit', onExit);
        if (message.kind === 'started') resolve(streamOf(worker, () => this.#running.delete(worker)));
        else {
          void worker.terminate();
          reject(refusal(message));
        }
      });
    });
  }

  /** Ends every export; their clients see a broken transfer. */
  async close(): Promise<void> {
    await Promise.all([...this.#running].map((worker) => worker.terminate()));
  }
}

function refusal(message: ExportMessage): Error {
  return new Error(
    message.kind === 'failed' ? message.message : `unexpected ${message.kind} from the export thread`,
  );
}

/** @param onEnd called when the last event is out, which is a little before the thread is gone */
function streamOf(worker: Worker, onEnd: () => void): Readable {
  let isEnded = false;
  let wanted = 0;
  const stream = new Readable({
    highWaterMark: 256 * 1024,
    read(): void {
      while (wanted < EXPORT_CHUNKS_AHEAD) {
        wanted += 1;
        worker.postMessage(MORE);
      }
    },
    destroy(error, done): void {
      worker.terminate().then(() => done(error), done);
    },
  });
  worker.on('message', (message: ExportMessage) => {
    if (message.kind === 'chunk') {
      wanted -= 1;
      stream.push(message.bytes);
    } else if (message.kind === 'end') {
      isEnded = true;
      onEnd();
      stream.push(null);
    } else stream.destroy(refusal(message));
  });
  worker.on('error', (error) => stream.destroy(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', (code) => {
    if (!isEnded)
      stream.destroy(new Error(`the export thread ended with code ${code} before the last event`));
  });
  return stream;
}
