import {
  canonicalize,
  type JsonObject,
  type NormalizedEvent,
  type PersonalDeclaration,
} from '@attestry/core';

/** An event that was checked and normalised (the ok result of `normalizeEvent`). */
export interface IncomingEvent {
  readonly event: NormalizedEvent;
  readonly personal: readonly PersonalDeclaration[];
  /** Members that were not sent. They are ignored when a repeated id is compared. */
  readonly defaulted: readonly ('id' | 'occurred_at')[];
}

/** Why one event of a call was not taken, while others may have been. */
export type RefusalCode =
  | 'id_conflict'
  | 'record_too_large'
  | 'not_canonical'
  | 'store_failed'
  | 'store_full';

/** Confirms that an event is in the log, durably. */
export interface Receipt {
  readonly id: string;
  readonly seq: number;
  /** Leaf hash, lower-case hex. */
  readonly hash: string;
  readonly recorded_at: string;
  /** The event was in the log already; the other members are those of the first time. */
  readonly duplicate: boolean;
}

export type AppendResult =
  | { readonly kind: 'receipt'; readonly receipt: Receipt }
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly path: string; readonly detail: string };

/**
 * Whether an event that came with a known id says the same as the one before. Who sent it does not count, nor does a
 * time that the server filled in: a repetition gets another one.
 *
 * @param known the event with all its members, as it was sent the first time
 */
export function isSameEvent(known: JsonObject, sent: IncomingEvent): boolean {
  const timeCounts = !sent.defaulted.includes('occurred_at');
  return comparable(known, timeCounts) === comparable(sent.event as unknown as JsonObject, timeCounts);
}

function comparable(event: JsonObject, timeCounts: boolean): string {
  const { received_from: _sender, occurred_at: occurredAt, ...rest } = event;
  return canonicalize(timeCounts && occurredAt !== undefined ? { ...rest, occurred_at: occurredAt } : rest);
}
