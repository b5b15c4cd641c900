import { RECORD_BYTES_MAX } from '@attestry/core';
import { nearestName } from '../config/nearest-name.ts';
import { SCHEMA_BYTES_MAX, SCHEMA_DEPTH_MAX, SCHEMA_NODES_MAX, SCHEMA_STEPS_MAX } from '../limits.ts';
import { judgePattern } from './pattern-cost.ts';

/** What is wrong with a tenant's JSON Schema. */
export interface SchemaProblem {
  /** JSON pointer into the schema. */
  readonly path: string;
  readonly detail: string;
}

/** A place in an event that the schema marks personal; `*` stands for every element or member. */
export type PersonalPath = readonly string[];

/** Keywords that hold one subschema at the same place of the event. */
const SAME_PLACE = ['not', 'if', 'then', 'else'] as const;
const SAME_PLACE_LISTS = ['allOf', 'anyOf', 'oneOf'] as const;
const NAMED = ['properties', 'patternProperties', 'dependentSchemas'] as const;
/** Identifiers and dynamic references would let a schema grow while it runs, or look outside itself. */
const FORBIDDEN = [
  '$id',
  '$anchor',
  '$dynamicRef',
  '$dynamicAnchor',
  '$recursiveRef',
  '$vocabulary',
  'unevaluatedItems',
  'unevaluatedProperties',
];
/**
 * Keywords that a schema may hold: those of JSON Schema 2020-12 that this judge looks into, and `x-personal`. A list of
 * what is possible, not of what is not: Ajv knows more (`dependencies`, `$async`), which would run unjudged.
 */
const KNOWN: ReadonlySet<string> = new Set([
  ...['$schema', '$ref', '$defs', '$comment', 'x-personal'],
  ...SAME_PLACE,
  ...SAME_PLACE_LISTS,
  ...NAMED,
  ...['items', 'prefixItems', 'contains', 'additionalProperties', 'propertyNames'],
  ...['type', 'enum', 'const', 'multipleOf', 'maximum', 'exclusiveMaximum', 'minimum', 'exclusiveMinimum'],
  ...['maxLength', 'minLength', 'pattern', 'format', 'contentEncoding', 'contentMediaType', 'contentSchema'],
  ...['maxItems', 'minItems', 'uniqueItems', 'maxContains', 'minContains'],
  ...['maxProperties', 'minProperties', 'required', 'dependentRequired'],
  ...['title', 'description', 'default', 'deprecated', 'readOnly', 'writeOnly', 'examples'],
]);
/** The only dialect: others give some keywords another meaning. */
const DIALECT = /^https:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/;
/** Longer names are no slip of the pen, and comparing them costs time; shorter ones are like everything. */
const KEYWORD_CHARS_MAX = 40;
/** `uniqueItems` compares every pair. */
const UNIQUE_ITEMS_MAX = 1_000;

type Node = Readonly<Record<string, unknown>>;

class SchemaJudge {
  readonly #root: Node;
  readonly personal: PersonalPath[] = [];
  #nodes = 0;
  /** Backtracking steps all patterns may need on one event. */
  #steps = 0;

  constructor(root: Node) {
    this.#root = root;
  }

