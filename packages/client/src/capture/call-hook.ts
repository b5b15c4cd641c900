import { AttestryError, messageOf } from '../errors.ts';
import type { EventInput } from '../event/event-input.ts';

/**
 * Lets a hook of the app change an event; what it leaves out of id and time stays. One that returns no event but a promise
 * or nothing is told, and the event stays as it was: nearly always that is a mistake in every call.
 *
 * @returns `null` when `beforeSend` leaves the event out
 * @throws what `beforeSend` throws: what it would have taken out is not known. Another hook that throws is told.
 */
export function callHook(
  name: 'beforeSend' | 'enrich',
  hook: (event: EventInput) => EventInput | null,
  event: EventInput,
  tell: (error: AttestryError, kind: string) => void,
): EventInput | null {
  let problem = 'must return the event, and not a promise of it';
  try {
    const changed = hook(event) as (EventInput & { then?: unknown }) | null | undefined;
    if (changed === null && name === 'beforeSend') return null;
    const { id, occurred_at: occurredAt } = event;
    // Without an id of ours an event that is sent twice would be kept twice.
    if (changed && typeof changed.then !== 'function')
      return { ...changed, id: changed.id ?? id, occurred_at: changed.occurred_at ?? occurredAt };
    quietly(() => changed);
  } catch (cause) {
    if (name === 'beforeSend') throw cause;
    problem = `threw: ${messageOf(cause)}`;
  }
  tell(new AttestryError('hook_failed', `${name} ${problem}`), name);
  return event;
}

/** Calls a hook of the app; its trouble, also what comes later, must not become the app's outage. */
export function quietly(hook: () => unknown): void {
  try {
    Promise.resolve(hook()).catch(() => undefined);
  } catch {
    // Said by the name.
  }
}
