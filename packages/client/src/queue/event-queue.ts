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

/** First in, first out, bounded by events and by bytes. */
export class EventQueue {
  readonly #eventsMax: number;
  readonly #bytesMax: number;
  #events: QueuedEvent[] = [];
  #first = 0;
  #bytes = 0;

  constructor(bounds: { readonly eventsMax: number; readonly bytesMax: number }) {
    this.#eventsMax = bounds.eventsMax;
    this.#bytesMax = bounds.bytesMax;
  }

  get size(): number {
    return this.#events.length - this.#first;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether an event of so many bytes can be taken without dropping another. */
  fits(bytes: number): boolean {
    return this.size < this.#eventsMax && this.#bytes + bytes <= this.#bytesMax;
  }

  push(event: QueuedEvent): void {
    this.#events.push(event);
    this.#bytes += event.bytes;
  }

  /** The oldest event, taken out. */
  shift(): QueuedEvent | undefined {
    const event = this.#events[this.#first];
    if (event === undefined) return undefined;
    this.#first += 1;
    this.#bytes -= event.bytes;
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
    while (batch.length < eventsMax) {
      const next = this.#events[this.#first];
      if (next === undefined || (batch.length > 0 && bytes + next.bytes + 1 > bytesMax)) break;
      bytes += next.bytes + 1;
      batch.push(this.shift() as QueuedEvent);
    }
    return batch;
  }

  /** Puts a batch back where it came from, in front of everything else. */
  unshift(batch: readonly QueuedEvent[]): void {
    this.#events = [...batch, ...this.#events.slice(this.#first)];
    this.#first = 0;
    for (const event of batch) this.#bytes += event.bytes;
  }
}
