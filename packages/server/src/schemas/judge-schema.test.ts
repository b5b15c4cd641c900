import { describe, expect, it } from 'vitest';
import { CustomType } from './custom-type.ts';
import { judgeSchema } from './judge-schema.ts';
import { judgePattern } from './pattern-cost.ts';

describe('judgePattern', () => {
  it.each(['^[a-z]+$', '^[A-Z]{2}[0-9]{6}$', '^(red|green)$', '^\\d{1,9}\\.\\d{2}$', 'urgent'])(
    'takes %s',
    (pattern) => {
      expect(judgePattern(pattern, 200)).toBeTypeOf('number');
    },
  );

  it.each([
    '^(a+)+$',
    '(a|aa)*b',
    '^(.*)*$',
    '([a-z]+)*@',
    '^(\\w+\\s?)*$',
    '.*.*.*=',
    '(a|b|ab)*c',
    'x{1,200}x{1,200}x{1,200}',
  ])('refuses %s, which could run for ever', (pattern) => {
    expect(judgePattern(pattern, 200)).toContain('backtrack');
  });

  it.each(['(?=a)b', '(?<!x)y', '(a)\\1', '(?<n>a)\\k<n>'])(
    'refuses look-around and back-references: %s',
    (pattern) => {
      expect(judgePattern(pattern, 10)).toContain('not allowed');
    },
  );

  it('says what is wrong with a broken one', () => {
    expect(judgePattern('(', 10)).toContain('not a regular expression');
  });
});

describe('judgeSchema', () => {
  it.each([
    [{ properties: { a: { type: 'string', pattern: '^a$' } } }, '/properties/a/pattern'],
    [{ $ref: 'https://evil.example/schema.json' }, '/$ref'],
    [{ $ref: '#' }, '/$ref'],
    [
      { $defs: { a: { properties: { b: { $ref: '#/$defs/a' } } } }, $ref: '#/$defs/a' },
      '/$defs/a/properties/b/$ref',
    ],
    [{ $dynamicRef: '#x' }, '/$dynamicRef'],
    [{ properties: { a: { type: 'array', uniqueItems: true } } }, '/properties/a/uniqueItems'],
    [{ properties: { a: 5 } }, '/properties/a'],
    [{ $schema: 'http://json-schema.org/draft-04/schema#' }, '/$schema'],
    [{ properties: { a: { $schema: 7 } } }, '/properties/a/$schema'],
    [{ propertis: {} }, '/propertis'],
    [{ properties: { 'a/b': { discriminator: {} } } }, '/properties/a~1b/discriminator'],
    // Ajv would run both: a pattern that nobody judged, and a validator that answers with a promise.
    [{ dependencies: { a: { pattern: '^(a+)+$' } } }, '/dependencies'],
    [{ $async: true }, '/$async'],
    [{ properties: { a: { if: {} } } }, '/properties/a/if'],
    [{ properties: { a: { enum: [] } } }, '/properties/a/enum'],
    [{ 'x-personal': 'yes' }, '/x-personal'],
  ])('refuses %j and names the place', (schema, path) => {
    expect(judgeSchema(schema)).toMatchObject({ path });
  });

  it('counts references each time, so that doubling cannot explode', () => {
    const $defs: Record<string, object> = { d0: { type: 'string' } };
    for (let i = 1; i < 14; i++)
      $defs[`d${i}`] = { anyOf: [{ $ref: `#/$defs/d${i - 1}` }, { $ref: `#/$defs/d${i - 1}` }] };
    expect(judgeSchema({ $defs, $ref: '#/$defs/d13' })).toMatchObject({
      detail: expect.stringContaining('parts'),
    });
  });

  it('finds the personal places', () => {
    const schema = {
      properties: {
        metadata: {
          properties: {
            phone: { 'x-personal': true },
            guests: { items: { properties: { name: { 'x-personal': true } } } },
          },
        },
      },
    };
    expect(judgeSchema(schema)).toEqual({
      personal: [
        ['metadata', 'phone'],
        ['metadata', 'guests', '*', 'name'],
      ],
    });
  });
});

