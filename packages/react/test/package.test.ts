import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installPacked } from './packed-package.ts';

/** What a page loads before it shows a feed, without React; and what it loads besides to check a proof. Compressed. */
const FEED_BYTES_MAX = 30_000;
const PROOF_BYTES_MAX = 30_000;
const STYLE_BYTES_MAX = 5_000;

let folder: string;
let installed: string;
beforeAll(async () => {
  folder = await installPacked(19);
  installed = join(folder, 'node_modules/@attestry/react');
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const compressed = (bytes: string | Uint8Array): number => gzipSync(bytes, { level: 9 }).length;

test('the tarball has what is needed and nothing else', () => {
  const files = readdirSync(installed, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(installed.length + 1));
  const odd = files.filter(
    (name) =>
      !/^(?:package\.json|README\.md|dist\/(?:index|part-\w+)\.js|dist\/styles\.css|dist\/types\/.+\.d\.ts|src\/.+\.(?:tsx?|css))$/.test(
        name,
      ) || name.includes('.test.'),
  );
  expect(odd).toEqual([]);
  const declarations = files.filter((name) => name.endsWith('.d.ts'));
  expect(declarations.length).toBeGreaterThan(20);
  // Our other packages are inside, and not installed beside it.
  const leaking = files.filter(
    (name) =>
      name.startsWith('dist/') && readFileSync(join(installed, name), 'utf8').includes('@attestry/core'),
  );
  expect(leaking).toEqual([]);
});

test('what the package says of itself is sound', async () => {
  const { messages, pkg } = await publint({ pkgDir: installed, pack: false });
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
});

test('it installs as many libraries as core has, in the same versions', () => {
  const versions = (path: string): Record<string, string> =>
    (JSON.parse(readFileSync(path, 'utf8')) as { dependencies: Record<string, string> }).dependencies;
  const core = versions(join(import.meta.dirname, '../../core/package.json'));
  const own = versions(join(installed, 'package.json'));
  const noble = (all: Record<string, string>): object =>
    Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith('@noble/')));
  expect(noble(own)).toEqual(noble(core));
});

test('a page loads little, and what checks proofs only for a proof', async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `export { ActivityFeed, AttestryProvider } from '@attestry/react';`,
      resolveDir: folder,
    },
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    outdir: 'out',
    write: false,
    external: ['react', 'react-dom'],
  });
  const entry = outputFiles.find(({ path }) => path.endsWith('stdin.js'));
  const eager = new Set([...(entry?.text.matchAll(/from"\.\/([\w-]+\.js)"/g) ?? [])].map(([, name]) => name));
  const isEager = (path: string): boolean => eager.has(path.split('/').at(-1));
  const sum = (files: typeof outputFiles): number =>
    files.reduce((all, { contents }) => all + compressed(contents), 0);
  const feed = outputFiles.filter(({ path }) => path.endsWith('stdin.js') || isEager(path));
  const proof = outputFiles.filter((file) => !feed.includes(file));
  expect(proof.length).toBeGreaterThan(0);
  expect(sum(feed)).toBeLessThanOrEqual(FEED_BYTES_MAX);
  expect(sum(proof)).toBeLessThanOrEqual(PROOF_BYTES_MAX);
  expect(compressed(readFileSync(join(installed, 'dist/styles.css')))).toBeLessThanOrEqual(STYLE_BYTES_MAX);
});

test('its styles reach nothing but its own elements', () => {
  const css = readFileSync(join(installed, 'dist/styles.css'), 'utf8').replaceAll(/\/\*.*?\*\//gs, '');
  const selectors = [...css.matchAll(/(?<=^|[{}])([^{}]*)\{/g)]
    .map(([, list = '']) => list.trim())
    .filter((list) => !list.startsWith('@'))
    .flatMap((list) => list.split(/,(?![^(]*\))/).map((selector) => selector.trim()));
  expect(selectors.length).toBeGreaterThan(100);
  expect(selectors.filter((selector) => !/\.at-/.test(selector))).toEqual([]);
});
