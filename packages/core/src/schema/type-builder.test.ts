import { type TSchema, Type as TypeBox } from 'typebox';
import { describe, expect, it } from 'vitest';
import { recordOf, Type } from './type-builder.ts';

/** The same schemas, made with either's builders. */
function samples(t: typeof Type): Readonly<Record<string, TSchema>> {
  const bare = t.Object({ a: t.Boolean(), b: t.Optional(t.String()) });
  const own = t.Optional(t.Unsafe({ type: 'string', enum: ['a'] }));
  return {
    texts: t.String({ minLength: 1, description: 'A word.', examples: ['x'], 'x-own': 1 }),
    choices: t.Union([t.Integer({ minimum: 0 }), t.Number(), t.Null({ description: 'None.' })], {
      title: 'c',
    }),
    literals: t.Union([t.Literal('user', { description: 'l' }), t.Literal(1), t.Literal(true)]),
    lists: t.Array(t.Unknown({ description: 'u' }), { maxItems: 3 }),
    objects: t.Object({ ...bare.properties, c: bare }, { additionalProperties: false }),
    'objects without a required member': t.Object({ a: t.Optional(t.Boolean()) }),
    'what may be left out in one place only': t.Object({ a: bare, b: t.Optional(bare) }),
    'schemas of your own': t.Object({ own, ref: t.Unsafe({ $ref: 'x#' }) }),
  };
}

describe('the builders of schemas', () => {
  const wanted = samples(TypeBox);
  it.each(Object.entries(samples(Type)))('make %s as TypeBox does', (name, schema) => {
    // As text, so that the order of the members counts.
    expect(JSON.stringify(schema)).toBe(JSON.stringify(wanted[name]));
  });

  it('make records as TypeBox does', () => {
    const record = Type.Object({ record: recordOf(Type.Integer()) });
    const same = TypeBox.Object({ record: TypeBox.Record(TypeBox.String(), TypeBox.Integer()) });
    expect(JSON.stringify(record)).toBe(JSON.stringify(same));
  });
});
