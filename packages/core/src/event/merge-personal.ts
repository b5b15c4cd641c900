import { pointerTokens } from '../canonical/json-pointer.ts';
import type { JsonObject, JsonValue } from '../canonical/json-value.ts';
import { CopyOnWrite } from './copy-on-write.ts';

/**
 * Puts unsealed members back into the data of a record: the reverse of `splitPersonal`. Members of people who were
 * erased, or whom the reader may not see, are simply not given; parents that went with them are made as needed.
 *
 * Never changes its arguments.
 *
 * @param members  for each person, values by JSON pointer, from an opened seal
 * @throws {Error} for a pointer that no seal of ours contains
 */
export function mergePersonal(
  data: JsonObject,
  members: readonly Readonly<Record<string, JsonValue>>[],
): JsonObject {
  const merged = new CopyOnWrite(data);
  for (const pointer of redactedPointers(members)) {
    const tokens = pointerTokens(pointer);
    if (tokens === undefined || tokens.length === 0) {
      throw new Error('a seal contains what is not a pointer to a member');
    }
    const holder = members.find((candidate) => Object.hasOwn(candidate, pointer));
    merged.set(tokens, holder?.[pointer] as JsonValue);
  }
  return merged.root;
}

/**
 * Pointers of all sealed members, sorted, each once: what `redacted` of a view lists. A parent comes before its
 * members.
 */
export function redactedPointers(members: readonly Readonly<Record<string, JsonValue>>[]): string[] {
  const [only] = members;
  // A seal keeps its members sorted (canonical JSON), and most events have one seal.
  if (only !== undefined && members.length === 1) return sorted(Object.keys(only));
  return [...new Set(members.flatMap((one) => Object.keys(one)))].sort();
}

function sorted(names: string[]): string[] {
  for (let at = 1; at < names.length; at += 1) {
    if ((names[at - 1] as string) > (names[at] as string)) return names.sort();
  }
  return names;
}
