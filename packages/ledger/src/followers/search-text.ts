import type { JsonValue, NormalizedEvent } from '@attestry/core';

/** What full-text search knows of one event. */
export interface SearchableText {
  readonly seq: number;
  /** As bytes it is UTF-8. */
  readonly text: string | Uint8Array;
}

/** Characters of one event that are indexed; beyond it nobody finds anything by reading a word off the screen. */
const SEARCH_TEXT_CHARS_MAX = 20_000;

/** An event as it was accepted, or as a reader sees it. */
export type SearchedEvent = Pick<
  NormalizedEvent,
  'type' | 'actor' | 'action' | 'target' | 'context' | 'ai' | 'data' | 'metadata'
>;

/**
 * The words of an event that full-text search finds: its type, the names and ids of those involved, what was done and
 * why, and the texts of its metadata. Numbers and booleans in metadata count as words, names of members do not.
 *
 * @param event the event as a reader with the right to personal data sees it
 * @returns the parts, one per line, so that a phrase rarely spans two of them; bounded
 */
export function searchText(event: SearchedEvent): string {
  const parts: string[] = [event.type];
  const { actor, action, target, context, ai } = event;
  addTexts(parts, actor?.name, actor?.email, actor?.id, actor?.on_behalf_of?.name, actor?.on_behalf_of?.id);
  addTexts(parts, target?.name, target?.id, action?.description, action?.error, context?.reason);
  addTexts(parts, context?.project_id, context?.service, context?.request_id, context?.correlation_id);
  addTexts(parts, ai?.reasoning, ai?.model, ai?.node, ai?.tool_name, ai?.execution_id);
  addLeaves(parts, target?.metadata as JsonValue | undefined);
  addLeaves(parts, event.data?.metadata as JsonValue | undefined);
  addLeaves(parts, event.metadata as JsonValue | undefined);
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
