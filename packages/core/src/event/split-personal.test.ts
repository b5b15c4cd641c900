import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalize } from '../canonical/canonicalize.ts';
import type { JsonObject, JsonValue } from '../canonical/json-value.ts';
import type { EventInput, NormalizedEvent, PersonalDeclaration } from './event-schema.ts';
import { mergePersonal, redactedPointers } from './merge-personal.ts';
import { normalizeEvent } from './normalize-event.ts';
import { type SealPolicy, type SplitEvent, splitPersonal } from './split-personal.ts';

const ID = '0199b000-0000-7000-8000-000000000000';
const DEFAULT: SealPolicy = { seals: 'default', sealFreeText: false };

function eventOf(input: EventInput): NormalizedEvent {
  const result = normalizeEvent(input, { tenantId: 'acme', nowMs: Date.UTC(2026, 10, 21), newId: () => ID });
  if (!result.ok) {
    throw new Error(JSON.stringify(result.problems));
  }
  return result.event;
}

function merged({ data, subjects }: SplitEvent): JsonObject {
  return mergePersonal(
    data,
    subjects.map(({ members }) => members),
  );
}

/** Splits, checks that nothing is lost, and returns what was taken from whom. */
function taken(
  input: EventInput,
  personal: readonly PersonalDeclaration[] = [],
  policy: SealPolicy = DEFAULT,
): Record<string, Readonly<Record<string, JsonValue>>> {
  const event = eventOf(input);
  const before = canonicalize(event);
  const split = splitPersonal(event, policy, personal);
  expect(canonicalize(event)).toBe(before);
  expect(canonicalize(merged(split))).toBe(before);
  return Object.fromEntries(split.subjects.map(({ subjectId, members }) => [subjectId, members]));
}

const ACTOR = {
  id: 'u-1',
  name: 'Alice',
  email: 'Alice@example.com',
  ip_address: '192.0.2.7',
  user_agent: 'curl/8',
  session_id: 's-1',
} as const;
const ACTOR_POINTERS = {
  '/actor/id': 'u-1',
  '/actor/name': 'Alice',
  '/actor/email': 'Alice@example.com',
  '/actor/ip_address': '192.0.2.7',
  '/actor/user_agent': 'curl/8',
  '/actor/session_id': 's-1',
};

