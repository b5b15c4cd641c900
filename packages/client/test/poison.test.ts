import { type RunningServer, startServerProcess } from '@attestry/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Attestry, type AttestryOptions } from '../src/index.ts';

let server: RunningServer;
beforeAll(async () => {
  server = await startServerProcess();
});
afterAll(() => server?.remove());

/** A client of the real server that notes what goes wrong. */
function connect(more: AttestryOptions = {}): { audit: Attestry; told: string[] } {
  const told: string[] = [];
  const options = { url: server.url, key: server.key, drainOnExit: false, ...more };
  return { audit: new Attestry({ ...options, onError: ({ message }) => told.push(message) }), told };
}

async function recorded(type: string): Promise<Record<string, unknown>[]> {
  const answer = await fetch(`${server.url}/v1/events?type=${type}&order=asc&limit=1000`, {
    headers: { authorization: `Bearer ${server.key}` },
  });
  return ((await answer.json()) as { events: Record<string, unknown>[] }).events;
}

const nested = (levels: number): object => (levels === 0 ? {} : { a: nested(levels - 1) });

test('no metadata that can be captured costs its event, or another one of its batch', async () => {
  const { audit, told } = connect();
  const odd: [metadata: object, recorded: unknown][] = [
    [{ n: 2 ** 53 }, { n: '9007199254740992' }],
    [{ n: -1e20 }, { n: '-100000000000000000000' }],
    [
      { n: 1e300, m: 5e-324 },
      { n: 1e300, m: 5e-324 },
    ],
    [{ n: 1.5e19 }, { n: '15000000000000000000' }],
    [JSON.parse('{"__proto__":{"x":1}}') as object, { '[__proto__]': { x: 1 } }],
    [{ constructor: { prototype: 1 } }, { '[constructor]': { prototype: 1 } }],
    [{ constructor: 'c' }, { constructor: 'c' }],
    [{ 'a\ud800': 'b\udc00' }, { 'a\ufffd': 'b\ufffd' }],
    [{ 'a\0': 'b\0' }, { 'a\ufffd': 'b\ufffd' }],
    [{ ['k'.repeat(70_000)]: 1 }, { [`${'k'.repeat(499)}…`]: 1 }],
    [
      { x: '漢'.repeat(40_000), y: 1 },
      { x: `${'漢'.repeat(12_499)}…`, y: 1 },
    ],
    [
      { x: '\u0001'.repeat(30_000), y: 1 },
      { x: `${'\u0001'.repeat(3_124)}…`, y: 1 },
    ],
    [{ list: Array.from({ length: 29_000 }, (_, i) => i) }, { list: { omitted: 'too much' } }],
    [nested(40), expect.objectContaining({ a: expect.anything() })],
  ];
  for (const [metadata] of odd) audit.capture({ type: 'odd.metadata', metadata } as never);
  expect(await audit.flush()).toBe(true);
  expect(told).toEqual([]);
  const events = await recorded('odd.metadata');
  expect(events.map(({ metadata }) => metadata)).toEqual(odd.map(([, metadata]) => metadata));
  await audit.close();
});

test('nobody can hide who did what behind a long text, or have the event refused by one', async () => {
  const { audit, told } = connect();
  const who = {
    actor: { type: 'user', id: 'u-1', name: 'Mallory' },
    target: { type: 'document', id: 'd-1' },
  };
  const lengths = [49_800, 49_919, 49_922, 50_000, 2_000_000];
  for (const length of lengths)
    audit.capture({ type: 'long.title', metadata: { title: 't'.repeat(length), by: 'x' }, ...who } as never);
  audit.capture({
    type: 'long.members',
    actor: { type: 'user', id: 'i'.repeat(300), name: 'n'.repeat(501), user_agent: 'a'.repeat(2_001) },
    action: { error: 'e'.repeat(5_000), description: '😀'.repeat(1_500) },
    target: { type: 'file', id: 'x'.repeat(501), name: 'a\0b' },
    http: { path: `/${'p'.repeat(3_000)}` },
  });
  expect(await audit.flush()).toBe(true);
  expect(told).toEqual([]);
  const titles = await recorded('long.title');
  expect(titles).toHaveLength(lengths.length);
  for (const event of titles) expect(event).toMatchObject({ ...who, metadata: { by: 'x' } });
  expect(await recorded('long.members')).toMatchObject([
    { actor: { name: `${'n'.repeat(499)}…` }, target: { name: 'a\ufffdb' } },
  ]);
  await audit.close();
});

/** What another client, an older one or a spool of one, may send: events that only a strict parser refuses. */
function unclean(types: readonly string[]): typeof fetch {
  return (url, init) => {
    const { events } = JSON.parse(init?.body as string) as { events: { type: string }[] };
    const texts = events.map((event) =>
      types.includes(event.type)
        ? JSON.stringify(event).replace(/}$/, ',"metadata":{"n":9007199254740993}}')
        : JSON.stringify(event),
    );
    return fetch(url, { ...init, body: `{"events":[${texts.join(',')}]}` });
  };
}

test('when the parser refuses a batch for some events, these are dropped and named, and the others arrive', async () => {
  const { audit, told } = connect({ fetch: unclean(['poison.one', 'poison.two']) });
  for (const type of ['good.a', 'poison.one', 'good.a', 'good.a', 'poison.two', 'good.a'])
    audit.capture({ type });
  expect(await audit.flush()).toBe(true);
  expect(audit.stats()).toMatchObject({ sent: 5, lost: 2, failures: 0 });
  expect(told).toEqual([
    expect.stringMatching(/^poison\.one at \/events\/1\/metadata\/n: Not strict JSON/),
    expect.stringMatching(/^poison\.two at \/events\/3\/metadata\/n: Not strict JSON/),
  ]);
  expect(await recorded('good.a')).toHaveLength(4);
  // One report, which is an event as well.
  expect(await recorded('system.events.lost')).toMatchObject([
    { metadata: { lost: { count: 2, types: { 'poison.one': 1, 'poison.two': 1 } } } },
  ]);
  await audit.close();
});

test('the report of a loss is taken whatever the types and the defaults of the app are', async () => {
  const { audit, told } = connect({
    fetch: unclean(['poison.one']),
    defaults: { metadata: { n: 2 ** 60 } },
  });
  const odd = `${'a'.repeat(99)}😀x`;
  for (const type of ['poison.one', odd]) audit.capture({ type });
  expect(await audit.flush()).toBe(true);
  expect(told).toHaveLength(2);
  const reports = await recorded('system.events.lost');
  const types = reports.flatMap(({ metadata }) =>
    Object.keys((metadata as { lost: { types: object } }).lost.types),
  );
  expect(types).toContain(`${'a'.repeat(99)}…`);
  expect(reports.at(-1)?.metadata).toEqual({ lost: expect.any(Object) });
  await audit.close();
});
