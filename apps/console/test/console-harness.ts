import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { chromium, chromiumArguments, type RunningServer, startServerProcess } from '@attestry/testkit';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, type Page, chromium as playwright } from 'playwright-core';

const app = join(import.meta.dirname, '..');

/** A real server with a built console, and a real browser. */
export interface ConsoleUnderTest {
  /** The server that runs now. */
  readonly server: RunningServer;
  readonly browser: Browser;
  /** Asks the interface with a key, the first one when none is named; throws for refusals. */
  post(address: string, body: object, key?: string): Promise<Record<string, unknown>>;
  /** Sends events, with the first key when none is named. */
  send(events: readonly object[], key?: string): Promise<void>;
  /** Stops the server, does something to its folder, and starts it again at the same address. */
  restart(between?: () => void): Promise<void>;
  /** A page in a session of its own, signed in with the first key when none is named. */
  signedIn(options?: BrowserContextOptions, key?: string): Promise<WatchedPage>;
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

/** An answer that a page is right to get: who is signed in is asked before anybody is. */
const EXPECTED = /status of 401/;

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
  const [first, browser] = await Promise.all([
    startServerProcess(),
    playwright.launch({
      ...(path === undefined ? {} : { executablePath: path }),
      args: [...chromiumArguments],
    }),
  ]);
  let server = first;
  const post: ConsoleUnderTest['post'] = async (address, body, key = server.key) => {
    const response = await fetch(`${server.url}${address}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${address}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
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
    // Before the test's own limit, so that a failure names what was waited for; a busy machine takes its time.
    context.setDefaultTimeout(20_000);
    return watched(await context.newPage());
  };
  return {
    get server() {
      return server;
    },
    browser,
    post,
    visit,
    send: async (events, key) => void (await post('/v1/events', { events }, key)),
    restart: async (between) => {
      const { dataDir, url } = server;
      await server.stop();
      between?.();
      server = await startServerProcess({ dataDir, port: Number(new URL(url).port) });
    },
    signedIn: async (options, key = server.key) => {
      const one = await visit(options);
      await one.page.context().request.post('/v1/session', { data: { key } });
      return one;
    },
    remove: async () => {
      await browser.close();
      await server.stop();
      // The folder is that of the first start, and so is its removal.
      await first.remove();
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
