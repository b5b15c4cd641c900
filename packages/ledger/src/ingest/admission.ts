import { OverloadedError } from '../errors.ts';
import { OVERLOAD_RETRY_AFTER_S, QUEUE_CHARS_MAX, QUEUE_EVENTS_MAX, QUEUE_TENANT_SHARE } from '../limits.ts';

/** A place in the queue; given back when everything in it is settled. */
export interface Place {
  /** Says how large the events turned out to be. */
  grow(chars: number): void;
  leave(): void;
}

/**
 * Bounds what was accepted and not yet committed, in events and in characters, as a whole and per tenant. Asked before
 * any work is done, so that refusing is cheap (trap 21).
 */
export class Admission {
  readonly #eventsMax: number;
  readonly #byTenant = new Map<string, number>();
  #events = 0;
  #chars = 0;

  constructor(eventsMax: number = QUEUE_EVENTS_MAX) {
    this.#eventsMax = eventsMax;
  }

  get events(): number {
    return this.#events;
  }

  get eventsMax(): number {
    return this.#eventsMax;
  }

  /**
   * Takes a place for a call's events, all or none.
   *
   * @throws {OverloadedError} when the queue, or the tenant's share of it, is full
   */
  enter(tenant: string, events: number): Place {
    const own = this.#byTenant.get(tenant) ?? 0;
    const full = this.#events + events > this.#eventsMax || this.#chars >= QUEUE_CHARS_MAX;
    // Whoever finds the queue empty gets in, however large the call.
    if (this.#events > 0 && (full || own + events > this.#eventsMax * QUEUE_TENANT_SHARE)) {
      throw new OverloadedError(
        `${this.#events} events wait to be written (at most ${this.#eventsMax}): try again in ${OVERLOAD_RETRY_AFTER_S} s`,
        OVERLOAD_RETRY_AFTER_S,
      );
    }
    this.#add(tenant, events, 0);
    let chars = 0;
    let left = false;
    return {
      grow: (more) => {
        chars += more;
        this.#chars += more;
      },
      leave: () => {
        if (left) return;
        left = true;
        this.#add(tenant, -events, -chars);
      },
    };
  }

  #add(tenant: string, events: number, chars: number): void {
    this.#events += events;
    this.#chars += chars;
    const own = (this.#byTenant.get(tenant) ?? 0) + events;
    if (own === 0) this.#byTenant.delete(tenant);
    else this.#byTenant.set(tenant, own);
  }
}
