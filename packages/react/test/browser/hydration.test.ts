import { execFileSync } from 'node:child_process';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromiumArguments, chromium as findChromium } from '@attestry/testkit';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installPacked, installReact, type ReactVersion } from '../packed-package.ts';
import { sampleEvent } from '../sample-event.ts';
import { openPage } from './watched-page.ts';

const found = findChromium();
const skipped = found.path === undefined ? ` (skipped: ${found.skip})` : '';
const SITE = 'http://app.test';
const props = { url: SITE, page: { events: [sampleEvent], next_cursor: null, has_more: false } };

describe.skipIf(found.path === undefined)(`rendered on a server, alive in Chromium${skipped}`, () => {
  let folder: string;
  let browser: Browser;
  beforeAll(async () => {
    [folder, browser] = await Promise.all([
      installPacked(19),
      chromium.launch({ executablePath: found.path ?? '', args: [...chromiumArguments] }),
    ]);
    writeFileSync(join(folder, 'props.json'), JSON.stringify(props));
    for (const name of ['render.mjs', 'tree.mjs'])
      copyFileSync(join(import.meta.dirname, '../consumer', name), join(folder, name));
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function script(): Promise<string> {
    const { outputFiles } = await build({
      stdin: {
        contents: `import { hydrateRoot } from 'react-dom/client';
          import { tree } from './tree.mjs';
          hydrateRoot(document.getElementById('root'), tree(${JSON.stringify(props)}));`,
        resolveDir: folder,
      },
      bundle: true,
      format: 'esm',
      // React's build for development: it is the one that warns.
      define: { 'process.env.NODE_ENV': '"development"' },
      write: false,
    });
    return outputFiles[0]?.text ?? '';
  }

  test.each([18, 19] as const)(
    'React %i takes over what it rendered, and then shows local times',
    async (version: ReactVersion) => {
      installReact(folder, version);
      const html = execFileSync(process.execPath, [join(folder, 'render.mjs')], { encoding: 'utf8' });
      const { page, troubles } = await openPage(browser, { locale: 'de-DE', timezoneId: 'Asia/Tokyo' });
      const js = await script();
      await page.route(`${SITE}/**`, (route) => {
        const { pathname } = new URL(route.request().url());
        if (pathname === '/page.js') return route.fulfill({ contentType: 'text/javascript', body: js });
        if (pathname === '/v1/stats') return route.fulfill({ json: { total: 0, groups: [] } });
        if (pathname !== '/') return route.fulfill({ status: 404, json: { code: 'not_found' } });
        return route.fulfill({
          contentType: 'text/html; charset=utf-8',
          body: `<!doctype html><html lang="en"><title>app</title><div id="root">${html}</div><script type="module" src="/page.js"></script></html>`,
        });
      });
      expect(html).toContain('14:00:00');
      await page.goto(SITE);
      await page.getByRole('region', { name: 'Events' }).getByText('23:00:00').waitFor();
      await page.getByRole('button', { name: 'Annual report.pdf' }).click();
      await page.getByRole('region', { name: 'Events' }).getByRole('article').waitFor();
      await page.getByRole('button', { name: 'Not signed yet' }).waitFor();
      expect(troubles).toEqual([]);
      await page.context().close();
    },
  );
});
