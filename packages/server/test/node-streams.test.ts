import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  postgresBinaries,
  type RunningServer,
  type SharedPostgres,
  sharedPostgres,
  startServerProcess,
} from '@attestry/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { eventually } from './server-harness.ts';

const binaries = postgresBinaries(18);
const skipped = binaries.folder === undefined ? ` (skipped: ${binaries.skip})` : '';

/** What a reader got, by any node. */
interface Reader {
  readonly seqs: number[];
  /** Place to come back to. */
  last(): number | undefined;
  close(): void;
}

describe.skipIf(binaries.folder === undefined)(`streams of several nodes over one database${skipped}`, () => {
  let postgres: SharedPostgres;
  let database: Awaited<ReturnType<SharedPostgres['createDatabase']>>;
  let parent: string;
  let key = '';
  const nodes: RunningServer[] = [];
  const readers: Reader[] = [];

  beforeAll(async () => {
    postgres = await sharedPostgres();
    database = await postgres.createDatabase();
    parent = mkdtempSync(join(tmpdir(), 'attestry-streams-'));
    const first = await start('a');
    key = first.key;
    mkdirSync(join(parent, 'b'), { mode: 0o700 });
    for (const name of ['master.key', 'signing.key'])
      cpSync(join(parent, 'a', name), join(parent, 'b', name));
    await start('b');
  });
  afterAll(async () => {
    for (const reader of readers) reader.close();
    for (const node of nodes) await node.stop('SIGKILL');
    await database?.drop();
    postgres?.release();
    rmSync(parent, { recursive: true, force: true });
  });

  async function start(name: string, port?: number): Promise<RunningServer> {
    const node = await startServerProcess({
      dataDir: join(parent, name),
      environment: { ATTESTRY_STORE: database.url },
      ...(port === undefined ? {} : { port }),
    });
    nodes.push(node);
    return node;
  }

  async function post(node: RunningServer | undefined, count: number): Promise<readonly number[]> {
    const events = Array.from({ length: count }, (_, n) => ({ type: 'node.event', metadata: { n } }));
    const answer = await fetch(`${node?.url}/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ events }),
    });
    expect(answer.status).toBe(201);
    const { receipts } = (await answer.json()) as { receipts: { seq: number }[] };
    return receipts.map(({ seq }) => seq);
  }

  /** Server-Sent Events, from now on or from behind a number on. */
  async function stream(node: RunningServer | undefined, after?: number): Promise<Reader> {
    const abort = new AbortController();
    const response = await fetch(`${node?.url}/v1/stream?type=node.*`, {
      headers: {
        authorization: `Bearer ${key}`,
        ...(after === undefined ? {} : { 'last-event-id': String(after) }),
      },
      signal: abort.signal,
    });
    expect(response.status).toBe(200);
    const seqs: number[] = [];
    let last: number | undefined;
    const read = async (): Promise<void> => {
      let text = '';
      const body = response.body as ReadableStream<Uint8Array>;
      for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
        const blocks = (text + chunk).split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) {
          const id = /^id: (\d+)$/m.exec(block)?.[1];
          if (id === undefined) continue;
          last = Number(id);
          if (!/^event: /m.test(block)) seqs.push(last);
        }
      }
    };
    void read().catch(() => undefined);
    const reader = { seqs, last: () => last, close: () => abort.abort() };
    readers.push(reader);
    await eventually(
      async () => last,
      (place) => place !== undefined,
    );
    return reader;
  }

  /** The same by a WebSocket. */
  async function live(node: RunningServer | undefined): Promise<Reader> {
    const url = `${node?.url.replace('http', 'ws')}/v1/live?type=node.*`;
    const socket = new WebSocket(url, ['attestry.live.v1'], { headers: { authorization: `Bearer ${key}` } });
    const seqs: number[] = [];
    let last: number | undefined;
    socket.on('message', (data) => {
      const message = JSON.parse((data as Buffer).toString('utf8')) as {
        readonly type: string;
        readonly seq: number;
      };
      last = message.seq;
      if (message.type === 'event') seqs.push(message.seq);
    });
    socket.on('error', () => undefined);
    const reader = { seqs, last: () => last, close: () => socket.terminate() };
    readers.push(reader);
    await eventually(
      async () => last,
      (place) => place !== undefined,
    );
    return reader;
  }

  async function settled(reader: Reader, expected: readonly number[]): Promise<void> {
    await eventually(
      async () => reader.seqs.length,
      (length) => length >= expected.length,
    );
    expect(reader.seqs).toEqual(expected);
  }

  it('show each event once, whichever node took it, and go on at the other node where they were', async () => {
    const [a, b] = nodes;
    const [sse, socket] = [await stream(b), await live(b)];
    const sent = [...(await post(a, 30))];
    for (let round = 0; round < 10; round++) sent.push(...(await post(round % 2 === 0 ? a : b, 3)));
    await settled(sse, sent);
    await settled(socket, sent);
    // At the other node, from the place reached, with events in between and since.
    sse.close();
    const place = sent.at(9);
    const missed = [...(await post(b, 5)), ...(await post(a, 5))];
    const other = await stream(a, place);
    const late = await post(b, 5);
    await settled(other, [...sent.slice(10), ...missed, ...late]);
    // The one that was not touched has them all as well.
    await settled(socket, [...sent, ...missed, ...late]);
  });

  it('go on after a node was killed, at the other one and at the same one when it is back', async () => {
    const [a, b] = nodes;
    const before = await stream(b);
    const sent = [...(await post(a, 10))];
    await settled(before, sent);
    await b?.stop('SIGKILL');
    const place = before.last();
    const missed = await post(a, 10);
    const elsewhere = await stream(a, place);
    await settled(elsewhere, missed);
    const back = await start('b', Number(new URL(b?.url ?? '').port));
    const again = await stream(back, place);
    const late = await post(a, 10);
    await settled(again, [...missed, ...late]);
    await settled(elsewhere, [...missed, ...late]);
  });
});
