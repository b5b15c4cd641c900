import { formatPointer, parsePointer } from '../canonical/json-pointer.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../canonical/json-value.ts';
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

/**
 * Takes the personal members out of an event, one group per person.
 *
 * A member belongs to the first that claims it: what is known to be personal, then the declarations in their order. A
 * parent claimed later gets what is left. An item of a list is never taken out alone, because the others would move:
 * the whole list is. Paths that lead nowhere are ignored. `mergePersonal` with all members gives the event back.
 *
 * @param personal  declarations of the event itself, then those of its custom type
 */
export function splitPersonal(
  event: NormalizedEvent,
  policy: SealPolicy,
  personal: readonly PersonalDeclaration[],
): SplitEvent {
  const split = new Split(event);
  if (policy.seals === 'default') {
    split.takeKnown(event);
  }
  if (policy.seals !== 'none') {
    for (const { subject, paths } of personal) {
      split.takePaths(subject ?? actorSubject(event), paths);
    }
    if (policy.sealFreeText) {
      split.takePaths(actorSubject(event), FREE_TEXT_POINTERS);
    }
  }
  return split.finish();
}

class Split {
  readonly #data: CopyOnWrite;
  readonly #members = new Map<string, Record<string, JsonValue>>();

  constructor(event: NormalizedEvent) {
    // Validated JSON: the static type merely names its members.
    this.#data = new CopyOnWrite(event as unknown as JsonObject);
  }

  takeKnown(event: NormalizedEvent): void {
    const { actor, target } = event;
    if (isPersonalActor(actor)) {
      const subjectId = actorSubject(event);
      this.#takeMembers(subjectId, ['actor'], ACTOR_MEMBERS);
      this.#takeMembers(subjectId, ['context'], CONTEXT_MEMBERS);
    }
    if (actor?.on_behalf_of?.type === 'user') {
      const subjectId = actor.on_behalf_of.id ?? `event:${event.id}:on_behalf_of`;
      this.#takeMembers(subjectId, ['actor', 'on_behalf_of'], ON_BEHALF_OF_MEMBERS);
    }
    if (target?.type === 'user') {
      this.#takeMembers(target.id ?? `event:${event.id}:target`, ['target'], TARGET_MEMBERS);
    }
  }

  takePaths(subjectId: string, pointers: readonly string[]): void {
    for (const pointer of pointers) {
      const tokens = isSealable(pointer) ? this.#existingMember(parsePointer(pointer) ?? []) : undefined;
      if (tokens !== undefined) {
        this.#take(subjectId, tokens, formatPointer(tokens));
      }
    }
  }

  finish(): SplitEvent {
    const subjects = [...this.#members].map(([subjectId, members]) => ({ subjectId, members }));
    if (subjects.length > 1) {
      subjects.sort((a, b) => (firstPointer(a.members) < firstPointer(b.members) ? -1 : 1));
    }
    return { data: this.#data.root, subjects };
  }

  /** The hot path: the members of one block that are known to be personal. */
  #takeMembers(subjectId: string, block: readonly string[], pointers: ReadonlyMap<string, string>): void {
    const container = this.#data.get(block);
    if (!isJsonObject(container)) {
      return;
    }
    for (const member of Object.keys(container)) {
      const pointer = pointers.get(member);
      if (pointer !== undefined) {
        this.#take(subjectId, [...block, member], pointer);
      }
    }
  }

  #take(subjectId: string, tokens: readonly string[], pointer: string): void {
    let members = this.#members.get(subjectId);
    if (members === undefined) {
      members = {};
      this.#members.set(subjectId, members);
    }
    members[pointer] = this.#data.remove(tokens);
  }

  /** The way to what is really taken out: the member itself, or the list it is in. `undefined` when it is not there. */
  #existingMember(tokens: readonly string[]): readonly string[] | undefined {
    if (this.#data.get(tokens) === undefined) {
      return undefined;
    }
    let length = tokens.length;
    while (Array.isArray(this.#data.get(tokens.slice(0, length - 1)))) {
      length -= 1;
    }
    return tokens.slice(0, length);
  }
}

function firstPointer(members: Readonly<Record<string, JsonValue>>): string {
  return Object.keys(members).reduce((first, pointer) => (pointer < first ? pointer : first));
}
