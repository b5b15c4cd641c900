import { closeSync, fsyncSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { QueuedEvent } from '../queue/event-queue.ts';
import type { EventSpool } from '../queue/event-spool.ts';
import { OwnedFolder } from './owned-folder.ts';
import { Segment } from './segment.ts';

const SEGMENT_BYTES_MAX = 8 * 1024 * 1024;
const BYTES_MAX = 512 * 1024 * 1024;
const SYNC_INTERVAL_MS = 1_000;
const TOUCH_INTERVAL_MS = 5_000;

/** After a failure the disk is left alone for so long: trying for each event would slow the app. */
const RETRY_INTERVAL_MS = 1_000;

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
  /** Told, beside the client's `onError`, when events cannot be kept (full disk) and are only in memory. */
  readonly onError?: (error: Error) => void;
}

/** Keeps events in files until they are in the log: `new Attestry({ spool: fileSpool({ dir: './audit-spool' }) })`. */
export function fileSpool(options: FileSpoolOptions): EventSpool {
  return new FileSpool(options);
}

class FileSpool implements EventSpool {
  readonly #options: FileSpoolOptions;
  readonly #bytesMax: number;
  /** Files with events that are not settled. */
  readonly #segments = new Set<Segment>();
  /** Where the events that were read or kept are, until they are done. */
  readonly #segmentOf = new Map<string, Segment>();
  readonly #timers: NodeJS.Timeout[] = [];
  #folder: OwnedFolder | undefined;
  /** Of former processes, oldest first, as long as there is something to read in them. */
  #left: Segment[] = [];
  #current: Segment | undefined;
  #serial = 0;
  #bytes = 0;
  #unread = 0;
  #retryAtMs = 0;
  #trouble: Error | undefined;
  #listener: ((error: Error) => void) | undefined;

