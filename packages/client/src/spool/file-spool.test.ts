import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { Attestry } from '../attestry.ts';
import { fileSpool } from './file-spool.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'attestry-spool-'));
  folders.push(folder);
  return folder;
}

/** A server in memory that can be away. */
function server() {
  const state = { away: false, requestsLeft: Infinity, seen: [] as string[] };
  const fetchImpl = (async (_url: unknown, init: RequestInit) => {
    init.signal?.throwIfAborted();
    if (state.away || state.requestsLeft === 0) throw new TypeError('connection refused');
    state.requestsLeft -= 1;
    const bytes =
      typeof init.body === 'string' ? new Blob([init.body]) : new Blob([init.body as ArrayBuffer]);
    const text =
      typeof init.body === 'string'
        ? init.body
        : await new Response(bytes.stream().pipeThrough(new DecompressionStream('gzip'))).text();
    const { events } = JSON.parse(text) as { events: { id: string; metadata?: { n?: number } }[] };
    state.seen.push(...events.map(({ metadata }) => String(metadata?.n)));
    return Response.json(
      { receipts: events.map(({ id }) => ({ id, seq: 0, hash: '', recorded_at: '', duplicate: false })) },
      { status: 201 },
    );
  }) as typeof fetch;
  return { state, fetchImpl };
}

function client(dir: string, fetchImpl: typeof fetch, more = {}): Attestry {
  return new Attestry({
    url: 'http://server.test',
    key: 'att_k',
    drainOnExit: false,
    fetch: fetchImpl,
    onError: () => undefined,
    spool: fileSpool({ dir, ...more }),
    queueEventsMax: 500,
  });
}

/** Runs of numbers, so that what is missing, doubled or out of order can be seen: `0-499 501-700`. */
function runs(seen: readonly string[]): string {
  const text: string[] = [];
  for (const [i, n] of seen.entries()) {
    if (i === 0 || Number(seen[i - 1]) + 1 !== Number(n)) text.push(n);
    if (Number(seen[i + 1]) !== Number(n) + 1) text.push(`-${n} `);
  }
  return text.join('').trim();
}

test('more events than memory holds wait on the disk and come in order', async () => {
  const { state, fetchImpl } = server();
  state.away = true;
  const dir = freshFolder();
  const audit = client(dir, fetchImpl);
  for (let n = 0; n < 5_000; n += 1) audit.capture({ type: 'a.b', metadata: { n } });
  expect(await audit.flush()).toBe(false);
  expect(audit.stats()).toMatchObject({ captured: 5_000, lost: 0 });
  state.away = false;
  await expect.poll(() => audit.flush()).toBe(true);
  expect(runs(state.seen)).toBe('0-4999');
  expect(await audit.close()).toEqual({ unsent: 0 });
  expect(readdirSync(dir)).toEqual([]);
});

test.each(['always', 'interval', 'never'] as const)(
  'what a client could not send comes with the next one, once (fsync %s)',
  async (fsync) => {
    const { state, fetchImpl } = server();
    state.away = true;
    const dir = freshFolder();
    const first = client(dir, fetchImpl, { fsync });
    for (let n = 0; n < 700; n += 1) first.capture({ type: n === 5 ? 'Odd type\n' : 'a.b', metadata: { n } });
    // 500 that waited, 100 in flight; the others are on the disk alone.
    expect(await first.close(50)).toEqual({ unsent: 600 });
    const [left] = readdirSync(dir);
    const [segment] = readdirSync(join(dir, left as string)).filter((name) => name.endsWith('.events'));
    // The power failed in the middle of the last write, and took a page of an earlier one.
    appendFileSync(
      join(dir, left as string, segment as string),
      `${'\0'.repeat(4_096)}\n+{"id":"0199","type":"a.t`,
    );
    state.away = false;
    const told: string[] = [];
    const second = client(dir, fetchImpl, { fsync, onError: ({ message }: Error) => told.push(message) });
    second.capture({ type: 'a.b', metadata: { n: 700 } });
    await expect.poll(() => second.flush()).toBe(true);
    expect(runs(state.seen)).toBe('0-700');
    expect(told).toEqual([expect.stringMatching(/2 lines of .* were damaged and are left out/)]);
    await second.close();
    expect(readdirSync(dir)).toEqual([]);
  },
);

