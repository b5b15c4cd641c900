import { Readable } from 'node:stream';
import type { Worker } from 'node:worker_threads';
import { EXPORT_CHUNKS_AHEAD } from '../limits.ts';
import type { ChunkWanted, ExportMessage } from './export-order.ts';

const MORE: ChunkWanted = { kind: 'more' };
/** A chunk is handed on in pieces, so that it shows how much of it the client has taken. */
const PIECE_BYTES = 64 * 1024;

/** What an export thread sends, as a stream that asks for no more than is read, and knows whether it is read. */
export class ExportTransfer extends Readable {
  readonly #worker: Worker;
  #isEnded = false;
  /** Chunks asked for and not come. */
  #wanted = 0;
  #pushedBytes = 0;
  /** What had been read when the window began; `undefined`: the client was waiting for us. */
  #readBefore: number | undefined;
  #isUnread = false;

  /** @param worker an export thread that has begun */
  constructor(worker: Worker) {
    super({ highWaterMark: 256 * 1024 });
    this.#worker = worker;
    worker.on('message', (message: ExportMessage) => this.#take(message));
    worker.on('error', (error) => this.destroy(error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', (code) => {
      if (!this.#isEnded)
        this.destroy(new Error(`the export thread ended with code ${code} before the last event`));
    });
  }

  /** Nobody took more than next to nothing for a whole window, although there was more to take. */
  get isUnread(): boolean {
    return this.#isUnread;
  }

  /** Ends a window and begins the next one. */
  look(bytesMin: number): void {
    const read = this.#pushedBytes - this.readableLength;
    const isWaiting = this.readableLength === 0;
    this.#isUnread = !isWaiting && this.#readBefore !== undefined && read - this.#readBefore < bytesMin;
    this.#readBefore = isWaiting ? undefined : read;
  }

  override _read(): void {
    while (this.#wanted < EXPORT_CHUNKS_AHEAD) {
      this.#wanted += 1;
      this.#worker.postMessage(MORE);
    }
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#worker.terminate().then(() => done(error), done);
  }

  #take(message: ExportMessage): void {
    if (message.kind === 'chunk') {
      this.#wanted -= 1;
      const { bytes } = message;
      this.#pushedBytes += bytes.length;
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) this.push(bytes.subarray(at, at + PIECE_BYTES));
    } else if (message.kind === 'end') {
      this.#isEnded = true;
      this.push(null);
    } else this.destroy(new Error(message.kind === 'failed' ? message.message : 'the export began twice'));
  }
}
