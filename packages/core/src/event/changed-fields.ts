import { canonicalize } from '../canonical/canonicalize.ts';
import type { JsonObject } from '../canonical/json-value.ts';

/** Names of the top-level members that two states do not share with equal values, sorted; equal by canonical form. */
export function changedFields(before: JsonObject, after: JsonObject): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !sameMember(before, after, name)).sort();
}

function sameMember(before: JsonObject, after: JsonObject, name: string): boolean {
  if (!Object.hasOwn(before, name) || !Object.hasOwn(after, name)) {
    return false;
  }
  const left = before[name];
  const right = after[name];
  return left === right || canonicalize(left) === canonicalize(right);
}
