// Long because: it goes through the answers of a server one after the other, with one scripted server.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Attestry } from '../attestry.ts';
import type { AttestryError } from '../errors.ts';
import type { AttestryOptions } from '../options.ts';

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
  await vi.waitFor(async () => expect(await audit.flush()).toBe(true), { timeout: 60_000 });
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

const KEY = { code: 'forbidden' };

test.each([401, 403])(
  'a key refused with %i holds events back, is told once, and is tried again later',
  async (status) => {
    const { make, requests, errors } = scripted(problem(status, KEY), problem(status, KEY));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      const audit = make();
      audit.capture({ type: 'a.kept' });
      const receipt = audit.captureDurable({ type: 'a.durable' });
      expect(await audit.flush()).toBe(false);
      expect(errors.map(({ code }) => code)).toEqual(['key_refused']);
      expect(audit.stats()).toMatchObject({ queued: { events: 2 }, lost: 0 });
      await vi.advanceTimersByTimeAsync(59_000);
      expect(requests).toHaveLength(1);
      await vi.advanceTimersByTimeAsync(62_000);
      expect(requests).toHaveLength(3);
      expect((await receipt).id).toHaveLength(36);
      expect([errors.length, audit.stats().sent]).toEqual([1, 2]);
    } finally {
      vi.useRealTimers();
    }
  },
);

