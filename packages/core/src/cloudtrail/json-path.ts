import { isJsonObject, type JsonValue } from '../canonical/json-value.ts';

/** The value at a path of member names, or undefined where the path ends early. */
export function valueAt(root: JsonValue | undefined, ...path: readonly string[]): JsonValue | undefined {
  let value = root;
  for (const name of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/** The text at a path; an empty one counts as absent, because CloudTrail writes `""` for "none". */
export function textAt(root: JsonValue | undefined, ...path: readonly string[]): string | undefined {
  const value = valueAt(root, ...path);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
