import { expect, test, vi } from 'vitest';
import { Attestry } from '../attestry.ts';
import type { AttestryError } from '../errors.ts';
import type { AttestryOptions } from '../options.ts';
import { retryAfterMs } from './answers.ts';

type Sent = { id: string; type: string; metadata?: Record<string, unknown> };
type Answer = (events: readonly Sent[]) => Response | Promise<Response>;

/** A server that answers as it is told, then as a healthy one. */
function scripted(...answers: Answer[]) {
  const requests: Sent[][] = [];
  const errors: AttestryError[] = [];
  const dropped: string[] = [];
  const healthy: Answer = (events) =>
    Response.json(
      { receipts: events.map(({ id }, i) => ({ id, seq: i, hash: '', recorded_at: '', duplicate: false })) },
      { status: 201 },
    );
  const fetchImpl = (async (_url: unknown, init: RequestInit) => {
    const body = typeof init.body === 'string' ? init.body : await gunzip(init.body as ArrayBuffer);
    const { events } = JSON.parse(body) as { events: Sent[] };
    requests.push(events);
    return (answers.shift() ?? healthy)(events);
  }) as typeof fetch;
  const make = (options: AttestryOptions = {}): Attestry =>
    new Attestry({
      url: 'http://server.test',
      key: 'att_k',
      drainOnExit: false,
      fetch: fetchImpl,
      onError: (error) => errors.push(error),
      onDrop: ({ id, type }) => dropped.push(id || type),
      ...options,
    });
  return { make, requests, errors, dropped };
}

async function gunzip(bytes: ArrayBuffer): Promise<string> {
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text();
}

const problem =
  (status: number, body: object = {}, headers: Record<string, string> = {}): Answer =>
  () =>
    Response.json({ detail: `answered ${status}`, ...body }, { status, headers });

test('events go in batches, in order, large ones compressed', async () => {
  const { make, requests } = scripted();
  const audit = make({ batchEvents: 100 });
  for (let i = 0; i < 250; i += 1)
    audit.capture({ type: 'document.viewed', target: { type: 'document', id: `d-${i}` }, metadata: { i } });
  expect(await audit.flush()).toBe(true);
  expect(requests.map((events) => events.length)).toEqual([100, 100, 50]);
  expect(requests.flat().map(({ metadata }) => metadata?.['i'])).toEqual(
    Array.from({ length: 250 }, (_, i) => i),
  );
  expect(audit.stats()).toMatchObject({ captured: 250, sent: 250, lost: 0, failures: 0 });
});

test('a server that is away gets the same events again, with the same ids, and onError is told once', async () => {
  const down: Answer = () => Promise.reject(new TypeError('connection refused'));
  const { make, requests, errors } = scripted(down, down, problem(503, {}, { 'retry-after': '0' }));
  const audit = make();
  audit.capture({ type: 'user.logout' });
  await vi.waitFor(async () => expect(await audit.flush()).toBe(true), { timeout: 5_000 });
  expect(requests).toHaveLength(4);
  expect(new Set(requests.map(([event]) => event?.id)).size).toBe(1);
  expect(errors.map(({ code }) => code)).toEqual(['unavailable']);
});

test('a refused event is reported once and does not hold up its neighbours', async () => {
  const { make, requests, errors, dropped } = scripted((events) =>
    Response.json(
      {
        results: events.map(({ id }, index) =>
          index === 1
            ? {
                index,
                status: 400,
                code: 'invalid_event',
                path: '/actor/type',
                detail: 'is no type of actor',
              }
            : {
                index,
                status: 201,
                receipt: { id, seq: index, hash: '', recorded_at: '', duplicate: false },
              },
        ),
      },
      { status: 207 },
    ),
  );
  const audit = make();
  for (const type of ['a.one', 'a.two', 'a.three']) audit.capture({ type });
  await audit.flush();
  expect(errors).toMatchObject([{ code: 'event_refused', serverCode: 'invalid_event', path: '/actor/type' }]);
  expect(dropped).toHaveLength(1);
  // What is missing is told to the log itself.
  expect(requests.at(-1)).toMatchObject([
    {
      type: 'system.events.lost',
      metadata: { lost: { count: 1, reasons: { event_refused: 1 }, types: { 'a.two': 1 } } },
    },
  ]);
});

