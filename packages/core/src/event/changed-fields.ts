import { isJsonObject, type JsonObject, type JsonValue } from '../canonical/json-value.ts';

/** Names of the top-level members that two states do not share with equal values, sorted by UTF-16 code units. */
export function changedFields(before: JsonObject, after: JsonObject): string[] {
  const changed = Object.keys(before).filter((name) => !sameMember(before, after, name));
  for (const name of Object.keys(after)) {
    if (!Object.hasOwn(before, name)) {
      changed.push(name);
    }
  }
  return changed.sort();
}

/** True when two JSON values have the same canonical form: the order of members and the sign of zero do not count. */
function sameValue(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) {
    return true;
  }
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => sameValue(item, b[index]));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) {
    return false;
  }
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => sameMember(a, b, name));
}

function sameMember(a: JsonObject, b: JsonObject, name: string): boolean {
  return Object.hasOwn(b, name) && sameValue(a[name], b[name]);
}
