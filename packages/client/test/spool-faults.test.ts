import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningServer, startServerProcess } from '@attestry/testkit';
import { afterEach, expect, test } from 'vitest';
import { Attestry, type AttestryOptions } from '../src/index.ts';
import { fileSpool } from '../src/spool/file-spool.ts';
import { startEventSink } from './event-sink.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'attestry-faults-'));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

interface Writer {
  readonly child: ChildProcess;
  /** Events whose capture had returned, so far as was told. */
  captured(): number;
  /** Waits for a line. */
  says(word: string): Promise<void>;
}

const at = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);

/** A process that captures events one after the other, tells how many, and sends what it can. */
function startWriter(name: string, count: number, where: { dir: string; url: string; key: string }): Writer {
  const program = `
    import { Attestry } from ${at('../src/index.ts')};
    import { fileSpool } from ${at('../src/spool/file-spool.ts')};
    const [dir, url, key] = process.argv.slice(1);
    const audit = new Attestry({
      url, key, spool: fileSpool({ dir }), queueEventsMax: 1000, batchEvents: 1000, onError() {},
    });
    let n = 0;
    const write = () => {
      for (let i = 0; i < 100 && n < ${count}; i += 1, n += 1)
        audit.capture({ type: 'drill.written', metadata: { process: '${name}', n } });
      process.stdout.write('captured ' + n + '\\n');
      if (n < ${count}) setImmediate(write);
    };
    write();
    setInterval(async () => {
      if (n === ${count} && (await audit.flush())) process.stdout.write('sent\\n');
    }, 100);`;
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', program, where.dir, where.url, where.key],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  undo.push(() => child.kill('SIGKILL'));
  let captured = 0;
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-1_000);
    captured = Number(/captured (\d+)\n(?!.*captured)/s.exec(output)?.[1] ?? captured);
  });
  return {
    child,
    captured: () => captured,
    says: async (word) => {
      while (!output.includes(`${word}\n`)) await once(child.stdout, 'data');
    },
  };
}

/** Runs of numbers, so that what is missing, doubled or out of order can be seen: `0-499 501-700`. */
function runs(seen: readonly number[]): string {
  const text: string[] = [];
  for (const [i, n] of seen.entries()) {
    if (i === 0 || (seen[i - 1] as number) + 1 !== n) text.push(String(n));
    if (seen[i + 1] !== n + 1) text.push(`-${n} `);
  }
  return text.join('').trim();
}