  /**
   * @param node   subschema
   * @param path   its pointer inside the schema
   * @param place  where in the event it applies
   * @param active references being followed, to refuse recursion
   */
  visit(
    node: unknown,
    path: string,
    place: PersonalPath,
    active: readonly string[],
  ): SchemaProblem | undefined {
    if (typeof node === 'boolean') return undefined;
    if (typeof node !== 'object' || node === null || Array.isArray(node))
      return { path, detail: 'must be a JSON Schema' };
    this.#nodes += 1;
    if (this.#nodes > SCHEMA_NODES_MAX)
      return {
        path,
        detail: `the schema has more than ${SCHEMA_NODES_MAX} parts, references counted each time`,
      };
    if (place.length + active.length > SCHEMA_DEPTH_MAX)
      return { path, detail: `is deeper than ${SCHEMA_DEPTH_MAX} levels` };
    const schema = node as Node;
    if (schema['x-personal'] === true) this.personal.push(place);
    return (
      this.#keywords(schema, path, place) ??
      this.#reference(schema, path, place, active) ??
      this.#samePlace(schema, path, place, active) ??
      this.#members(schema, path, place, active)
    );
  }

  #keywords(schema: Node, path: string, place: PersonalPath): SchemaProblem | undefined {
    const { $schema: dialect } = schema;
    if (dialect !== undefined && (typeof dialect !== 'string' || !DIALECT.test(dialect))) {
      const detail = 'must be https://json-schema.org/draft/2020-12/schema or left out';
      return { path: `${path}/$schema`, detail };
    }
    return unknownKeyword(schema, path) ?? lonelyKeyword(schema, path) ?? this.#costs(schema, path, place);
  }

  #costs(schema: Node, path: string, place: PersonalPath): SchemaProblem | undefined {
    const { pattern, maxLength, uniqueItems, maxItems } = schema;
    if (typeof pattern === 'string') {
      if (typeof maxLength !== 'number')
        return {
          path: `${path}/pattern`,
          detail: 'needs a maxLength beside it, so that its cost is bounded',
        };
      const steps = judgePattern(pattern, maxLength);
      if (typeof steps === 'string') return { path: `${path}/pattern`, detail: steps };
      // Under a list or a free name it runs as often as values of that length fit into a record.
      const values = place.includes('*') ? Math.ceil(RECORD_BYTES_MAX / Math.max(1, maxLength)) : 1;
      this.#steps += steps * values;
      if (this.#steps > SCHEMA_STEPS_MAX)
        return {
          path: `${path}/pattern`,
          detail:
            'makes the patterns of the schema cost too much together; anchor them with ^, or give smaller bounds',
        };
    }
    if (uniqueItems === true && (typeof maxItems !== 'number' || maxItems > UNIQUE_ITEMS_MAX)) {
      return {
        path: `${path}/uniqueItems`,
        detail: `needs a maxItems of at most ${UNIQUE_ITEMS_MAX} beside it`,
      };
    }
    for (const name of Object.keys((schema.patternProperties as Node | undefined) ?? {})) {
      const steps = judgePattern(name, RECORD_BYTES_MAX);
      if (typeof steps === 'string')
        return { path: `${path}/patternProperties`, detail: `"${name}" ${steps}` };
    }
    return undefined;
  }

