import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium } from '@attestry/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings, type ConsoleUnderTest, startConsole, type WatchedPage } from './console-harness.ts';

const lookup = chromium();
const skip = 'skip' in lookup ? lookup.skip : undefined;

/** Issue 6: the first load is at most 250 kB gzipped. */
const FIRST_LOAD_BYTES_MAX = 250_000;
/** One latin font for text; that for code is loaded where code is shown. */
const FONT_BYTES_MAX = 100_000;
const built = join(import.meta.dirname, '..', '..', '..', 'packages', 'server', 'console');

const XSS = '<img src=x onerror="globalThis.hacked = true"><script>globalThis.hacked = true</script>';
const RTL = 'gpj.\u202Eexe.invoice\u202C';
const LONG = `${'long '.repeat(9_000)}end`;

const hostile = {
  type: 'document.edited',
  occurred_at: '2026-03-02T08:00:00Z',
  actor: { type: 'user', id: `${XSS}1`, name: XSS, email: 'javascript:alert(1)', user_agent: `${XSS}\u0007` },
  action: {
    description: XSS,
    error: 'javascript:alert(document.cookie)',
    status: 'failure',
    verb: XSS.slice(0, 90),
  },
  target: { type: XSS.slice(0, 90), id: `javascript:alert(1)//${RTL}`, name: RTL },
  context: { reason: LONG.slice(0, 1_900), project_id: XSS, service: XSS },
  data: {
    before: { [XSS]: XSS, text: LONG.slice(0, 20_000) },
    after: { text: `${LONG.slice(0, 19_000)} changed` },
  },
  metadata: { [XSS]: XSS, empty: '', nested: { javascript: 'javascript:alert(1)' } },
};

