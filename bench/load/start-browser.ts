import { chromium, chromiumArguments } from '@attestry/testkit';
import { type Browser, type Page, chromium as playwright } from 'playwright-core';
import type { ServerProcess } from '../server-process.ts';

/** A browser with a page of the console, signed in. */
export interface ConsolePage {
  readonly browser: Browser;
  readonly page: Page;
}

/** Starts Chromium and opens a page of the console that a server shows. */
export async function openConsole(server: ServerProcess, path: string): Promise<ConsolePage> {
  const lookup = chromium();
  if (lookup.path === undefined) throw new Error(lookup.skip);
  const browser = await playwright.launch({ executablePath: lookup.path, args: [...chromiumArguments] });
  const context = await browser.newContext({ baseURL: server.url, viewport: { width: 1440, height: 900 } });
  await context.request.post('/v1/session', { data: { key: server.key } });
  const page = await context.newPage();
  await page.goto(path);
  await page.getByRole('row').nth(5).waitFor();
  return { browser, page };
}