describe('what is known to be personal', () => {
  it('is of a user who acts: the members of the table, and nothing else of them', () => {
    const event = eventOf({
      type: 'document.viewed',
      actor: { type: 'user', ...ACTOR },
      context: { request_id: 'r', location: { country: 'DE' } },
      action: { description: 'Alice did it' },
    });
    const { data, subjects } = splitPersonal(event, DEFAULT, []);
    expect(subjects).toEqual([
      { subjectId: 'u-1', members: { ...ACTOR_POINTERS, '/context/location': { country: 'DE' } } },
    ]);
    expect(data).toEqual({
      ...event,
      actor: { type: 'user' },
      context: { request_id: 'r' },
    });
  });

  it('leaves parents that became empty, as the golden log does', () => {
    const { data } = splitPersonal(
      eventOf({ type: 'a', actor: { type: 'user', id: 'u' }, context: { location: { city: 'Bonn' } } }),
      DEFAULT,
      [],
    );
    expect(data['actor']).toEqual({ type: 'user' });
    expect(data['context']).toEqual({});
  });

  it('is of an anonymous actor with an address, by that address in its one form', () => {
    const actor = { type: 'anonymous', ...ACTOR } as const;
    expect(taken({ type: 'a', actor })).toEqual({ 'ip:192.0.2.7': ACTOR_POINTERS });
    expect(
      Object.keys(taken({ type: 'a', actor: { type: 'anonymous', ip_address: '::ffff:192.0.2.7' } })),
    ).toEqual(['ip:192.0.2.7']);
    expect(
      Object.keys(taken({ type: 'a', actor: { type: 'anonymous', ip_address: '2001:DB8:0::1' } })),
    ).toEqual(['ip:2001:db8::1']);
    expect(taken({ type: 'a', actor: { type: 'anonymous', session_id: 's' } })).toEqual({});
  });

  it.each(['service', 'agent', 'system'] as const)('is not of a %s', (type) => {
    expect(taken({ type: 'a', actor: { type, ...ACTOR }, context: { location: { city: 'Bonn' } } })).toEqual(
      {},
    );
  });

  it('is of the person acted for', () => {
    const actor = {
      type: 'agent',
      id: 'bot',
      on_behalf_of: { type: 'user', id: 'u-2', name: 'Bob' },
    } as const;
    expect(taken({ type: 'a', actor })).toEqual({
      'u-2': { '/actor/on_behalf_of/id': 'u-2', '/actor/on_behalf_of/name': 'Bob' },
    });
    expect(taken({ type: 'a', actor: { ...actor, on_behalf_of: { type: 'service', id: 'x' } } })).toEqual({});
  });

  it('is of a target that is a user', () => {
    const target = { type: 'user', id: 'u-3', name: 'Carol', metadata: { phone: '1' } };
    expect(taken({ type: 'a', target })).toEqual({
      'u-3': { '/target/id': 'u-3', '/target/name': 'Carol', '/target/metadata': { phone: '1' } },
    });
    expect(taken({ type: 'a', target: { ...target, type: 'document' } })).toEqual({});
  });

  it('is one group when actor, target and person acted for are one', () => {
    const groups = taken({
      type: 'a',
      actor: { type: 'user', id: 'u', on_behalf_of: { type: 'user', id: 'u', name: 'U' } },
      target: { type: 'user', id: 'u' },
    });
    expect(groups).toEqual({
      u: {
        '/actor/id': 'u',
        '/actor/on_behalf_of/id': 'u',
        '/actor/on_behalf_of/name': 'U',
        '/target/id': 'u',
      },
    });
  });

  it('never stays readable because an id is missing', () => {
    const { id: _id, ...nameless } = ACTOR;
    expect(Object.keys(taken({ type: 'a', actor: { type: 'user', ...nameless } }))).toEqual([
      'email:alice@example.com',
    ]);
    expect(Object.keys(taken({ type: 'a', actor: { type: 'user', ip_address: '::1' } }))).toEqual(['ip:::1']);
    expect(Object.keys(taken({ type: 'a', actor: { type: 'user', name: 'A' } }))).toEqual([
      `event:${ID}:actor`,
    ]);
    expect(Object.keys(taken({ type: 'a', target: { type: 'user', name: 'A' } }))).toEqual([
      `event:${ID}:target`,
    ]);
    const actor = { type: 'agent', on_behalf_of: { type: 'user', name: 'A' } } as const;
    expect(Object.keys(taken({ type: 'a', actor }))).toEqual([`event:${ID}:on_behalf_of`]);
  });

  it('makes no group where there is nothing to seal', () => {
    expect(taken({ type: 'a', actor: { type: 'user' } })).toEqual({});
    expect(taken({ type: 'a' })).toEqual({});
  });
});

