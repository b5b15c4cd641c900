import { normalizeEvent } from '@attestry/core';
import { expect, test } from 'vitest';
import { CollectingClient } from '../testing/collecting-client.ts';

const JUDGE = {
  tenantId: 'acme',
  nowMs: Date.now() + 60_000,
  newId: () => '01990000-0000-7000-8000-000000000000',
  receivedFrom: 'key',
};

/** What the client sends for an event, and whether the server takes it. */
function sent(event: object): { text: string; value: Record<string, unknown>; problems: unknown } {
  const audit = new CollectingClient();
  audit.capture({ type: 'a.b', ...event } as never);
  const text = JSON.stringify(audit.events[0]);
  const value = JSON.parse(text) as Record<string, unknown>;
  const outcome = normalizeEvent(value, JUDGE);
  return { text, value, problems: outcome.ok ? undefined : outcome.problems };
}

const cycle: Record<string, unknown> = { name: 'loop' };
cycle['self'] = cycle;
cycle['both'] = [cycle, cycle];
let deep: unknown = 'end';
for (let i = 0; i < 500; i += 1) deep = { deep };
const throwing = {
  fine: 1,
  get odd(): never {
    throw new Error('getter');
  },
};
const revoked = Proxy.revocable({}, {});
revoked.revoke();

test.each<[string, unknown, unknown]>([
  ['a number that JSON does not have', { id: 9_007_199_254_740_993n }, { id: '9007199254740993' }],
  ['not a number', { n: Number.NaN }, { n: null }],
  ['what refers to itself', cycle, { name: 'loop', self: '[circular]', both: ['[circular]', '[circular]'] }],
  ['a getter that throws', { a: throwing, b: 2 }, { a: { omitted: 'unreadable' }, b: 2 }],
  ['a proxy that throws', { a: revoked.proxy, b: 2 }, { a: { omitted: 'unreadable' }, b: 2 }],
  ['bytes', { file: Buffer.alloc(2_000_000) }, { file: '[binary]' }],
  ['a date', { at: new Date(0) }, { at: '1970-01-01T00:00:00.000Z' }],
  ['half of an emoji', { text: '😀 and 😀'.slice(0, 8) }, { text: '😀 and \ufffd' }],
  [
    'a long text beside others',
    { long: 'x'.repeat(2_000_000), short: 'y' },
    { long: `${'x'.repeat(12_499)}…`, short: 'y' },
  ],
  ['too many members', { list: Array.from({ length: 40_000 }, () => 1) }, { list: { omitted: 'too much' } }],
])('%s does not cost the event', (_name, metadata, expected) => {
  const { value, problems } = sent({ metadata });
  expect(problems).toBeUndefined();
  expect(value['metadata']).toEqual(expected);
});

test('what is too deep is cut where the server would refuse the event', () => {
  const { text, problems } = sent({ metadata: { deep } });
  expect(problems).toBeUndefined();
  expect(text).toContain('[too deep]');
});

test('blocks that throw or are too much leave an event that the server takes', () => {
  for (const metadata of [
    throwing,
    revoked.proxy,
    Object.fromEntries(Array.from({ length: 40_000 }, (_, i) => [i, 1])),
  ])
    expect(sent({ metadata })).toMatchObject({
      problems: undefined,
      value: { metadata: { omitted: expect.anything() } },
    });
});

test('names of prototypes stay names', () => {
  const parsed = JSON.parse(
    '{"metadata":{"__proto__":{"polluted":true},"constructor":"c"},"__proto__":{"id":"x"}}',
  ) as object;
  const { text, value } = sent(parsed);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect(value['id']).not.toBe('x');
  expect(text).toContain('"constructor":"c"');
});

test('nothing that can be given makes capture throw, and each is told', () => {
  const codes: string[] = [];
  const audit = new CollectingClient({ onError: ({ code }) => codes.push(code) });
  const withType = (get: () => unknown): object =>
    Object.defineProperty({}, 'type', { get, enumerable: true });
  const events = [undefined, null, 17, 'text', [], {}, { type: Symbol('s') }, revoked.proxy];
  const odd = [
    withType(() => {
      throw Object.create(null) as Error;
    }),
    withType(() => Object.create(null) as object),
  ];
  for (const event of [...events, ...odd]) expect(audit.capture(event as never)).toBeUndefined();
  expect(codes).toEqual(Array.from({ length: 10 }, () => 'invalid_event'));
  expect(audit.stats()).toMatchObject({ lost: 10, captured: 0 });
});

test('bytes are counted as they are sent', () => {
  const audit = new CollectingClient({ flushIntervalMs: 60_000 } as never);
  audit.capture({ type: 'a.b', metadata: { text: 'aé€😀' } });
  expect(audit.stats().queued.bytes).toBe(Buffer.byteLength(JSON.stringify(audit.events[0])));
});
