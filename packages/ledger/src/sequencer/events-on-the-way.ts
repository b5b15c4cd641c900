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

interface OnTheWay {
  readonly first: PendingRecord;
  /** Nearly every event has none. */
  twins?: PendingRecord[];
}

/**
 * Events that are being written, by tenant and id. One that comes with the same id waits for the first, because only
 * then it is known whether it repeats it.
 */
export class EventsOnTheWay {
  readonly #byTenant = new Map<string, Map<string, OnTheWay>>();

  /** @returns true when the event waits for one with the same id; then nothing is to be done for it now */
  waits(tenant: string, record: PendingRecord): boolean {
    if (record.event === undefined) return false;
    let byId = this.#byTenant.get(tenant);
    if (byId === undefined) {
      byId = new Map();
      this.#byTenant.set(tenant, byId);
    }
    const known = byId.get(record.event.id);
    if (known === undefined) {
      byId.set(record.event.id, { first: record });
      return false;
    }
    if (known.first === record) return false;
    known.twins ??= [];
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
    const byId = this.#byTenant.get(tenant);
    const known = byId?.get(record.event.id);
    if (byId === undefined || known?.first !== record) return [];
    byId.delete(record.event.id);
    if (byId.size === 0) this.#byTenant.delete(tenant);
    if (settlement.kind !== 'written') return known.twins ?? [];
    for (const twin of known.twins ?? []) {
      twin.settle(isTwin(record, twin) ? { ...settlement, duplicate: true } : idConflict());
    }
    return [];
  }
}

function isTwin(first: PendingRecord, twin: PendingRecord): boolean {
  if (first.event === undefined || twin.event === undefined) return false;
  return isSameEvent(first.event.incoming.event as unknown as JsonObject, twin.event.incoming);
}
