import { afterEach, beforeEach, expect, test } from 'vitest';
import { audited } from '../index.ts';
import { CollectingClient } from '../testing/collecting-client.ts';

const rejections: unknown[] = [];
const onRejection = (reason: unknown): void => void rejections.push(reason);
beforeEach(() => void process.on('unhandledRejection', onRejection));
afterEach(() => {
  process.off('unhandledRejection', onRejection);
  expect(rejections.splice(0)).toEqual([]);
});

/** Long enough for a rejection that nobody listens to to be told. */
const later = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 5));

function explode(): never {
  throw new Error('lookup failed');
}

const HOOKS: [name: string, hook: object, message: string][] = [
  ['enrich', { enrich: [explode] }, 'enrich threw: lookup failed'],
  ['enrich', { enrich: [async () => explode()] }, 'enrich must return the event, and not a promise of it'],
  ['enrich', { enrich: [() => undefined] }, 'enrich must return the event, and not a promise of it'],
  ['enrich', { enrich: [() => null] }, 'enrich must return the event, and not a promise of it'],
  [
    'beforeSend',
    { beforeSend: async () => explode() },
    'beforeSend must return the event, and not a promise of it',
  ],
  [
    'beforeSend',
    { beforeSend: () => undefined },
    'beforeSend must return the event, and not a promise of it',
  ],
];

test.each(HOOKS)(
  'an event goes without a hook that fails, which is told once: %s, %#',
  async (_name, hook, message) => {
    const told: string[] = [];
    const audit = new CollectingClient({
      ...(hook as object),
      onError: ({ message: one }) => told.push(one),
    });
    for (let n = 0; n < 3; n += 1) audit.capture({ type: 'a.b', metadata: { n } });
    await later();
    expect(told).toEqual([message]);
    expect(await audit.flush()).toBe(true);
    expect(audit.stats()).toMatchObject({ captured: 3, sent: 3, lost: 0, left_out: 0 });
  },
);

test('an enricher that fails costs its part, not that of the others', () => {
  const audit = new CollectingClient({
    onError: () => undefined,
    enrich: [
      (event) => ({ ...event, severity: 'low' }),
      explode,
      (event) => ({ ...event, category: 'data' }),
    ],
  });
  audit.capture({ type: 'a.b' });
  expect(audit.events).toMatchObject([{ severity: 'low', category: 'data' }]);
});

test('what a beforeSend adds is made fit to be sent', () => {
  const audit = new CollectingClient();
  const odd = { n: 2n ** 60n, text: 'a\ud800' };
  const adding = new CollectingClient({ beforeSend: (event) => ({ ...event, metadata: odd as never }) });
  expect([audit.capture({ type: 'a.b' }), adding.capture({ type: 'a.b' })]).not.toContain(undefined);
});

test('what is thrown may be anything, also what cannot be looked at', () => {
  const codes: string[] = [];
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const thrower = (): never => {
    throw proxy as Error;
  };
  const audit = new CollectingClient({ onError: ({ code }) => codes.push(code), beforeSend: thrower });
  expect(audit.capture({ type: 'a.b' })).toBeUndefined();
  expect(codes).toEqual(['invalid_event']);
});

test('a context that is none, or throws when it is read, does not keep the work from being done', () => {
  const audit = new CollectingClient();
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const throwing = {
    get actor() {
      return explode();
    },
    service: 'billing',
  };
  for (const context of [undefined, null, 'text', 17, proxy, throwing] as never[]) {
    expect(audit.run(context, () => audit.capture({ type: 'a.b' }))).toBeTypeOf('string');
    expect(audit.child(context).capture({ type: 'a.b' })).toBeTypeOf('string');
  }
  expect(audit.events).toHaveLength(12);
  expect(audit.events.at(-1)).toMatchObject({
    context: { service: 'billing' },
    metadata: { unreadable: 'actor' },
  });
});

test('a description of a call that fails says what was called and that only the description failed', async () => {
  const audit = new CollectingClient();
  const fails = audited(audit, explode, async function payInvoice() {
    return 7;
  });
  const waits = audited(audit, (async () => explode()) as never, async () => 8);
  expect([await fails(), await waits()]).toEqual([7, 8]);
  expect(audit.events).toMatchObject([
    {
      type: 'system.error',
      target: { type: 'function', id: 'payInvoice' },
      action: {
        status: 'success',
        description: 'the event of this call could not be described: lookup failed',
      },
    },
    { type: 'system.error', action: { status: 'success', description: expect.stringMatching(/a promise/) } },
  ]);
  await later();
});
