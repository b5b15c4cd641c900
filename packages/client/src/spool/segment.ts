import { closeSync, fsync, fsyncSync, ftruncateSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import type { QueuedEvent } from '../queue/event-queue.ts';

const READ_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/** First character of a line: whether the process that wrote it has the event in memory as well. */
const IN_MEMORY = '+';
const ON_DISK_ONLY = '-';

export interface ReadEvents {
  readonly events: readonly QueuedEvent[];
  /** Lines that are none of ours: torn by a power failure, or changed by somebody. */
  readonly damaged: number;
}

/** One append-only file of events, a line each: `+` or `-` and the JSON text that will be sent. */
export class Segment {
  readonly path: string;
  /** Events that were read from it or are in memory, and are not settled. */
  open = 0;
  /** Events that are only here and were not read. */
  unread = 0;
  bytes: number;
  readonly #isLeft: boolean;
  #fd: number | undefined;
  #readAt = 0;
  #isSynced = true;

  /** @param existing what a former process left; `undefined` begins a new file */
  constructor(path: string, existing?: { readonly bytes: number }) {
    this.path = path;
    this.bytes = existing?.bytes ?? 0;
    this.#isLeft = existing !== undefined;
    this.#fd = openSync(path, this.#isLeft ? 'r' : 'wx+', 0o600);
  }

  /** @throws what the file system says; the file is then as long as before */
  append(event: QueuedEvent, inMemory: boolean): void {
    const fd = this.#fd as number;
    const line = Buffer.from(`${inMemory ? IN_MEMORY : ON_DISK_ONLY}${event.text}\n`);
    let written = 0;
    try {
      while (written < line.length)
        written += writeSync(fd, line, written, line.length - written, this.bytes + written);
    } catch (error) {
      if (written > 0) ftruncateSync(fd, this.bytes);
      throw error;
    }
    this.#isSynced = false;
    if (inMemory) this.open += 1;
    else {
      if (this.unread === 0) this.#readAt = this.bytes;
      this.unread += 1;
    }
    this.bytes += line.length;
  }

  /**
   * Reads on from where the last call stopped: of a former process's file everything, of an own one what is only there.
   * The last line of a former process may be torn, if the power failed; it is then counted as damaged.
   */
  read(eventsMax: number): ReadEvents {
    const events: QueuedEvent[] = [];
    let damaged = 0;
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    let rest = Buffer.alloc(0);
    while (events.length < eventsMax && this.#readAt < this.bytes) {
      const at = this.#readAt + rest.length;
      const bytes = readSync(this.#fd as number, buffer, 0, Math.min(READ_BYTES, this.bytes - at), at);
      if (bytes === 0) {
        if (rest.length > 0) damaged += 1;
        this.#readAt = this.bytes;
        break;
      }
      rest = Buffer.concat([rest, buffer.subarray(0, bytes)]);
      let from = 0;
      for (let end = rest.indexOf(NEWLINE); end >= 0 && events.length < eventsMax; ) {
        const line = rest.toString('utf8', from, end);
        if (this.#isLeft || line[0] === ON_DISK_ONLY) {
          const event = parseLine(line);
          if (event === undefined) damaged += 1;
          else events.push(event);
        }
        from = end + 1;
        end = rest.indexOf(NEWLINE, from);
      }
      this.#readAt += from;
      rest = rest.subarray(from);
    }
    this.open += events.length;
    if (!this.#isLeft) this.unread = Math.max(0, this.unread - events.length - damaged);
    return { events, damaged };
  }

  isReadToEnd(): boolean {
    return this.#readAt >= this.bytes;
  }

  /** Makes the file empty: everything in it is settled. */
  clear(): void {
    ftruncateSync(this.#fd as number, 0);
    this.bytes = 0;
    this.#readAt = 0;
  }

  /** Forces what was appended onto the disk, before it returns. */
  syncNow(): void {
    if (this.#isSynced || this.#fd === undefined) return;
    this.#isSynced = true;
    fsyncSync(this.#fd);
  }

  /** The same without holding up anybody. */
  syncSoon(onError: (error: Error) => void): void {
    if (this.#isSynced || this.#fd === undefined) return;
    this.#isSynced = true;
    fsync(this.#fd, (error) => {
      // Closed meanwhile: it was empty, or synced by `close`.
      if (error !== null && this.#fd !== undefined) onError(error);
    });
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  remove(): void {
    this.close();
    rmSync(this.path, { force: true });
  }
}

function parseLine(line: string): QueuedEvent | undefined {
  if (line[0] !== IN_MEMORY && line[0] !== ON_DISK_ONLY) return undefined;
  const text = line.slice(1);
  try {
    const { id, type } = JSON.parse(text) as { id?: unknown; type?: unknown };
    return typeof id === 'string' && typeof type === 'string'
      ? { id, type, text, bytes: Buffer.byteLength(text) }
      : undefined;
  } catch {
    // A page of zeros or half a line after a power failure: the rest of the file may still be good.
    return undefined;
  }
}