  #reference(
    schema: Node,
    path: string,
    place: PersonalPath,
    active: readonly string[],
  ): SchemaProblem | undefined {
    const { $ref: reference } = schema;
    if (reference === undefined) return undefined;
    if (typeof reference !== 'string' || !/^#\/\$defs\/[A-Za-z0-9_.-]+$/.test(reference)) {
      return { path: `${path}/$ref`, detail: 'must be of the form #/$defs/name; nothing is ever fetched' };
    }
    if (active.includes(reference))
      return { path: `${path}/$ref`, detail: 'refers to itself; recursion is not allowed' };
    const name = reference.slice('#/$defs/'.length);
    const definitions = this.#root.$defs as Node | undefined;
    if (definitions === undefined || !Object.hasOwn(definitions, name))
      return { path: `${path}/$ref`, detail: 'names nothing in $defs' };
    return this.visit(definitions[name], `/$defs/${name}`, place, [...active, reference]);
  }

  #samePlace(
    schema: Node,
    path: string,
    place: PersonalPath,
    active: readonly string[],
  ): SchemaProblem | undefined {
    for (const keyword of SAME_PLACE) {
      const problem =
        keyword in schema ? this.visit(schema[keyword], `${path}/${keyword}`, place, active) : undefined;
      if (problem !== undefined) return problem;
    }
    for (const keyword of SAME_PLACE_LISTS) {
      const list = schema[keyword];
      for (const [index, item] of (Array.isArray(list) ? list : []).entries()) {
        const problem = this.visit(item, `${path}/${keyword}/${index}`, place, active);
        if (problem !== undefined) return problem;
      }
    }
    return undefined;
  }

  #members(
    schema: Node,
    path: string,
    place: PersonalPath,
    active: readonly string[],
  ): SchemaProblem | undefined {
    for (const keyword of NAMED) {
      for (const [name, item] of Object.entries((schema[keyword] as Node | undefined) ?? {})) {
        const step = keyword === 'properties' ? [name] : keyword === 'patternProperties' ? ['*'] : [];
        const problem = this.visit(
          item,
          `${path}/${keyword}/${escapePointer(name)}`,
          [...place, ...step],
          active,
        );
        if (problem !== undefined) return problem;
      }
    }
    for (const keyword of ['items', 'contains', 'additionalProperties', 'propertyNames'] as const) {
      const problem =
        keyword in schema
          ? this.visit(schema[keyword], `${path}/${keyword}`, [...place, '*'], active)
          : undefined;
      if (problem !== undefined) return problem;
    }
    const tuple = schema.prefixItems;
    for (const [index, item] of (Array.isArray(tuple) ? tuple : []).entries()) {
      const problem = this.visit(item, `${path}/prefixItems/${index}`, [...place, String(index)], active);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
}

/** Keywords that say nothing alone; the compiler refuses them too, but without the place. */
const NEEDS: readonly (readonly [keyword: string, needed: readonly string[]])[] = [
  ['if', ['then', 'else']],
  ['then', ['if']],
  ['else', ['if']],
  ['minContains', ['contains']],
  ['maxContains', ['contains']],
];

function lonelyKeyword(schema: Node, path: string): SchemaProblem | undefined {
  for (const [keyword, needed] of NEEDS) {
    if (!Object.hasOwn(schema, keyword) || needed.some((name) => Object.hasOwn(schema, name))) continue;
    return { path: `${path}/${keyword}`, detail: `says nothing without ${needed.join(' or ')} beside it` };
  }
  const { enum: words, 'x-personal': personal } = schema;
  if (Array.isArray(words) && words.length === 0)
    return { path: `${path}/enum`, detail: 'is empty: no value could fit' };
  if (personal !== undefined && typeof personal !== 'boolean')
    return { path: `${path}/x-personal`, detail: 'must be true or false' };
  return undefined;
}

function unknownKeyword(schema: Node, path: string): SchemaProblem | undefined {
  const keyword = Object.keys(schema).find((name) => !KNOWN.has(name));
  if (keyword === undefined) return undefined;
  const place = `${path}/${escapePointer(keyword)}`;
  if (FORBIDDEN.includes(keyword)) return { path: place, detail: 'is not allowed in event schemas' };
  if (keyword === 'definitions' || keyword === 'dependencies') {
    const instead = keyword === 'definitions' ? '$defs' : 'dependentSchemas or dependentRequired';
    return { path: place, detail: `is of an older JSON Schema; write ${instead}` };
  }
  const near =
    keyword.length < 4 || keyword.length > KEYWORD_CHARS_MAX ? undefined : nearestName(keyword, [...KNOWN]);
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  return { path: place, detail: `is not a keyword of JSON Schema 2020-12${hint}` };
}

function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/**
 * Judges a tenant's JSON Schema before it is compiled: bounded in size, depth and backtracking, without recursion and
 * without references to anywhere else.
 *
 * @returns the first problem, or the places it marks with `"x-personal": true`
 */
export function judgeSchema(schema: object): SchemaProblem | { readonly personal: readonly PersonalPath[] } {
  if (Buffer.byteLength(JSON.stringify(schema)) > SCHEMA_BYTES_MAX)
    return { path: '', detail: `is larger than ${SCHEMA_BYTES_MAX} bytes` };
  const judge = new SchemaJudge(schema as Node);
  return judge.visit(schema, '', [], []) ?? { personal: judge.personal };
}
