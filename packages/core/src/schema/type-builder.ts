import type { TSchema, Type as TypeBox } from 'typebox';

type Options = Readonly<Record<string, unknown>>;

/** The builders of TypeBox that schemas here are made of. */
type Builders = Pick<
  typeof TypeBox,
  | 'Array'
  | 'Boolean'
  | 'Integer'
  | 'Literal'
  | 'Null'
  | 'Number'
  | 'Object'
  | 'Optional'
  | 'String'
  | 'Union'
  | 'Unknown'
  | 'Unsafe'
>;

/** Marks an optional member; no part of the JSON Schema, so it is not enumerable. */
const OPTIONAL = '~optional';

function plain(schema: Options, options: Options = {}): Options {
  return { ...schema, ...options };
}

function objectOf(members: Readonly<Record<string, object>>, options?: Options): Options {
  const required = Object.keys(members).filter((name) => !(OPTIONAL in (members[name] as object)));
  return plain(
    { type: 'object', ...(required.length > 0 ? { required } : {}), properties: members },
    options,
  );
}

/**
 * Makes JSON Schemas whose TypeScript types are TypeBox's: `Static<typeof X>` is the type of what a schema accepts.
 * The package itself is only needed for those types. Loading its 373 modules takes every process and thread a fifth of
 * a second of a processor, for builders of one line each.
 *
 * @see https://github.com/sinclairzx81/typebox
 */
export const Type = {
  Array: (items: object, options?: Options) => plain({ type: 'array', items }, options),
  Boolean: (options?: Options) => plain({ type: 'boolean' }, options),
  Integer: (options?: Options) => plain({ type: 'integer' }, options),
  Literal: (value: string | number | boolean, options?: Options) =>
    plain({ type: typeof value, const: value }, options),
  Null: (options?: Options) => plain({ type: 'null' }, options),
  Number: (options?: Options) => plain({ type: 'number' }, options),
  Object: objectOf,
  Optional: (schema: TSchema) => Object.defineProperty({ ...schema }, OPTIONAL, { value: true }),
  String: (options?: Options) => plain({ type: 'string' }, options),
  Union: (anyOf: readonly object[], options?: Options) => plain({ anyOf }, options),
  Unknown: (options?: Options) => plain({}, options),
  Unsafe: (schema: object) => ({ ...schema }),
} as unknown as Builders;

/** An object with members of any name, all of one schema; `Type.Record(Type.String(), …)` of TypeBox. */
export function recordOf(schema: TSchema): TSchema {
  return Type.Unsafe({ type: 'object', patternProperties: { '^.*$': schema } });
}
