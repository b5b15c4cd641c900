import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
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
  const state = { away: false, seen: [] as string[] };
  const fetchImpl = (async (_url: unknown, init: RequestInit) => {
    if (state.away) throw new TypeError('connection refused');
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
    spool: fileSpool({ dir, ...more }),
    queueEventsMax: 500,
  });
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, n) => String(n));

test('more events than memory holds wait on the disk and come in order', async () => {
  const { state, fetchImpl } = server();
  state.away = true;
  const dir = freshFolder();
  const audit = client(dir, fetchImpl);
  for (let n = 0; n < 5_000; n += 1) audit.capture({ type: 'a.b', metadata: { n } });
  expect(await audit.flush()).toBe(false);
  expect(audit.stats()).toMatchObject({ captured: 5_000, lost: 0 });
  state.away = false;
  await expect.poll(() => audit.flush(), { timeout: 10_000 }).toBe(true);
  expect(state.seen).toEqual(numbers(5_000));
  expect(await audit.close()).toEqual({ unsent: 0 });
  expect(readdirSync(dir)).toEqual([]);
});

test('what a process could not send comes with the next one, once', async () => {
  const { state, fetchImpl } = server();
  state.away = true;
  const dir = freshFolder();
  const first = client(dir, fetchImpl);
  for (let n = 0; n < 700; n += 1) first.capture({ type: 'a.b', metadata: { n } });
  await first.close(50);
  // Its process is this one, which lives: give the folder to one that is gone.
  const [left] = readdirSync(dir);
  await import('node:fs').then(({ writeFileSync }) =>
    writeFileSync(join(dir, left as string, 'owner.json'), JSON.stringify({ host: 'gone', pid: 1 })),
  );
  const { utimesSync } = await import('node:fs');
  utimesSync(join(dir, left as string, 'owner.json'), 0, 0);
  // The power failed in the middle of the last write.
  const [segment] = readdirSync(join(dir, left as string)).filter((name) => name.endsWith('.events'));
  appendFileSync(join(dir, left as string, segment as string), '0199 a.torn {"type":"a.t');
  state.away = false;
  const second = client(dir, fetchImpl);
  second.capture({ type: 'a.b', metadata: { n: 700 } });
  await expect.poll(() => second.flush(), { timeout: 10_000 }).toBe(true);
  expect(state.seen).toEqual(numbers(701));
  await second.close();
  expect(readdirSync(dir)).toEqual([]);
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
  await expect.poll(() => late.flush(), { timeout: 10_000 }).toBe(true);
  expect(state.seen).toEqual(numbers(1_000));
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
  await expect.poll(() => audit.flush(), { timeout: 10_000 }).toBe(true);
  expect(state.seen).toEqual(numbers(100));
  await audit.close();
});
