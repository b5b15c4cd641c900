import type { AttestryError } from '../errors.ts';
import type { Receipt } from '../receipt.ts';

/** What is done when no more events fit: the newest is dropped, the oldest is, or `captureDurable` waits for room. */
export type WhenFull = 'drop-newest' | 'drop-oldest' | 'block';

/** An event on its way, as the text that will be sent. */
export interface QueuedEvent {
  readonly id: string;
  readonly type: string;
  readonly text: string;
  readonly bytes: number;
  /** It is in the spool, and comes back after the end of the process. */
  readonly isKept?: boolean;
  /** Only of a durable capture. */
  readonly settle?: { resolve(receipt: Receipt): void; reject(error: AttestryError): void };
}

/** First in, first out. */
export class EventQueue {
  #events: QueuedEvent[] = [];
  #first = 0;
  /** Bytes of all events; only the queue changes it. */
  bytes = 0;
  /** Events that ever came in; what came before is out when `pushed - size` has reached it. Only the queue changes it. */
  pushed = 0;
  /** So many of the newest are not given out: older events are in the spool. */
  held = 0;

  get size(): number {
    return this.#events.length - this.#first;
  }

  /** Events that may be sent now. */
  get ready(): number {
    return this.size - this.held;
  }

  push(event: QueuedEvent): void {
    this.#events.push(event);
    this.bytes += event.bytes;
    this.pushed += 1;
  }

  /** Puts events that are older than the held ones in front of these. */
  insert(events: readonly QueuedEvent[]): void {
    this.pushed += events.length;
    this.putBack(events);
  }

  /** Puts a batch back where it came from, in front of everything else. */
  unshift(batch: readonly QueuedEvent[]): void {
    this.#put(batch, this.#first);
  }

  /** Puts a batch behind all that may be sent. */
  putBack(batch: readonly QueuedEvent[]): void {
    this.#put(batch, this.#events.length - this.held);
  }

  #put(events: readonly QueuedEvent[], at: number): void {
    this.#events.splice(at, 0, ...events);
    for (const event of events) this.bytes += event.bytes;
  }

  /** The oldest event, taken out. */
  shift(): QueuedEvent | undefined {
    const event = this.#events[this.#first];
    if (event === undefined) return undefined;
    this.#first += 1;
    this.bytes -= event.bytes;
    this.held = Math.min(this.held, this.size);
    // Moves what is left only when half of the list is gone: each event is moved once on the average.
    if (this.#first * 2 > this.#events.length) {
      this.#events = this.#events.slice(this.#first);
      this.#first = 0;
    }
    return event;
  }

  /** The oldest events that make one request; at least one when there is any. */
  take(eventsMax: number, bytesMax: number): QueuedEvent[] {
    const batch: QueuedEvent[] = [];
    let bytes = 0;
    while (batch.length < eventsMax && this.ready > 0) {
      const next = this.#events[this.#first] as QueuedEvent;
      if (batch.length > 0 && bytes + next.bytes + 1 > bytesMax) break;
      bytes += next.bytes + 1;
      batch.push(this.shift() as QueuedEvent);
    }
    return batch;
  }
}
