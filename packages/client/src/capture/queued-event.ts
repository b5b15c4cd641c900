import type { EventInput } from '../event/event-input.ts';
import { EVENT_BYTES_MAX, EVENT_CHARS_MAX, EVENT_VALUES_MAX } from '../limits.ts';
import type { QueuedEvent } from '../queue/event-queue.ts';
import type { Redact } from '../redaction/redact.ts';

const { Buffer } = globalThis as { Buffer?: { byteLength(text: string): number } };

/** Bytes of a text as UTF-8. */
export function byteLength(text: string): number {
  return Buffer?.byteLength(text) ?? new Blob([text]).size;
}

/**
 * The text is made now: what the caller changes later is not what happened.
 *
 * @param fit makes what is too large smaller, the largest first
 */
export function queuedEvent(event: EventInput, fit: Redact): QueuedEvent {
  if (typeof event.type !== 'string') throw new TypeError('an event needs a type');
  const { id, type } = event;
  let text: string;
  let bytes: number;
  // Characters outside of ASCII are more than one byte, and control characters six.
  for (
    let share = 1, fitted = event;
    ;
    fitted = fit(event, EVENT_CHARS_MAX * share, EVENT_VALUES_MAX * share)
  ) {
    text = JSON.stringify(fitted);
    bytes = byteLength(text);
    if (bytes <= EVENT_BYTES_MAX || share < 0.001) return { id: String(id), type, text, bytes };
    share /= 4;
  }
}
