import { closeSync, fsyncSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import type { QueuedEvent } from '../queue/event-queue.ts';

const READ_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/** One append-only file of events, a line each: `id type text`, the text being what will be sent. */
export class Segment {
  readonly path: string;
  /** Events in it that are not settled. */
  open = 0;
  bytes = 0;
  #fd: number | undefined;
  #readAt = 0;
  #unread = 0;

  /** @param existing what a former process left; `undefined` begins a new file */
  constructor(path: string, existing?: { readonly bytes: number }) {
    this.path = path;
    this.bytes = existing?.bytes ?? 0;
    this.#fd = openSync(path, existing === undefined ? 'ax+' : 'r', 0o600);
  }

  /** Events that are to be read from here; a former process's are counted as they are read. */
  get unread(): number {
    return this.#unread;
  }

  /** @throws what the file system says; the file then ends as it did before, or with a torn line that is left out */
  append(event: QueuedEvent, inMemory: boolean): void {
    const line = Buffer.from(`${event.id} ${event.type} ${event.text}\n`);
    if (this.#unread === 0 && !inMemory) this.#readAt = this.bytes;
    let written = 0;
    while (written < line.length) {
      written += writeSync(this.#fd as number, line, written, line.length - written, this.bytes + written);
    }
    this.bytes += line.length;
    this.open += 1;
    if (!inMemory) this.#unread += 1;
  }

  /** Reads on from where the last call stopped. A last line without its end was torn by a crash and is left out. */
  read(eventsMax: number): QueuedEvent[] {
    const events: QueuedEvent[] = [];
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    let rest = Buffer.alloc(0);
    while (events.length < eventsMax && this.#readAt + rest.length < this.bytes) {
      const bytes = readSync(this.#fd as number, buffer, 0, READ_BYTES, this.#readAt + rest.length);
      if (bytes === 0) break;
      rest = Buffer.concat([rest, buffer.subarray(0, bytes)]);
      let from = 0;
      for (
        let end = rest.indexOf(NEWLINE, from);
        end >= 0 && events.length < eventsMax;
        end = rest.indexOf(NEWLINE, from)
      ) {
        const event = parseLine(rest.toString('utf8', from, end));
        if (event !== undefined) events.push(event);
        this.#readAt += end + 1 - from;
        from = end + 1;
      }
      rest = rest.subarray(from);
    }
    this.#unread = Math.max(0, this.#unread - events.length);
    return events;
  }

  /** Whether there are lines that were not read; the torn end of a former process's file is none. */
  isReadToEnd(): boolean {
    return this.#readAt >= this.bytes;
  }

  /** Nothing more comes from here: what follows the last whole line was torn. */
  skipToEnd(): void {
    this.#readAt = this.bytes;
  }

  sync(): void {
    if (this.#fd !== undefined) fsyncSync(this.#fd);
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
  const [id, type] = line.split(' ', 2);
  if (id === undefined || type === undefined) return undefined;
  const text = line.slice(id.length + type.length + 2);
  // A page of zeros or half a line after a power failure: the rest of the file may still be good.
  if (!text.startsWith('{') || !text.endsWith('}')) return undefined;
  return { id, type, text, bytes: Buffer.byteLength(text) };
}