async function kill({ child }: Writer, signal: NodeJS.Signals): Promise<void> {
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

async function written(server: RunningServer): Promise<Record<string, number[]>> {
  const found: Record<string, number[]> = {};
  let cursor = '';
  for (;;) {
    const query = `type=drill.written&order=asc&time=recorded&limit=1000${cursor}`;
    const answer = await fetch(`${server.url}/v1/events?${query}`, {
      headers: { authorization: `Bearer ${server.key}` },
    });
    const page = (await answer.json()) as {
      events: { metadata: { process: string; n: number } }[];
      has_more: boolean;
      next_cursor: string;
    };
    for (const { metadata } of page.events) {
      const numbers = found[metadata.process] ?? [];
      numbers.push(metadata.n);
      found[metadata.process] = numbers;
    }
    if (!page.has_more) return found;
    cursor = `&cursor=${page.next_cursor}`;
  }
}

// 50,000 of them: script/bench spool.
test('20,000 events of four processes in one spool, two of them killed while they write: all arrive, once, in order', async () => {
  let server = await startServerProcess();
  undo.push(() => server.remove());
  const { dataDir, key } = server;
  const port = Number(new URL(server.url).port);
  await server.stop('SIGKILL');
  const where = { dir: freshFolder(), url: server.url, key };
  const killed = [startWriter('a', 1_000_000, where), startWriter('b', 1_000_000, where)];
  const living = startWriter('c', 3_000, where);
  for (const writer of killed) {
    while (writer.captured() < 8_000) await once(writer.child.stdout as NodeJS.ReadableStream, 'data');
    await kill(writer, 'SIGKILL');
  }
  server = await startServerProcess({ dataDir, port });
  const late = startWriter('d', 1_000, where);
  await Promise.all([living.says('sent'), late.says('sent')]);
  const found = await written(server);
  for (const [name, least] of [
    ['a', killed[0]?.captured()],
    ['b', killed[1]?.captured()],
    ['c', 3_000],
    ['d', 1_000],
  ] as const) {
    const numbers = found[name] ?? [];
    expect(numbers.length).toBeGreaterThanOrEqual(least as number);
    expect(runs(numbers)).toBe(`0-${numbers.length - 1}`);
  }
  await Promise.all([kill(living, 'SIGTERM'), kill(late, 'SIGTERM')]);
  expect(readdirSync(where.dir)).toEqual([]);
}, 120_000);

/** A small file system of its own, or why there is none. */
function smallDisk(): { readonly path: string; remount(options: string): void } | string {
  const path = freshFolder();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', path], { encoding: 'utf8' });
  if (mounted.status !== 0) return 'needs root: no right to mount a tmpfs';
  undo.push(() => spawnSync('umount', ['-l', path]));
  return { path, remount: (options) => void spawnSync('mount', ['-o', `remount,${options}`, path]) };
}

/** A client whose server is away, and what it told. */
async function clientWithoutServer(dir: string, more: AttestryOptions = {}) {
  const reserved = await startEventSink();
  const port = Number(new URL(reserved.url).port);
  await reserved.close();
  const told: string[] = [];
  const audit = new Attestry({
    url: reserved.url,
    key: 'k',
    drainOnExit: false,
    spool: fileSpool({ dir }),
    onError: ({ code }) => told.push(code),
    ...more,
  });
  let n = 0;
  return {
    audit,
    told,
    capture: (count: number): void => {
      for (let i = 0; i < count; i += 1, n += 1) audit.capture({ type: 'a.b', metadata: { n } });
    },
    /** Starts the server and gives what came to it, in order. */
    arrived: async (): Promise<string> => {
      const sink = await startEventSink(port);
      undo.push(() => sink.close());
      while (!(await audit.flush())) await new Promise((resolve) => setTimeout(resolve, 50));
      await audit.close();
      return runs(
        sink.events.filter(({ type }) => type === 'a.b').map(({ metadata }) => Number(metadata?.['n'])),
      );
    },
  };
}

test('a full disk costs no event and no order while memory has room, is told once, and is used again when it is not full', async (context) => {
  const disk = smallDisk();
  if (typeof disk === 'string') return context.skip(disk);
  const client = await clientWithoutServer(join(disk.path, 'spool'));
  client.capture(4_000);
  expect(client.told).toEqual(['spool_failed']);
  expect(client.audit.stats()).toMatchObject({ lost: 0 });
  client.capture(100);
  disk.remount('size=8m');
  const spooledAfter = (): number => {
    client.capture(1);
    return client.audit.stats().spooled.bytes;
  };
  await expect.poll(spooledAfter).toBeGreaterThan(420_000);
  client.capture(2_000);
  const { captured, lost } = client.audit.stats();
  expect(lost).toBe(0);
  expect(await client.arrived()).toBe(`0-${captured - 1}`);
  expect(readdirSync(join(disk.path, 'spool'))).toEqual([]);
});

test('what filled the disk is sent by the next process, which needs no room for it', async (context) => {
  const disk = smallDisk();
  if (typeof disk === 'string') return context.skip(disk);
  const dir = join(disk.path, 'spool');
  const writer = startWriter('full', 5_000, { dir, url: 'http://127.0.0.1:9', key: 'k' });
  await writer.says('captured 5000');
  await kill(writer, 'SIGKILL');
  const rest = spawnSync('dd', ['if=/dev/zero', `of=${join(disk.path, 'rest')}`, 'bs=1k']);
  expect(rest.status).not.toBe(0);
  const sink = await startEventSink();
  undo.push(() => sink.close());
  const options = { url: sink.url, key: 'k', drainOnExit: false, onError: () => undefined };
  const audit = new Attestry({ ...options, spool: fileSpool({ dir }) });
  expect(audit.stats().spooled.bytes).toBeGreaterThan(200_000);
  await expect.poll(() => audit.flush()).toBe(true);
  await audit.close();
  const numbers = sink.events.map(({ metadata }) => Number(metadata?.['n']));
  expect(numbers.length).toBeGreaterThan(1_000);
  expect(runs(numbers)).toBe(`0-${numbers.length - 1}`);
  expect(readdirSync(dir)).toEqual([]);
});

test('a disk that may not be written to is told, and the app goes on in memory', async (context) => {
  const disk = smallDisk();
  if (typeof disk === 'string') return context.skip(disk);
  disk.remount('ro');
  const client = await clientWithoutServer(join(disk.path, 'spool'));
  client.capture(300);
  expect(client.told).toEqual(['spool_failed']);
  expect(await client.arrived()).toBe('0-299');
});

test('a folder that cannot be is told, and the app goes on in memory', async () => {
  const file = join(freshFolder(), 'file');
  writeFileSync(file, '');
  const client = await clientWithoutServer(join(file, 'spool'));
  client.capture(300);
  expect(client.told).toEqual(['spool_failed']);
  expect(await client.arrived()).toBe('0-299');
});

test('a folder that is taken away costs nothing that memory holds', async () => {
  const dir = freshFolder();
  const client = await clientWithoutServer(dir);
  client.capture(100);
  rmSync(dir, { recursive: true });
  client.capture(100);
  mkdirSync(dir);
  client.capture(100);
  expect(await client.arrived()).toBe('0-299');
});