describe('what is declared personal', () => {
  const data = { after: { phone: '1', 'a/b~c': 2, nested: { list: [[1, 2], { x: 3 }] } } };

  it('goes to its subject; what is not there is ignored', () => {
    const declared = [
      { subject: 'u-9', paths: ['/data/after/phone', '/data/after/a~1b~0c', '/data/before/x', '/nope'] },
    ];
    expect(taken({ type: 'a', data }, declared)).toEqual({
      'u-9': { '/data/after/phone': '1', '/data/after/a~1b~0c': 2 },
    });
  });

  it('goes to the actor when no subject is named, as for custom types', () => {
    expect(
      taken({ type: 'a', actor: { type: 'agent', id: 'bot' }, data }, [{ paths: ['/data/after/phone'] }]),
    ).toEqual({
      bot: { '/data/after/phone': '1' },
    });
  });

  it('is one group for a subject named twice', () => {
    const declared = [
      { subject: 'u', paths: ['/data/after/phone'] },
      { subject: 'u', paths: ['/data/after/phone', '/data/after/nested'] },
    ];
    expect(Object.keys(taken({ type: 'a', data }, declared)['u'] ?? {})).toEqual([
      '/data/after/phone',
      '/data/after/nested',
    ]);
  });

  it('belongs to the first that claims it; a parent gets what is left', () => {
    const declared = [
      { subject: 'u', paths: ['/data/after/phone'] },
      { subject: 'v', paths: ['/data/after/phone', '/data/after'] },
      { subject: 'w', paths: ['/data/after/nested'] },
    ];
    const groups = taken({ type: 'a', data }, declared);
    expect(groups['u']).toEqual({ '/data/after/phone': '1' });
    expect(groups['v']).toEqual({ '/data/after': { 'a/b~c': 2, nested: data.after.nested } });
    expect(groups['w']).toBeUndefined();
  });

  it('takes the whole list for an item of it, but members of items alone', () => {
    const item = [{ subject: 'u', paths: ['/data/after/nested/list/0/1'] }];
    expect(taken({ type: 'a', data }, item)).toEqual({
      u: { '/data/after/nested/list': data.after.nested.list },
    });
    const member = [{ subject: 'u', paths: ['/data/after/nested/list/1/x'] }];
    expect(taken({ type: 'a', data }, member)).toEqual({ u: { '/data/after/nested/list/1/x': 3 } });
    const beyond = [
      {
        subject: 'u',
        paths: ['/data/after/nested/list/2', '/data/after/nested/list/-', '/data/after/nested/list/00'],
      },
    ];
    expect(taken({ type: 'a', data }, beyond)).toEqual({});
  });

  it.each([
    '',
    '/id',
    '/type',
    '/tenant_id',
    '/occurred_at',
    '/category',
    '/severity',
    '/actor/type',
    '/target/type',
    '/__proto__',
    '/data/__proto__',
    'data',
    '/data/~2',
  ])('never takes "%s"', (path) => {
    const input: EventInput = { type: 'a', actor: { type: 'service' }, target: { type: 't' }, data };
    expect(taken(input, [{ subject: 'u', paths: [path] }])).toEqual({});
  });

  it('orders subjects by their first pointers', () => {
    const event = eventOf({
      type: 'a',
      actor: { type: 'user', id: 'z' },
      target: { type: 'user', id: 'b' },
      data,
    });
    const declared = [
      { subject: 'a', paths: ['/data/after/phone'] },
      { subject: 'b', paths: ['/data/after/nested'] },
    ];
    const { subjects } = splitPersonal(event, DEFAULT, declared);
    expect(subjects.map(({ subjectId }) => subjectId)).toEqual(['z', 'b', 'a']);
  });
});

describe('what a tenant chooses', () => {
  const input: EventInput = {
    type: 'a',
    actor: { type: 'user', id: 'u' },
    action: { description: 'd' },
    context: { reason: 'r' },
    ai: { reasoning: 'w', model: 'm' },
    metadata: { a: 1 },
  };
  const declared = [{ subject: 'v', paths: ['/metadata/a'] }];

  it('declared: only that', () => {
    expect(taken(input, declared, { seals: 'declared', sealFreeText: false })).toEqual({
      v: { '/metadata/a': 1 },
    });
  });

  it('none: nothing, not even free text', () => {
    expect(taken(input, declared, { seals: 'none', sealFreeText: true })).toEqual({});
  });

  it('seal_free_text: free text goes under the seal of the actor, whoever it is', () => {
    const groups = taken(input, declared, { seals: 'default', sealFreeText: true });
    expect(groups).toEqual({
      u: {
        '/actor/id': 'u',
        '/action/description': 'd',
        '/ai/reasoning': 'w',
        '/context/reason': 'r',
        '/metadata': {},
      },
      v: { '/metadata/a': 1 },
    });
    const agent = taken({ ...input, actor: { type: 'agent', id: 'bot' } }, [], {
      seals: 'declared',
      sealFreeText: true,
    });
    expect(Object.keys(agent)).toEqual(['bot']);
    expect(
      Object.keys(taken({ type: 'a', metadata: {} }, [], { seals: 'default', sealFreeText: true })),
    ).toEqual([`event:${ID}:actor`]);
  });
});

