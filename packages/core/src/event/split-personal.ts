import { formatPointer, parsePointer } from '../canonical/json-pointer.ts';
import type { JsonObject, JsonValue } from '../canonical/json-value.ts';
import { CopyOnWrite } from './copy-on-write.ts';
import type { NormalizedEvent, PersonalDeclaration } from './event-schema.ts';
import {
  ACTOR_MEMBERS,
  actorSubject,
  CONTEXT_MEMBERS,
  FREE_TEXT_POINTERS,
  isPersonalActor,
  isSealable,
  ON_BEHALF_OF_MEMBERS,
  TARGET_MEMBERS,
} from './personal-members.ts';

/** What a tenant seals. */
export interface SealPolicy {
  /** `default`: what is known to be personal and what is declared; `declared`: only that; `none`: nothing at all. */
  readonly seals: 'default' | 'declared' | 'none';
  /** Free text (descriptions, reasons, reasoning, metadata) goes under the actor's seal; not with `none`. */
  readonly sealFreeText: boolean;
}

/** The members of an event that are about one person, by their JSON pointers. */
export interface SealedSubject {
  readonly subjectId: string;
  readonly members: Readonly<Record<string, JsonValue>>;
}

export interface SplitEvent {
  /** The event without its sealed members; parents that became empty stay. */
  readonly data: JsonObject;
  /** One per person, in the order of their first pointers (UTF-16 code units). */
  readonly subjects: readonly SealedSubject[];
}

/** Members taken so far, by the id of the person they are about. */
type Taken = Map<string, Record<string, JsonValue>>;

/**
 * Takes the personal members out of an event, one group per person.
 *
 * A member belongs to the first that claims it: what is known to be personal, then the declarations in their order. A
 * parent claimed later gets what is left. An item of a list is never taken out alone, because the others would move:
 * the whole list is. Paths that lead nowhere are ignored. `mergePersonal` with all members gives the event back.
 *
 * Never changes its arguments.
 *
 * @param personal  declarations of the event itself, then those of its custom type
 */
export function splitPersonal(
  event: NormalizedEvent,
  policy: SealPolicy,
  personal: readonly PersonalDeclaration[],
): SplitEvent {
  const taken: Taken = new Map();
  // Validated JSON: the static type merely names its members.
  let data = (policy.seals === 'default' ? takeKnown(event, taken) : event) as unknown as JsonObject;
  if (policy.seals !== 'none' && (personal.length > 0 || policy.sealFreeText)) {
    const changes = new CopyOnWrite(data);
    for (const { subject, paths } of personal) {
      takePaths(changes, paths, membersOf(taken, subject ?? actorSubject(event)));
    }
    if (policy.sealFreeText) {
      takePaths(changes, FREE_TEXT_POINTERS, membersOf(taken, actorSubject(event)));
    }
    data = changes.root;
  }
  return { data, subjects: inOrder(taken) };
}

/** The hot path: what the model knows to be personal. Returns the event without it. */
function takeKnown(event: NormalizedEvent, taken: Taken): object {
  const { actor, context, target } = event;
  const changed: { actor?: object; context?: object; target?: object } = {};
  if (actor !== undefined && isPersonalActor(actor)) {
    const members = membersOf(taken, actorSubject(event));
    changed.actor = takeMembers(actor, ACTOR_MEMBERS, members);
    if (context?.location !== undefined) {
      changed.context = takeMembers(context, CONTEXT_MEMBERS, members);
    }
  }
  if (actor?.on_behalf_of?.type === 'user') {
    const members = membersOf(taken, actor.on_behalf_of.id ?? `event:${event.id}:on_behalf_of`);
    const left = takeMembers(actor.on_behalf_of, ON_BEHALF_OF_MEMBERS, members);
    changed.actor = { ...(changed.actor ?? actor), on_behalf_of: left };
  }
  if (target?.type === 'user') {
    const members = membersOf(taken, target.id ?? `event:${event.id}:target`);
    changed.target = takeMembers(target, TARGET_MEMBERS, members);
  }
  return taken.size === 0 ? event : { ...event, ...changed };
}

/** Copies what is not personal, moves what is. Building anew is faster than deleting, which makes objects slow. */
function takeMembers(
  block: object,
  pointers: ReadonlyMap<string, string>,
  members: Record<string, JsonValue>,
): object {
  const left: Record<string, JsonValue> = {};
  for (const name of Object.keys(block)) {
    const value = (block as JsonObject)[name] as JsonValue;
    const pointer = pointers.get(name);
    if (pointer === undefined) {
      left[name] = value;
    } else {
      members[pointer] = value;
    }
  }
  return left;
}

function takePaths(
  changes: CopyOnWrite,
  pointers: readonly string[],
  members: Record<string, JsonValue>,
): void {
  for (const pointer of pointers) {
    const tokens = isSealable(pointer) ? parsePointer(pointer) : undefined;
    if (tokens !== undefined && changes.get(tokens) !== undefined) {
      const place = outOfLists(changes, tokens);
      members[formatPointer(place)] = changes.remove(place);
    }
  }
}

/** The way to what is taken out: the member itself or, where it is an item of a list, that list. */
function outOfLists(changes: CopyOnWrite, tokens: readonly string[]): readonly string[] {
  let place = tokens;
  while (Array.isArray(changes.get(place.slice(0, -1)))) {
    place = place.slice(0, -1);
  }
  return place;
}

function membersOf(taken: Taken, subjectId: string): Record<string, JsonValue> {
  let members = taken.get(subjectId);
  if (members === undefined) {
    members = {};
    taken.set(subjectId, members);
  }
  return members;
}

function inOrder(taken: Taken): SealedSubject[] {
  const subjects: SealedSubject[] = [];
  for (const [subjectId, members] of taken) {
    if (Object.keys(members).length > 0) {
      subjects.push({ subjectId, members });
    }
  }
  if (subjects.length > 1) {
    subjects.sort((a, b) => (firstPointer(a) < firstPointer(b) ? -1 : 1));
  }
  return subjects;
}

function firstPointer({ members }: SealedSubject): string {
  return Object.keys(members).sort()[0] ?? '';
}
