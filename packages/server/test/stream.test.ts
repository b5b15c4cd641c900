import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { eventually, openTestServer, type TestServer } from './server-harness.ts';

interface SseEvent {
  readonly id: number;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** Reads a stream of Server-Sent Events, as a browser does. */
class Reader {
  readonly all: SseEvent[] = [];
  isEnded = false;
  readonly #abort = new AbortController();

  /** @param isPaused reads nothing until `resume` */
  async open(url: string, headers: Record<string, string>, isPaused = false): Promise<this> {
    const response = await fetch(url, { headers, signal: this.#abort.signal });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    this.#body = response.body as ReadableStream<Uint8Array>;
    if (!isPaused) this.resume();
    return this;
  }

  #body: ReadableStream<Uint8Array> | undefined;

  resume(): void {
    void this.#read()
      .catch(() => undefined)
      .then(() => {
        this.isEnded = true;
      });
  }

  get events(): readonly SseEvent[] {
    return this.all.filter(({ event }) => event === 'message');
  }

  get lastId(): number {
    return this.all.at(-1)?.id ?? -1;
  }

  close(): void {
    this.#abort.abort();
  }

  async #read(): Promise<void> {
    let text = '';
    for await (const chunk of (this.#body as ReadableStream<Uint8Array>).pipeThrough(
      new TextDecoderStream(),
    )) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]));
        if (!fields.has('data')) continue;
        this.all.push({
          id: Number(fields.get('id')),
          event: fields.get('event') ?? 'message',
          data: JSON.parse(fields.get('data') as string),
        });
      }
    }
  }
}

let server: TestServer;
let url: string;
const readers: Reader[] = [];

