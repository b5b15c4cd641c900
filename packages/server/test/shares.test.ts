import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { VerifyJob } from '../src/verify/verify-jobs.ts';
import { eventually, openTestServer, type TestServer } from './server-harness.ts';

const WINDOW_MS = 1_500;

let server: TestServer;
let url: string;
/** Administrators of three tenants; the first two have logs that fill every buffer on the way. */
let anne: string;
let bert: string;
let carl: string;

beforeAll(async () => {
  server = await openTestServer({ server: { exportReadWindowMs: WINDOW_MS } });
  url = await server.app.listen({ port: 0, host: '127.0.0.1' });
  anne = await server.makeTenant('anne');
  bert = await server.makeTenant('bert');
  carl = await server.makeTenant('carl');
  const event = { type: 'big.one', metadata: Object.fromEntries(fillers()) };
  for (const token of [anne, bert]) {
    for (let batch = 0; batch < 3; batch++) {
      const events = Array.from({ length: 80 }, () => event);
      expect((await server.post('/v1/events', { events }, token)).statusCode).toBe(201);
    }
  }
});
afterAll(() => server?.remove());

/** 48 kB of metadata, in values as long as they may be. */
function fillers(): [string, string][] {
  return Array.from({ length: 12 }, (_, i) => [`filler_${i}`, 'x'.repeat(4_000)]);
}

interface Download {
  readonly status: number;
  readonly answer: IncomingMessage;
  readonly sent: ClientRequest;
  /** True when it came to its end, false when it broke. */
  readonly whole: Promise<boolean>;
}

const downloads: Download[] = [];
afterEach(async () => {
  for (const { answer, sent } of downloads) {
    answer.destroy();
    sent.destroy();
  }
  downloads.length = 0;
  // Their slots are free again.
  await eventually(
    () => Promise.all([anne, anne, bert, bert].map((token) => exportNothing(token))),
    (statuses) => statuses.every((status) => status === 200),
  );
});

/** Asks for a whole log over a connection of its own, and reads nothing of it until told. */
function open(token: string): Promise<Download> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    const sent = request(`${url}/v1/export?type=big.one`, { headers, agent: false }, (answer) => {
      const whole = new Promise<boolean>((settle) => {
        answer.once('close', () => settle(answer.complete));
        answer.on('error', () => settle(false));
      });
      const download = { status: answer.statusCode ?? 0, answer, sent, whole };
      downloads.push(download);
      resolve(download);
    });
    sent.once('error', reject);
    sent.on('error', () => undefined);
    sent.end();
  });
}

async function exportNothing(token: string): Promise<number> {
  return (await server.get('/v1/export?actor=nobody', token)).statusCode;
}

describe('exports', () => {
  it('leave half of the slots to others, however many one tenant asks for', async () => {
    const opened = await Promise.all(Array.from({ length: 6 }, () => open(anne)));
    expect(opened.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429, 429, 429]);
    const second = (await server.makeKey({ roles: ['auditor'] }, 'anne')).token;
    const refused = await server.get('/v1/export?actor=nobody', second);
    expect(refused.statusCode).toBe(429);
    expect(refused.json()).toMatchObject({
      detail: '2 exports of this tenant are running already.',
      retry_after: 10,
    });
    expect(await exportNothing(bert)).toBe(200);
    expect(await exportNothing(carl)).toBe(200);
  });

  it('count a key over all tenants', async () => {
    const operator = (await server.makeKey({ roles: ['platform_admin'] })).token;
    const asked = (tenant: string) => server.get(`/v1/export?type=big.one&tenant=${tenant}`, operator);
    const answers = await Promise.all(['anne', 'bert', 'anne', 'bert'].map(asked));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 200, 429, 429]);
    expect(answers.find(({ statusCode }) => statusCode === 429)?.json().detail).toContain('with this key');
  });

  it('give the place of a download that nobody reads to one that waits', async () => {
    // A window ends when this test says so. Which downloads count as read: export-transfer.test.ts.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const unread = [await open(anne), await open(anne), await open(bert), await open(bert)];
      expect(unread.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      await eventually(
        async () => {
          vi.advanceTimersByTime(WINDOW_MS);
          return exportNothing(carl);
        },
        (status) => status === 200,
      );
      // The one whose place was taken is broken, and does not look whole.
      for (const { answer } of unread) answer.resume();
      const wholes = await Promise.all(unread.map(({ whole }) => whole));
      expect(wholes.sort()).toEqual([false, true, true, true]);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('verifications', () => {
  const start = (token: string) => server.post('/v1/verify', { depth: 'records' }, token);
  const finished = async (token: string, id: string): Promise<VerifyJob> =>
    eventually(
      async () => (await server.get(`/v1/verify/${id}`, token)).json<VerifyJob>(),
      ({ status }) => status === 'done',
    );

  it('leave places to others, who need not wait for all of one tenant', async () => {
    const answers = await Promise.all(Array.from({ length: 21 }, () => start(anne)));
    const accepted = answers.filter(({ statusCode }) => statusCode === 202);
    // A share waits, and one may run already.
    expect(accepted.length - 5).toBeOneOf([0, 1]);
    const refused = answers.find(({ statusCode }) => statusCode === 429);
    expect(refused?.json().detail).toBe('5 verifications of this key are waiting already.');
    const other = await start(carl);
    expect(other.statusCode).toBe(202);
    const job = await finished(carl, other.json().id);
    const last = await finished(anne, accepted.at(-1)?.json().id);
    expect(Date.parse(String(job.finished_at))).toBeLessThan(Date.parse(String(last.started_at)));
  });
});