describe.skipIf(skip !== undefined)(
  `pages of the console${skip === undefined ? '' : `; skipped: ${skip}`}`,
  () => {
    let underTest: ConsoleUnderTest;
    let hostileId = '';
    beforeAll(async () => {
      underTest = await startConsole();
      hostileId = '01890a5d-ac96-774b-bcce-b302099a8057';
      await underTest.send([
        { ...hostile, id: hostileId },
        { type: 'user.login.failure', actor: { type: 'user', id: 'mallory', ip_address: '198.51.100.7' } },
        {
          type: 'document.viewed',
          actor: { type: 'user', id: 'alice', name: 'Alice Example' },
          target: { type: 'document', id: 'd-1' },
        },
      ]);
    });
    afterAll(() => underTest?.remove());

    const opened = async (
      path: string,
      options?: Parameters<ConsoleUnderTest['signedIn']>[0],
    ): Promise<WatchedPage> => {
      const one = await underTest.signedIn(options);
      await one.page.goto(path);
      return one;
    };

    it('shows hostile texts as texts', async () => {
      const { page, troubles } = await opened(`/activity?event=${hostileId}`);
      await page.getByText('Proven in this browser').waitFor();
      for (const tab of ['Change', 'Context', 'Raw', 'Summary'])
        await page.getByRole('tab', { name: tab }).click();
      expect(await page.evaluate(() => (globalThis as { hacked?: true }).hacked)).toBeUndefined();
      expect(await page.locator('img, a[href^="javascript:"]').count()).toBe(0);
      // The override is shown instead of obeyed, and texts around it keep their direction.
      expect(await page.getByRole('heading', { level: 2 }).textContent()).toContain('⟨U+202E⟩');
      await page.goto(`/actors/${encodeURIComponent(hostile.actor.id)}`);
      await page.getByRole('heading', { level: 2, name: 'onerror' }).first().waitFor();
      expect(await page.evaluate(() => (globalThis as { hacked?: true }).hacked)).toBeUndefined();
      expect(troubles).toEqual([]);
      await page.context().close();
    });

    it('verifies the log in the browser, and the server when asked', async () => {
      const { page, troubles } = await opened('/integrity');
      await page.getByRole('button', { name: 'Start' }).click();
      await page.getByText('Verified in this browser').waitFor();
      await page.getByRole('button', { name: 'Verify everything now' }).click();
      await page.getByText('Verified by the server').waitFor();
      await page.getByRole('link', { name: /^Verified/ }).waitFor();
      expect(troubles).toEqual([]);
      await page.context().close();
    });

    it('shows the numbers of the interface, each a link to its events', async () => {
      const { page, troubles } = await opened('/overview');
      const figure = page.getByRole('link', { name: /^Failed sign-ins/ });
      await expect.poll(() => figure.textContent()).toMatch(/1$/);
      await figure.click();
      await page.getByRole('row', { name: 'mallory' }).waitFor();
      await expect.poll(() => page.getByText('1 event', { exact: true }).count()).toBeGreaterThan(0);
      expect(troubles).toEqual([]);
      await page.context().close();
    });

    it('makes a key, shows it once, and revokes it after its name was typed', async () => {
      const { page, troubles } = await opened('/settings/keys');
      await page.getByRole('button', { name: 'New key' }).click();
      await page.getByLabel('Name').fill('auditor of spring');
      await page.getByRole('button', { name: 'Make the key' }).click();
      await page.getByText(/^att_live_/).waitFor();
      await page.getByRole('button', { name: 'I have copied it' }).click();
      expect(await page.getByText(/^att_live_/).count()).toBe(0);
      const row = page.getByRole('listitem').filter({ hasText: 'auditor of spring' });
      await row.getByRole('button', { name: 'Revoke' }).click();
      const dialog = page.getByRole('dialog');
      expect(await dialog.getByRole('button', { name: 'Revoke' }).isDisabled()).toBe(true);
      await dialog.getByRole('textbox').fill('auditor of spring');
      await dialog.getByRole('button', { name: 'Revoke' }).click();
      await row.waitFor({ state: 'detached' });
      expect(troubles).toEqual([]);
      await page.context().close();
    });

    it.each([
      ['light', 1280],
      ['dark', 390],
    ] as const)('has nothing that axe finds on any page, %s at %i px', async (colorScheme, width) => {
      // High enough for whole pages: axe takes what the edge of the window cuts off for too small.
      const { page, troubles } = await opened('/overview', {
        colorScheme,
        viewport: { width, height: 2_000 },
      });
      const pages = [
        ['/overview', 'Most active'],
        ['/integrity', 'Checkpoints'],
        ['/actors/alice', 'Usual hours'],
        ['/settings/keys', 'API keys'],
        ['/settings/types', 'Event types'],
        ['/settings/tenants', 'Tenants'],
        ['/settings/about', 'About'],
        [`/events/${hostileId}`, 'Proven in this browser'],
      ] as const;
      for (const [path, text] of pages) {
        await page.goto(path);
        await page.getByText(text).first().waitFor();
        expect([path, await axeFindings(page)]).toEqual([path, []]);
      }
      await page.context().clearCookies();
      await page.goto('/sign-in');
      await page.getByLabel('API key').waitFor();
      expect(await axeFindings(page)).toEqual([]);
      expect(troubles).toEqual([]);
      await page.context().close();
    });

    it('comes within its bound of bytes', async () => {
      const { page } = await underTest.signedIn();
      const paths: string[] = [];
      page.on('response', (response) => {
        const { pathname } = new URL(response.url());
        if (!pathname.startsWith('/v1/')) paths.push(pathname === '/activity' ? '/index.html' : pathname);
      });
      await page.goto('/activity');
      await page.getByRole('row').nth(1).waitFor();
      await page.waitForLoadState('networkidle');
      // Fonts are packed already and change nothing but the shape of letters; they have a bound of their own.
      const sum = (wanted: boolean): number =>
        [...new Set(paths)]
          .filter((path) => path.endsWith('.woff2') === wanted)
          .map((path) => readFileSync(join(built, path)))
          .reduce(
            (total, bytes) => total + (wanted ? bytes.length : gzipSync(bytes, { level: 9 }).length),
            0,
          );
      expect(sum(false)).toBeGreaterThan(100_000);
      expect(sum(false)).toBeLessThanOrEqual(FIRST_LOAD_BYTES_MAX);
      expect(sum(true)).toBeLessThanOrEqual(FONT_BYTES_MAX);
      await page.context().close();
    });
  },
);