async function listen(test: TestServer): Promise<string> {
  await test.app.listen({ host: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${(test.app.server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  server = await openTestServer({ server: { live: { heartbeatMs: 100, stallMs: 150 } } });
  url = await listen(server);
});
afterAll(async () => {
  for (const reader of readers) reader.close();
  await server?.remove();
});

async function read(
  path = '',
  {
    token = server.adminToken,
    headers = {},
    base = url,
  }: { token?: string; headers?: Record<string, string>; base?: string } = {},
): Promise<Reader> {
  const reader = new Reader();
  readers.push(reader);
  return reader.open(`${base}/v1/stream${path}`, { authorization: `Bearer ${token}`, ...headers });
}

/** Waits until a stream stands at the end of the log. */
async function ready(reader: Reader): Promise<void> {
  await eventually(
    async () => reader.all,
    (all) => all.length > 0,
  );
}

async function send(type: string, count = 1, token?: string, more: object = {}): Promise<number[]> {
  const events = Array.from({ length: count }, (_, n) => ({ type, ...more, metadata: { n } }));
  const answer = await server.post('/v1/events', { events }, token);
  expect(answer.statusCode).toBe(201);
  return answer.json().receipts.map(({ seq }: { seq: number }) => seq);
}

async function seqsOf(reader: Reader, count: number): Promise<number[]> {
  await eventually(
    async () => reader.events.length,
    (length) => length >= count,
  );
  return reader.events.map(({ id }) => id);
}

describe('GET /v1/stream', () => {
  it('sends what is recorded from now on, as it is read, under its number', async () => {
    await send('stream.before');
    const reader = await read('?type=stream.*');
    await ready(reader);
    expect(reader.all[0]).toMatchObject({ event: 'heartbeat', data: { behind: 0 } });
    const [seq] = await send('stream.now', 1, undefined, { actor: { type: 'user', id: 'alice' } });
    await send('other.now');
    expect(await seqsOf(reader, 1)).toEqual([seq]);
    const [event] = reader.events;
    const { events } = (await server.get('/v1/events?type=stream.now')).json();
    expect(event?.data).toEqual(events[0]);
    // The id moves on over what does not match, so that coming back is cheap.
    await eventually(
      async () => reader.lastId,
      (id) => id > (seq as number),
    );
  });

  it('goes on after the last id without a gap or a double, whatever was recorded meanwhile', async () => {
    const first = await read('?type=resume.*');
    await ready(first);
    const early = await send('resume.one', 5);
    await seqsOf(first, 5);
    first.close();
    const missed = await send('resume.two', 250);
    const second = await read('?type=resume.*', { headers: { 'last-event-id': String(first.lastId) } });
    const late = await send('resume.three', 5);
    const seen = [...first.events.map(({ id }) => id), ...(await seqsOf(second, 255))];
    expect(seen).toEqual([...early, ...missed, ...late]);
    const third = await read(`?type=resume.*&after=${early[0]}`);
    expect(await seqsOf(third, 259)).toEqual(seen.slice(1));
  });

  it('shows each tenant and each role its own part, sealed where it must be', async () => {
    const acme = await server.makeTenant('acme');
    const other = await server.makeTenant('other');
    const member = await server.makeKey({ roles: ['member'], subject: 'alice' }, 'acme');
    const manager = await server.makeKey({ roles: ['project_manager'], projects: ['p1'] }, 'acme');
    const all = await Promise.all(
      [acme, other, member.token, manager.token].map((token) => read('?type=part.*', { token })),
    );
    await Promise.all(all.map(ready));
    const actor = { type: 'user', id: 'alice', email: 'alice@example.com' };
    const [own] = await send('part.one', 1, acme, { actor });
    const [project] = await send('part.two', 1, acme, {
      actor: { ...actor, id: 'bob' },
      context: { project_id: 'p1' },
    });
    await send('part.other', 1, other);
    const [ofAcme, ofOther, ofMember, ofManager] = all as [Reader, Reader, Reader, Reader];
    expect(await seqsOf(ofAcme, 2)).toEqual([own, project]);
    expect(await seqsOf(ofMember, 1)).toEqual([own]);
    expect(await seqsOf(ofManager, 1)).toEqual([project]);
    expect(ofManager.events[0]?.data).not.toHaveProperty('actor.email');
    expect(ofManager.events[0]?.data.redacted).toContain('/actor/email');
    await seqsOf(ofOther, 1);
    expect(JSON.stringify(ofOther.all)).not.toContain('alice');
    const ingest = await server.makeKey({ roles: ['ingest'] }, 'acme');
    await expect(read('', { token: ingest.token })).rejects.toThrow('403');
    await expect(read('?actor=bob', { token: manager.token })).rejects.toThrow('403');
    await expect(read('?tenant=acme', { token: other })).rejects.toThrow('404');
  });

  it('leaves nothing out of a full-text search whose index is behind', async () => {
    const reader = await read('?q=needle%20-hay');
    await ready(reader);
    const found: number[] = [];
    for (let i = 0; i < 40; i++) {
      found.push(...(await send('text.found', 2, undefined, { action: { description: `needle ${i}` } })));
      await send('text.other', 1, undefined, { action: { description: `needle in hay ${i}` } });
    }
    expect(await seqsOf(reader, 80)).toEqual(found);
  });

  it('drops nothing at 500 events a second', async () => {
    const reader = await read('?type=fast.*');
    await ready(reader);
    const sent: number[] = [];
    for (let batch = 0; batch < 60; batch++) {
      const startMs = performance.now();
      sent.push(...(await send('fast.event', 25)));
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, 50 - (performance.now() - startMs))));
    }
    expect(await seqsOf(reader, 1_500)).toEqual(sent);
  });

  it('tells a slow reader to come back, holds nothing for it, and it misses nothing', async () => {
    const large = { action: { description: 'x'.repeat(2_000) }, metadata: {} };
    const from = await read('?type=slow.*');
    await ready(from);
    const after = from.lastId;
    const sent: number[] = [];
    for (let batch = 0; batch < 4; batch++) {
      const events = Array.from({ length: 250 }, (_, n) => ({
        type: 'slow.event',
        ...large,
        metadata: { text: 'y'.repeat(20_000), n },
      }));
      for (let at = 0; at < events.length; at += 125) {
        const answer = await server.post('/v1/events', { events: events.slice(at, at + 125) });
        sent.push(...answer.json().receipts.map(({ seq }: { seq: number }) => seq));
      }
    }
    from.close();
    const reader = new Reader();
    readers.push(reader);
    const sockets: Socket[] = [];
    server.app.server.on('connection', (socket: Socket) => sockets.push(socket));
    await reader.open(
      `${url}/v1/stream?type=slow.*&after=${after}`,
      { authorization: `Bearer ${server.adminToken}` },
      true,
    );
    // Everything on the way is full when it stays so.
    let looks = 0;
    await eventually(
      async () => {
        looks = sockets.some(({ writableNeedDrain }) => writableNeedDrain) ? looks + 1 : 0;
        return looks;
      },
      (count) => count > 40,
    );
    reader.resume();
    await eventually(
      async () => reader.isEnded,
      (isEnded) => isEnded,
    );
    expect(reader.all.at(-1)).toMatchObject({ event: 'resume', data: { reason: 'slow' } });
    expect(reader.events.length).toBeLessThan(sent.length);
    const seen = [...reader.events.map(({ id }) => id)];
    const next = await read('?type=slow.*', { headers: { 'last-event-id': String(reader.lastId) } });
    expect([...seen, ...(await seqsOf(next, sent.length - seen.length))]).toEqual(sent);
  });

  it('ends with the credential', async () => {
    const { key, token } = await server.makeKey({ roles: ['auditor'] });
    const signedIn = await server.call('POST', '/v1/session', { token: '', body: { key: token } });
    const cookie = String(signedIn.headers['set-cookie']).split(';', 1)[0] as string;
    const byKey = await read('', { token });
    const bySession = new Reader();
    readers.push(bySession);
    await bySession.open(`${url}/v1/stream`, { cookie });
    await Promise.all([ready(byKey), ready(bySession)]);
    await server.call('DELETE', '/v1/session', {
      token: '',
      headers: { cookie, 'x-csrf-token': signedIn.json().session.csrf_token },
    });
    await eventually(
      async () => bySession.isEnded,
      (isEnded) => isEnded,
    );
    expect(bySession.all.at(-1)).toMatchObject({ event: 'resume', data: { reason: 'signed_out' } });
    expect(byKey.isEnded).toBe(false);
    await server.call('DELETE', `/v1/keys/${key.id}`);
    await eventually(
      async () => byKey.isEnded,
      (isEnded) => isEnded,
    );
  });

  it('has a bound for each credential', async () => {
    const { token } = await server.makeKey({ roles: ['auditor'] });
    const open = await Promise.all(Array.from({ length: 20 }, () => read('', { token })));
    await expect(read('', { token })).rejects.toThrow(/^Error: 429|429/);
    open[0]?.close();
    await eventually(
      () => read('', { token }).catch(() => undefined),
      (reader) => reader !== undefined,
    );
    for (const reader of open) reader.close();
    await eventually(
      async () => server.ops.live.count,
      (count) => count <= 21,
    );
  });

  it('refuses a place that is none', async () => {
    for (const [path, id] of [
      ['', 'abc'],
      ['', '-1'],
      ['', '1e3'],
      ['', '999999999'],
      ['?after=999999999', ''],
      ['?after=-1', ''],
      ['?from=-24h', ''],
      ['?order=asc', ''],
    ] as const)
      await expect(read(path, { headers: id === '' ? {} : { 'last-event-id': id } })).rejects.toThrow('400');
  });

  it('goes on after a restart of the server, without loss or double', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'attestry-'));
    let test = await openTestServer({ dataDir });
    const { adminToken } = test;
    const sent: number[] = [];
    const record = async (count: number): Promise<void> => {
      const events = Array.from({ length: count }, () => ({ type: 'restart.event' }));
      const answer = await test.post('/v1/events', { events }, adminToken);
      sent.push(...answer.json().receipts.map(({ seq }: { seq: number }) => seq));
    };
    const before = await read('?type=restart.*', { token: adminToken, base: await listen(test) });
    await ready(before);
    await record(7);
    await seqsOf(before, 3);
    await record(5);
    await test.close();
    await eventually(
      async () => before.isEnded,
      (isEnded) => isEnded,
    );
    expect(before.all.at(-1)).toMatchObject({ event: 'resume', data: { reason: 'stopping' } });
    test = await openTestServer({ dataDir });
    const headers = { 'last-event-id': String(before.lastId) };
    await record(5);
    const after = await read('?type=restart.*', { token: adminToken, headers, base: await listen(test) });
    await record(5);
    const seen = before.events.map(({ id }) => id);
    expect([...seen, ...(await seqsOf(after, sent.length - seen.length))]).toEqual(sent);
    await test.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
});

