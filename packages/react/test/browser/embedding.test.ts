import {
  chromiumArguments,
  chromium as findChromium,
  type RunningServer,
  startServerProcess,
} from '@attestry/testkit';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ExampleApp, startExample } from './example-app.ts';
import { axeFindings, openPage } from './watched-page.ts';

const found = findChromium();
const skipped = found.path === undefined ? ` (skipped: ${found.skip})` : '';

const XSS = '<img src=x onerror="globalThis.hacked = true"><script>globalThis.hacked = true</script>';
const alice = { type: 'user', id: 'acme-alice', name: 'Alice Example', email: 'alice@example.com' };

function ofProject(project: string, event: object): object {
  return { occurred_at: '2026-03-01T08:00:00Z', context: { project_id: project }, ...event };
}

const EVENTS = [
  ...Array.from({ length: 30 }, (_, index) =>
    ofProject('acme', {
      type: 'document.viewed',
      occurred_at: new Date(Date.parse('2026-03-01T08:00:00Z') + index * 60_000).toISOString(),
      actor: alice,
      target: { type: 'document', id: `d-${index}`, name: `Plan ${index}.pdf` },
    }),
  ),
  ofProject('acme', {
    type: 'document.deleted',
    occurred_at: '2026-03-01T14:00:00Z',
    actor: alice,
    target: { type: 'document', id: 'd-99', name: 'Annual report.pdf' },
    action: { status: 'denied', error: 'Needs the role of an owner' },
    data: { before: { state: 'published' }, after: { state: 'deleted' } },
  }),
  ofProject('acme', {
    type: 'document.edited',
    occurred_at: '2026-03-01T13:00:00Z',
    actor: { type: 'user', id: `${XSS}1`, name: XSS, email: 'javascript:alert(1)' },
    target: { type: 'document', id: 'javascript:alert(1)', name: 'gpj.\u202Eexe.invoice\u202C' },
    action: { description: XSS, error: XSS },
    data: { before: { [XSS]: XSS }, after: { text: 'long '.repeat(9_000) } },
    metadata: { [XSS]: XSS },
  }),
];

const OF_GLOBEX = ofProject('globex', {
  type: 'document.viewed',
  actor: { type: 'user', id: 'globex-gil', name: 'Gil Globex' },
  target: { type: 'document', id: 'd-1', name: 'Merger.pdf' },
});

