import type { JsonObject, JsonValue, NormalizedEvent, SealedMembers } from '@attestry/core';

/** The words of one event that full-text search finds, apart by who may find them. */
export interface SearchTexts {
  /** Of the members that stand in the record, which every reader of the event sees. */
  readonly open: string;
  /** Of the sealed members, for readers with the right to personal data. */
  readonly sealed: string;
}

/** What full-text search knows of one event; texts as bytes are UTF-8. */
export interface SearchableTexts {
  readonly seq: number;
  readonly open: string | Uint8Array;
  readonly sealed: string | Uint8Array;
}

/** Characters of each of the two texts that are indexed; beyond it nobody finds anything by reading a word off the screen. */
const SEARCH_TEXT_CHARS_MAX = 20_000;

type SearchedEvent = Pick<
  NormalizedEvent,
  'type' | 'actor' | 'action' | 'target' | 'context' | 'ai' | 'data' | 'metadata'
>;

/** Free objects of an event, of which every value is searched. */
const SEARCHED_TREES = ['/target/metadata', '/data/metadata', '/metadata'] as const;

/** Members of an event that are searched and may be sealed, in the order in which their words are indexed. */
const SEARCHED_POINTERS: readonly string[] = [
  ...['name', 'email', 'id', 'on_behalf_of/name', 'on_behalf_of/id'].map((name) => `/actor/${name}`),
  ...['name', 'id'].map((name) => `/target/${name}`),
  ...['description', 'error'].map((name) => `/action/${name}`),
  ...['reason', 'project_id', 'service', 'request_id', 'correlation_id'].map((name) => `/context/${name}`),
  ...['reasoning', 'model', 'node', 'tool_name', 'execution_id'].map((name) => `/ai/${name}`),
  ...SEARCHED_TREES,
];

const SEARCHED: ReadonlySet<string> = new Set(SEARCHED_POINTERS);

const BELOW_TREES: readonly string[] = SEARCHED_TREES.map((tree) => `${tree}/`);

/**
 * The words of an event that full-text search finds: its type, the names and ids of those involved, what was done and
 * why, and the texts of its metadata. Numbers and booleans in metadata count as words, names of members do not. Each
 * text has its parts one per line, so that a phrase rarely spans two of them; both are bounded.
 *
 * They are the same however the event came here: as it was accepted, or from its record and opened seals.
 *
 * @param data    data of the record, without the sealed members
 * @param members sealed members of each person, by JSON pointer
 */
export function searchTexts(data: JsonObject, members: readonly SealedMembers[]): SearchTexts {
  return {
    open: openText(data as unknown as SearchedEvent),
    sealed: members.length === 0 ? '' : sealedText(members),
  };
}

function openText(event: SearchedEvent): string {
  const parts: string[] = [event.type];
  const { actor, action, target, context, ai } = event;
  addTexts(parts, actor?.name, actor?.email, actor?.id, actor?.on_behalf_of?.name, actor?.on_behalf_of?.id);
  addTexts(parts, target?.name, target?.id, action?.description, action?.error, context?.reason);
  addTexts(parts, context?.project_id, context?.service, context?.request_id, context?.correlation_id);
  addTexts(parts, ai?.reasoning, ai?.model, ai?.node, ai?.tool_name, ai?.execution_id);
  addLeaves(parts, target?.metadata as JsonValue | undefined);
  addLeaves(parts, event.data?.metadata as JsonValue | undefined);
  addLeaves(parts, event.metadata as JsonValue | undefined);
  return joined(parts);
}

/** Person by person, by pointer: seals keep that order. */
function sealedText(members: readonly SealedMembers[]): string {
  const parts: string[] = [];
  for (const person of members) {
    for (const pointer of Object.keys(person).sort()) addSealed(parts, pointer, person[pointer] as JsonValue);
  }
  return joined(parts);
}

function addSealed(parts: string[], pointer: string, value: JsonValue): void {
  if (SEARCHED.has(pointer) || BELOW_TREES.some((tree) => pointer.startsWith(tree))) {
    addLeaves(parts, value);
    return;
  }
  if (typeof value !== 'object') return;
  // A whole block was sealed: what is searched lies below it.
  for (const searched of SEARCHED_POINTERS) {
    if (!searched.startsWith(`${pointer}/`)) continue;
    const way = searched.slice(pointer.length + 1).split('/');
    addLeaves(parts, valueAt(value, way));
  }
}

function valueAt(value: JsonValue, way: readonly string[]): JsonValue | undefined {
  let found: JsonValue | undefined = value;
  for (const name of way) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as JsonObject)[name];
  }
  return found;
}

function joined(parts: readonly string[]): string {
  const text = parts.join('\n');
  return text.length > SEARCH_TEXT_CHARS_MAX ? text.slice(0, SEARCH_TEXT_CHARS_MAX) : text;
}

function addTexts(parts: string[], ...texts: readonly (string | undefined)[]): void {
  for (const text of texts) if (text !== undefined && text !== '') parts.push(text);
}

/**
 * Members in the order of their names, so that the text is the same however the event came here: a verifier makes it
 * again from the record and its opened seals. Depth is bounded by the event model (32), so recursion is safe here.
 */
function addLeaves(parts: string[], value: JsonValue | undefined): void {
  if (value === undefined || value === null) return;
  if (typeof value !== 'object') {
    parts.push(String(value));
  } else if (Array.isArray(value)) {
    for (const item of value) addLeaves(parts, item as JsonValue);
  } else {
    const members = value as Readonly<Record<string, JsonValue>>;
    for (const name of Object.keys(members).sort()) addLeaves(parts, members[name]);
  }
}