interface Message {
  readonly type: string;
  readonly seq: number;
  readonly event?: { readonly type: string };
}

async function connect(
  path: string,
  headers: Record<string, string>,
  protocols: string[] = ['attestry.live.v1'],
): Promise<{ socket: WebSocket; messages: Message[] }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/live${path}`, protocols, { headers });
  const messages: Message[] = [];
  socket.on('message', (data) => messages.push(JSON.parse((data as Buffer).toString('utf8'))));
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  expect(socket.protocol).toBe('attestry.live.v1');
  return { socket, messages };
}

describe('WS /v1/live', () => {
  it('sends the same, and goes on after a number', async () => {
    const auth = { authorization: `Bearer ${server.adminToken}` };
    const { socket, messages } = await connect('?type=socket.*', auth);
    await eventually(
      async () => messages.length,
      (length) => length > 0,
    );
    const sent = await send('socket.one', 130);
    const numbers = (all: Message[]): number[] =>
      all.filter(({ type }) => type === 'event').map(({ seq }) => seq);
    await eventually(
      async () => numbers(messages).length,
      (length) => length === 130,
    );
    expect(numbers(messages)).toEqual(sent);
    socket.close();
    const again = await connect(`?type=socket.*&after=${sent[99]}`, auth);
    await eventually(
      async () => numbers(again.messages).length,
      (length) => length === 30,
    );
    expect(numbers(again.messages)).toEqual(sent.slice(100));
    again.socket.send('hello');
    const code = await new Promise((resolve) => again.socket.once('close', resolve));
    expect(code).toBe(1003);
  });

  it('takes a session, or a token as a subprotocol, and no stranger and no foreign page', async () => {
    const bearer = ['attestry.live.v1', `bearer.${server.adminToken}`];
    (await connect('', {}, bearer)).socket.close();
    const signedIn = await server.call('POST', '/v1/session', {
      token: '',
      body: { key: server.adminToken },
    });
    const cookie = String(signedIn.headers['set-cookie']).split(';', 1)[0] as string;
    (await connect('', { cookie, origin: url })).socket.close();
    await expect(connect('', { cookie, origin: 'https://evil.example' })).rejects.toThrow('403');
    await expect(connect('', {})).rejects.toThrow('401');
    await expect(connect('', {}, ['attestry.live.v1', 'bearer.att_live_x'])).rejects.toThrow('401');
    await expect(connect('?actr=x', { authorization: `Bearer ${server.adminToken}` })).rejects.toThrow('400');
    expect((await server.get('/v1/live')).statusCode).toBe(400);
  });

  it('leaves other upgrades alone', async () => {
    const socket = createConnection(Number(new URL(url).port), '127.0.0.1');
    socket.write(
      'GET /health HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n',
    );
    const [answer] = await once(socket, 'data');
    socket.destroy();
    expect(String(answer)).toMatch(/^HTTP\/1\.1 200 /);
  });
});
