import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type EventSink, startEventSink } from './event-sink.ts';

let sink: EventSink;
const running: ChildProcess[] = [];
const folders: string[] = [];
beforeAll(async () => {
  sink = await startEventSink();
});
afterAll(() => sink.close());
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const at = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);

/** An app as users write one: clients that wait a minute before they send, so that only the end makes them. */
function startApp(program: string, options = '', within: readonly string[] = []): ChildProcess {
  const text = `
    import { Attestry } from ${at('../src/index.ts')};
    import { fileSpool } from ${at('../src/spool/file-spool.ts')};
    const connect = (more) => new Attestry({ url: process.argv[1], key: 'k', flushIntervalMs: 60000, ...more });
    const dropped = (event, reason) => console.log('dropped ' + event.type + ' ' + reason.code);
    ${program}`;
  const [command = '', ...args] = [...within, process.execPath, '--input-type=module', '-e', text, sink.url];
  const child = spawn(command, [...args, options], { stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(child);
  return child;
}

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: string;
}

async function end(child: ChildProcess, signal?: NodeJS.Signals): Promise<Ended> {
  let output = '';
  let isAsked = signal === undefined;
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (!isAsked && output.includes('ready')) isAsked = child.kill(signal);
  });
  const [code, killedBy] = (await once(child, 'close')) as [number | null, string | null];
  return { code, signal: killedBy, output };
}

const arrived = (type: string): number => sink.events.filter((event) => event.type === type).length;

test('what waits when a program has nothing more to do is sent', async () => {
  const ended = await end(
    startApp(
      `const audit = connect(); for (let i = 0; i < 150; i += 1) audit.capture({ type: 'end.exit' });`,
    ),
  );
  expect(ended).toMatchObject({ code: 0, signal: null });
  expect(arrived('end.exit')).toBe(150);
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s: all clients of the process send what waits, then it ends as it would have without them',
  async (signal) => {
    const ended = await end(
      startApp(
        `
      connect().capture({ type: 'end.first' + process.argv[2] });
      connect().capture({ type: 'end.second' + process.argv[2] });
      for (let i = 0; i < 20; i += 1) connect();
      setInterval(() => {}, 1000);
      console.log('ready');`,
        signal,
      ),
      signal,
    );
    expect(ended).toMatchObject({ code: null, signal });
    expect([arrived(`end.first${signal}`), arrived(`end.second${signal}`)]).toEqual([1, 1]);
  },
);

test.each(['on', 'once'])(
  'SIGTERM: an app with a handler of its own (%s) ends when and how it wants to',
  async (how) => {
    const ended = await end(
      startApp(
        `
      let work, audit;
      process[process.argv[2]]('SIGTERM', () => setTimeout(async () => {
        audit.capture({ type: 'end.during' + process.argv[2] });
        await audit.close();
        process.exitCode = 7;
        clearInterval(work);
      }, 100));
      audit = connect();
      audit.capture({ type: 'end.before' + process.argv[2] });
      work = setInterval(() => {}, 1000);
      console.log('ready');`,
        how,
      ),
      'SIGTERM',
    );
    expect(ended).toMatchObject({ code: 7, signal: null });
    expect([arrived(`end.before${how}`), arrived(`end.during${how}`)]).toEqual([1, 1]);
  },
);

const unshare = ['--pid', '--fork', '--kill-child'];
const canBeFirst = spawnSync('unshare', [...unshare, 'true']).status === 0;

test.skipIf(!canBeFirst)(
  `SIGTERM: the first process of a container, which it does not end, goes on${canBeFirst ? '' : ' (skipped: no rights for a namespace of processes)'}`,
  async () => {
    const ended = await end(
      startApp(
        `
      const audit = connect({ onDrop: dropped });
      process.kill(process.pid, 'SIGTERM');
      setTimeout(async () => {
        console.log(process.pid, audit.capture({ type: 'end.first-process' }) !== undefined, await audit.flush());
      }, 200);`,
        '',
        ['unshare', ...unshare],
      ),
    );
    expect(ended).toMatchObject({ code: 0, output: '1 true true\n' });
    expect(arrived('end.first-process')).toBe(1);
  },
);

test.each(['3', '4'])(
  'SIGTERM: tools that look on by signal-exit %s see the end, and do not prevent it',
  async (version) => {
    const ended = await end(
      startApp(
        `
      connect().capture({ type: 'end.watched' });
      // What signal-exit does: it ends the process when nobody else listens.
      const known = { count: 1 };
      if (process.argv[2] === '3') process.__signal_exit_emitter__ = known;
      else globalThis[Symbol.for('signal-exit emitter')] = known;
      const lookOn = () => {
        if (process.listeners('SIGTERM').length !== known.count) return;
        console.log('seen');
        process.off('SIGTERM', lookOn);
        process.kill(process.pid, 'SIGTERM');
      };
      process.on('SIGTERM', lookOn);
      setInterval(() => {}, 1000);
      console.log('ready');`,
        version,
      ),
      'SIGTERM',
    );
    expect(ended).toMatchObject({ code: null, signal: 'SIGTERM', output: 'ready\nseen\n' });
    expect(arrived('end.watched')).toBe(Number(version) - 2);
  },
);

test('a closed client leaves the process as it was', async () => {
  const ended = await end(
    startApp(`
      const audit = connect();
      audit.capture({ type: 'end.closed' });
      await audit.close();
      setInterval(() => {}, 1000);
      console.log('ready');`),
    'SIGTERM',
  );
  expect(ended).toMatchObject({ signal: 'SIGTERM' });
  expect(arrived('end.closed')).toBe(1);
});

test('a server that is away does not keep the process; what is lost is told, what is spooled stays', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'attestry-end-'));
  folders.push(dir);
  const away = `{ url: 'http://127.0.0.1:9', onError() {}, onDrop: dropped }`;
  const ended = await end(
    startApp(
      `
      connect(${away}).capture({ type: 'end.lost' });
      connect({ ...${away}, spool: fileSpool({ dir: process.argv[2] }) }).capture({ type: 'end.kept' });
      console.log('ready');`,
      dir,
    ),
    'SIGTERM',
  );
  expect(ended).toMatchObject({ signal: 'SIGTERM', output: 'ready\ndropped end.lost closed\n' });
  expect(readdirSync(dir)).toEqual([expect.stringMatching(/^left-/)]);
});

test('a second Ctrl-C does not wait for a server that does not answer', async () => {
  const child = startApp(`
    const audit = connect({ fetch: () => new Promise(() => console.log('asked')), onDrop: dropped });
    audit.capture({ type: 'end.twice' });
    setInterval(() => {}, 1000);
    console.log('ready');`);
  child.stdout?.on('data', (text) => String(text).includes('asked') && child.kill('SIGINT'));
  expect(await end(child, 'SIGINT')).toMatchObject({
    signal: 'SIGINT',
    output: 'ready\nasked\ndropped end.twice closed\n',
  });
});

test('process.exit sends nothing more, and says so', async () => {
  const ended = await end(
    startApp(`connect({ onDrop: dropped }).capture({ type: 'end.exited' }); process.exit(3);`),
  );
  expect(ended).toMatchObject({ code: 3, output: 'dropped end.exited closed\n' });
  expect(arrived('end.exited')).toBe(0);
});

test('timers and connections of a client do not keep a process alive', async () => {
  const ended = await end(
    startApp(`
      const audit = connect();
      await audit.captureDurable({ type: 'end.idle' });
      audit.capture({ type: 'end.idle' });`),
  );
  expect(ended).toMatchObject({ code: 0 });
  expect(arrived('end.idle')).toBe(2);
});
