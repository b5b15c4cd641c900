import type { EventContext } from '../context/merge-event.ts';
import type { AttestryErrorCode } from '../errors.ts';
import type { EventInput } from '../event/event-input.ts';
import { uuidV7 } from '../event/uuid-v7.ts';
import { LOST_TYPES_MAX } from '../limits.ts';

/** Type of the event that tells of a loss. */
export const LOST = 'system.events.lost';

/** What was lost since it was last told. */
export class LossReport {
  /** All that was lost since the client was made. */
  total = 0;
  #lost: Lost | undefined;

  get isEmpty(): boolean {
    return this.#lost === undefined;
  }

  add(type: string, reason: AttestryErrorCode): void {
    const at = new Date().toISOString();
    this.total += 1;
    this.#lost ??= { count: 0, reasons: counts(), types: counts(), first_at: at, last_at: at };
    const { reasons, types } = this.#lost;
    this.#lost.count += 1;
    this.#lost.last_at = at;
    reasons[reason] = (reasons[reason] ?? 0) + 1;
    // Types are few in an app; should it make them up, the report stays small.
    const name = type.slice(0, 100);
    const known = name in types || Object.keys(types).length < LOST_TYPES_MAX ? name : 'other';
    types[known] = (types[known] ?? 0) + 1;
  }

  /**
   * The event that says what is missing, and a clean sheet. It has nothing of the app but the name of its service: what made
   * the server refuse all its events must not have this one refused as well.
   */
  take({ service, context }: EventContext = {}): EventInput {
    const lost = this.#lost as Lost;
    this.#lost = undefined;
    const nowMs = Date.now();
    const name = service ?? context?.service;
    return {
      id: uuidV7(nowMs),
      occurred_at: new Date(nowMs).toISOString(),
      type: LOST,
      category: 'system',
      severity: 'high',
      action: { status: 'failure', description: `${lost.count} events could not be sent and are missing.` },
      ...(typeof name === 'string' && name !== '' ? { context: { service: name } } : {}),
      metadata: { lost: { ...lost } },
    };
  }
}

interface Lost {
  count: number;
  readonly reasons: Record<string, number>;
  readonly types: Record<string, number>;
  readonly first_at: string;
  last_at: string;
}

/** Without the members that every object has: a type may be called `constructor`. */
function counts(): Record<string, number> {
  return Object.create(null) as Record<string, number>;
}