describe('CustomType', () => {
  const row = { type: 'guest.added', version: 1, createdAtMs: 0, createdBy: 'k' };
  const event = {
    id: 'i',
    type: 'guest.added',
    category: 'data',
    severity: 'info',
    occurred_at: '',
    tenant_id: 't',
    actor: { type: 'user', id: 'u-1' },
  } as const;

  it('names the member that does not fit', () => {
    const type = CustomType.compile({
      ...row,
      schema: { properties: { metadata: { properties: { age: { type: 'integer' } } } } },
    });
    expect((type as CustomType).check({ ...event, metadata: { age: 'old' } })).toMatchObject({
      path: '/metadata/age',
    });
    expect((type as CustomType).check({ ...event, metadata: { age: 5 } })).toEqual({ personal: [] });
  });

  it('bounds what all patterns may cost on one event together', () => {
    // About 10^5 steps on one value, but a list holds 1,200 of them.
    const name = { type: 'string', maxLength: 50, pattern: '^[a-z]{0,45}[a-z0-9]{0,45}[0-9]{0,45}$' };
    const listOf = (items: object) => ({
      properties: { metadata: { properties: { a: { type: 'array', items } } } },
    });
    expect(CustomType.compile({ ...row, schema: { properties: { type: name } } })).toBeInstanceOf(CustomType);
    expect(CustomType.compile({ ...row, schema: listOf(name) })).toMatchObject({
      path: '/properties/metadata/properties/a/items/pattern',
      detail: expect.stringContaining('together'),
    });
    const plain = { type: 'string', maxLength: 50, pattern: '^[a-z]{1,50}$' };
    expect(CustomType.compile({ ...row, schema: listOf(plain) })).toBeInstanceOf(CustomType);
    const many = Array.from({ length: 200 }, () => name);
    expect(CustomType.compile({ ...row, schema: { properties: { type: { allOf: many } } } })).toHaveProperty(
      'detail',
    );
  });

  it('declares what the schema marks personal, for the actor', () => {
    const schema = {
      properties: {
        metadata: {
          properties: {
            guests: {
              type: 'array',
              items: { type: 'object', properties: { name: { 'x-personal': true } } },
            },
          },
        },
      },
    };
    const type = CustomType.compile({ ...row, schema }) as CustomType;
    expect(
      type.check({ ...event, metadata: { guests: [{ name: 'A' }, { age: 1 }, { name: 'B' }] } }),
    ).toEqual({
      personal: [{ paths: ['/metadata/guests/0/name', '/metadata/guests/2/name'] }],
    });
  });

  it('refuses unknown keywords and formats instead of ignoring them', () => {
    expect(CustomType.compile({ ...row, schema: { propertees: {} } })).toMatchObject({ path: '/propertees' });
    expect(
      CustomType.compile({ ...row, schema: { properties: { a: { type: 'string', format: 'phone' } } } }),
    ).toHaveProperty('detail');
  });
});

describe('CustomType.compile', () => {
  const compile = (schema: object) =>
    CustomType.compile({ type: 'a.b', version: 1, schema, createdAtMs: 0, createdBy: '' });

  it.each([
    [
      { properties: { a: { type: 'string', format: 'zz' } } },
      '/properties/a',
      'names an unknown format: "zz"',
    ],
    [{ properties: { a: { prefixItems: [true] } } }, '/properties/a', 'cannot be compiled: '],
    [{ properties: { a: { maxLength: -1 } } }, '/properties/a/maxLength', 'must be >= 0'],
    [{ contentSchema: 5 }, '/contentSchema', 'must be object'],
  ])('tells of %j where it is wrong', (schema, path, detail) => {
    expect(compile(schema)).toMatchObject({ path, detail: expect.stringContaining(detail) });
  });

  it('takes the dialect by its name, and a name beside the pattern it fits', () => {
    const $schema = 'https://json-schema.org/draft/2020-12/schema';
    expect(compile({ $schema, properties: { ab: true }, patternProperties: { '^a': true } })).toBeInstanceOf(
      CustomType,
    );
  });
});
