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
  /** Stops the server, does something to its folder, and starts it again at the same address, with other settings. */
  restart(
    between?: () => void | Promise<void>,
    environment?: Readonly<Record<string, string>>,
  ): Promise<void>;
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

/** @param ours what is loaded from elsewhere, as an identity provider's own page does, is none of ours */
function watched(page: Page, ours: string): WatchedPage {
  const troubles: string[] = [];
  page.on('console', (message) => {
    const { url } = message.location();
    if (message.type() === 'error' && url.startsWith(ours) && !EXPECTED.test(message.text()))
      troubles.push(`${message.text()} ${url.slice(ours.length)}`);
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
    return watched(await context.newPage(), server.url);
  };
  return {
    get server() {
      return server;
    },
    browser,
    post,
    visit,
    send: async (events, key) => void (await post('/v1/events', { events }, key)),
    restart: async (between, environment = {}) => {
      const { dataDir, url } = server;
      await server.stop();
      await between?.();
      server = await startServerProcess({ dataDir, port: Number(new URL(url).port), environment });
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

const COLOURS = ['light', 'dark'] as const;
const WIDTHS = [1280, 390] as const;
/** High enough for whole pages: axe takes what the edge of the window cuts off for too small. */
const HEIGHT = 2_000;
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** What depends on how a page is laid out, and not on what is on it. */
const LAYOUT_RULES = [
  'color-contrast',
  'target-size',
  'scrollable-region-focusable',
  'aria-hidden-focus',
  'link-name',
  'button-name',
];

/**
 * What axe finds against WCAG 2.2 AA on a page, as sentences: light and dark, wide and narrow. A colour scheme changes
 * colours alone and a width the layout alone, so they alone are looked at again.
 */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  const findings: string[] = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: HEIGHT });
    for (const colorScheme of COLOURS) {
      await page.emulateMedia({ colorScheme });
      const rules = width === 390 ? LAYOUT_RULES : TAGS;
      const found = await findingsNow(page, colorScheme === 'light' ? rules : ['color-contrast']);
      findings.push(...found.map((text) => `${colorScheme}, ${width} px: ${text}`));
    }
  }
  return findings;
}

/** Evaluated past the policy that forbids inline scripts. */
async function findingsNow(page: Page, runOnly: readonly string[]): Promise<readonly string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  return page.evaluate(async (only) => {
    const window = globalThis as unknown as Window;
    // The page has drawn what it was changed to.
    await new Promise((resolve) => window.requestAnimationFrame(() => window.requestAnimationFrame(resolve)));
    const { violations } = await window.axe.run({ runOnly: only, resultTypes: ['violations'] });
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 200)}`),
    );
  }, runOnly);
}

/** What of a browser's window is used here; the tests themselves run in Node. */
interface Window {
  requestAnimationFrame(run: (value: unknown) => void): void;
  readonly axe: { run(options: object): Promise<AxeResult> };
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}
