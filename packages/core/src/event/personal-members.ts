import { parsePointer } from '../canonical/json-pointer.ts';
import type { NormalizedEvent } from './event-schema.ts';
import { formatIp, parseIp } from './ip-address.ts';

/** Members of `actor` that are personal, with their pointers. */
export const ACTOR_MEMBERS: ReadonlyMap<string, string> = pointersUnder('/actor', [
  'id',
  'name',
  'email',
  'ip_address',
  'user_agent',
  'session_id',
]);

/** Where the actor was: the one personal member of `context`. */
export const CONTEXT_MEMBERS: ReadonlyMap<string, string> = pointersUnder('/context', ['location']);

/** Members of `actor.on_behalf_of` that are personal. */
export const ON_BEHALF_OF_MEMBERS: ReadonlyMap<string, string> = pointersUnder('/actor/on_behalf_of', [
  'id',
  'name',
]);

/** Members of `target` that are personal when it is a user. */
export const TARGET_MEMBERS: ReadonlyMap<string, string> = pointersUnder('/target', [
  'id',
  'name',
  'metadata',
]);

/** Free text that a tenant may choose to seal with the actor's data. */
export const FREE_TEXT_POINTERS: readonly string[] = [
  '/action/description',
  '/ai/reasoning',
  '/context/reason',
  '/data/metadata',
  '/metadata',
  '/target/metadata',
];

/** What every reader of a record relies on: it stays in the record, whoever declares it personal. */
const NEVER_SEALED: ReadonlySet<string> = new Set([
  '',
  '/actor/on_behalf_of/type',
  '/actor/type',
  '/category',
  '/id',
  '/occurred_at',
  '/received_from',
  '/severity',
  '/target/type',
  '/tenant_id',
  '/type',
]);

/** True for a JSON pointer whose member may be taken out of a record. */
export function isSealable(pointer: string): boolean {
  const tokens = parsePointer(pointer);
  return tokens !== undefined && !NEVER_SEALED.has(pointer) && !tokens.includes('__proto__');
}

/**
 * Id of the person whose key seals what is known of the actor. An anonymous one is known by its address alone. A user
 * sent without an id still gets a key of their own: by e-mail address, by IP address, else for this one event.
 */
export function actorSubject(event: NormalizedEvent): string {
  const { actor } = event;
  const address = actor?.ip_address === undefined ? undefined : `ip:${normalizedIp(actor.ip_address)}`;
  if (actor?.type === 'anonymous' && address !== undefined) {
    return address;
  }
  if (actor?.id !== undefined) {
    return actor.id;
  }
  return actor?.email ? `email:${actor.email.toLowerCase()}` : (address ?? `event:${event.id}:actor`);
}

/** True when the table of personal data covers the actor of this event. */
export function isPersonalActor(actor: NormalizedEvent['actor']): boolean {
  return actor?.type === 'user' || (actor?.type === 'anonymous' && actor.ip_address !== undefined);
}

/** One text for all ways to write an address, so that one person does not get two keys. */
function normalizedIp(text: string): string {
  const address = parseIp(text);
  return address === undefined ? text : formatIp(address);
}

function pointersUnder(parent: string, members: readonly string[]): Map<string, string> {
  return new Map(members.map((member) => [member, `${parent}/${member}`]));
}
