import {
  canonicalize,
  isJsonObject,
  type JsonObject,
  type NormalizedEvent,
  type PersonalDeclaration,
} from '@attestry/core';

/** `client`: the actor's address and user agent, taken from the connection that the event came by. */
export type FilledMember = 'id' | 'occurred_at' | 'client';

/** An event that was checked and normalised (the ok result of `normalizeEvent`). */
export interface IncomingEvent {
  readonly event: NormalizedEvent;
  readonly personal: readonly PersonalDeclaration[];
  /** What the server filled in. It is ignored when a repeated id is compared: a repetition gets other values. */
  readonly defaulted: readonly FilledMember[];
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
 * Whether an event that came with a known id says the same as the one before. Who sent it does not count, nor does
 * what the server filled in: a repetition gets another time, and may come from another address.
 *
 * @param known the event with all its members, as it was sent the first time
 */
export function isSameEvent(known: JsonObject, sent: IncomingEvent): boolean {
  return (
    comparable(known, sent.defaulted) === comparable(sent.event as unknown as JsonObject, sent.defaulted)
  );
}

function comparable(event: JsonObject, filled: readonly FilledMember[]): string {
  const { received_from: _sender, occurred_at: occurredAt, actor, ...rest } = event;
  return canonicalize({
    ...rest,
    ...(occurredAt === undefined || filled.includes('occurred_at') ? {} : { occurred_at: occurredAt }),
    ...(actor === undefined
      ? {}
      : { actor: filled.includes('client') && isJsonObject(actor) ? withoutClient(actor) : actor }),
  });
}

function withoutClient(actor: JsonObject): JsonObject {
  const { ip_address: _address, user_agent: _userAgent, ...who } = actor;
  return who;
}
