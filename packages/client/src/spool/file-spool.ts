import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { QueuedEvent } from '../queue/event-queue.ts';
import type { EventSpool } from '../queue/event-spool.ts';
import { OwnedFolder } from './owned-folder.ts';
import { Segment } from './segment.ts';

const SEGMENT_BYTES_MAX = 8 * 1024 * 1024;
const BYTES_MAX = 512 * 1024 * 1024;
const SYNC_INTERVAL_MS = 1_000;
const TOUCH_INTERVAL_MS = 15_000;

export interface FileSpoolOptions {
  /** Folder of the spool; several processes may share it. */
  readonly dir: string;
  /** Bytes of all files of this process. */
  readonly bytesMax?: number;
  /**
   * When events are forced onto the disk itself. Whatever it is, they survive the end of the process; this is about power
   * failures: `always` costs a disk write per event, `interval` loses a second, `never` leaves it to the system.
   */
  readonly fsync?: 'always' | 'interval' | 'never';
  /** Told when events cannot be kept (full disk) and are only in memory; once until it works again. */
  readonly onError?: (error: Error) => void;
}

/** Keeps events in files until they are in the log: `new Attestry({ spool: fileSpool({ dir: './audit-spool' }) })`. */
export function fileSpool(options: FileSpoolOptions): EventSpool {
  return new FileSpool(options);
}

class FileSpool implements EventSpool {
  readonly #options: FileSpoolOptions;
  readonly #bytesMax: number;
  readonly #folder: OwnedFolder;
  /** Files with events that are not settled, by path; of former processes first. */
  readonly #segments = new Map<string, Segment>();
  /** Where the events that were read or kept are, until they are done. */
  readonly #segmentOf = new Map<string, Segment>();
  readonly #left: Segment[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  #current: Segment | undefined;
  #serial = 0;
  #bytes = 0;
  #unsynced = false;
  #failing = false;

  constructor(options: FileSpoolOptions) {
    this.#options = options;
    this.#bytesMax = options.bytesMax ?? BYTES_MAX;
    this.#folder = new OwnedFolder(options.dir);
    this.#takeLeft();
    const every = (ms: number, work: () => void): void => {
      this.#timers.push(setInterval(() => this.#quietly(work), ms).unref());
    };
    every(TOUCH_INTERVAL_MS, () => {
      this.#folder.touch();
      this.#takeLeft();
    });
    if (options.fsync !== 'never' && options.fsync !== 'always') every(SYNC_INTERVAL_MS, () => this.#sync());
  }

  keep(event: QueuedEvent, inMemory: boolean): boolean {
    if (this.#bytes + event.bytes > this.#bytesMax)
      return this.#failed(new Error(`the spool holds its ${this.#bytesMax} bytes`));
    try {
      const segment = this.#writable();
      const before = segment.bytes;
      segment.append(event, inMemory);
      this.#bytes += segment.bytes - before;
      this.#unsynced = true;
      if (inMemory) this.#segmentOf.set(event.id, segment);
      if (this.#options.fsync === 'always') this.#sync();
      this.#failing = false;
      return true;
    } catch (error) {
      // What the failed write left is a torn line: the next event begins a new file.
      this.#current = undefined;
      return this.#failed(error as Error);
    }
  }

  done(event: QueuedEvent): void {
    const segment = this.#segmentOf.get(event.id);
    if (segment === undefined) return;
    this.#segmentOf.delete(event.id);
    segment.open -= 1;
    this.#removeWhenDone(segment);
  }

  hasBacklog(): boolean {
    return this.#left.length > 0 || [...this.#segments.values()].some((segment) => segment.unread > 0);
  }

  next(eventsMax: number): readonly QueuedEvent[] {
    const events: QueuedEvent[] = [];
    this.#quietly(() => {
      while (events.length < eventsMax) {
        const segment = this.#left[0] ?? [...this.#segments.values()].find((one) => one.unread > 0);
        if (segment === undefined) return;
        const isLeft = segment === this.#left[0];
        const read = segment.read(eventsMax - events.length);
        for (const event of read) this.#segmentOf.set(event.id, segment);
        if (isLeft) segment.open += read.length;
        events.push(...read);
        if (isLeft && (read.length === 0 || segment.isReadToEnd())) {
          segment.skipToEnd();
          this.#left.shift();
          this.#removeWhenDone(segment);
        } else if (read.length === 0) {
          return;
        }
      }
    });
    return events;
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#quietly(() => this.#sync());
    const isEmpty =
      [...this.#segments.values()].every((segment) => segment.open === 0) && this.#left.length === 0;
    for (const segment of this.#segments.values()) segment.close();
    if (isEmpty) this.#quietly(() => this.#folder.remove());
  }

  #writable(): Segment {
    if (this.#current !== undefined && this.#current.bytes < SEGMENT_BYTES_MAX) return this.#current;
    const full = this.#current;
    this.#serial += 1;
    const path = join(this.#folder.path, `${String(this.#serial).padStart(8, '0')}.events`);
    this.#current = new Segment(path);
    this.#segments.set(path, this.#current);
    if (full !== undefined) this.#removeWhenDone(full);
    return this.#current;
  }

  #removeWhenDone(segment: Segment): void {
    const isBeingRead = this.#left.includes(segment);
    if (segment.open > 0 || segment.unread > 0 || isBeingRead) return;
    if (segment === this.#current) {
      // Small files are kept for the next events; a process that idles leaves little behind.
      if (segment.bytes < SEGMENT_BYTES_MAX / 8) return;
      this.#current = undefined;
    }
    this.#quietly(() => segment.remove());
    this.#segments.delete(segment.path);
    this.#bytes -= segment.bytes;
  }

  #takeLeft(): void {
    this.#quietly(() => {
      for (const folder of this.#folder.takeLeftOnes()) this.#addFolder(folder);
    });
  }

  /** A folder may hold what its owner had taken over and not finished. */
  #addFolder(folder: string): void {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) this.#addFolder(path);
      else if (entry.name.endsWith('.events')) this.#addSegment(path);
    }
  }

  #addSegment(path: string): void {
    const { size } = statSync(path);
    const segment = new Segment(path, { bytes: size });
    this.#segments.set(path, segment);
    this.#left.push(segment);
    this.#bytes += size;
  }

  #sync(): void {
    if (!this.#unsynced) return;
    this.#unsynced = false;
    this.#current?.sync();
  }

  #failed(error: Error): false {
    if (!this.#failing) this.#options.onError?.(error);
    this.#failing = true;
    return false;
  }

  #quietly(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#failed(error as Error);
    }
  }
}
