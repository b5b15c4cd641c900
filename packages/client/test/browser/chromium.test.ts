import {
  chromiumArguments,
  chromium as findChromium,
  type RunningServer,
  startServerProcess,
} from '@attestry/testkit';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { BrowserAttestry } from '../../src/browser/index.ts';
import { bundle, startWebApp, type WebApp } from './web-app.ts';

const found = findChromium();
const skipped = found.path === undefined ? ` (skipped: ${found.skip})` : '';

/** What the pages of the tests leave behind for them. */
interface Scope {
  audit: BrowserAttestry;
  errors: { code: string; message: string }[];
  /** Tokens it got. */
  tokens: number;
}
declare const window: Scope;

interface LoggedEvent {
  readonly actor: { readonly id: string };
}

describe.skipIf(found.path === undefined)(`in Chromium${skipped}`, () => {
  let server: RunningServer;
  let app: WebApp;
  let elsewhere: WebApp;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    server = await startServerProcess();
    app = await startWebApp(server.url, server.key);
    elsewhere = await startWebApp(server.url, server.key);
    const page = `<!doctype html><title>app</title><script type="module">
      import { BrowserAttestry } from '/client.js';
      window.errors = [];
      window.tokens = 0;
      const token = async () => {
        const answer = await fetch('/audit-token', { method: 'POST' });
        const body = await answer.json();
        window.tokens += 1;
        return body;
      };
      const onError = ({ code, message }) => window.errors.push({ code, message });
      // By itself it sends nothing before a page is left.
      window.audit = new BrowserAttestry({ url: '${server.url}', token, onError, flushIntervalMs: 600_000 });
    </script>`;
    for (const { pages } of [app, elsewhere]) {
      pages.set('/client.js', await bundle());
      pages.set('/', page);
      pages.set(
        '/old',
        page.replace('<script', '<script>delete Request.prototype.keepalive</script><script'),
      );
      pages.set('/next', '<!doctype html><title>next</title>');
    }
    browser = await chromium.launch({ executablePath: found.path ?? '', args: [...chromiumArguments] });
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([app?.close(), elsewhere?.close(), server?.remove()]);
  });
  afterEach(() => page?.context().close());

  async function visit(url: string): Promise<void> {
    page = await (await browser.newContext()).newPage();
    await page.goto(url);
  }

  async function events(type: string): Promise<LoggedEvent[]> {
    const answer = await fetch(`${server.url}/v1/events?type=${type}`, {
      headers: { authorization: `Bearer ${server.key}` },
    });
    return ((await answer.json()) as { events: LoggedEvent[] }).events;
  }

  /** Until the page has its token, which the first capture asks for. */
  const hasToken = (): Promise<unknown> => page.waitForFunction(() => window.tokens > 0);

  test('what a visitor did arrives when the page is left, by the actor of the token', async () => {
    app.token = { actor: { type: 'user', id: 'alice' }, context: { service: 'web' } };
    await visit(`${app.origin}/`);
    await page.evaluate(() => {
      window.audit.capture({
        type: 'document.viewed',
        target: { type: 'document', id: 'd-1' },
        metadata: {
          password: 'hunter2',
          note: 'x'.repeat(2_000),
          deep: { a: { b: { c: { d: { e: 1 } } } } },
        },
      });
    });
    await hasToken();
    expect(await events('document.viewed')).toEqual([]);
    await page.goto(`${app.origin}/next`);
    await expect.poll(() => events('document.viewed')).toHaveLength(1);
    const [event] = await events('document.viewed');
    expect(event).toMatchObject({
      actor: {
        type: 'user',
        id: 'alice',
        ip_address: '127.0.0.1',
        user_agent: expect.stringContaining('Chrome'),
      },
      context: { service: 'web' },
      metadata: { password: '[redacted]', source: { kind: 'browser', origin: app.origin } },
    });
    expect(JSON.stringify(event)).not.toContain('hunter2');
  });

  test('a browser without keepalive sends it by sendBeacon', async () => {
    await visit(`${app.origin}/old`);
    await page.evaluate(() => window.audit.capture({ type: 'page.beaconed' }));
    await hasToken();
    await page.goto(`${app.origin}/next`);
    await expect.poll(() => events('page.beaconed')).toHaveLength(1);
  });

  test('no permission is asked before, and the token is in no address', async () => {
    await visit(`${app.origin}/`);
    const sent: string[] = [];
    page.on('request', (request) => sent.push(`${request.method()} ${request.url()}`));
    await page.evaluate(async () => {
      window.audit.capture({ type: 'page.quiet' });
      return window.audit.flush();
    });
    expect(sent).toEqual([`POST ${app.origin}/audit-token`, `POST ${server.url}/v1/ingest/browser`]);
    expect(await events('page.quiet')).toHaveLength(1);
  });

  test('a page without network keeps its events and sends them when it is back', async () => {
    await visit(`${app.origin}/`);
    await page.evaluate(async () => {
      window.audit.capture({ type: 'page.before' });
      return window.audit.flush();
    });
    await page.context().setOffline(true);
    // Both in one turn: it tries again by itself, and an event that is on its way waits no longer.
    const { isSent, stats } = await page.evaluate(async () => {
      window.audit.capture({ type: 'page.offline' });
      return { isSent: await window.audit.flush(), stats: window.audit.stats() };
    });
    expect(isSent).toBe(false);
    expect(stats).toMatchObject({
      sent: 1,
      lost: 0,
      queued: { events: 1 },
    });
    await page.context().setOffline(false);
    await expect.poll(() => events('page.offline')).toHaveLength(1);
    expect(await page.evaluate(() => window.errors)).toMatchObject([{ code: 'unavailable' }]);
  });

  test('a token that ends is replaced, and nothing is lost', async () => {
    const { key, token } = await makeKey();
    app.key = token;
    await visit(`${app.origin}/`);
    const flush = (): Promise<boolean> =>
      page.evaluate(async () => {
        window.audit.capture({ type: 'page.renewed' });
        return window.audit.flush();
      });
    const before = app.given.length;
    expect(await flush()).toBe(true);
    expect(await flush()).toBe(true);
    expect(app.given.length).toBe(before + 1);
    // The key gets a new secret: its tokens end at once.
    const headers = { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' };
    const rotated = await fetch(`${server.url}/v1/keys/${key.id}/rotate`, {
      method: 'POST',
      headers,
      body: '{}',
    });
    app.key = ((await rotated.json()) as { token: string }).token;
    expect(await flush()).toBe(true);
    expect(app.given.length).toBe(before + 2);
    expect(await events('page.renewed')).toHaveLength(3);
    app.key = server.key;
  });

  async function makeKey(): Promise<{ key: { id: string }; token: string }> {
    const answer = await fetch(`${server.url}/v1/keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'backend', roles: ['ingest'] }),
    });
    return (await answer.json()) as { key: { id: string }; token: string };
  }

  test('who signs in or out is whose events they are from then on', async () => {
    app.token = { actor: { type: 'user', id: 'alice' } };
    await visit(`${app.origin}/`);
    await page.evaluate(() => window.audit.capture({ type: 'page.mine', metadata: { n: 1 } }));
    await hasToken();
    app.token = { actor: { type: 'user', id: 'bob' } };
    await page.evaluate(async () => {
      await window.audit.renewToken();
      window.audit.capture({ type: 'page.mine', metadata: { n: 2 } });
      return window.audit.close();
    });
    const actors = (await events('page.mine')).map(({ actor }) => actor.id);
    expect(actors.sort()).toEqual(['alice', 'bob']);
  });

  test('a page of another origin cannot use the token: the browser and the server refuse', async () => {
    const made = await fetch(`${app.origin}/audit-token`, { method: 'POST' });
    const { token } = (await made.json()) as { token: string };
    await visit(`${elsewhere.origin}/next`);
    const seen = await page.evaluate(
      async ({ url, token }) => {
        const text = `{"token":"${token}","events":[{"type":"page.stolen"}]}`;
        const ask = (init: object): Promise<string> =>
          fetch(url, { method: 'POST', ...init }).then(
            ({ status }) => `answered ${status}`,
            ({ name }: Error) => name,
          );
        return [
          await ask({ body: text }),
          // With a header the browser asks first.
          await ask({
            body: '{"events":[{"type":"page.stolen"}]}',
            headers: { authorization: `Bearer ${token}` },
          }),
          await ask({ body: text, credentials: 'include' }),
        ];
      },
      { url: `${server.url}/v1/ingest/browser`, token },
    );
    expect(seen).toEqual(['TypeError', 'TypeError', 'TypeError']);
    expect(await events('page.stolen')).toEqual([]);
    // The same from its own page is taken, so that it is the origin that was refused.
    await page.goto(`${app.origin}/next`);
    const status = await page.evaluate(
      async ({ url, token }) =>
        (
          await fetch(url, {
            method: 'POST',
            headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
            body: '{"events":[{"type":"page.stolen"}]}',
          })
        ).status,
      { url: `${server.url}/v1/ingest/browser`, token },
    );
    expect(status).toBe(201);
  });
});
