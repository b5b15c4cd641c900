import type { JsonObject } from '@attestry/core';
import { isSameEvent } from '../ingest/incoming-event.ts';
import type { PendingRecord, Settlement } from './pending-record.ts';

/** The answer to an event whose id belongs to another event. */
export function idConflict(): Settlement {
  return {
    kind: 'refused',
    code: 'id_conflict',
    path: '/id',
    detail: 'An event with this id and other content is in the log; use a new id for a new event.',
  };
}

/**
 * Events that are being written, by tenant and id. One that comes with the same id waits for the first, because only
 * then it is known whether it repeats it.
 */
export class EventsOnTheWay {
  readonly #byName = new Map<string, { readonly first: PendingRecord; readonly twins: PendingRecord[] }>();

  /** @returns true when the event waits for one with the same id; then nothing is to be done for it now */
  waits(tenant: string, record: PendingRecord): boolean {
    if (record.event === undefined) return false;
    const name = `${tenant}\0${record.event.id}`;
    const known = this.#byName.get(name);
    if (known === undefined) {
      this.#byName.set(name, { first: record, twins: [] });
      return false;
    }
    if (known.first === record) return false;
    known.twins.push(record);
    return true;
  }

  /**
   * Settles the events that waited for this one.
   *
   * @returns those that have to be written themselves, because this one was not
   */
  settleTwins(tenant: string, record: PendingRecord, settlement: Settlement): readonly PendingRecord[] {
    if (record.event === undefined) return [];
    const name = `${tenant}\0${record.event.id}`;
    const known = this.#byName.get(name);
    if (known?.first !== record) return [];
    this.#byName.delete(name);
    if (settlement.kind !== 'written') return known.twins;
    for (const twin of known.twins) {
      twin.settle(isTwin(record, twin) ? { ...settlement, duplicate: true } : idConflict());
    }
    return [];
  }
}

function isTwin(first: PendingRecord, twin: PendingRecord): boolean {
  if (first.event === undefined || twin.event === undefined) return false;
  return isSameEvent(first.event.incoming.event as unknown as JsonObject, twin.event.incoming);
}
