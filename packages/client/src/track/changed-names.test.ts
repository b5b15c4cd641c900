import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changedNames, copiedState } from './changed-names.ts';

const changed = (before: object, after: object): string[] =>
  changedNames(copiedState(before) as object, copiedState(after) as object);

/** An equal value that shares nothing with the other, its names in another order. */
function deepCopy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(deepCopy);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, deepCopy(member)]),
  );
}

/** Replaces the leaf that is reached first. */
function withOtherLeaf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return `${JSON.stringify(value)} `;
  const [name, member] = Object.entries(value).at(-1) ?? ['new', undefined];
  return Array.isArray(value)
    ? [...value.slice(0, -1), withOtherLeaf(member)]
    : { ...value, [name]: withOtherLeaf(member) };
}

test('equal states have no changed members, and one leaf that differs gives the name that it is in', () => {
  const states = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 }), {
    minKeys: 1,
    noNullPrototype: true,
  });
  fc.assert(
    fc.property(states, fc.nat(), (state, n) => {
      const copy = deepCopy(state) as Record<string, unknown>;
      expect(changed(state, copy)).toEqual([]);
      const name = Object.keys(state)[n % Object.keys(state).length] as string;
      Object.defineProperty(copy, name, { value: withOtherLeaf(state[name]) });
      expect(changed(state, copy)).toEqual([name]);
    }),
    { numRuns: 100 },
  );
});

class Throwing {
  get x(): never {
    throw new Error('not loaded');
  }
}
Object.defineProperty(Throwing.prototype, 'x', { enumerable: true });

const throwing = (): object =>
  Object.defineProperty({}, 'x', { enumerable: true, get: () => new Throwing().x });
const LONG = 'x'.repeat(60_000);
const chain = (length: number, end: unknown): unknown => {
  let value = end;
  for (let i = 0; i < length; i += 1) value = { value };
  return value;
};
const numbered = (length: number, value: number): object =>
  Object.fromEntries(Array.from({ length }, (_, i) => [`k${i}`, value]));

test.each<[string, unknown, unknown]>([
  ['bytes', new Uint8Array([1, 2]), new Uint8Array([1, 3])],
  ['a list that an event has no room for', new Array(31_000).fill(1), new Array(31_000).fill(2)],
  ['an object of that kind', numbered(31_000, 1), numbered(31_000, 2)],
  ['the end of a text in a set', new Set([`${LONG}A`]), new Set([`${LONG}B`])],
  ['the end of a text in a map', new Map([['a', `${LONG}A`]]), new Map([['a', `${LONG}B`]])],
  ['the end of what toJSON gives', { toJSON: () => `${LONG}A` }, { toJSON: () => `${LONG}B` }],
  ['something deep', chain(30, 1), chain(30, 2)],
  ['an error', new Error('a'), new Error('b')],
  ['headers', new Headers({ a: '1' }), new Headers({ a: '2' })],
  ['a query', new URLSearchParams('a=1'), new URLSearchParams('a=2')],
  ['the order of a list', [1, 2], [2, 1]],
  ['a type', '1', 1],
  ['where a name ends', { a1: 2 }, { a: 12 }],
  ['a member that is empty', {}, null],
])('%s that differs is a change', (_name, before, after) => {
  expect(changed({ same: 1, it: before }, { it: after, same: 1 })).toEqual(['it']);
});

test.each<[string, unknown, unknown]>([
  ['what does not leave', undefined, () => 1],
  ['a time and its text', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['a set and its list', new Set([1]), [1]],
  ['a map and its object', new Map([['a', 1]]), { a: 1 }],
  ['a large number and its text', 2n ** 70n, String(2n ** 70n)],
  ['bytes of two buffers', Buffer.from('ab'), new Uint8Array([97, 98])],
])('%s are the same', (_name, before, after) => {
  expect(changed({ same: 1, it: before }, { same: 1, it: after })).toEqual([]);
});

test('of records with toJSON it is their data that counts, and what refers to itself is no change', () => {
  class Doc {
    readonly cache = Math.random();
    readonly data: object;
    constructor(data: object) {
      this.data = data;
    }
    toJSON(): object {
      return this.data;
    }
  }
  expect(changed(new Doc({ id: 1, text: `${LONG}A` }), new Doc({ id: 1, text: `${LONG}B` }))).toEqual([
    'text',
  ]);
  expect(
    changed(new Doc({ id: 1, author: new Doc({ id: 2 }) }), new Doc({ id: 1, author: { id: 2 } })),
  ).toEqual([]);
  const address = { street: 'a' };
  expect(
    changed({ billing: address, shipping: address }, { billing: address, shipping: { ...address } }),
  ).toEqual([]);
  const user = { name: 'a', posts: [] as { user: object; title: string }[] };
  user.posts.push({ user, title: 'b' });
  expect(changed(user, structuredClone(user))).toEqual([]);
  const other = structuredClone(user);
  other.posts.push({ user: other, title: 'c' });
  expect(changed(user, other)).toEqual(['posts']);
});

test.each<[string, unknown]>([
  ['throws', throwing()],
  ['is too deep', chain(20_000, 1)],
  ['is too long', 'x'.repeat(1_000_001)],
  ['shows nothing', /a/],
])('what %s may have changed, and costs neither the state nor another member', (_name, it) => {
  const copy = copiedState({ it, same: { a: [1] }, b: 1 });
  expect(copy).toMatchObject({ same: { a: [1] }, b: 1 });
  expect(changed({ it, same: { a: [1] }, b: 1 }, { it, same: { a: [1] }, b: 2 })).toEqual(['b', 'it']);
});

test('a state is looked at only so far', () => {
  let looks = 0;
  const counted = (target: object): object =>
    new Proxy(target, {
      get: (object, name) => {
        looks += 1;
        return Reflect.get(object, name) as unknown;
      },
    });
  const list = counted(new Array(1_000_001));
  let shared: unknown = counted({ a: 'x' });
  for (let level = 0; level < 25; level += 1) shared = counted({ a: shared, b: shared });
  const loop = counted({ text: LONG, list: [] as unknown[] }) as { list: unknown[] };
  loop.list.push(loop, loop, new Array(40).fill(loop));
  const states = [{ name: 'a' }, { name: 'b' }].map((state) => ({
    file: new Uint8Array(5_000_000),
    ...state,
    list,
    loop,
    shared,
  }));
  expect(changed(states[0] as object, states[1] as object)).toEqual(['file', 'list', 'name', 'shared']);
  expect(looks).toBeGreaterThan(1_000);
  expect(looks).toBeLessThan(1_000_000);
});

test('of a state that cannot be read it is not known what has changed, and names that are too many are not all told', () => {
  const hostile = new Proxy({}, { ownKeys: () => new Throwing().x });
  expect(changed(hostile, { a: 1 })).toEqual(['a', '…']);
  expect(changed(hostile, hostile)).toEqual(['…']);
  const many = changed(numbered(2_000, 1), numbered(2_000, 2));
  expect(many).toHaveLength(1_001);
  expect(many.at(-1)).toBe('…');
});
