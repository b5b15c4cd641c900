import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type RunningIdentityProvider, startIdentityProvider } from '@attestry/testkit';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleUnderTest, startConsole } from './console-harness.ts';

const lookup = chromium();
const skip = 'skip' in lookup ? lookup.skip : undefined;

const viewed = (name: string) => ({
  type: 'document.viewed',
  actor: { type: 'user', id: `id-of-${name}`, name },
  target: { type: 'document', id: `d-${name}`, name: `Plan of ${name}` },
});

/** Changes one letter of a name in a stored record, as somebody with the disk would; the folder is at rest. */
function changeRecord(dataDir: string, text: string): void {
  const path = join(dataDir, 'ledger.db');
  const bytes = readFileSync(path);
  if (!bytes.includes(text)) throw new Error(`no record with ${text}`);
  // Wherever it stands: pages that are no longer used keep old copies.
  for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, at + 1))
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0x01, at);
  writeFileSync(path, bytes);
}

const OF_ALICE = '01890a5d-ac96-774b-bcce-b302099a8001';

/** How long a busy machine may take for what is not on a page at once. */
const POLL = { timeout: 20_000 };

const waiting = (page: Page) => page.getByRole('button', { name: /^Show .* new$/ });

describe.skipIf(skip !== undefined)(
  `what the console is trusted with${skip === undefined ? '' : `; skipped: ${skip}`}`,
  () => {
    let underTest: ConsoleUnderTest;
    let provider: RunningIdentityProvider;
    beforeAll(async () => {
      underTest = await startConsole();
      const { url } = underTest.server;
      provider = await startIdentityProvider({
        people: {
          zoe: { name: 'Zoe Example', email: 'zoe@example.com', groups: ['admins'] },
          nobody: { name: 'Nobody', groups: [] },
        },
        redirectUris: [`${url}/v1/session/oidc/callback`],
        logoutRedirectUris: [`${url}/sign-in`],
      });
      await underTest.send([{ ...viewed('Alice'), id: OF_ALICE }]);
    });
    afterAll(async () => {
      await underTest?.remove();
      await provider?.close();
    });
    const withProvider = (): Readonly<Record<string, string>> => ({
      ATTESTRY_PUBLIC_URL: underTest.server.url,
      ATTESTRY_OIDC_ISSUER: provider.issuer,
      ATTESTRY_OIDC_CLIENT_ID: provider.clientId,
      ATTESTRY_OIDC_CLIENT_SECRET: provider.clientSecret,
      ATTESTRY_OIDC_NAME: 'Example ID',
      ATTESTRY_OIDC_SCOPE: 'openid profile email groups',
      ATTESTRY_OIDC_ROLES: 'admins=default:admin',
    });

    it('never shows one tenant what is of another, in two browsers at once', async () => {
      await underTest.post('/v1/tenants', { id: 'other', name: 'Other Ltd' });
      const { token } = await underTest.post('/v1/keys?tenant=other', {
        name: 'other admin',
        roles: ['admin'],
      });
      const key = String(token);
      const { receipts } = await underTest.post('/v1/events', { events: [viewed('Zoe')] }, key);
      const [{ id }] = receipts as [{ id: string }];
      const [ours, theirs] = [await underTest.signedIn(), await underTest.signedIn({}, key)];
      await ours.page.goto('/activity');
      await theirs.page.goto('/activity');
      await ours.page.getByRole('row', { name: 'Alice' }).waitFor();
      await theirs.page.getByRole('row', { name: 'Zoe' }).waitFor();
      await ours.page.getByText('Live', { exact: true }).waitFor();
      await theirs.page.getByText('Live', { exact: true }).waitFor();
      // What happens in one log is told where that log is shown. The other is asked only after it had its own news.
      await underTest.send([viewed('Zoe'), viewed('Zoe')], key);
      await waiting(theirs.page).waitFor();
      await underTest.send([viewed('Bob')]);
      await expect.poll(() => waiting(ours.page).textContent(), POLL).toBe('Show 1 new');
      expect(await theirs.page.getByText('Alice').count()).toBe(0);
      for (const path of ['/activity', '/overview', '/integrity', '/actors/id-of-Zoe', `/events/${id}`]) {
        await ours.page.goto(path);
        await ours.page.getByRole('heading', { level: 2 }).or(ours.page.getByRole('row')).first().waitFor();
        expect([path, await ours.page.getByText(/Plan of Zoe|Other Ltd/).count()]).toEqual([path, 0]);
      }
      await ours.page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
      // The browser says so itself when there is no such event.
      expect(ours.troubles.filter((text) => !text.includes('status of 404'))).toEqual([]);
      expect(theirs.troubles).toEqual([]);
      await ours.page.context().close();
      await theirs.page.context().close();
    }, 60_000);

    it('goes on live after the server was restarted, with nothing lost and nothing twice', async () => {
      const { page } = await underTest.signedIn();
      await page.goto('/activity?q=type%3Adocument.viewed');
      await page.getByText('Live', { exact: true }).waitFor();
      await underTest.send([viewed('Carol')]);
      await expect.poll(() => waiting(page).textContent(), POLL).toBe('Show 1 new');
      await underTest.restart(async () => {
        await page.getByText('Not live, trying again').waitFor();
        await page.getByRole('link', { name: 'State unknown' }).waitFor();
        await page.setViewportSize({ width: 390, height: 800 });
        expect(await page.getByText('Not live, trying again').isVisible()).toBe(true);
        expect(await waiting(page).isVisible()).toBe(true);
        await page.setViewportSize({ width: 1280, height: 800 });
      }, withProvider());
      await page.getByText('Live', { exact: true }).waitFor();
      await underTest.send([viewed('Dora'), viewed('Emil')]);
      await expect.poll(() => waiting(page).textContent(), POLL).toBe('Show 3 new');
      await waiting(page).click();
      await page.getByRole('row', { name: 'Emil' }).waitFor();
      expect(await waiting(page).count()).toBe(0);
      for (const name of ['Carol', 'Dora', 'Emil'])
        expect([name, await page.getByRole('row', { name }).count()]).toEqual([name, 1]);
      await underTest.send([viewed('Fay')]);
      await expect.poll(() => waiting(page).textContent(), POLL).toBe('Show 1 new');
      await page.context().close();
    }, 60_000);

    it('signs in with the identity provider, says why it could not, and signs out of both', async () => {
      const { page, troubles } = await underTest.visit();
      const button = page.getByRole('link', { name: 'Continue with Example ID' });
      provider.person = undefined;
      await page.goto('/overview');
      await button.click();
      await page.getByRole('alert').filter({ hasText: 'was cancelled at the identity provider' }).waitFor();
      provider.person = 'nobody';
      await button.click();
      await page.getByRole('alert').filter({ hasText: 'You are known, and have no role' }).waitFor();
      await page.context().clearCookies();
      provider.person = 'zoe';
      await button.click();
      await page.getByRole('heading', { name: 'Most active' }).waitFor();
      expect(new URL(page.url()).pathname).toBe('/overview');
      await page.getByRole('button', { name: 'Account' }).click();
      await page.getByText('Zoe Example').waitFor();
      await page.getByRole('menuitem', { name: 'Sign out', exact: true }).click();
      // The provider asks whether that is meant.
      await page.getByRole('button', { name: 'Yes, sign me out' }).click();
      await button.waitFor();
      // Whom the provider knows and this log does not is refused by a page of the server's own, which has no icon.
      const ownPage = /status of 403|favicon\.ico$/;
      expect(troubles.filter((text) => !ownPage.test(text))).toEqual([]);
      await page.context().close();
    });

    it('raises the alarm on every page over a log that was changed', async () => {
      // A server does not even start over a last record that was changed.
      await underTest.send([viewed('Gus')]);
      await underTest.restart(() => changeRecord(underTest.server.dataDir, 'Plan of Alice'));
      const { page, troubles } = await underTest.signedIn();
      // What was found before it was stopped is not said of it now.
      await page.goto('/overview');
      await page.getByRole('link', { name: 'Not checked yet' }).waitFor();
      // One event that is not what was signed is enough, and so is what the browser itself finds.
      await page.goto(`/events/${OF_ALICE}`);
      await page.getByRole('link', { name: /^Damaged: 1 finding$/ }).waitFor();
      await page.getByText('The record does not match its proof').waitFor();
      await page.goto('/integrity');
      await page
        .getByRole('link', { name: /^event #/ })
        .first()
        .waitFor();
      await page.getByRole('button', { name: 'Start' }).click();
      await page.getByRole('heading', { name: /finding/ }).waitFor();
      const alarm = page.getByRole('alert').filter({ hasText: 'This log is damaged' });
      for (const path of [
        '/integrity',
        '/activity',
        '/overview',
        '/actors/id-of-Bob',
        '/settings/keys',
        '/settings/about',
      ]) {
        if (path !== '/integrity') await page.goto(path);
        await alarm.waitFor();
        await page.getByRole('link', { name: /^Damaged/ }).waitFor();
      }
      await alarm.getByRole('link').click();
      await page.getByRole('button', { name: 'Verify everything now' }).click();
      await page
        .getByRole('cell', { name: 'leaf_mismatch' })
        .or(page.getByText('Findings'))
        .first()
        .waitFor();
      expect(await page.getByText('Verified in this browser').count()).toBe(0);
      expect(troubles).toEqual([]);
      await page.context().close();
    }, 60_000);
  },
);
