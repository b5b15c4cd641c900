import { readFileSync } from 'node:fs';
import { isJsonObject, type JsonObject, type JsonValue, parseStrict } from '@attestry/core';
import { valueAt } from '@attestry/core/cloudtrail';
import { usageError } from '../cli-error.ts';

/** How one member of the event is made: from a member of the line, or always the same. */
interface Rule {
  readonly target: readonly string[];
  readonly source: { readonly from: readonly string[] } | { readonly value: JsonValue };
  /** Translation of words, e.g. {"ok": "success"}; a word that is not listed stays. */
  readonly words: ReadonlyMap<string, JsonValue>;
}

/** Makes the event of a line of another form. */
export type LineMapping = (line: JsonObject) => JsonObject;

/**
 * Reads a mapping file: `{"<member of the event>": {"from": "<member of the line>", "words": {…}} | {"value": …}}`,
 * members below others with dots. `"from": ""` is the whole line.
 *
 * @throws {CliError} the file cannot be read or a rule is not of this form, naming the rule
 */
export function readLineMapping(file: string): LineMapping {
  let parsed: JsonValue;
  try {
    parsed = parseStrict(readFileSync(file, 'utf8')) as JsonValue;
  } catch (error) {
    throw usageError(`--map ${file}: ${(error as Error).message}`, 'docs/import.md shows a mapping file.');
  }
  if (!isJsonObject(parsed)) throw usageError(`--map ${file}: it must be one JSON object`);
  const rules = Object.entries(parsed).map(([target, rule]) => ruleOf(target, rule, file));
  return (line) => {
    const event: Record<string, JsonValue> = {};
    for (const rule of rules) {
      const value = 'value' in rule.source ? rule.source.value : valueAt(line, ...rule.source.from);
      if (value === undefined || value === null) continue;
      place(event, rule.target, translated(value, rule.words));
    }
    return event;
  };
}

function ruleOf(target: string, rule: JsonValue, file: string): Rule {
  const wrong = (what: string): never => {
    throw usageError(`--map ${file}: "${target}" ${what}`, 'A rule is {"from": "a.b"} or {"value": …}.');
  };
  if (target.split('.').some((name) => name === '' || name === '__proto__'))
    wrong('is not a member of an event');
  if (!isJsonObject(rule)) return wrong('must be an object');
  const { from, value, words = {}, ...others } = rule;
  if (Object.keys(others).length > 0) wrong(`has an unknown member "${Object.keys(others)[0]}"`);
  if ((from === undefined) === (value === undefined)) wrong('needs either "from" or "value"');
  if (!isJsonObject(words)) return wrong('has "words" that are not an object');
  if (from !== undefined && typeof from !== 'string') return wrong('has a "from" that is not text');
  const source =
    from === undefined ? { value: value as JsonValue } : { from: from === '' ? [] : from.split('.') };
  return { target: target.split('.'), source, words: new Map(Object.entries(words)) };
}

/** Words are looked up as they are written in JSON: `true` as "true", 7 as "7". */
function translated(value: JsonValue, words: Rule['words']): JsonValue {
  if (typeof value === 'object') return value;
  return words.get(String(value)) ?? value;
}

function place(event: Record<string, JsonValue>, path: readonly string[], value: JsonValue): void {
  const last = path.at(-1);
  if (last === undefined) return;
  let parent = event;
  for (const name of path.slice(0, -1)) {
    const next = parent[name];
    // A rule for `metadata` and one for `metadata.source` may both be there: the later one adds to a copy.
    const own: Record<string, JsonValue> = isJsonObject(next) ? { ...next } : {};
    parent[name] = own;
    parent = own;
  }
  parent[last] = value;
}
