import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import {
  chromiumArguments,
  chromium as findChromium,
  type RunningServer,
  startServerProcess,
} from '@attestry/testkit';
import { chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { freshDist } from '../build/fresh-dist.ts';

const root = join(import.meta.dirname, '../../..');
const run = promisify(execFile);
const found = findChromium();
const skipped = found.path === undefined ? ` (skipped: ${found.skip})` : '';

let server: RunningServer;
const apps: ChildProcess[] = [];
const folders: string[] = [];
beforeAll(async () => {
  await freshDist();
  server = await startServerProcess();
}, 180_000);
afterEach(async () => {
  for (const app of apps.splice(0)) await stop(app);
});
afterAll(async () => {
  await server?.remove();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function environment(): NodeJS.ProcessEnv {
  const { NODE_ENV: _env, NODE_OPTIONS: _options, VITEST: _vitest, ...inherited } = process.env;
  const { PATH = '' } = inherited;
  return {
    ...inherited,
    // The pinned Node, and what the workspace has installed, as npm sets it for scripts.
    PATH: `${join(process.execPath, '..')}:${join(root, 'node_modules/.bin')}:${PATH}`,
    PORT: '0',
    NEXT_TELEMETRY_DISABLED: '1',
    ATTESTRY_URL: server.url,
    ATTESTRY_API_KEY: server.key,
  };
}

/** Starts an app by a command of a shell, in a process group of its own, and waits until it says where it listens. */
async function startApp(command: string, cwd: string): Promise<string> {
  const app = spawn('sh', ['-c', command], { cwd, env: environment(), stdio: 'pipe', detached: true });
  apps.push(app);
  let output = '';
  return await new Promise<string>((resolve, reject) => {
    const read = (text: string): void => {
      output += text;
      const port = /(?:http:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):|port: )(\d+)/.exec(output)?.[1];
      if (port !== undefined) resolve(`http://127.0.0.1:${port}`);
    };
    app.stdout.setEncoding('utf8').on('data', read);
    app.stderr.setEncoding('utf8').on('data', read);
    app.once('exit', (code) => reject(new Error(`${command} ended with ${code}: ${output}`)));
  });
}

/** Ends an app as a service manager does; only what it has sent by then is in the log. */
async function stop(app: ChildProcess): Promise<void> {
  if (app.exitCode !== null || app.signalCode !== null) return;
  const ended = once(app, 'exit');
  process.kill(-(app.pid as number), 'SIGTERM');
  await ended;
}

/** Makes three requests, as the README of each example does: a note is made, removed, and asked for in vain. */
async function useNotes(url: string, user: string): Promise<number[]> {
  const statuses = [];
  for (const [method, path] of [
    ['POST', '/notes'],
    ['DELETE', '/notes/1'],
    ['GET', '/notes/1'],
  ] as const) {
    const answer = await fetch(url + path, { method, headers: { 'x-user': user, 'user-agent': 'curl' } });
    await answer.arrayBuffer();
    statuses.push(answer.status);
  }
  return statuses;
}

/** The first events that `attestry tail` shows, oldest first; it waits for as many. */
async function tail(count: number, ...filters: string[]): Promise<unknown[]> {
  const launcher = join(root, 'packages/cli/bin/attestry');
  const { stdout } = await run(launcher, ['tail', '--json', '--max', String(count), ...filters], {
    env: environment(),
    timeout: 30_000,
  });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function expected(id: string, user: string): object[] {
  const actor = { type: 'user', id: user, user_agent: 'curl' };
  const target = { type: 'note', id: '1' };
  return [
    {
      type: 'note.created',
      action: { status: 'success' },
      http: { route: '/notes', status_code: 201 },
      context: { service: 'notes' },
      actor,
    },
    {
      type: 'note.deleted',
      action: { status: 'success' },
      http: { route: `/notes/${id}`, status_code: 204 },
      actor,
      target,
    },
    {
      type: 'note.viewed',
      action: { status: 'failure' },
      http: { route: `/notes/${id}`, status_code: 404 },
      actor,
      target,
    },
  ];
}

/** A copy of an example outside of the workspace, where only what its package.json names is installed. */
function copyAlone(name: string): string {
  const from = join(root, 'examples', name);
  const dir = mkdtempSync(join(tmpdir(), 'attestry-example-'));
  folders.push(dir);
  const made = ['dist', 'node_modules'].map((folder) => join(from, folder));
  cpSync(from, dir, { recursive: true, filter: (path) => !made.includes(path) });
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(dir, 'package.json'), 'utf8'),
  ) as Record<string, object | undefined>;
  for (const one of Object.keys({ ...dependencies, ...devDependencies })) {
    const link = join(dir, 'node_modules', one);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', one), link);
  }
  return dir;
}

test.each([
  ['express', 'node app.js'],
  ['fastify', 'node app.js'],
  ['hono', 'node app.js'],
  ['koa', 'node app.js'],
  ['nest', 'tsc -p . && node dist/main.js'],
])('examples/%s: three requests are three events, sent before it ends', async (name, command) => {
  const dir = copyAlone(name);
  const { scripts } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as { scripts: object };
  expect(scripts).toMatchObject({ start: command });
  const url = await startApp(command, dir);
  expect(await useNotes(url, `user-of-${name}`)).toEqual([201, 204, 404]);
  for (const app of apps.splice(0)) await stop(app);
  expect(await tail(3, '--actor', `user-of-${name}`)).toMatchObject(expected(':id', `user-of-${name}`));
});

test('examples/next: three requests are three events, and a server action is one', async () => {
  const dir = join(root, 'examples/next');
  const url = await startApp('next dev --port 0 --hostname 127.0.0.1', dir);
  expect(await useNotes(url, 'user-of-next')).toEqual([201, 204, 404]);
  const page = await (await fetch(url)).text();
  const form = new FormData();
  form.set(/name="(\$ACTION_ID_\w+)"/.exec(page)?.[1] ?? 'no form', '');
  expect((await fetch(url, { method: 'POST', body: form })).status).toBe(200);
  expect(await tail(3, '--actor', 'user-of-next')).toMatchObject(expected('[id]', 'user-of-next'));
  expect(await tail(1, '--type', 'data.purged')).toMatchObject([
    { action: { status: 'success' }, target: { type: 'note' } },
  ]);
});

test.skipIf(found.path === undefined)(
  `examples/express-browser: what a visitor opened is in the log by the name of the backend${skipped}`,
  async () => {
    const dir = join(root, 'examples/express-browser');
    const { scripts } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as {
      scripts: { start: string };
    };
    const url = await startApp(scripts.start, dir);
    const asked = await fetch(`${url}/audit-token`, { method: 'POST' });
    expect(asked.status, 'a token for somebody who is not signed in').toBe(401);
    const browser = await chromium.launch({
      executablePath: found.path ?? '',
      args: [...chromiumArguments],
    });
    try {
      const page = await browser.newPage();
      const answer = await page.goto(url);
      expect(answer?.headers()['content-security-policy']).toContain("script-src 'self';");
      await page.getByLabel('Name').fill('visitor');
      await page.getByRole('button', { name: 'Sign in' }).click();
      const sent = page.waitForResponse('**/v1/ingest/browser');
      await page.getByRole('button', { name: 'Open document 41' }).click();
      expect((await sent).status()).toBe(201);
      // Now it has a token: what happens last is sent when the page is hidden, because the visitor leaves it.
      await page.getByRole('button', { name: 'Open document 42' }).click();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByLabel('Name').waitFor();
      const viewed = (id: string): object => ({
        type: 'document.viewed',
        actor: { type: 'user', id: 'visitor', user_agent: expect.stringContaining('Chrome') },
        target: { type: 'document', id },
        context: { service: 'documents' },
        metadata: { source: { kind: 'browser', origin: url } },
      });
      expect(await tail(2, '--actor', 'visitor', '--type', 'document.viewed')).toMatchObject([
        viewed('d-41'),
        viewed('d-42'),
      ]);
    } finally {
      await browser.close();
    }
    for (const app of apps.splice(0)) await stop(app);
    expect(await tail(1, '--actor', 'visitor', '--type', 'user.login.success')).toMatchObject([
      { actor: { type: 'user', id: 'visitor' }, action: { status: 'success' } },
    ]);
  },
);

test('a new user: an empty folder, npm init, the package, the snippet of its README, three requests, attestry tail', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'attestry-new-user-'));
  folders.push(dir);
  const npm = (...args: string[]): Promise<{ stdout: string }> =>
    run('npm', args, { cwd: dir, env: environment() });
  // The scripts would only make `dist` again.
  const packed = await run('npm', ['pack', '--ignore-scripts', '--pack-destination', dir], {
    cwd: join(root, 'packages/client'),
    env: environment(),
  });
  await npm('init', '-y');
  const tarball = `./${packed.stdout.trim().split('\n').at(-1)}`;
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/express/package.json'), 'utf8')) as {
    version: string;
  };
  await npm('install', '--prefer-offline', '--no-audit', '--no-fund', tarball, `express@${version}`);
  const readme = readFileSync(join(dir, 'node_modules/@attestry/client/README.md'), 'utf8');
  const snippet = /```js\n\/\/ app\.mjs\n(.*?)```/s.exec(readme)?.[1] ?? '';
  writeFileSync(join(dir, 'app.mjs'), snippet);
  const url = await startApp('node app.mjs', dir);
  expect(await useNotes(url, 'alice')).toEqual([201, 204, 404]);
  for (const app of apps.splice(0)) await stop(app);
  expect(await tail(3, '--ip', '127.0.0.1', '--actor', 'alice')).toMatchObject(
    [
      ['note.created', 'success', 201],
      ['note.deleted', 'success', 204],
      ['note.viewed', 'failure', 404],
    ].map(([type, status, code]) => ({ type, action: { status }, http: { status_code: code } })),
  );
});
