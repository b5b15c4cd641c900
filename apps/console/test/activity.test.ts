import { chromium } from '@attestry/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings, type ConsoleUnderTest, startConsole, type WatchedPage } from './console-harness.ts';

const lookup = chromium();
const skip = 'skip' in lookup ? lookup.skip : undefined;
const NAMES = ['Alice Example', 'Bob Example', 'Carol Example'];
const alice = { type: 'user', id: 'alice', name: 'Alice Example', email: 'alice@example.com' };

/** Three hundred views, and one denial that people look for. */
function sampleEvents(): readonly object[] {
  const start = Date.parse('2026-03-01T08:00:00Z');
  const views = Array.from({ length: 300 }, (_, index) => ({
    type: 'document.viewed',
    occurred_at: new Date(start + index * 60_000).toISOString(),
    actor: {
      type: 'user',
      id: `u-${index % 3}`,
      name: NAMES[index % 3],
      ip_address: `203.0.113.${index % 9}`,
    },
    target: { type: 'document', id: `d-${index % 20}`, name: `Plan ${index % 20}.pdf` },
    action: { status: 'success' },
  }));
  const denial = {
    type: 'document.deleted',
    occurred_at: '2026-03-01T14:00:00Z',
    actor: { ...alice, session_id: 's-71f0', ip_address: '203.0.113.24' },
    target: { type: 'document', id: 'd-99', name: 'Annual report.pdf' },
    action: { status: 'denied', error: 'Needs the role of an owner' },
    data: { before: { state: 'published', owner: 'alice' }, after: { state: 'deleted', owner: 'alice' } },
    context: { reason: 'Clearing up', request_id: 'req-1' },
    http: { method: 'DELETE', route: '/documents/:id', status_code: 403, duration_ms: 12 },
  };
  return [...views, denial];
}

describe.skipIf(skip !== undefined)(`the console${skip === undefined ? '' : `; skipped: ${skip}`}`, () => {
  let underTest: ConsoleUnderTest;
  beforeAll(async () => {
    underTest = await startConsole();
    await underTest.send(sampleEvents());
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

  it('asks for a key, says what is wrong with one, and goes where one wanted to go', async () => {
    const { page, troubles } = await underTest.visit();
    await page.goto('/activity?q=type%3Adocument.deleted');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('Paste your API key');
    await page.getByLabel('API key').fill('att_live_0000000000000000_x_y');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('not valid');
    await page.getByLabel('API key').fill(underTest.server.key);
    await page.keyboard.press('Enter');
    await page.getByRole('row').first().waitFor();
    expect(new URL(page.url()).searchParams.get('q')).toBe('type:document.deleted');
    expect(troubles).toEqual([]);
    await page.context().close();
  });

  it('proves an event in the browser', async () => {
    const { page, troubles } = await opened('/activity');
    await page.getByRole('row', { name: 'Annual report.pdf' }).click();
    const panel = page.getByRole('complementary');
    await panel
      .getByRole('heading', { name: 'Alice Example was denied deleting document Annual report.pdf' })
      .waitFor();
    await panel.getByText('Proven in this browser').waitFor();
    expect(await panel.locator('.at-proof li[data-ok=true]').count()).toBe(4);
    await panel.getByRole('tab', { name: 'Change' }).click();
    expect(await panel.locator('.at-diff-line').allInnerTexts()).toEqual([
      expect.stringContaining('published'),
      expect.stringContaining('deleted'),
    ]);
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    expect(troubles).toEqual([]);
    await page.context().close();
  });

  it('is walked with the keyboard alone', async () => {
    const { page, troubles } = await opened('/activity');
    await page.getByRole('row').nth(3).waitFor();
    await page.keyboard.press('j');
    await page.getByRole('complementary').waitFor();
    const first = page.url();
    await page.keyboard.press('j');
    await expect.poll(() => page.url()).not.toBe(first);
    await page.keyboard.press('k');
    await expect.poll(() => page.url()).toBe(first);
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('combobox');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Jump to' }).waitFor();
    await page.keyboard.type('integ');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/integrity');
    expect(troubles).toEqual([]);
    await page.context().close();
  });

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 390],
    ['dark', 390],
  ] as const)('has nothing that axe finds, %s at %i px', async (colorScheme, width) => {
    const { page } = await opened('/activity', { colorScheme, viewport: { width, height: 844 } });
    await page.getByRole('row').nth(3).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('row', { name: 'Annual report.pdf' }).click();
    await page.getByText('Proven in this browser').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.context().close();
  });
});
