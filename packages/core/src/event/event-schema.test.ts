import { describe, expect, expectTypeOf, it } from 'vitest';
import type { CatalogueType } from './catalogue.ts';
import {
  type EventInput,
  EventInputSchema,
  EventSchema,
  type EventView,
  EventViewSchema,
  type NormalizedEvent,
  RESERVED_MEMBERS,
  TENANT_ID_PATTERN,
} from './event-schema.ts';

interface AnySchema {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, AnySchema>>;
  readonly items?: AnySchema;
  readonly additionalProperties?: boolean;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  readonly format?: string;
}

function* membersOf(schema: AnySchema, path = ''): Generator<[path: string, schema: AnySchema]> {
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    yield [`${path}/${name}`, member];
    yield* membersOf(member, `${path}/${name}`);
  }
  if (schema.items !== undefined) {
    yield [`${path}/0`, schema.items];
    yield* membersOf(schema.items, `${path}/0`);
  }
}

const SCHEMAS = [
  ['what is sent', EventInputSchema],
  ['what is recorded', EventSchema],
  ['what is read', EventViewSchema],
] as const;

describe.each(SCHEMAS)('the schema of %s', (_name, schema) => {
  const members = [...membersOf(schema as AnySchema)];

  it('documents every member in a sentence', () => {
    for (const [path, member] of members) {
      expect(member.description, path).toMatch(/\S.*[.:;]|\.$/);
    }
  });

  it('refuses unknown members everywhere but in free objects', () => {
    const objects = [['', schema as AnySchema] as const, ...members].filter(([, { type }]) =>
      String(type).startsWith('object'),
    );
    const free = objects.filter(([, member]) => member.additionalProperties !== false).map(([path]) => path);
    expect(free.sort()).toEqual([
      '/compliance/findings/0/details',
      '/data/after',
      '/data/before',
      '/data/metadata',
      '/metadata',
      '/target/metadata',
    ]);
  });

  it('is plain JSON, so that it can be published', () => {
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });
});

describe('the schema of what is sent', () => {
  it('bounds every text, list and number (trap 21)', () => {
    for (const [path, member] of membersOf(EventInputSchema as AnySchema)) {
      const isBoundText =
        member.maxLength !== undefined || member.enum !== undefined || member.format !== undefined;
      const isBound =
        member.type === 'boolean' ||
        member.type === 'object' ||
        (member.type === 'array' && member.maxItems !== undefined) ||
        ((member.type === 'number' || member.type === 'integer') && member.maximum !== undefined) ||
        isBoundText;
      // Names of changed members are bounded by the record they are in.
      expect(isBound || path === '/data/fields/0', path).toBe(true);
    }
  });

  it('uses only keywords that refusals have words for', () => {
    const annotations = ['description', 'examples', 'properties', 'items'];
    const checked =
      'type required additionalProperties maxLength minLength maxItems enum pattern format minimum maximum';
    const known = new Set([...annotations, ...checked.split(' ')]);
    for (const [path, member] of [
      ['', EventInputSchema as AnySchema] as const,
      ...membersOf(EventInputSchema as AnySchema),
    ]) {
      expect(
        Object.keys(member).filter((keyword) => !known.has(keyword)),
        path,
      ).toEqual([]);
    }
  });

  it('has none of the members that only the server sets, what is read has all', () => {
    for (const name of RESERVED_MEMBERS) {
      expect(EventInputSchema.properties).not.toHaveProperty(name);
      expect(EventViewSchema.properties).toHaveProperty(name);
    }
  });
});

describe('the types', () => {
  it('offer the catalogue and accept any text as type', () => {
    expectTypeOf<CatalogueType>().toExtend<EventInput['type']>();
    expectTypeOf<'user.login.success'>().toExtend<CatalogueType>();
    expectTypeOf<'invoice.paid'>().toExtend<EventInput['type']>();
    expectTypeOf<'invoice.paid'>().not.toExtend<CatalogueType>();
    const input: EventInput = { type: 'invoice.paid', actor: { type: 'user', id: 'u' } };
    expect(input.type).toBe('invoice.paid');
  });

  it('know words, optional members and free objects', () => {
    expectTypeOf<EventInput['severity']>().toEqualTypeOf<
      'info' | 'low' | 'medium' | 'high' | 'critical' | 'warning' | undefined
    >();
    expectTypeOf<NormalizedEvent['severity']>().toEqualTypeOf<
      'info' | 'low' | 'medium' | 'high' | 'critical'
    >();
    expectTypeOf<EventView['seq']>().toEqualTypeOf<number>();
    expectTypeOf<EventView>().toExtend<NormalizedEvent>();
    // @ts-expect-error an actor has a type
    const withoutType: EventInput = { type: 'a', actor: { id: 'u' } };
    // @ts-expect-error no such member
    const unknownMember: EventInput = { type: 'a', actr: { type: 'user' } };
    expect([withoutType, unknownMember]).toHaveLength(2);
  });
});

describe('tenant ids', () => {
  const pattern = new RegExp(TENANT_ID_PATTERN);

  it.each(['acme', 'a', 'A.b_c-1', '...', '.a', '0'])('may be %s', (id) => {
    expect(pattern.test(id)).toBe(true);
  });

  it.each(['', '.', '..', '_system', 'a/b', '../x', 'a b', 'ä', 'a\n', '%2e'])(
    'may not be "%s" (trap 26)',
    (id) => {
      expect(pattern.test(id)).toBe(false);
    },
  );
});
