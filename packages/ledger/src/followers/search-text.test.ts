import {
  type JsonObject,
  mergePersonal,
  type NormalizedEvent,
  parseSealPayload,
  type SealedMembers,
  sealPayload,
  splitPersonal,
} from '@attestry/core';
import { describe, expect, it } from 'vitest';
import { searchTexts } from './search-text.ts';

const DEFAULT = { seals: 'default', sealFreeText: false } as const;

/** Texts of an event as it is accepted. */
function atHand(event: object, personal: Parameters<typeof splitPersonal>[2] = [], policy = DEFAULT) {
  const { data, subjects } = splitPersonal(event as NormalizedEvent, policy, personal);
  const members = subjects.map((subject) => subject.members);
  return { data, members, texts: searchTexts(data, members) };
}

/** Lines of both texts in no order. */
function lines({ open, sealed }: { open: string; sealed: string }): string[] {
  return `${open}\n${sealed}`
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}

const EVENT = {
  type: 'document.shared',
  actor: {
    type: 'user',
    id: 'u-1',
    name: 'Ada',
    email: 'ada@example.com',
    ip_address: '192.0.2.7',
    on_behalf_of: { type: 'user', id: 'u-2', name: 'Bob' },
  },
  target: { type: 'user', id: 'u-3', name: 'Cyd', metadata: { desk: 'north', floor: 4 } },
  action: { verb: 'share', description: 'shared it' },
  context: { project_id: 'p-1', reason: 'asked to', location: { city: 'Bern' } },
  metadata: { note: 'draft', owner: { name: 'Dee', team: 'blue' }, tags: ['x', 7, true, null] },
};

describe('the search texts of an event', () => {
  it('have names, ids, reasons and the values of metadata, without the names of members', () => {
    const event = {
      type: 'document.edited',
      actor: { type: 'service', id: 'u-1', name: 'Ada' },
      metadata: { note: 'draft', tags: ['x', 7, true, null], nested: { a: 'deep' } },
    };
    expect(searchTexts(event, [])).toEqual({
      open: ['document.edited', 'Ada', 'u-1', 'deep', 'draft', 'x', '7', 'true'].join('\n'),
      sealed: '',
    });
  });

  it('have the words of sealed members apart, each once', () => {
    const { texts } = atHand(EVENT, [{ subject: 'u-9', paths: ['/metadata/owner/name'] }]);
    expect(texts.open.split('\n').sort()).toEqual(
      ['document.shared', 'shared it', 'asked to', 'p-1', 'draft', 'blue', 'x', '7', 'true'].sort(),
    );
    expect(texts.sealed.split('\n').sort()).toEqual(
      ['Ada', 'ada@example.com', 'u-1', 'Bob', 'u-2', 'Cyd', 'u-3', 'north', '4', 'Dee'].sort(),
    );
  });

  it.each([
    ['nothing declared', []],
    ['a whole block declared', [{ paths: ['/actor', '/context', '/ai'] }]],
    [
      'a list, an item of it and its parent',
      [{ paths: ['/metadata/tags/1'] }, { subject: 'u-8', paths: ['/metadata'] }],
    ],
  ])('have every word of the whole event, with %s', (_name, personal) => {
    const { data, members, texts } = atHand(EVENT, personal);
    const whole = mergePersonal(data, members);
    expect(lines(texts)).toEqual(lines(searchTexts(whole, [])));
  });

  it('are the same from the record and its opened seals, whatever the order of members', () => {
    const { data, members, texts } = atHand(EVENT, [
      { subject: 'u-9', paths: ['/metadata/owner', '/context/reason'] },
    ]);
    const record = JSON.parse(JSON.stringify(data, Object.keys(flat(data)).sort().reverse())) as JsonObject;
    const opened = members.map((some) => parseSealPayload(sealPayload(some)) as SealedMembers);
    expect(searchTexts(record, opened)).toEqual(texts);
  });

  it('are bounded', () => {
    const long = 'w '.repeat(50_000);
    const { open, sealed } = searchTexts({ type: 'a', metadata: { long } }, [{ '/actor/name': long }]);
    expect([open.length, sealed.length]).toEqual([20_000, 20_000]);
  });
});

/** All names of members of a value, at any depth. */
function flat(value: unknown, names: Record<string, true> = {}): Record<string, true> {
  if (typeof value !== 'object' || value === null) return names;
  for (const [name, inner] of Object.entries(value)) {
    names[name] = true;
    flat(inner, names);
  }
  return names;
}
