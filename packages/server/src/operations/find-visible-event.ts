import type { EventView } from '@attestry/core';
import type { Caller } from '../auth/caller.ts';
import { notFound } from '../errors/api-error.ts';
import { assertInView, compileFor } from './event-filters.ts';
import type { Operations } from './operations.ts';

/** One event as found by its id. */
export interface FoundEvent {
  /** As the caller may see it. */
  readonly view: EventView;
  /** With its sealed members, for looking up neighbours; never to be answered. */
  readonly whole: EventView;
  readonly seq: number;
  /** The stored record, and the leaf hash stored beside it. */
  readonly text: string;
  readonly leafHashHex: string;
}

/** Asserts that an event meets the filters of a viewer token, as a query would find it. */
async function assertInFilters(
  ops: Operations,
  { tenant, rights: { view, personal } }: Caller,
  { view: event, seq }: { readonly view: EventView; readonly seq: number },
): Promise<void> {
  if (view?.filters === undefined) return;
  const query = await compileFor(ops.ledger, tenant, {}, { view, personal });
  const timeMs = Date.parse(event.recorded_at);
  const { rows } = await ops.ledger.query.page(
    { ...query, time: 'recorded' },
    { order: 'asc', limit: 1, ...(seq === 0 ? {} : { position: { timeMs, seq: seq - 1 } }) },
  );
  if (rows[0]?.seq !== seq) throw notFound(`Event ${event.id}`);
}

/**
 * The event with an id, if the caller may see it.
 *
 * @throws {ApiError} `not_found`, also for what another tenant owns or the caller's view leaves out (trap 25)
 */
export async function findVisibleEvent(ops: Operations, caller: Caller, id: string): Promise<FoundEvent> {
  const lowerId = id.toLowerCase();
  const found = await ops.ledger.findEvent(caller.tenant, lowerId, { personal: true });
  if (found === undefined) throw notFound(`Event ${id}`);
  // The view is judged on the whole event: a redacted one has no actor to compare.
  assertInView(found.view, caller.rights.view, id);
  await assertInFilters(ops, caller, found);
  const { seq, text, leafHashHex } = found;
  if (caller.rights.personal) return { view: found.view, whole: found.view, seq, text, leafHashHex };
  const redacted = await ops.ledger.findEvent(caller.tenant, lowerId, { personal: false });
  if (redacted === undefined) throw notFound(`Event ${id}`);
  return { view: redacted.view, whole: found.view, seq, text, leafHashHex };
}
