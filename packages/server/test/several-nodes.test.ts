import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedLedger, openEmbedded } from '@attestry/ledger';
import {
  createSeededRandom,
  incomingEvents,
  postgresBinaries,
  type RunningServer,
  type SharedPostgres,
  sharedPostgres,
  startServerProcess,
  TcpProxy,
  valueIn,
} from '@attestry/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { assembleServer, loadConfig } from '../src/index.ts';
import { eventually, openTestServer, type TestServer } from './server-harness.ts';

const binaries = postgresBinaries(18);
const skipped = binaries.folder === undefined ? ` (skipped: ${binaries.skip})` : '';

// Opening a node takes seconds where other tests have the processors too.
vi.setConfig({ testTimeout: 90_000 });

const LOGIN = { type: 'user.login.success', actor: { type: 'user', id: 'alice' } };

describe.skipIf(binaries.folder === undefined)(`several nodes over one database${skipped}`, () => {
  let postgres: SharedPostgres;
  let database: Awaited<ReturnType<SharedPostgres['createDatabase']>>;
  let parent: string;
  const ends: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    postgres = await sharedPostgres();
    database = await postgres.createDatabase();
    parent = mkdtempSync(join(tmpdir(), 'attestry-nodes-'));
    // Makes the keys and the logs.
    const first = await openNode('first');
    await first.remove();
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  afterAll(async () => {
    await database?.drop();
    postgres?.release();
    rmSync(parent, { recursive: true, force: true });
  });

  const KEYS = '.keys';

  /** A data folder with the keys of the installation, and nothing else. */
  function folderWithKeys(name: string): string {
    const folder = join(parent, name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const key of ['master.key', 'signing.key'])
      cpSync(join(parent, KEYS, key), join(folder, key), { errorOnExist: false });
    return folder;
  }

  async function openNode(
    name: string,
    url = database.url,
    more: Record<string, string> = {},
  ): Promise<TestServer> {
    const dataDir = name === 'first' ? join(parent, name) : folderWithKeys(name);
    const node = await openTestServer({ dataDir, env: { ATTESTRY_STORE: url, ...more } });
    if (name === 'first') {
      mkdirSync(join(parent, KEYS));
      for (const key of ['master.key', 'signing.key']) cpSync(join(dataDir, key), join(parent, KEYS, key));
    }
    ends.push(() => node.remove());
    return node;
  }

  async function startNode(name: string): Promise<RunningServer> {
    const dataDir = folderWithKeys(name);
    const environment = { ATTESTRY_STORE: database.url, ATTESTRY_CHECKPOINT_INTERVAL_MS: '50' };
    const node = await startServerProcess({ dataDir, environment });
    ends.push(async () => {
      node.signal('SIGCONT');
      await node.stop('SIGKILL');
    });
    return node;
  }

  it('take events of the same tenant; each shows what the other took, and an id counts once', async () => {
    const [a, b] = [await openNode('a'), await openNode('b')];
    const token = await a.makeTenant('both');
    const id = '0f8fad5b-d9cb-469f-a165-70867728950e';
    const first = (await a.post('/v1/events', { ...LOGIN, id }, token)).json();
    const again = (await b.post('/v1/events', { ...LOGIN, id }, token)).json();
    expect(again).toEqual({ ...first, duplicate: true });
    const sent = await Promise.all(
      Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? a : b).post('/v1/events', LOGIN, token)),
    );
    expect(new Set(sent.map(({ statusCode }) => statusCode))).toEqual(new Set([201]));
    const seqs = sent.map((answer) => answer.json<{ seq: number }>().seq).sort((x, y) => x - y);
    expect(new Set(seqs).size).toBe(60);
    for (const node of [a, b]) {
      const { count } = (await node.get('/v1/events?actor=alice&count=exact', token)).json();
      expect(count).toEqual({ value: 61, exact: true });
    }
    // Whichever of them signs, the other one serves it, and proves records by it.
    const seq = seqs.at(-1) as number;
    for (const node of [a, b]) {
      await eventually(
        async () => (await node.get('/v1/checkpoints/latest', token)).json(),
        ({ size }) => size > seq,
      );
    }
  });

  it('refuse a key within the bound when it was revoked on another node', async () => {
    const [a, b] = [await openNode('a'), await openNode('b')];
    const { key, token } = await a.makeKey({ name: 'short-lived' });
    // A key that was made a moment ago is looked up.
    expect((await b.get('/v1/events', token)).statusCode).toBe(200);
    await a.call('DELETE', `/v1/keys/${key.id}`);
    await eventually(
      async () => (await b.get('/v1/events', token)).statusCode,
      (status) => status === 401,
      5_000,
    );
  });

  it('date records by the clock of the database, however wrong their own is', async () => {
    const a = await openNode('a');
    const token = await a.makeTenant('clocks');
    for (const [name, hours] of [
      ['ahead', 1],
      ['behind', -1],
    ] as const) {
      const { ledger, close } = await openLedgerWithClock(name, () => Date.now() + hours * 3_600_000);
      const before = Date.now();
      const [result] = await ledger.append(
        'clocks',
        incomingEvents(createSeededRandom(hours + 7), 'clocks', 1),
      );
      await close();
      if (result?.kind !== 'receipt') throw new Error('refused');
      expect(Math.abs(Date.parse(result.receipt.recorded_at) - before)).toBeLessThan(60_000);
    }
    const { events } = (await a.get('/v1/events?order=asc&time=recorded', token)).json();
    const times = events.map(({ recorded_at }: { recorded_at: string }) => recorded_at);
    expect(times).toEqual([...times].sort());
  });

  it('are refused without the keys of the others, before anything is written', async () => {
    const empty = join(parent, 'empty');
    const config = (dataDir: string) =>
      loadConfig({ ATTESTRY_DATA_DIR: dataDir, ATTESTRY_STORE: database.url, ATTESTRY_LOG_LEVEL: 'silent' });
    await expect(assembleServer(config(empty))).rejects.toMatchObject({ code: 'key_missing' });
    const other = folderWithKeys('other-key');
    writeFileSync(join(other, 'master.key'), `${'ab'.repeat(32)}\n`);
    await expect(assembleServer(config(other))).rejects.toMatchObject({ code: 'master_key_wrong' });
  });

  it('say how far the replica had come where one answers, and that it is away', async () => {
    const proxy = await TcpProxy.start(postgres.port);
    ends.push(() => proxy.close());
    const replica = database.url.replace(`:${postgres.port}/`, `:${proxy.port}/`);
    const node = await openNode('replica', database.url, { ATTESTRY_STORE_READ_URL: replica });
    const token = await node.makeTenant('replicated');
    const { seq } = (await node.post('/v1/events', LOGIN, token)).json();
    const page = (await node.get('/v1/events', token)).json();
    expect(page.read_to).toBeGreaterThan(seq);
    expect((await node.get('/v1/export', token)).body.split('\n').length).toBeGreaterThan(1);
    for (const path of [
      'events',
      'stats?group_by=type',
      'export',
      'recent?actor=alice',
      'actors/alice/activity',
    ])
      expect(Number((await node.get(`/v1/${path}`, token)).headers['attestry-read-to'])).toBeGreaterThan(seq);
    const replicaState = async () => {
      const ready = await node.get('/ready', '');
      return [ready.statusCode, ready.json().components.replica.status];
    };
    expect(await replicaState()).toEqual([200, 'ok']);
    // Without it events are taken, and queries are not answered.
    proxy.refuse();
    expect(await replicaState()).toEqual([200, 'down']);
    expect((await node.get('/v1/events', token)).statusCode).toBe(503);
    expect((await node.post('/v1/events', LOGIN, token)).statusCode).toBe(201);
    proxy.heal();
    await eventually(replicaState, ([, status]) => status === 'ok');
  });

  it('answer 503 with Retry-After while the database is away, and go on by themselves', async () => {
    const proxy = await TcpProxy.start(postgres.port);
    ends.push(() => proxy.close());
    const node = await openNode('away', database.url.replace(`:${postgres.port}/`, `:${proxy.port}/`));
    const token = await node.makeTenant('away');
    expect((await node.post('/v1/events', LOGIN, token)).statusCode).toBe(201);
    proxy.refuse();
    const refused = await node.post('/v1/events', LOGIN, token);
    expect(refused.statusCode).toBe(503);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    const ready = await node.get('/ready', '');
    expect([ready.statusCode, ready.json().components.store.status]).toEqual([503, 'down']);
    proxy.heal();
    await eventually(
      async () => (await node.post('/v1/events', LOGIN, token)).statusCode,
      (status) => status === 201,
      30_000,
    );
    expect((await node.get('/ready', '')).statusCode).toBe(200);
  });

  it('go on with an export when the database comes back', async () => {
    const proxy = await TcpProxy.start(postgres.port);
    ends.push(() => proxy.close());
    const node = await openNode('export', database.url.replace(`:${postgres.port}/`, `:${proxy.port}/`));
    const token = await node.makeTenant('exported');
    // More than a page, and more than all buffers on the way hold.
    const event = { type: 'big.one', metadata: Object.fromEntries(fillers()) };
    for (let batch = 0; batch < 4; batch += 1) {
      const events = Array.from({ length: 75 }, () => event);
      expect((await node.post('/v1/events', { events }, token)).statusCode).toBe(201);
    }
    const url = await node.app.listen({ port: 0, host: '127.0.0.1' });
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${url}/v1/export?type=big.one`, { headers });
    expect(answer.status).toBe(200);
    proxy.refuse();
    let lines = 0;
    for await (const part of answer.body as AsyncIterable<Uint8Array>) {
      for (const byte of part) if (byte === 10) lines += 1;
      // All of the first page; the second one is asked for in vain until now.
      if (lines === 250) proxy.heal();
    }
    expect(lines).toBe(300);
  });

  /** 48 kB of metadata, in values as long as they may be. */
  function fillers(): [string, string][] {
    return Array.from({ length: 12 }, (_, i) => [`filler_${i}`, 'x'.repeat(4_000)]);
  }

  it('sign one after the other: a node that was paused cannot sign with its old lease', async () => {
    const paused = await startNode('paused');
    const lease = async (): Promise<number> =>
      Number(await valueIn(database.url, "SELECT token FROM attestry.leases WHERE name = 'checkpoints'"));
    const before = await lease();
    paused.signal('SIGSTOP');
    await endOpenTransactions(paused.pid);
    const other = await openNode('other');
    const token = await other.makeTenant('paused');
    const signed = async (size: number): Promise<void> => {
      await eventually(
        async () => (await other.get('/v1/checkpoints/latest', token)).json<{ size: number }>(),
        (latest) => latest.size > size,
        60_000,
      );
    };
    await signed((await other.post('/v1/events', LOGIN, token)).json().seq);
    expect(await lease()).toBeGreaterThan(before);
    paused.signal('SIGCONT');
    // It takes part again, and what it takes is signed once. It was away, not the database, and does not say otherwise.
    const { seq } = await eventually(
      async () => {
        const answer = await fetch(`${paused.url}/v1/events`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify(LOGIN),
        });
        const body = (await answer.json()) as { seq: number; detail?: string };
        expect(body.detail ?? '').not.toMatch(/which keys are valid/);
        return { status: answer.status, seq: body.seq };
      },
      ({ status }) => status === 201,
    );
    await signed(seq);
    const { id } = (await other.post('/v1/verify', {}, token)).json();
    const done = await eventually(
      async () => (await other.get(`/v1/verify/${id}`, token)).json(),
      ({ status }) => status === 'done',
    );
    expect(done.report).toMatchObject({ ok: true, findings: [] });
  });

  /** What the database does after a minute: a node that was paused in the middle of a transaction holds its locks. */
  async function endOpenTransactions(pid: number): Promise<void> {
    await eventually(
      async () => spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout,
      (state) => state.startsWith('T'),
    );
    const others = 'FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()';
    await eventually(
      async () => {
        await valueIn(
          database.url,
          `SELECT count(pg_terminate_backend(pid)) ${others} AND state LIKE 'idle in transaction%'`,
        );
        return valueIn(database.url, `SELECT count(*)::int ${others} AND state <> 'idle'`);
      },
      (count) => count === 0,
    );
  }

  function openLedgerWithClock(name: string, clock: () => number): Promise<EmbeddedLedger> {
    return openEmbedded({ dataDir: folderWithKeys(name), store: database.url, search: false, clock });
  }
});
