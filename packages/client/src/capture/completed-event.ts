import { layOver } from '../context/merge-event.ts';
import type { EventInput } from '../event/event-input.ts';
import { uuidV7 } from '../event/uuid-v7.ts';

/** An event of all that is known of it, the last word last, with its id and time. */
export function completedEvent(...layers: readonly (object | undefined)[]): EventInput {
  const nowMs = Date.now();
  const whole: Record<string, unknown> = { id: undefined, occurred_at: undefined };
  for (const layer of layers) layOver(whole, layer);
  whole['id'] ??= uuidV7(nowMs);
  whole['occurred_at'] ??= new Date(nowMs).toISOString();
  return whole as unknown as EventInput;
}
