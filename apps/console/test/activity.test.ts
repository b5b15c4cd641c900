import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cloudTrailPieces } from '@attestry/core/cloudtrail';
import { chromium } from '@attestry/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleUnderTest, startConsole, type WatchedPage } from './console-harness.ts';

const lookup = chromium();
const skip = 'skip' in lookup ? lookup.skip : undefined;
const NAMES = ['Alice Example', 'Bob Example', 'Carol Example'];
const alice = { type: 'user', id: 'alice', name: 'Alice Example', email: 'alice@example.com' };

const CONSOLE_LOGIN = {
  eventType: 'AwsConsoleSignIn',
  requestParameters: null,
  additionalEventData: { LoginTo: 'https://console.aws.amazon.com', MobileVersion: 'No', MFAUsed: 'No' },
};
const OF_SESSION = {
  eventSource: 's3.amazonaws.com',
  userIdentity: {
    type: 'IAMUser',
    principalId: 'AIDAEXAMPLEEXAMPLE123',
    arn: 'arn:aws:iam::111122223333:user/alice',
    accountId: '111122223333',
    // Short-lived, which is what CloudTrail has for a session.
    accessKeyId: 'ASIAEXAMPLEEXAMPLE12',
    userName: 'alice',
  },
};

/** A file as CloudTrail delivers it: a sign-in to the console that failed, one that did not, and a call of a session. */
const CLOUD_TRAIL = JSON.stringify({
  Records: [
    record(0, 'ConsoleLogin', {
      ...CONSOLE_LOGIN,
      errorMessage: 'Failed authentication',
      responseElements: { ConsoleLogin: 'Failure' },
    }),
    record(1, 'ConsoleLogin', { ...CONSOLE_LOGIN, responseElements: { ConsoleLogin: 'Success' } }),
    record(2, 'ListBuckets', OF_SESSION),
    record(3, 'GetBucketAcl', OF_SESSION),
  ],
});

function record(index: number, eventName: string, rest: Readonly<Record<string, unknown>>): object {
  return {
    eventVersion: '1.08',
    userIdentity: {
      type: 'IAMUser',
      principalId: 'AIDAEXAMPLEEXAMPLE123',
      accountId: '111122223333',
      accessKeyId: '',
      userName: 'alice',
    },
    eventTime: `2026-07-10T12:23:1${index}Z`,
    eventSource: 'signin.amazonaws.com',
    eventName,
    awsRegion: 'eu-central-1',
    sourceIPAddress: '192.0.2.7',
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
    eventID: `293ba626-3be5-4a26-ab1b-0f4c54f4995${index}`,
    recipientAccountId: '111122223333',
    ...rest,
  };
}

/** As another log exported it, and a line that is no event. */
const EXPORTED = [
  {
    id: '293ba626-3be5-4a26-ab1b-0f4c54f49960',
    type: 'document.shared',
    occurred_at: '2026-07-09T12:00:00Z',
    actor: { type: 'user', id: 'old', name: 'Old Hand' },
    seq: 7,
    recorded_at: '2026-07-09T12:00:00.000Z',
    hash: 'a'.repeat(64),
    prev_hash: 'b'.repeat(64),
    tenant_id: 'elsewhere',
    received_from: 'key-1',
  },
  { type: 'Not a type' },
]
  .map((line) => JSON.stringify(line))
  .join('\n');

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

const realTrail = join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'data', 'cloudtrail');
const realSkip = existsSync(realTrail) ? undefined : 'no ../shared/data/cloudtrail';

/** What is looked at of an event as it is imported. */
interface RealEvent {
  readonly id: string;
  readonly action: { readonly status: string; readonly error?: string };
}

