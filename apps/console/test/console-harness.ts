import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { chromium, chromiumArguments, type RunningServer, startServerProcess } from '@attestry/testkit';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, type Page, chromium as playwright } from 'playwright-core';

const app = join(import.meta.dirname, '..');

/** A real server with a built console, and a real browser. */
export interface ConsoleUnderTest {
  readonly server: RunningServer;
  readonly browser: Browser;
  /** Sends events with the first key. */
  send(events: readonly object[]): Promise<void>;
  /** A page in a session of its own, signed in. */
  signedIn(options?: BrowserContextOptions): Promise<WatchedPage>;
  /** A page that is not signed in. */
  visit(options?: BrowserContextOptions): Promise<WatchedPage>;
  remove(): Promise<void>;
}

/** A page and everything that went wrong on it. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors on the console, uncaught ones, and violations of the content security policy. */
  readonly troubles: string[];
}

/** Answers that a page is right to get: who is signed in is asked before anybody is. */
const EXPECTED = /status of 40[14]/;

function watched(page: Page): WatchedPage {
  const troubles: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !EXPECTED.test(message.text())) troubles.push(message.text());
  });
  page.on('pageerror', (error) => troubles.push(error.stack ?? String(error)));
  return { page, troubles };
}

/** Starts both. The console is built when its sources are newer than the build. */
export async function startConsole(): Promise<ConsoleUnderTest> {
  const run = (script: string): Buffer => execFileSync(process.execPath, [join(app, 'build', script)]);
  try {
    run('is-fresh.ts');
  } catch {
    run('build.ts');
  }
  const { path } = chromium();
  const [server, browser] = await Promise.all([
    startServerProcess(),
    playwright.launch({
      ...(path === undefined ? {} : { executablePath: path }),
      args: [...chromiumArguments],
    }),
  ]);
  const post = async (address: string, body: object): Promise<Response> => {
    const response = await fetch(`${server.url}${address}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${address}: ${response.status} ${await response.text()}`);
    return response;
  };
  const visit = async (options: BrowserContextOptions = {}): Promise<WatchedPage> => {
    const context = await browser.newContext({
      baseURL: server.url,
      locale: 'en-GB',
      timezoneId: 'Europe/London',
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
      ...options,
    });
    // Long before the test's own limit, so that a failure names what was waited for.
    context.setDefaultTimeout(10_000);
    return watched(await context.newPage());
  };
  return {
    server,
    browser,
    visit,
    send: async (events) => void (await post('/v1/events', { events })),
    signedIn: async (options) => {
      const one = await visit(options);
      await one.page.context().request.post('/v1/session', { data: { key: server.key } });
      return one;
    },
    remove: async () => {
      await browser.close();
      await server.remove();
    },
  };
}

/** What axe finds against WCAG 2.2 AA on a page, as sentences. Evaluated past the policy that forbids inline scripts. */
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
