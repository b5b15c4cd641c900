import { byteLength } from '../capture/queued-event.ts';
import type { AttestryError } from '../errors.ts';
import type { QueuedEvent } from '../queue/event-queue.ts';
import type { Verdict } from './answers.ts';

/** A clock that is less ahead is not why the server says that an event lies in the future. */
const AHEAD_MS_MIN = 60_000;

/**
 * An event that was refused because the clock of this machine is ahead, with its time by the server's clock. How much was
 * taken off stays with it in `metadata.clock_ahead_ms`.
 *
 * @returns `undefined` when that is not why it was refused
 */
export function byServerClock(
  event: QueuedEvent,
  { path = '' }: AttestryError,
  { aheadMs = 0 }: Verdict,
): QueuedEvent | undefined {
  if (!path.endsWith('/occurred_at') || !(aheadMs > AHEAD_MS_MIN)) return undefined;
  const whole = JSON.parse(event.text) as { occurred_at: string; metadata?: Record<string, unknown> };
  const timeMs = Date.parse(whole.occurred_at) - aheadMs;
  if (Number.isNaN(timeMs) || whole.metadata?.['clock_ahead_ms'] !== undefined) return undefined;
  const text = JSON.stringify({
    ...whole,
    occurred_at: new Date(timeMs).toISOString(),
    metadata: { ...whole.metadata, clock_ahead_ms: aheadMs },
  });
  return { ...event, text, bytes: byteLength(text) };
}