test('an event that the server could not store is sent again, after those that it did', async () => {
  const { make, requests, dropped } = scripted((events) =>
    Response.json(
      {
        results: events.map(({ id }, index) =>
          index === 0
            ? { index, status: 503, code: 'store_full', path: '', detail: 'The disk is full.' }
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
  for (const type of ['a.one', 'a.two']) audit.capture({ type });
  await vi.waitFor(async () => expect(await audit.flush()).toBe(true));
  expect(requests.map((events) => events.map(({ type }) => type))).toEqual([['a.one', 'a.two'], ['a.one']]);
  expect(requests[1]?.[0]?.id).toBe(requests[0]?.[0]?.id);
  expect(dropped).toEqual([]);
});

test.each([404, 405, 301, 500])(
  'an answer %i is about the server, not the event: nothing is given up',
  async (status) => {
    const { make, requests, dropped } = scripted(() => new Response('<html>', { status }));
    const audit = make();
    audit.capture({ type: 'a.kept' });
    expect(await audit.flush()).toBe(false);
    expect(await audit.flush()).toBe(true);
    expect([requests.length, dropped.length, audit.stats().lost]).toEqual([2, 0, 0]);
  },
);

test('the report of a loss cannot itself be dropped', async () => {
  const down: Answer = () => Promise.reject(new TypeError('down'));
  const { make, requests } = scripted(down, down);
  const audit = make({ queueEventsMax: 2, whenFull: 'drop-oldest', flushIntervalMs: 60_000 });
  for (let i = 0; i < 3; i += 1) audit.capture({ type: `a.${i}` });
  expect(await audit.flush()).toBe(false);
  for (let i = 3; i < 6; i += 1) audit.capture({ type: `a.${i}` });
  expect(await audit.flush()).toBe(false);
  await vi.waitFor(async () => expect(await audit.flush()).toBe(true));
  const reports = requests
    .slice(2)
    .flat()
    .filter(({ type }) => type === 'system.events.lost');
  expect(new Set(reports.map(({ id }) => id)).size).toBe(reports.length);
  const counts = reports.map(({ metadata }) => Number(/"count":(\d+)/.exec(JSON.stringify(metadata))?.[1]));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(4);
});

test('names that every object has are counted as any other', async () => {
  const { make, requests } = scripted();
  const audit = make({ beforeSend: () => explode() });
  for (const type of ['constructor', '__proto__', 'constructor']) audit.capture({ type });
  await audit.flush();
  expect(requests.flat()[0]?.metadata).toMatchObject({ lost: { count: 3 } });
  expect(JSON.stringify(requests.flat()[0])).toContain('"types":{"constructor":2,"[__proto__]":1}');
});

test('flush answers for what was captured before it, however much comes after', async () => {
  const { make } = scripted();
  const audit = make({ batchEvents: 10 });
  const more = (): void => {
    for (let i = 0; i < 10; i += 1) audit.capture({ type: 'a.more' });
  };
  const load = setInterval(more, 0);
  more();
  expect(await audit.flush()).toBe(true);
  clearInterval(load);
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

const PAGE = '<h1>400 Bad Request</h1>The plain HTTP request was sent to HTTPS port';

test.each([400, 403, 406, 413, 422])('a page of somebody else is no refusal: %d', async (status) => {
  let isThere = false;
  const front: Answer = (events) => (isThere ? healthyAnswer(events) : new Response(PAGE, { status }));
  const { make, requests } = scripted(...Array.from({ length: 2_000 }, () => front));
  const audit = make({ flushIntervalMs: 60_000 });
  for (let n = 0; n < 200; n += 1) audit.capture({ type: 'a.b', metadata: { n } });
  for (let n = 0; n < 5; n += 1) expect(await audit.flush()).toBe(false);
  expect(audit.stats()).toMatchObject({ lost: 0, queued: { events: 200 } });
  // Ten parts, and of one of these ten: what waits is not tried one by one.
  expect(requests.length).toBeLessThanOrEqual(5 * 21);
  isThere = true;
  await vi.waitFor(async () => expect(await audit.flush()).toBe(true));
  expect(audit.stats()).toMatchObject({ sent: 200, lost: 0, queued: { events: 0 } });
});

/** Lets nothing pass that is of this type, and says so with a page of its own. */
const firewall =
  (stopped: string, status = 403): Answer =>
  (events) =>
    events.some(({ type }) => type === stopped) ? new Response(PAGE, { status }) : healthyAnswer(events);

/** Lets time pass for clients without any other traffic than what `each` makes. */
async function seconds(count: number, each: () => void = () => undefined): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    each();
    await vi.advanceTimersByTimeAsync(1_000);
  }
}

describe('behind a firewall', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test.each(['a.script', 'system.events.lost'])(
    'what it does not let pass (%s) is given up when others have got through beside it, and holds nothing up',
    async (stopped) => {
      const { make, requests, errors } = scripted(...Array.from({ length: 500 }, () => firewall(stopped)));
      const audit = make({
        flushIntervalMs: 500,
        beforeSend: (event) => (event.type === 'a.odd' ? explode() : event),
      });
      for (let n = 0; n < 60; n += 1)
        audit.capture({ type: n % 20 === 7 ? stopped : n === 30 ? 'a.odd' : 'a.b', metadata: { n } });
      await seconds(1);
      expect(audit.stats().sent).toBeGreaterThanOrEqual(56);
      expect(errors.filter(({ code }) => code === 'event_refused')).toEqual([]);
      await seconds(8, () => audit.capture({ type: 'a.later' }));
      expect(audit.stats()).toMatchObject({ queued: { events: 0 }, failures: 0 });
      expect(errors.filter(({ code }) => code === 'event_refused').length).toBeGreaterThanOrEqual(3);
      expect(requests.length).toBeLessThan(100);
    },
  );

  test('a whole batch that it stops lets those behind it pass, and is given up then', async () => {
    const { make } = scripted(...Array.from({ length: 1_000 }, () => firewall('a.script')));
    const audit = make({ batchEvents: 20, flushIntervalMs: 500 });
    for (let n = 0; n < 60; n += 1) audit.capture({ type: n < 20 ? 'a.script' : 'a.b', metadata: { n } });
    await seconds(3);
    expect(audit.stats()).toMatchObject({ sent: 40, lost: 0 });
    await seconds(40, () => audit.capture({ type: 'a.later' }));
    expect(audit.stats()).toMatchObject({ lost: 20, queued: { events: 0 } });
  });

  test('a ban that begins in the middle of a search, and lasts, costs nothing', async () => {
    const page: Answer = () => new Response(PAGE, { status: 403 });
    const { make } = scripted(
      page,
      ...Array.from({ length: 4 }, () => healthyAnswer),
      ...Array.from({ length: 60 }, () => page),
    );
    const audit = make({ flushIntervalMs: 500 });
    for (let n = 0; n < 60; n += 1) audit.capture({ type: 'a.b', metadata: { n } });
    await seconds(120);
    expect(audit.stats()).toMatchObject({ sent: 60, lost: 0, queued: { events: 0 } });
  });

  test('a client that has sent nothing yet and is closed gets all into the log but what is stopped', async () => {
    const { make } = scripted(...Array.from({ length: 500 }, () => firewall('a.script')));
    const audit = make({ flushIntervalMs: 60_000 });
    for (let n = 0; n < 60; n += 1) audit.capture({ type: n % 6 === 0 ? 'a.script' : 'a.b' });
    const closed = audit.close();
    await seconds(6);
    expect(await closed).toEqual({ unsent: 10 });
    expect(audit.stats()).toMatchObject({ sent: 50, lost: 10 });
  });

  test('a client per request that is closed in the middle of a search says what it has not sent', async () => {
    const slow =
      (answer: Answer): Answer =>
      async (events) => {
        await new Promise((resolve) => setTimeout(resolve, 25));
        return answer(events);
      };
    const { make, dropped } = scripted(...Array.from({ length: 500 }, () => slow(firewall('a.script'))));
    const audit = make({ waitUntil: () => undefined });
    for (let n = 0; n < 60; n += 1) audit.capture({ type: n % 6 === 0 ? 'a.script' : 'a.b' });
    const durable = audit.captureDurable({ type: 'a.durable' });
    void durable.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(40);
    const closed = audit.close(1);
    await seconds(1);
    const { unsent } = await closed;
    const { captured, sent, lost } = audit.stats();
    expect([captured, sent + lost, unsent, dropped.length]).toEqual([61, 61, lost, lost]);
    await expect(durable).rejects.toMatchObject({ code: 'closed' });
  });
});

test('a request that is too large for a proxy goes in parts, in order, and later ones are smaller', async () => {
  const EVENTS_MAX = 30;
  const { make, requests } = scripted(
    ...Array.from(
      { length: 200 },
      (): Answer => (events) =>
        events.length > EVENTS_MAX ? new Response(PAGE, { status: 413 }) : healthyAnswer(events),
    ),
  );
  const audit = make({ flushIntervalMs: 60_000 });
  for (let n = 0; n < 400; n += 1) audit.capture({ type: 'a.b', metadata: { n } });
  expect(await audit.flush()).toBe(true);
  expect(audit.stats()).toMatchObject({ sent: 400, lost: 0 });
  const sent = requests.filter(({ length }) => length <= EVENTS_MAX).flat();
  expect(sent.map(({ metadata }) => metadata?.['n'])).toEqual(Array.from({ length: 400 }, (_, n) => n));
  expect(requests.length - requests.filter(({ length }) => length <= EVENTS_MAX).length).toBeLessThan(4);
});

test('an app whose clock is ahead is in the log, at the time of the server', async () => {
  const AHEAD_MS = 600_000;
  const date = { date: new Date(Date.now() - AHEAD_MS).toUTCString() };
  const strict: Answer = (events) => {
    const receipts = events.map(({ id }) => ({ id, seq: 0, hash: '', recorded_at: '', duplicate: false }));
    const isAhead = (event: Sent): boolean =>
      Date.parse((event as { occurred_at?: string }).occurred_at ?? '') > Date.now() - AHEAD_MS / 2;
    if (!events.some(isAhead)) return Response.json({ receipts }, { status: 201, headers: date });
    const results = events.map((event, index) =>
      isAhead(event)
        ? { index, status: 400, code: 'in_the_future', path: `/events/${index}/occurred_at` }
        : { index, status: 201, receipt: receipts[index] },
    );
    return Response.json({ results }, { status: 207, headers: date });
  };
  const { make, requests, errors } = scripted(...Array.from({ length: 4 }, () => strict));
  const audit = make();
  audit.capture({ type: 'a.one', metadata: { n: 1 } });
  audit.capture({ type: 'a.far', occurred_at: new Date(Date.now() + 1e9).toISOString() });
  expect(await audit.flush()).toBe(true);
  // The second is that of the report.
  expect(audit.stats()).toMatchObject({ sent: 2, lost: 1 });
  expect(errors.map(({ code }) => code)).toEqual(['event_refused']);
  expect(requests[1]?.[0]).toMatchObject({
    type: 'a.one',
    metadata: { n: 1, clock_ahead_ms: expect.any(Number) },
  });
});

test('what makes the server refuse all events of an app does not spoil the report of their loss', async () => {
  const strict: Answer = (events) =>
    JSON.stringify(events).includes('robot')
      ? problem(400, { code: 'invalid_event', errors: [{ index: 0, path: '/actor/type' }] })(events)
      : healthyAnswer(events);
  const { make, requests } = scripted(strict, strict, strict);
  const audit = make({
    defaults: { actor: { type: 'robot' as never, id: 'r' }, service: 'shop' },
    redact: { patterns: [/events/g, /\d{4,}/g], names: ['type'] },
  });
  audit.capture({ type: 'a.one' });
  await vi.waitFor(async () => expect(await audit.flush()).toBe(true));
  expect(requests.flat().at(-1)).toMatchObject({
    type: 'system.events.lost',
    context: { service: 'shop' },
    metadata: { lost: { count: 1, types: { 'a.one': 1 } } },
  });
  expect(audit.stats()).toMatchObject({ lost: 1, sent: 1 });
});

test('a key function that fails says so, and is asked again soon', async () => {
  const { make, errors, requests } = scripted(problem(401));
  let calls = 0;
  const audit = make({
    key: () => {
      calls += 1;
      if (calls === 1) throw new Error('vault is down');
      return 'k';
    },
  });
  audit.capture({ type: 'a.one' });
  expect(await audit.flush()).toBe(false);
  expect(await audit.flush()).toBe(false);
  expect(await audit.flush()).toBe(true);
  expect(errors[0]).toMatchObject({
    code: 'key_refused',
    message: 'the function `key` failed: vault is down',
  });
  expect(requests).toHaveLength(2);
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
  expect(audit.stats()).toMatchObject({ lost: 5, captured: 1 });
  await audit.close();
  expect(audit.capture({ type: 'a.late' })).toBeUndefined();
  await expect(audit.captureDurable({ type: 'a.late' })).rejects.toMatchObject({ code: 'closed' });
});

function explode(): never {
  throw new Error('hook');
}

test('a server that never answers is given up, and a close ends and settles everything', async () => {
  const never = (() => new Promise<Response>(() => undefined)) as typeof fetch;
  const errors: AttestryError[] = [];
  const audit = scripted().make({ fetch: never, timeoutMs: 20, onError: (error) => errors.push(error) });
  audit.capture({ type: 'a.one' });
  expect(await audit.flush()).toBe(false);
  expect(errors[0]?.message).toBe('no answer within 20 ms');
  const stuck = scripted().make({ fetch: never });
  const durable = stuck.captureDurable({ type: 'a.durable' });
  const refused = expect(durable).rejects.toMatchObject({ code: 'closed' });
  expect(await stuck.close(50)).toEqual({ unsent: 1 });
  await refused;
  expect(await stuck.flush()).toBe(false);
});

test('a wall clock that is set back does not stop sending', async () => {
  const { make, requests } = scripted(() => Promise.reject(new TypeError('down')));
  const audit = make({ flushIntervalMs: 10 });
  audit.capture({ type: 'a.one' });
  await audit.flush();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 86_400_000 });
  try {
    audit.capture({ type: 'a.two' });
    await vi.waitFor(
      () => expect(requests.flat().map(({ type }) => type)).toEqual(['a.one', 'a.one', 'a.two']),
      {
        timeout: 60_000,
      },
    );
  } finally {
    vi.useRealTimers();
  }
});

test('hooks may throw, also later, and take ids away: nothing breaks and nothing is kept twice', async () => {
  const { make, requests } = scripted();
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown): void => void rejections.push(reason);
  process.on('unhandledRejection', onRejection);
  const audit = make({
    enrich: [({ id: _id, ...event }) => ({ ...event, severity: 'low' })],
    beforeSend: (event) => (event.type === 'a.bad' ? explode() : event),
    onDrop: (() => Promise.reject(new Error('async hook'))) as never,
    onError: explode,
    waitUntil: explode,
  });
  audit.capture({ type: 'a.bad' });
  audit.capture({ type: 'a.good' });
  expect(await audit.flush()).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 5));
  process.off('unhandledRejection', onRejection);
  expect(rejections).toEqual([]);
  expect(requests.flat().find(({ type }) => type === 'a.good')?.id).toMatch(/^[0-9a-f-]{36}$/);
});