test('a refused key holds events back and rejects who waits', async () => {
  const { make, requests, errors } = scripted(problem(401));
  const audit = make();
  audit.capture({ type: 'a.kept' });
  expect(await audit.flush()).toBe(false);
  expect(errors.map(({ code }) => code)).toEqual(['key_refused']);
  expect(audit.stats().queued.events).toBe(1);
  expect(await audit.flush()).toBe(false);
  expect(requests).toHaveLength(1);
});

test('a request that is too large is halved down to the event that is the reason', async () => {
  const tooLarge: Answer = (events) =>
    events.some(({ type }) => type === 'a.huge')
      ? problem(413, { code: 'payload_too_large' })(events)
      : healthyAnswer(events);
  const { make, errors } = scripted(...Array.from({ length: 12 }, () => tooLarge));
  const audit = make();
  for (const type of ['a.one', 'a.huge', 'a.three', 'a.four']) audit.capture({ type });
  await vi.waitFor(async () => expect(await audit.flush()).toBe(true));
  expect(audit.stats()).toMatchObject({ lost: 1 });
  expect(errors.map(({ code }) => code)).toEqual(['event_refused']);
});

function healthyAnswer(events: readonly Sent[]): Response {
  return Response.json(
    { receipts: events.map(({ id }) => ({ id, seq: 0, hash: '', recorded_at: '', duplicate: false })) },
    { status: 201 },
  );
}

test.each([
  ['drop-newest', ['a.0', 'a.1', 'a.2']],
  ['drop-oldest', ['a.2', 'a.3', 'a.4']],
] as const)('a full queue drops by the chosen policy: %s', async (whenFull, kept) => {
  const { make, requests, dropped } = scripted();
  const audit = make({ queueEventsMax: 3, whenFull, flushIntervalMs: 60_000 });
  for (let i = 0; i < 5; i += 1) audit.capture({ type: `a.${i}` });
  await audit.flush();
  expect(requests.flat().map(({ type }) => type)).toEqual(['system.events.lost', ...kept]);
  expect(requests.flat()[0]?.metadata).toMatchObject({ lost: { count: 2, reasons: { queue_full: 2 } } });
  expect(dropped).toHaveLength(2);
});

test('a durable capture waits for room when it shall, and for its receipt always', async () => {
  const { make } = scripted();
  const audit = make({ queueEventsMax: 2, whenFull: 'block', flushIntervalMs: 60_000 });
  const receipts = await Promise.all(
    Array.from({ length: 9 }, (_, i) => audit.captureDurable({ type: `a.${i}` })),
  );
  expect(receipts.map(({ id }) => id.length)).toEqual(Array.from({ length: 9 }, () => 36));
});

test('capture never throws: no type, a cycle, a throwing hook, after close', async () => {
  const { make, errors } = scripted();
  const audit = make({ beforeSend: (event) => (event.type === 'a.bad' ? explode() : event) });
  const cycle: Record<string, unknown> = {};
  cycle['a'] = { b: 1n };
  for (const event of [undefined, null, 17, {}, { type: 'a.bad' }, { type: 'a.b', metadata: cycle }])
    audit.capture(event as never);
  expect(errors.every(({ code }) => code === 'invalid_event')).toBe(true);
  expect(audit.stats().lost).toBe(6);
  await audit.close();
  expect(audit.capture({ type: 'a.late' })).toBeUndefined();
  await expect(audit.captureDurable({ type: 'a.late' })).rejects.toMatchObject({ code: 'closed' });
});

function explode(): never {
  throw new Error('hook');
}

test('close sends what waits, gives up at its deadline and says what is left', async () => {
  const { make, requests } = scripted();
  const audit = make({ flushIntervalMs: 60_000 });
  audit.capture({ type: 'a.last' });
  expect(await audit.close()).toEqual({ unsent: 0 });
  expect(requests.flat()).toHaveLength(1);
  const away = scripted(...Array.from({ length: 50 }, (): Answer => () => Promise.reject(new Error('down'))));
  const other = away.make();
  other.capture({ type: 'a.stuck' });
  expect(await other.close(300)).toEqual({ unsent: 1 });
});

const THEN = 'Sat, 21 Nov 2026 10:00:00 GMT';
test.each([
  ['3', THEN, 3_000],
  ['Sat, 21 Nov 2026 10:00:05 GMT', THEN, 5_000],
  ['999999999', null, 300_000],
  ['soon', THEN, undefined],
  [null, THEN, undefined],
])('Retry-After %s, said at %s, is %s ms', (header, date, ms) => {
  expect(retryAfterMs(header, date)).toBe(ms);
});
