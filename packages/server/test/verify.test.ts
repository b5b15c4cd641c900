import { changeStoredText } from '@attestry/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VerifyJob } from '../src/verify/verify-jobs.ts';
import { eventually, openTestServer, type TestServer } from './server-harness.ts';

let server: TestServer;
let token: string;

beforeAll(async () => {
  server = await openTestServer();
  token = await server.makeTenant('verified');
  const events = Array.from({ length: 300 }, (_, i) => ({
    type: 'a.b',
    actor: { type: 'user', id: `u-${i % 5}`, email: `u-${i % 5}@example.com` },
    metadata: { i },
  }));
  expect((await server.post('/v1/events', { events }, token)).statusCode).toBe(201);
  await eventually(
    async () => (await server.get('/v1/checkpoints/latest', token)).json().size,
    (size) => size >= 301,
  );
});
afterAll(() => server?.remove());

async function verify(body: object, of: TestServer = server, key: string = token): Promise<VerifyJob> {
  const started = await of.post('/v1/verify', body, key);
  expect(started.statusCode).toBe(202);
  const { location } = started.headers;
  return eventually(
    async () => (await of.get(String(location), key)).json<VerifyJob>(),
    ({ status }) => status === 'done' || status === 'failed',
    20_000,
  );
}

describe('POST /v1/verify', () => {
  it('reads everything again and reports in the shape of the documentation', async () => {
    const job = await verify({});
    expect(job.status).toBe('done');
    expect(job.report).toMatchObject({
      ok: true,
      origin: 'test.example/t/verified',
      findings: [],
      findings_total: 0,
    });
    expect(job.report?.checked.records).toBeGreaterThanOrEqual(301);
    expect(job.report?.checked.seals).toBeGreaterThanOrEqual(300);
  });

  it('takes a range and a depth', async () => {
    const { report } = await verify({ from: 10, to: 20, depth: 'records' });
    expect(report).toMatchObject({ ok: true, checked: { from: 10, to: 20, records: 10, seals: 0 } });
  });

  it('names what was changed, counts it, and never passes what it cannot read (trap 1)', async () => {
    const tampered = await openTestServer();
    try {
      const { seq } = (await tampered.post('/v1/events', { type: 'a.b', metadata: { amount: 1 } })).json();
      await eventually(
        async () => (await tampered.get('/v1/checkpoints/latest')).json().size,
        (size) => size > seq,
      );
      expect(await changeStoredText(tampered.dataDir, '"amount":1', '"amount":9')).toBe(1);
      const { report } = await verify({}, tampered, tampered.adminToken);
      expect(report?.ok).toBe(false);
      expect(report?.findings.map((finding) => finding.seq)).toContain(seq);
      expect((await tampered.get('/metrics', '')).body).toContain('attestry_verify_failures_total 1');
    } finally {
      await tampered.remove();
    }
  });

  it('keeps its result through a restart, and says of a cut-off job that it was (trap 40)', async () => {
    const { VerifyJobs } = await import('../src/verify/verify-jobs.ts');
    const done = await verify({ depth: 'records' });
    const { admin } = server.ops.ledger;
    const cutOff = { id: 'cut-off', status: 'running', range: {}, created_at: new Date().toISOString() };
    await admin.put(
      { kind: 'verify_job', tenant: 'verified', id: 'cut-off', value: JSON.stringify(cutOff) },
      0,
    );
    const reopened = await VerifyJobs.open({
      store: admin,
      nodes: { self: 'this process', isAlive: async () => false },
      run: () => ({ result: new Promise(() => undefined), stop: async () => undefined }),
      now: Date.now,
      onFailure: () => undefined,
      note: async () => false,
      onDamage: async () => undefined,
      logger: { error: () => undefined },
    });
    expect(await reopened.get('verified', done.id)).toEqual(done);
    expect(await reopened.get('verified', 'cut-off')).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('stopped'),
    });
    expect(await reopened.get('other', done.id)).toBeUndefined();
  });

  it('lets a bounded number wait', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => server.post('/v1/verify', { depth: 'records' }, token)),
    );
    const refused = answers.filter(({ statusCode }) => statusCode === 429);
    expect(refused.length).toBeGreaterThan(0);
    for (const { headers } of refused) expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  });
});