test('on edge runtimes events are sent at once, and the runtime is told what to wait for', async () => {
  const { make, requests } = scripted();
  const awaited: Promise<unknown>[] = [];
  const audit = make({ waitUntil: (work) => awaited.push(work), flushIntervalMs: 60_000 });
  for (const type of ['a.one', 'a.two']) audit.capture({ type });
  await Promise.all(awaited);
  expect([awaited.length, requests.length]).toEqual([1, 1]);
});

test('on edge runtimes a request that hangs does not hold up those of others', async () => {
  const { make, requests } = scripted();
  const sent: (() => void)[] = [];
  const audit = make({
    waitUntil: () => undefined,
    fetch: (async (_url: unknown, init: RequestInit) => {
      const { events } = JSON.parse(init.body as string) as { events: Sent[] };
      requests.push(events);
      if (requests.length === 1) await new Promise<void>((resolve) => sent.push(resolve));
      return healthyAnswer(events);
    }) as typeof fetch,
  });
  audit.capture({ type: 'a.hangs' });
  const hanging = audit.flush();
  audit.capture({ type: 'a.next' });
  expect(await audit.flush()).toBe(true);
  expect(audit.stats()).toMatchObject({ sent: 1, captured: 2 });
  sent[0]?.();
  expect(await hanging).toBe(true);
  expect(requests.map((events) => events.map(({ type }) => type))).toEqual([['a.hangs'], ['a.next']]);
});

