import { gzipSync } from 'node:zlib';
import { type RunningServer, startServerProcess } from '@attestry/testkit';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type AttestryError, BrowserAttestry, type BrowserOptions } from '../../src/browser/index.ts';
import { bundle } from './web-app.ts';

const ORIGIN = 'https://app.example.com';

let server: RunningServer;
/** What `fetch` sent, as a browser would. */
const bodies: string[] = [];
const nodeFetch = globalThis.fetch;

beforeAll(async () => {
  server = await startServerProcess();
});
afterAll(() => server?.remove());
afterEach(() => {
  vi.unstubAllGlobals();
  bodies.length = 0;
});

/** A page of `ORIGIN`: a browser adds where a request comes from. */
function open(more: Partial<BrowserOptions> = {}, fetched: typeof fetch = nodeFetch): BrowserAttestry {
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    bodies.push(init.body as string);
    return fetched(url, { ...init, headers: { origin: ORIGIN } });
  });
  return new BrowserAttestry({ url: server.url, token: () => newToken(), onError: () => undefined, ...more });
}

async function newToken(more: object = {}): Promise<string> {
  const answer = await nodeFetch(`${server.url}/v1/browser-tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ origin: ORIGIN, ...more }),
  });
  return ((await answer.json()) as { token: string }).token;
}

async function events(type: string): Promise<{ metadata: Record<string, unknown>; severity: string }[]> {
  const answer = await nodeFetch(`${server.url}/v1/events?type=${type}&limit=1000`, {
    headers: { authorization: `Bearer ${server.key}` },
  });
  return ((await answer.json()) as { events: never[] }).events;
}

test('the entry for pages is small', async () => {
  expect(gzipSync(await bundle()).length).toBeLessThan(9_900);
});

test('a batch is text with the token in front, small enough to outlive the page', async () => {
  const audit = open();
  for (let n = 0; n < 250; n += 1)
    audit.capture({ type: 'page.scrolled', metadata: { n, note: 'ä'.repeat(150) } });
  expect(await audit.flush()).toBe(true);
  expect(await events('page.scrolled')).toHaveLength(250);
  for (const body of bodies) {
    expect(body).toMatch(/^\{"token":"att_browser_/);
    expect(Buffer.byteLength(body)).toBeLessThan(32_000);
  }
  expect(audit.stats()).toEqual({
    queued: { events: 0, bytes: 0 },
    captured: 250,
    sent: 250,
    lost: 0,
    left_out: 0,
    failures: 0,
  });
  expect(await audit.close()).toEqual({ unsent: 0 });
});

test('while there is no token or no server events wait, and come once', async () => {
  let isDown = true;
  const codes: string[] = [];
  const audit = open(
    {
      token: async () => {
        if (codes.length < 1) throw new Error('signed out');
        return newToken();
      },
      onError: ({ code }) => codes.push(code),
    },
    // The first time the server takes the events, and its answer is lost.
    async (url, init) => {
      const answer = await nodeFetch(url as string, init);
      if (!isDown) return answer;
      isDown = false;
      throw new TypeError('Failed to fetch');
    },
  );
  audit.capture({ type: 'page.waited' });
  expect(await audit.flush()).toBe(false);
  expect(await audit.flush()).toBe(false);
  expect(await audit.flush()).toBe(true);
  expect(codes).toEqual(['unavailable']);
  expect(audit.stats()).toMatchObject({ sent: 1, lost: 0 });
  expect(await events('page.waited')).toHaveLength(1);
});

test('what does not fit is dropped, counted, and told in the log, also with a token for few types', async () => {
  const dropped: string[] = [];
  const audit = open({
    queueEventsMax: 3,
    token: () => newToken({ types: ['crowd.*'] }),
    onDrop: ({ type }, { code }) => dropped.push(`${type} ${code}`),
  });
  const ids = Array.from({ length: 5 }, () => audit.capture({ type: 'crowd.moved' }));
  expect(ids.map((id) => typeof id)).toEqual(['string', 'string', 'string', 'undefined', 'undefined']);
  expect(await audit.flush()).toBe(true);
  expect(dropped).toEqual(['crowd.moved queue_full', 'crowd.moved queue_full']);
  expect(await events('crowd.moved')).toHaveLength(3);
  expect(await events('system.events.lost')).toMatchObject([
    { metadata: { lost: { count: 2, types: { 'crowd.moved': 2 } }, source: { kind: 'browser' } } },
  ]);
});

test('an event that the server refuses is told with the place, and its neighbours are kept', async () => {
  const errors: AttestryError[] = [];
  const audit = open({ onError: (error) => errors.push(error) });
  audit.capture({ type: 'page.good' });
  audit.capture({ type: 'page.bad', actor: { type: 'user', id: 'root' } } as never);
  audit.capture({ type: 'user.role.changed', target: { type: 'user', id: 'u-1' } });
  audit.capture({ type: 'page.good' });
  expect(await audit.flush()).toBe(true);
  expect(errors.map(({ serverCode, path }) => `${serverCode} ${path}`)).toEqual([
    'not_from_pages /actor',
    'forbidden /type',
  ]);
  expect(await events('page.good')).toHaveLength(2);
});

test('capture never throws, whatever it is given and whatever hooks do', async () => {
  const audit = open({
    onError: () => {
      throw new Error('hook');
    },
    onDrop: () => {
      throw new Error('hook');
    },
    beforeSend: (event) => {
      if (event.type === 'hook.throws') throw new Error('hook');
      return event.type === 'hook.drops' ? null : event;
    },
  });
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  const trap = {
    get type(): string {
      throw new Error('trap');
    },
  };
  for (const event of [
    null,
    undefined,
    7,
    'text',
    {},
    trap,
    { type: 7 },
    { type: 'hook.throws' },
    { type: 'hook.drops' },
  ])
    expect(audit.capture(event as never)).toBeUndefined();
  expect(audit.capture({ type: 'odd.one', metadata: cyclic } as never)).toEqual(expect.any(String));
  expect(await audit.flush()).toBe(true);
  expect(await events('odd.one')).toHaveLength(1);
  expect(audit.stats()).toMatchObject({ left_out: 1, lost: 8 });
  await audit.close();
  expect(audit.capture({ type: 'too.late' })).toBeUndefined();
});

test('secrets do not leave, and hooks see events without them', async () => {
  const seen: unknown[] = [];
  const audit = open({
    beforeSend: (event) => {
      seen.push(event.metadata);
      return event;
    },
  });
  audit.capture({ type: 'form.sent', metadata: { password: 'hunter2', text: `token ${await newToken()}` } });
  await audit.flush();
  expect(JSON.stringify(seen)).not.toMatch(/hunter2|att_browser/);
  const [event] = await events('form.sent');
  expect(event?.metadata).toMatchObject({ password: '[redacted]', text: 'token [redacted]' });
});

test('a mistake in the options is said where it is made', () => {
  expect(() => open({ url: '/audit' })).toThrow(/url must be an http address, not "\/audit"/);
  expect(() => open({ token: 'att_live_x' as never })).toThrow(/token must be a function/);
});
