import { expect, test } from 'vitest';
import { CollectingClient } from '../testing/collecting-client.ts';
import { auditedAction } from './next-action.ts';

test.each([
  ['nothing', () => undefined, 'undefined'],
  ['null', async () => null, 'null'],
  ['an event without a type', () => ({}), 'object'],
])('an action whose event function gives %s is done, and is an event', async (_name, event, given) => {
  const client = new CollectingClient();
  const act = auditedAction(client, event as never, async () => 'done');
  expect(await act()).toBe('done');
  await client.flush();
  expect(client.events).toMatchObject([
    {
      type: 'api.request',
      action: { status: 'success' },
      metadata: { middleware_errors: [`event: TypeError: gave ${given}, not an event with a type`] },
    },
  ]);
});

test('an event that is told at once is captured before the action has ended', async () => {
  const client = new CollectingClient();
  await auditedAction(client, { type: 'note.removed' }, async () => undefined)();
  expect(client.events).toMatchObject([{ type: 'note.removed', action: { status: 'success' } }]);
});

test('a client that is closed waits for the event of the last action', async () => {
  const client = new CollectingClient();
  const known = Promise.withResolvers<{ type: 'note.removed' }>();
  await auditedAction(
    client,
    () => known.promise,
    async () => undefined,
  )();
  const closed = client.close(60_000);
  known.resolve({ type: 'note.removed' });
  expect(await closed).toEqual({ unsent: 0 });
  expect(client.events).toMatchObject([{ type: 'note.removed' }]);
});
