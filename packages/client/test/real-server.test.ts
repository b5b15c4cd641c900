import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningServer, startServerProcess } from '@attestry/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { documentShared, loginFailed, settingsChanged } from '../src/catalogue/index.ts';
import { Attestry } from '../src/index.ts';
import { fileSpool } from '../src/spool/file-spool.ts';

let server: RunningServer;
const folders: string[] = [];
beforeAll(async () => {
  server = await startServerProcess();
});
afterAll(async () => {
  await server?.remove();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const connect = (more: object = {}): Attestry =>
  new Attestry({ url: server.url, key: server.key, drainOnExit: false, ...more });

async function events(query: string): Promise<{ seq: number; metadata: { n: number } }[]> {
  const found: { seq: number; metadata: { n: number } }[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const url = `${server.url}/v1/events?${query}&order=asc&time=recorded&limit=1000${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const answer = await fetch(url, { headers: { authorization: `Bearer ${server.key}` } });
    const page = (await answer.json()) as { events: typeof found; next_cursor: string; has_more: boolean };
    found.push(...page.events);
    cursor = page.has_more ? page.next_cursor : null;
  }
  return found;
}

test('a durable capture returns the receipt of an event that is in the log', async () => {
  const audit = connect();
  const receipt = await audit.captureDurable(loginFailed({ type: 'user', id: 'u-1' }, 'wrong password'));
  const answer = await fetch(`${server.url}/v1/events/${receipt.id}`, {
    headers: { authorization: `Bearer ${server.key}` },
  });
  expect(await answer.json()).toMatchObject({
    type: 'user.login.failure',
    seq: receipt.seq,
    hash: receipt.hash,
    action: { verb: 'login', status: 'failure' },
    context: { reason: 'wrong password' },
  });
  await audit.close();
});

test('who gives a wrong address or key is told which, and what the server said of it', async () => {
  const told: string[] = [];
  const onError = ({ message }: Error): void => void told.push(message);
  for (const wrong of [{ url: `${server.url}/elsewhere` }, { key: 'att_live_wrong' }]) {
    const audit = connect({ ...wrong, onError });
    audit.capture({ type: 'a.b' });
    expect(await audit.flush()).toBe(false);
    await audit.close(1);
  }
  expect(told.filter((message) => message.startsWith('http'))).toEqual([
    `${server.url}/elsewhere/v1/events answered 404: This path was not found.`,
    expect.stringMatching(`^${server.url}/v1/events answered 401: .`),
  ]);
});

test('what the helpers make is accepted, and secrets in it never arrive', async () => {
  const audit = connect();
  const settings = settingsChanged(
    { id: 'mail' },
    { host: 'a', smtp_password: 'x' },
    { host: 'b', smtp_password: 'y' },
  );
  const receipt = await audit.captureDurable(settings);
  await audit.captureDurable(documentShared({ id: 'd-1', name: 'plan' }, ['u-2']));
  const answer = await fetch(`${server.url}/v1/events/${receipt.id}`, {
    headers: { authorization: `Bearer ${server.key}` },
  });
  expect(await answer.json()).toMatchObject({
    data: { before: { host: 'a' }, after: { host: 'b' }, fields: ['host', 'smtp_password'] },
  });
  await audit.close();
});

test('a large batch goes compressed, and an event that is refused is named', async () => {
  const errors: { serverCode: string | undefined; path: string | undefined }[] = [];
  const audit = connect({ onError: (error: never) => errors.push(error), batchEvents: 500 });
  for (let n = 0; n < 300; n += 1)
    audit.capture({ type: 'packed.event', metadata: { n, note: 'word '.repeat(40) } });
  audit.capture({ type: 'Not A Type' });
  expect(await audit.flush()).toBe(true);
  // The report of the loss is an event as well.
  expect(audit.stats()).toMatchObject({ sent: 301, lost: 1 });
  expect(errors).toMatchObject([{ serverCode: 'bad_format', path: '/type' }]);
  await audit.close();
  expect(await events('type=packed.event')).toHaveLength(300);
  expect(await events('type=system.events.lost')).toHaveLength(1);
});

test('a wrong key is told and nothing is lost while it is wrong', async () => {
  const codes: string[] = [];
  const audit = connect({ key: 'att_live_wrong', onError: ({ code }: { code: string }) => codes.push(code) });
  audit.capture({ type: 'held.back' });
  expect(await audit.flush()).toBe(false);
  expect(codes).toEqual(['key_refused']);
  expect(audit.stats()).toMatchObject({ queued: { events: 1 }, lost: 0 });
  expect(await audit.close(100)).toEqual({ unsent: 1 });
});

test('outage drill: the server is killed under load and comes back; nothing is lost, doubled or out of order', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'attestry-drill-'));
  folders.push(dir);
  const audit = connect({ spool: fileSpool({ dir }), queueEventsMax: 1_000, flushIntervalMs: 10 });
  const port = Number(new URL(server.url).port);
  const { dataDir } = server;
  let n = 0;
  const load = setInterval(() => {
    for (let i = 0; i < 20; i += 1) audit.capture({ type: 'drill.event', metadata: { n: n++ } });
  }, 5);
  for (let round = 0; round < 2; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 400));
    await server.stop('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 600));
    server = await startServerProcess({ dataDir, port });
  }
  clearInterval(load);
  await expect.poll(() => audit.flush(), { timeout: 60_000, interval: 200 }).toBe(true);
  expect(await audit.close()).toEqual({ unsent: 0 });
  const arrived = (await events('type=drill.event')).map(({ metadata }) => metadata.n);
  expect(n).toBeGreaterThan(1_000);
  expect(arrived).toEqual(Array.from({ length: n }, (_, i) => i));
});