describe('mergePersonal', () => {
  it('gives back what is left when somebody was erased', () => {
    const event = eventOf({
      type: 'a',
      actor: { type: 'user', id: 'u' },
      data: { after: { phone: '1', nested: { x: 2 } } },
    });
    const declared = [
      { subject: 'v', paths: ['/data/after/phone'] },
      { subject: 'w', paths: ['/data/after'] },
    ];
    const { data, subjects } = splitPersonal(event, DEFAULT, declared);
    const members = subjects.filter(({ subjectId }) => subjectId !== 'w').map(({ members }) => members);
    expect(mergePersonal(data, members)['data']).toEqual({ after: { phone: '1' } });
    expect(mergePersonal(data, [])).toEqual(data);
  });

  it('lists what is redacted, sorted, each once', () => {
    expect(
      redactedPointers([
        { '/b': 1, '/a/c': 2 },
        { '/a': 3, '/b': 4 },
      ]),
    ).toEqual(['/a', '/a/c', '/b']);
    expect(redactedPointers([])).toEqual([]);
  });

  it.each(['', 'actor', '/a/__proto__/b', '/__proto__'])(
    'refuses the pointer "%s", which no seal of ours has',
    (pointer) => {
      expect(() => mergePersonal({}, [{ [pointer]: 1 }])).toThrow();
      expect(Object.hasOwn(Object.prototype, 'b')).toBe(false);
    },
  );
});

describe('split and merge', () => {
  const json = fc.jsonValue({ maxDepth: 3, noUnicodeString: true }) as fc.Arbitrary<JsonValue>;
  const text = fc.string({ minLength: 1, maxLength: 6 }).filter((value) => !value.includes('\0'));
  /** Only what is accepted: other tests refuse the rest. */
  const acceptable = (_name: string, value: unknown): unknown =>
    typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER ? 0 : value;
  const free = fc
    .dictionary(fc.constantFrom('a', 'b', 'c/d', '~', '0', ''), json, { maxKeys: 4, noNullPrototype: true })
    .map((object) => JSON.stringify(object).replaceAll('__proto__', 'p').replaceAll('\\u0000', ''))
    .map((objectText) => JSON.parse(objectText, acceptable));
  const who = fc.constantFrom('user', 'service', 'agent', 'anonymous' as const);
  const input = fc.record(
    {
      type: fc.constant('a.b'),
      actor: fc.record(
        {
          type: who,
          id: text,
          name: text,
          email: text,
          ip_address: fc.oneof(fc.ipV4(), fc.ipV6()),
          on_behalf_of: fc.record({ type: who, id: text, name: text }, { requiredKeys: ['type'] }),
        },
        { requiredKeys: ['type'] },
      ),
      target: fc.record(
        { type: fc.constantFrom('user', 'document'), id: text, metadata: free },
        { requiredKeys: ['type'] },
      ),
      context: fc.record({ reason: text, location: fc.record({ city: text }) }, { requiredKeys: [] }),
      data: fc.record({ before: free, after: free, metadata: free }, { requiredKeys: [] }),
      metadata: free,
    },
    { requiredKeys: ['type'] },
  );
  const token = fc.constantFrom(
    'actor',
    'name',
    'target',
    'metadata',
    'data',
    'after',
    'before',
    'a',
    'b',
    'c~1d',
    '~0',
    '0',
    '1',
    '',
    'context',
    'location',
  );
  const path = fc.array(token, { minLength: 1, maxLength: 5 }).map((tokens) => `/${tokens.join('/')}`);
  const declarations = fc.array(
    fc.record(
      { subject: fc.constantFrom('u', 'v', 'w'), paths: fc.array(path, { maxLength: 6 }) },
      { requiredKeys: ['paths'] },
    ),
    { maxLength: 5 },
  ) as fc.Arbitrary<PersonalDeclaration[]>;
  const policy = fc.record({
    seals: fc.constantFrom('default', 'declared', 'none'),
    sealFreeText: fc.boolean(),
  }) as fc.Arbitrary<SealPolicy>;

  it('give the whole event back, take nothing twice, leave nothing taken behind', () => {
    fc.assert(
      fc.property(input, declarations, policy, (sent, personal, chosen) => {
        const event = eventOf(sent as EventInput);
        const before = canonicalize(event);
        const split = splitPersonal(event, chosen, personal);
        expect(canonicalize(merged(split))).toBe(before);
        expect(canonicalize(event)).toBe(before);
        const pointers = split.subjects.flatMap(({ members }) => Object.keys(members));
        expect(new Set(pointers).size).toBe(pointers.length);
        for (const { members } of split.subjects) {
          expect(Object.keys(members).length).toBeGreaterThan(0);
        }
        expect(split.data).toMatchObject({ id: event.id, type: 'a.b', tenant_id: 'acme' });
      }),
      { numRuns: 2_000 },
    );
  });
});
