import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installPacked } from './consumer/packed-package.ts';

/** What the core may weigh in a page or an edge function, compressed: docs/decisions/0008-weight-of-the-client.md. */
const CORE_BYTES_MAX = 12_950;

let folder: string;
let installed: string;
let manifest: { readonly name: string; readonly exports: Readonly<Record<string, unknown>> };
beforeAll(async () => {
  folder = await installPacked();
  installed = join(folder, 'node_modules/@attestry/client');
  manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as typeof manifest;
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Every Node on the machine that the package promises to run on, and Bun and Deno where they are installed. */
function runtimes(): readonly string[] {
  const found = new Map<string, string>([[process.version, process.execPath]]);
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];
  for (const name of ['node', 'bun', 'deno']) {
    for (const path of folders.map((dir) => join(dir, name)).filter((one) => existsSync(one))) {
      const version = execFileSync(path, ['--version'], { encoding: 'utf8' }).split('\n')[0] ?? '';
      const isOldNode = name === 'node' && Number(/^v(\d+)/.exec(version)?.[1]) < 20;
      if (!isOldNode) found.set(version, path);
    }
  }
  return [...found.values()];
}

const names = (): readonly string[] =>
  Object.keys(manifest.exports).map((path) => path.replace(/^\./, manifest.name));

function run(runtime: string, file: string, text: string): string {
  writeFileSync(join(folder, file), text);
  return execFileSync(runtime, [...(runtime.endsWith('deno') ? ['run', '-A'] : []), join(folder, file)], {
    cwd: folder,
    encoding: 'utf8',
  }).trim();
}

test('the tarball has what is needed and nothing else', () => {
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8', withFileTypes: true }).filter(
    (entry) => entry.isFile(),
  );
  const odd = files
    .map(({ name }) => name)
    .filter((name) => !/^(?:package\.json|README\.md|[a-z0-9-]+\.(?:d\.c?ts|c?js))$/.test(name));
  expect(odd).toEqual([]);
  expect(files.some(({ name }) => name.includes('.test.'))).toBe(false);
  expect(files.length).toBeGreaterThan(50);
});

test('what the package says of itself is sound', async () => {
  const { messages, pkg } = await publint({ pkgDir: installed, pack: false });
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
});

test.each(runtimes())(
  'every entry can be imported and required, and does nothing by itself: %s',
  (runtime) => {
    const script = (load: string): string => `
    const globals = () => Reflect.ownKeys(globalThis).length;
    const listeners = () => process.eventNames().length;
    (async () => {
      await import('node:http');
      const before = [globals(), listeners()];
      const loaded = [];
      for (const name of ${JSON.stringify(names())}) {
        const entry = ${load};
        if (Object.keys(entry).length === 0) throw new Error(name + ' is empty');
        if (!/nest|next|opentelemetry/.test(name) && String([globals(), listeners()]) !== String(before))
          throw new Error(name + ' changes the process');
        loaded.push(name);
      }
      console.log(loaded.length);
    })();`;
    expect(run(runtime, 'import.mjs', script('await import(name)'))).toBe(String(names().length));
    expect(run(runtime, 'require.cjs', script('require(name)'))).toBe(String(names().length));
  },
);

test.each(runtimes())('captures, spools and drains: %s', (runtime) => {
  copyFileSync(join(import.meta.dirname, 'consumer/smoke.mjs'), join(folder, 'smoke.mjs'));
  expect(run(runtime, 'smoke.mjs', readFileSync(join(folder, 'smoke.mjs'), 'utf8'))).toBe('ok');
});

async function bundled(text: string, platform: 'browser' | 'node'): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: text, resolveDir: folder },
    bundle: true,
    minify: true,
    format: 'esm',
    platform,
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}

test.each(['browser', 'node'] as const)('the core weighs little, compressed (%s)', async (platform) => {
  const text = await bundled(`export * from '@attestry/client';`, platform);
  expect(text).toContain('system.events.lost');
  const { length } = gzipSync(text, { level: 9 });
  expect(length).toBeLessThanOrEqual(CORE_BYTES_MAX);
});

test('what is not used is left out', async () => {
  expect((await bundled(`import '@attestry/client';`, 'browser')).trim()).toBe('');
  const helper = await bundled(`export { userInvited } from '@attestry/client/events';`, 'browser');
  expect(helper).toContain('user.invited');
  expect(helper).not.toContain('user.suspended');
  expect(helper.length).toBeLessThan(1_000);
});