describe.skipIf(skip !== undefined)(`the console${skip === undefined ? '' : `; skipped: ${skip}`}`, () => {
  let underTest: ConsoleUnderTest;
  beforeAll(async () => {
    underTest = await startConsole();
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

  it('leads a new reader from an empty log to a failed sign-in, its session, its proof and its link', async () => {
    const { page, troubles } = await opened('/activity', {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await page.getByRole('heading', { name: 'Nothing of yours is recorded yet' }).waitFor();
    const choosing = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose files' }).click();
    await (await choosing).setFiles([
      { name: 'trail.json', mimeType: 'application/json', buffer: Buffer.from(CLOUD_TRAIL) },
      { name: 'export.ndjson', mimeType: 'application/x-ndjson', buffer: Buffer.from(EXPORTED) },
    ]);
    await page
      .getByRole('alert')
      .filter({ hasText: /^5 recorded. 1 refused: .*type/ })
      .waitFor();
    await page.getByRole('button', { name: 'Show the events' }).click();
    await page.getByRole('row', { name: 'Old Hand' }).waitFor();
    await page.getByRole('row', { name: 'alice' }).first().waitFor();
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('link', { name: /^Failed sign-ins 1$/ }).click();
    await page.getByText('1 event', { exact: true }).waitFor();
    await page.getByRole('row', { name: 'alice failed to sign in' }).click();
    const panel = page.getByRole('complementary');
    await panel.getByText('Failed authentication').first().waitFor();
    await panel.getByRole('link', { name: '192.0.2.7' }).waitFor();
    await panel.getByText('Proven in this browser').waitFor();
    await panel.getByRole('button', { name: 'Copy link' }).click();
    await panel.getByRole('button', { name: 'Copied' }).waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    await panel.getByRole('link', { name: 'This address' }).click();
    await page.getByRole('row', { name: 'listed' }).click();
    await panel.getByRole('link', { name: 'This session' }).click();
    await expect.poll(() => page.getByText('2 events', { exact: true }).count()).toBe(1);
    expect(troubles).toEqual([]);
    await page.context().close();
    // Somebody else, in a browser of their own, who has to sign in first.
    const other = await underTest.visit();
    await other.page.goto(link);
    await other.page.getByLabel('API key').fill(underTest.server.key);
    await other.page.keyboard.press('Enter');
    await other.page.getByRole('heading', { name: /alice failed to sign in/ }).waitFor();
    await other.page.getByText('Proven in this browser').waitFor();
    expect(other.page.url()).toBe(link);
    expect(other.troubles).toEqual([]);
    await other.page.context().close();
  }, 60_000);

  it.skipIf(realSkip !== undefined)(
    `shows who was denied what in a real log of CloudTrail, and why${realSkip === undefined ? '' : `; skipped: ${realSkip}`}`,
    async () => {
      const text = readFileSync(join(realTrail, readdirSync(realTrail).sort()[0] ?? ''), 'utf8');
      const pieces = [...cloudTrailPieces(text)];
      const events = pieces.flatMap((piece) =>
        piece.kind === 'event' ? [JSON.parse(piece.json) as RealEvent] : [],
      );
      const failed = events.find(({ action }) => action.status !== 'success');
      if (failed === undefined) throw new Error('nothing failed in this file');
      await underTest.send(events);
      const { page, troubles } = await opened(`/activity?event=${failed.id}`);
      const panel = page.getByRole('complementary');
      await panel.getByRole('heading', { level: 2 }).filter({ hasText: 'failed to' }).waitFor();
      await panel.getByText(failed.action.error ?? '').waitFor();
      await panel.getByText('Proven in this browser').waitFor();
      expect(troubles).toEqual([]);
      await page.context().close();
    },
  );

  it('is given more events', () => underTest.send(sampleEvents()));

  it('underlines a mistake in a search, saves a right one, and finds it again', async () => {
    const { page, troubles } = await opened('/activity');
    const search = page.getByRole('combobox', { name: 'Search events' });
    await page.getByRole('row').nth(3).waitFor();
    await search.fill('type:document.viewed status:broken actor:x');
    await search.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'This is not one of success' }).waitFor();
    expect(await page.locator('[data-wrong]').allTextContents()).toEqual(['broken']);
    expect(new URL(page.url()).search).toBe('');
    await search.fill('status:den');
    await page.getByRole('option', { name: 'denied' }).click();
    await page.getByText('1 event', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByLabel('Save this search as').fill('Denied at night');
    await page.getByLabel('Others of this log may use it too').check();
    await page.getByLabel('Save this search as').press('Enter');
    await page.getByRole('button', { name: 'Denied at night' }).waitFor();
    await page.goto('/overview');
    await page.getByRole('heading', { name: 'Most active' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('at night');
    await page.getByRole('option', { name: 'Denied at night' }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.searchParams.get('q') === 'status:denied');
    await page.getByRole('button', { name: 'Denied at night' }).click();
    await page.getByRole('button', { name: 'Delete: Denied at night' }).click();
    await page.getByRole('button', { name: 'Delete?: Denied at night' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).first().waitFor();
    expect(troubles).toEqual([]);
    await page.context().close();
  });

  it('chooses minutes over the histogram, with the mouse and with keys', async () => {
    const { page, troubles } = await opened('/activity?q=type%3Adocument.viewed');
    const bars = page.getByRole('slider', { name: 'Choose a time range' });
    const box = await bars.boundingBox();
    if (box === null) throw new Error('the histogram has no place');
    await page.mouse.move(box.x + box.width * 0.25, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 20);
    await page.mouse.up();
    await page.waitForURL((url) => url.searchParams.has('from') && url.searchParams.has('to'));
    const span = (): number => {
      const { searchParams } = new URL(page.url());
      return Date.parse(searchParams.get('to') ?? '') - Date.parse(searchParams.get('from') ?? '');
    };
    const drawnMs = span();
    await expect.poll(() => bars.getAttribute('aria-valuemax')).not.toBe('0');
    await bars.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Enter');
    await expect.poll(span).toBeLessThan(drawnMs);
    // Five hours of views are counted by the minute.
    expect(span() % 60_000).toBe(0);
    expect(span()).toBeLessThan(3_600_000);
    expect(troubles).toEqual([]);
    await page.context().close();
  });

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

  it('takes all that was recorded into the list, and counts nothing of it as new', async () => {
    const { page, troubles } = await opened('/activity?q=type%3Ainvoice.paid');
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByText('0 events', { exact: true }).waitFor();
    // Longer ago than a page reaches, and more than the server sends at once.
    const paid = { type: 'invoice.paid', actor: alice };
    const events = Array.from({ length: 350 }, (_, index) => ({
      ...paid,
      occurred_at: new Date(Date.parse('2025-01-01T00:00:00Z') + index * 60_000).toISOString(),
    }));
    await underTest.send(events);
    const isNew = page.getByRole('button', { name: /^Show .* new$/ });
    await isNew.click();
    await page.getByText('350 events', { exact: true }).waitFor();
    await underTest.send([paid]);
    await expect.poll(() => isNew.textContent()).toBe('Show 1 new');
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
});