  constructor(options: FileSpoolOptions) {
    this.#options = options;
    this.#bytesMax = options.bytesMax ?? BYTES_MAX;
    // A disk that is full or read-only at the start is no reason to keep the app from starting.
    this.#quietly(() => this.#takeLeft());
    const every = (ms: number, work: () => void): void => {
      this.#timers.push(setInterval(() => this.#quietly(work), ms).unref());
    };
    every(TOUCH_INTERVAL_MS, () => this.#takeLeft());
    if ((options.fsync ?? 'interval') === 'interval') {
      every(SYNC_INTERVAL_MS, () => {
        for (const segment of this.#segments) segment.syncSoon((error) => this.#failed(error));
      });
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  onTrouble(listener: (error: Error) => void): void {
    this.#listener = listener;
    if (this.#trouble !== undefined) listener(this.#trouble);
  }

  keep(event: QueuedEvent, inMemory: boolean): boolean {
    // An id stands for one event; a second one would not be kept by the server either.
    if (this.#segmentOf.has(event.id)) return true;
    if (performance.now() < this.#retryAtMs) return false;
    try {
      if (this.#bytes + event.bytes + 2 > this.#bytesMax)
        throw new Error(`it holds its ${this.#bytesMax} bytes`);
      const segment = this.#writable();
      const before = segment.bytes;
      segment.append(event, inMemory);
      this.#bytes += segment.bytes - before;
      if (inMemory) this.#segmentOf.set(event.id, segment);
      else this.#unread += 1;
      if (this.#options.fsync === 'always') segment.syncNow();
      this.#trouble = undefined;
      return true;
    } catch (error) {
      this.#failed(error as Error);
      return false;
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
    return this.#unread > 0 || this.#left.length > 0;
  }

  next(eventsMax: number): readonly QueuedEvent[] {
    const events: QueuedEvent[] = [];
    while (events.length < eventsMax) {
      const segment = this.#left[0] ?? [...this.#segments].find((one) => one.unread > 0);
      if (segment === undefined) break;
      this.#readInto(events, segment, eventsMax - events.length);
    }
    return events;
  }

  close(): void {
    if (this.#retryAtMs === Infinity) return;
    for (const timer of this.#timers) clearInterval(timer);
    if (this.#options.fsync !== 'never') this.#quietly(() => this.#syncAll());
    const isEmpty = [...this.#segments].every(({ open, unread }) => open === 0 && unread === 0);
    for (const segment of this.#segments) segment.close();
    this.#retryAtMs = Infinity;
    this.#quietly(() => {
      if (isEmpty && this.#left.length === 0) this.#folder?.remove();
      else this.#folder?.release();
    });
  }

  #readInto(events: QueuedEvent[], segment: Segment, eventsMax: number): void {
    const isLeft = segment === this.#left[0];
    const unread = segment.unread;
    let isEnd = true;
    try {
      const { events: read, damaged } = segment.read(eventsMax);
      for (const event of read) {
        // An id that is known already is on its way.
        if (this.#segmentOf.has(event.id)) segment.open -= 1;
        else {
          this.#segmentOf.set(event.id, segment);
          events.push(event);
        }
      }
      if (damaged > 0)
        this.#failed(new Error(`${damaged} lines of ${segment.path} were damaged and are left out`));
      isEnd = segment.isReadToEnd();
    } catch (error) {
      // What cannot be read now is left on the disk for the next process: never done, so never removed.
      this.#failed(error as Error);
      segment.unread = 0;
      segment.open += 1;
    }
    this.#unread -= unread - segment.unread;
    if (!isLeft || !isEnd) return;
    this.#left.shift();
    this.#removeWhenDone(segment);
  }

  #writable(): Segment {
    if (this.#current !== undefined && this.#current.bytes < SEGMENT_BYTES_MAX) return this.#current;
    const { path } = this.#ownFolder();
    const full = this.#current;
    this.#serial += 1;
    const segment = new Segment(join(path, `${String(this.#serial).padStart(8, '0')}.events`));
    this.#current = segment;
    this.#segments.add(segment);
    // Without it a power failure can take the file's name, and all that is in it.
    if (this.#options.fsync !== 'never') syncFolder(path);
    if (full !== undefined) this.#removeWhenDone(full);
    return segment;
  }

  #removeWhenDone(segment: Segment): void {
    if (segment.open > 0 || segment.unread > 0 || this.#left.includes(segment)) return;
    this.#bytes -= segment.bytes;
    this.#quietly(() => {
      // Used again: nothing in it has to be sent again after a crash.
      if (segment === this.#current) segment.clear();
      else {
        this.#segments.delete(segment);
        segment.remove();
        this.#removeFolderOf(segment);
      }
    });
  }

  /** The folder of a former process goes with its last file. */
  #removeFolderOf({ path }: Segment): void {
    const folder = dirname(path);
    if (folder === this.#folder?.path || [...this.#segments].some((one) => dirname(one.path) === folder))
      return;
    rmSync(folder, { recursive: true, force: true });
  }

  /** Gives a sign of life, and takes what processes that are gone have left. */
  #takeLeft(): void {
    try {
      this.#ownFolder().touch();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      // Taken by somebody who thought us dead. The open files are still good for reading; new events go elsewhere.
      this.#current = undefined;
      this.#folder = undefined;
    }
    const known = new Set([...this.#segments].map(({ path }) => dirname(path)));
    for (const folder of this.#ownFolder().takeLeftOnes()) if (!known.has(folder)) this.#addFolder(folder);
  }

  #ownFolder(): OwnedFolder {
    if (this.#folder === undefined) {
      this.#folder = new OwnedFolder(this.#options.dir);
      if (this.#folder.isAdopted) this.#addFolder(this.#folder.path);
    }
    return this.#folder;
  }

  #addFolder(folder: string): void {
    const files = readdirSync(folder).filter((name) => name.endsWith('.events'));
    for (const name of files.sort()) {
      const path = join(folder, name);
      const { size } = statSync(path);
      // In a folder that was adopted new files come behind those that are there.
      this.#serial = Math.max(this.#serial, Number.parseInt(name, 10) || 0);
      const segment = new Segment(path, { bytes: size });
      this.#segments.add(segment);
      this.#left.push(segment);
      this.#bytes += size;
    }
    if (files.length === 0 && folder !== this.#folder?.path) rmSync(folder, { recursive: true, force: true });
  }

  #syncAll(): void {
    for (const segment of this.#segments) segment.syncNow();
  }

  #failed(cause: Error): void {
    this.#retryAtMs = Math.max(this.#retryAtMs, performance.now() + RETRY_INTERVAL_MS);
    const message = `the spool in ${this.#options.dir} cannot keep events: ${cause.message}`;
    if (this.#trouble?.message === message) return;
    this.#trouble = new Error(message, { cause });
    this.#listener?.(this.#trouble);
    try {
      this.#options.onError?.(this.#trouble);
    } catch {
      // The app's own hook; its trouble must not become the app's outage.
    }
  }

  #quietly(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#failed(error as Error);
    }
  }
}

function syncFolder(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