describe.skipIf(found.path === undefined)(
  `examples/react-embed in Chromium${skipped}`,
  { timeout: 60_000 },
  () => {
    let server: RunningServer;
    let app: ExampleApp;
    let browser: Browser;
    let page: Page;
    let troubles: string[];

    beforeAll(async () => {
      [server, browser] = await Promise.all([
        startServerProcess(),
        chromium.launch({ executablePath: found.path ?? '', args: [...chromiumArguments] }),
      ]);
      app = await startExample(server);
      await send(EVENTS);
    }, 180_000);
    async function send(events: readonly object[]): Promise<void> {
      const answer = await fetch(`${server.url}/v1/events`, {
        method: 'POST',
        headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ events }),
      });
      expect(answer.status).toBe(201);
    }
    afterAll(async () => {
      await browser?.close();
      await app?.stop();
      await server?.remove();
    });
    afterEach(() => page?.context().close());

    /** Signs in, with whatever was arranged for the page before. */
    async function signIn(
      options: BrowserContextOptions & { readonly customer?: string; readonly url?: string } = {},
      arrange: (page: Page) => Promise<void> = async () => undefined,
    ): Promise<void> {
      const { customer = 'acme', url = app.url, ...context } = options;
      ({ page, troubles } = await openPage(browser, context));
      await arrange(page);
      const answer = await page.goto(url);
      expect(answer?.headers()['content-security-policy']).toContain("style-src 'self';");
      await page.getByLabel('Name').fill('Alice');
      await page.getByLabel('Customer').selectOption(customer);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { name: 'Activity' }).waitFor();
    }

    const feed = () => page.getByRole('region', { name: 'Events' });
    const row = (name: string | RegExp) => feed().getByRole('button', { name });

    test('a customer sees its own events and no others, and new ones as they happen', async () => {
      await signIn({ customer: 'globex' });
      await feed().getByText('No events yet').waitFor();
      await feed().getByText('Live', { exact: true }).waitFor();
      await send([OF_GLOBEX]);
      // The first one comes in by itself: nothing is there that could move.
      await row('Gil Globex viewed document Merger.pdf').waitFor();
      expect(await feed().getByRole('listitem').count()).toBe(1);
      expect(troubles).toEqual([]);
      await page.context().close();
      await signIn();
      await row('was denied deleting document Annual report.pdf').waitFor();
      await page.getByText('32 events').waitFor();
      await feed().getByRole('button', { name: 'Show older events' }).click();
      await feed().getByText('That is everything').waitFor();
      expect(await feed().getByRole('listitem').count()).toBe(32);
      await feed().getByText('Live', { exact: true }).waitFor();
      await page.getByLabel('New document').fill('Fresh.pdf');
      await page.getByRole('button', { name: 'Add' }).click();
      await feed().getByRole('button', { name: 'Show 1 new' }).click();
      await row('created document Fresh.pdf').waitFor();
      expect(await page.getByText('Globex').count()).toBe(0);
      expect(troubles).toEqual([]);
    });

    test('by keyboard alone: to an event, its proof recomputed there, and back', async () => {
      await signIn();
      await row('Annual report.pdf').waitFor();
      await feed().getByLabel('Time').focus();
      await page.keyboard.press('Tab');
      await page.keyboard.press('End');
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowUp');
      while (!(await row('Annual report.pdf').evaluate((element) => element === document.activeElement)))
        await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      const detail = feed().getByRole('article');
      await detail
        .getByRole('heading', { name: 'Alice Example was denied deleting document Annual report.pdf' })
        .waitFor();
      await detail.getByText('Proven in this browser').waitFor();
      expect(await detail.locator('.at-proof li[data-ok=true]').count()).toBe(4);
      await detail.getByText('Checked with the key of this log that the page was given').waitFor();
      const download = page.waitForEvent('download');
      await detail.getByRole('button', { name: 'Download proof' }).press('Enter');
      expect((await download).suggestedFilename()).toMatch(/\.tlog-proof$/);
      await page.keyboard.press('Escape');
      await detail.waitFor({ state: 'detached' });
      expect(await row('Annual report.pdf').evaluate((element) => element === document.activeElement)).toBe(
        true,
      );
      expect(troubles).toEqual([]);
    });

    test('narrows what is shown, says where a search is wrong, and leads back', async () => {
      await signIn();
      const search = feed().getByLabel('Search events');
      await row('Plan 29.pdf').waitFor();
      await feed().getByLabel('Outcome').selectOption('Denied');
      await expect.poll(() => feed().getByRole('listitem').count()).toBe(1);
      await row('Annual report.pdf').waitFor();
      await search.fill('actr:alice');
      await feed().getByRole('alert').getByText('actr').waitFor();
      await search.fill('type:nothing.here');
      await feed().getByText('No event matches these filters.').waitFor();
      await feed().getByRole('button', { name: 'Clear filters' }).click();
      await row('Plan 29.pdf').waitFor();
      await page.getByText('Show as table').click();
      await page.getByRole('table').getByRole('button').first().click();
      await page.getByText('Only what happened in the bar').waitFor();
      expect(troubles).toEqual([]);
    });

    test('texts of events stay texts', async () => {
      await signIn();
      await row('edited').click();
      const detail = feed().getByRole('article');
      await detail.getByText('Proven in this browser').waitFor();
      await detail.getByText('Show as JSON').click();
      await detail.locator('.at-raw').waitFor();
      expect(await detail.getByRole('heading', { level: 3 }).first().textContent()).toContain('⟨U+202E⟩');
      expect(await page.evaluate(() => (globalThis as { hacked?: true }).hacked)).toBeUndefined();
      expect(await page.locator('img, a[href^="javascript:"]').count()).toBe(0);
      expect(troubles).toEqual([]);
    });

    test('a token that ended is asked for again; without one it says what to do', async () => {
      let asked = 0;
      await signIn({}, (one) =>
        one.route('**/audit-token', async (route) => {
          asked += 1;
          const answer = await route.fetch();
          const body = (await answer.json()) as { token: string };
          // The first one is no longer good, as after its time.
          if (asked === 1)
            await route.fulfill({ json: { ...body, token: `${body.token.slice(0, -4)}AAAA` } });
          else if (asked === 2) await route.fulfill({ json: body });
          else await route.fulfill({ status: 401 });
        }),
      );
      await row('Annual report.pdf').waitFor();
      expect(asked).toBe(2);
      await page.reload();
      await feed().getByText('Your access to this view has ended').waitFor();
      await feed().getByRole('button', { name: 'Try again' }).waitFor();
      expect(troubles).toEqual([]);
    });

    test('a page of another origin is refused', async () => {
      await signIn({ url: app.url.replace('127.0.0.1', 'localhost') });
      await feed().getByText('The audit log does not answer').waitFor();
      expect(await feed().getByRole('listitem').count()).toBe(0);
    });

    test.each([
      ['light', 1280],
      ['dark', 390],
    ] as const)('has nothing that axe finds, %s at %i px, and fits', async (colorScheme, width) => {
      await signIn({ colorScheme, viewport: { width, height: 2_400 } });
      await row('Annual report.pdf').click();
      await feed().getByText('Proven in this browser').waitFor();
      await feed().getByText('Live', { exact: true }).waitFor();
      expect(await axeFindings(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      expect(troubles).toEqual([]);
    });
  },
);
