import type { EventInput } from '../event/event-input.ts';
import type { QueuedEvent } from '../queue/event-queue.ts';

const { Buffer } = globalThis as { Buffer?: { byteLength(text: string): number } };

/** The text is made now: what the caller changes later is not what happened. */
export function queuedEvent(event: EventInput): QueuedEvent {
  if (typeof event.type !== 'string') throw new TypeError('an event needs a type');
  const text = JSON.stringify(event);
  return {
    id: String(event.id),
    type: event.type,
    text,
    bytes: Buffer?.byteLength(text) ?? new Blob([text]).size,
  };
}