test('a key that changes is asked for before every request', async () => {
  const seen: unknown[] = [];
  const fetchImpl = (async (_url: unknown, init: RequestInit) => {
    seen.push((init.headers as Record<string, string>)['authorization']);
    return healthyAnswer((JSON.parse(init.body as string) as { events: Sent[] }).events);
  }) as typeof fetch;
  const audit = scripted().make({
    fetch: fetchImpl,
    key: () => Promise.resolve(`t${seen.length + 1}`),
  });
  for (const type of ['a.one', 'a.two']) {
    audit.capture({ type });
    await audit.flush();
  }
  expect(seen).toEqual(['Bearer t1', 'Bearer t2']);
});

test('reads are sampled by type, the rate is recorded, durable ones always stay', async () => {
  const { make, requests } = scripted();
  const audit = make({ sample: { 'document.*': 0.5, 'document.viewed': 0, '*': 1 } });
  const target = { type: 'document', id: 'd' } as const;
  // What was denied always stays too.
  audit.capture({ type: 'document.viewed', target, action: { status: 'denied' } });
  for (let i = 0; i < 200; i += 1) audit.capture({ type: 'document.x' });
  audit.capture({ type: 'document.viewed', target });
  await audit.captureDurable({ type: 'document.viewed', target });
  audit.capture({ type: 'a.b' });
  await audit.flush();
  const kept = requests.flat().filter(({ type }) => type === 'document.x');
  expect(kept.length).toBeGreaterThan(50);
  expect(kept.length).toBeLessThan(150);
  expect(kept[0]?.metadata).toEqual({ sample_rate: 0.5 });
  expect(requests.flat().filter(({ type }) => type === 'document.viewed')).toHaveLength(2);
  expect(requests.flat().find(({ type }) => type === 'a.b')).not.toHaveProperty('metadata');
  expect(audit.stats().left_out).toBe(201 - kept.length);
});

test('without onError the console is told, once a minute for each kind of trouble', async () => {
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const { make } = scripted();
  const { onError: _none, ...rest } = { onError: undefined, beforeSend: () => explode() };
  const audit = new Attestry({ url: 'http://server.test', key: 'att_k', drainOnExit: false, ...rest });
  for (let i = 0; i < 5; i += 1) audit.capture({ type: 'a.bad' });
  expect(warned.mock.calls).toEqual([['Attestry: an event cannot be sent: hook']]);
  warned.mockRestore();
  await make().close();
});

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
