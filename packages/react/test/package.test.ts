import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installPacked, installReact } from './packed-package.ts';
import { sampleEvent } from './sample-event.ts';

let folder: string;
let installed: string;
beforeAll(async () => {
  folder = await installPacked(19);
  installed = join(folder, 'node_modules/@attestry/react');
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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

test.each([18, 19] as const)(
  'a server renders it with React %i, and with nothing of a browser',
  (version) => {
    if (version === 18) installReact(folder, 18);
    copyFileSync(join(import.meta.dirname, 'consumer/render.mjs'), join(folder, 'render.mjs'));
    const page = { events: [sampleEvent], next_cursor: null, has_more: false };
    writeFileSync(join(folder, 'props.json'), JSON.stringify({ url: 'https://audit.example.com', page }));
    const html = execFileSync(process.execPath, [join(folder, 'render.mjs')], { encoding: 'utf8' });
    installReact(folder, 19);
    expect(html).toContain('<bdi class="at-verb">was denied deleting</bdi>');
    expect(html).toContain('14:00:00');
    // Styles of a page under a strict policy are in its style sheet.
    expect(html).not.toContain('style=');
  },
);

test('its styles reach nothing but its own elements', () => {
  const css = readFileSync(join(installed, 'dist/styles.css'), 'utf8').replaceAll(/\/\*.*?\*\//gs, '');
  const selectors = [...css.matchAll(/(?<=^|[{}])([^{}]*)\{/g)]
    .map(([, list = '']) => list.trim())
    .filter((list) => !list.startsWith('@'))
    .flatMap((list) => list.split(/,(?![^(]*\))/).map((selector) => selector.trim()));
  expect(selectors.length).toBeGreaterThan(100);
  expect(selectors.filter((selector) => !/\.at-/.test(selector))).toEqual([]);
});
