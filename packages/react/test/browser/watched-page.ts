import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** A page in a session of its own, and everything that went wrong on it. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors on the console, uncaught ones, and violations of the content security policy. */
  readonly troubles: string[];
}

export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({
    locale: 'en-GB',
    timezoneId: 'Europe/London',
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  });
  // Long before the test's own limit, so that a failure names what was waited for.
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('console', (message) => {
    // Answers that are refused are for the page to handle; the browser tells of them in any case.
    const isAnswer = /Failed to load resource/.test(message.text());
    if (['error', 'warning'].includes(message.type()) && !isAnswer) troubles.push(message.text());
  });
  page.on('pageerror', (error) => troubles.push(error.stack ?? String(error)));
  return { page, troubles };
}

/** What axe finds against WCAG 2.2 AA, as sentences. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<AxeResult> } };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await axe.run({ runOnly: tags });
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 200)}`),
    );
  });
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}
