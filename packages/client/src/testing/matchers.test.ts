import { expect as expectOfJest } from 'expect';
import { expect, test } from 'vitest';
import { CollectingClient, NoopClient } from './collecting-client.ts';
import { type AttestryMatchers, attestryMatchers } from './matchers.ts';

expect.extend(attestryMatchers);
expectOfJest.extend(attestryMatchers);
declare module 'expect' {
  interface Matchers<R> extends AttestryMatchers<R> {}
}

test.each([
  ['Vitest', expect as unknown as typeof expectOfJest],
  ['Jest', expectOfJest],
])(
  '%s: events are found by a part of them, and what was captured is shown when there is none',
  (_runner, expectOf) => {
    const audit = new CollectingClient();
    audit.capture({
      type: 'document.viewed',
      target: { type: 'document', id: 'd-1' },
      metadata: { tags: ['a', 'b'] },
    });
    expectOf(audit).toHaveAudited({ type: 'document.viewed', target: { id: 'd-1' } });
    expectOf(audit).toHaveAudited({ id: expectOf.any(String), metadata: { tags: ['a', 'b'] } });
    expectOf(audit).not.toHaveAudited({ metadata: { tags: ['a'] } });
    expectOf(audit).toHaveAuditedTimes({ type: 'document.viewed' }, 1);
    expect(() => expectOf(audit).toHaveAudited({ type: 'user.logout' })).toThrow(
      /expected an event like \{"type":"user.logout"\}; captured were:\n.*document\.viewed/,
    );
    expect(() => expectOf(audit).not.toHaveAudited({ target: { id: 'd-1' } })).toThrow(
      /expected no event like/,
    );
    expect(() => expectOf(audit).toHaveAuditedTimes({ target: { id: 'd-2' } }, 2)).toThrow(
      /expected 2 events .*, found 0/,
    );
  },
);

test('a collecting client takes any amount, gives receipts, and forgets when it is told to', async () => {
  const audit = new CollectingClient();
  for (let n = 0; n < 500; n += 1) audit.capture({ type: 'a.b', metadata: { note: 'word '.repeat(40) } });
  expect(await audit.flush()).toBe(true);
  expect(audit.stats().sent).toBe(500);
  expect(audit.ofType('a.*')).toHaveLength(500);
  audit.clear();
  const receipt = await audit.captureDurable({ type: 'a.c', metadata: { secret: 'x' } });
  expect(audit.events).toMatchObject([{ id: receipt.id, metadata: { secret: '[redacted]' } }]);
});

test('the no-op client takes everything, runs the work and keeps nothing', async () => {
  const audit = new NoopClient();
  expect(audit.capture({ type: 'a.b' })).toBeUndefined();
  expect(await audit.child({ service: 'x' }).track({ type: 'a.b' }, () => 1)).toBe(1);
  expect(await audit.flush()).toBe(true);
  expect(await audit.captureDurable()).toMatchObject({ seq: -1, hash: '' });
  expect(await audit.close()).toEqual({ unsent: 0 });
});

test('something else than a collecting client is said to be so', () => {
  expect(() => expect({} as CollectingClient).toHaveAudited({ type: 'a.b' })).toThrow(
    /asks a CollectingClient/,
  );
});