test('events with a receipt do not disturb the order of what waits on the disk', async () => {
  const { state, fetchImpl } = server();
  state.away = true;
  const audit = client(freshFolder(), fetchImpl);
  const receipts: Promise<unknown>[] = [];
  for (let n = 0; n < 2_000; n += 1) {
    if (n % 100 === 50 && n < 450) receipts.push(audit.captureDurable({ type: 'a.b', metadata: { n } }));
    else audit.capture({ type: 'a.b', metadata: { n } });
  }
  await expect(audit.captureDurable({ type: 'a.full' })).rejects.toMatchObject({ code: 'queue_full' });
  state.away = false;
  await expect.poll(() => audit.flush()).toBe(true);
  await Promise.all(receipts);
  expect(runs(state.seen.filter((n) => n !== 'undefined'))).toBe('0-1999');
  await audit.close();
});

test('what a full spool cannot take waits in memory behind what it holds', async () => {
  const { state, fetchImpl } = server();
  state.away = true;
  const audit = client(freshFolder(), fetchImpl, { bytesMax: 75_000 });
  let n = 0;
  const capture = (count: number): void => {
    for (let i = 0; i < count; i += 1, n += 1) audit.capture({ type: 'a.b', metadata: { n } });
  };
  capture(600);
  state.away = false;
  state.requestsLeft = 2;
  await audit.flush();
  capture(90);
  expect(audit.stats()).toMatchObject({ lost: 0, captured: 690 });
  state.requestsLeft = Infinity;
  await expect.poll(() => audit.flush()).toBe(true);
  expect(runs(state.seen)).toBe('0-689');
  await audit.close();
});

test('a process that was taken for dead goes on in another folder', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    const { state, fetchImpl } = server();
    state.away = true;
    const dir = freshFolder();
    const slow = client(dir, fetchImpl);
    for (let n = 0; n < 700; n += 1) slow.capture({ type: 'a.b', metadata: { n } });
    const [mine] = readdirSync(dir);
    const taken = join(freshFolder(), 'taken');
    renameSync(join(dir, mine as string), taken);
    vi.advanceTimersByTime(5_000);
    for (let n = 700; n < 900; n += 1) slow.capture({ type: 'a.b', metadata: { n } });
    expect(readdirSync(dir)).toHaveLength(1);
    state.away = false;
    await expect.poll(() => slow.flush()).toBe(true);
    expect(runs(state.seen)).toBe('0-899');
    await slow.close();
    expect(readdirSync(dir)).toEqual([]);
  } finally {
    vi.useRealTimers();
  }
});

test('a process that was killed leaves nothing behind but its files, and a living one keeps its own', async () => {
  const dir = freshFolder();
  const program = `
    import { Attestry } from ${JSON.stringify(new URL('../index.ts', import.meta.url).href)};
    import { fileSpool } from ${JSON.stringify(new URL('./file-spool.ts', import.meta.url).href)};
    const audit = new Attestry({ url: 'http://127.0.0.1:9', key: 'att_k', spool: fileSpool({ dir: process.argv[1] }) });
    for (let n = 0; n < 1000; n += 1) audit.capture({ type: 'a.b', metadata: { n } });
    process.stdout.write('captured');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const { state, fetchImpl } = server();
  const early = client(dir, fetchImpl);
  expect(await early.flush()).toBe(true);
  await early.close();
  expect(state.seen).toEqual([]);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  const late = client(dir, fetchImpl);
  await expect.poll(() => late.flush()).toBe(true);
  expect(runs(state.seen)).toBe('0-999');
  await late.close();
  expect(readdirSync(dir)).toEqual([]);
});

test('a spool that is full says so once and leaves the events in memory', async () => {
  const { state, fetchImpl } = server();
  state.away = true;
  const errors: string[] = [];
  const audit = client(freshFolder(), fetchImpl, {
    bytesMax: 2_000,
    onError: (error: Error) => errors.push(error.message),
  });
  for (let n = 0; n < 100; n += 1) audit.capture({ type: 'a.b', metadata: { n } });
  expect(errors).toEqual([
    expect.stringMatching(/^the spool in .* cannot keep events: it holds its 2000 bytes$/),
  ]);
  state.away = false;
  await expect.poll(() => audit.flush()).toBe(true);
  expect(runs(state.seen)).toBe('0-99');
  await audit.close();
});
