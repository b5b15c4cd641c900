import { changeStoredText } from '@attestry/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Integrity } from '../src/operations/integrity.ts';
import { eventually, openTestServer, type TestServer } from './server-harness.ts';

let server: TestServer;
let token: string;
/** Added to the clock. */
let laterMs = 0;

beforeAll(async () => {
  server = await openTestServer({
    env: { ATTESTRY_VERIFY_EVERY_S: '1' },
    server: { now: () => Date.now() + laterMs },
  });
  token = await server.makeTenant('checked');
});
afterAll(() => server?.remove());

async function integrity(key = token): Promise<Integrity> {
  const answer = await server.get('/v1/integrity', key);
  expect(answer.statusCode).toBe(200);
  return answer.json();
}

describe('GET /v1/integrity', () => {
  it('tells of a log that the server checks by itself, and of damage that it finds', async () => {
    const { seq } = (await server.post('/v1/events', { type: 'a.b', metadata: { amount: 1 } }, token)).json();
    const good = await eventually(integrity, ({ checked_size }) => checked_size > seq);
    expect(good).toMatchObject({
      status: 'verified',
      origin: 'test.example/t/checked',
      findings_total: 0,
      continuous: { enabled: true, interval_s: 1 },
      anchor: null,
    });
    expect(good.job).toBeUndefined();
    expect(await changeStoredText(server.dataDir, '"amount":1', '"amount":9')).toBe(1);
    // A day later, by which time everything is read again.
    laterMs = 30_000;
    const bad = await eventually(integrity, ({ status }) => status === 'damaged');
    expect(bad.findings_total).toBeGreaterThan(0);
    const { report } = (await server.get(`/v1/verify/${bad.job}`, token)).json();
    expect(report.findings.map((finding: { seq?: number }) => finding.seq)).toContain(seq);
    expect((await server.get('/metrics', '')).body).toMatch(/^attestry_damaged_logs [12]$/m);
    const told = '/v1/events?type=audit_log.verified&status=failure';
    await eventually(
      async () => (await server.get(told, token)).json().events,
      ([event]) => event?.metadata.job === bad.job,
    );
    // Nobody else's log is concerned.
    expect((await integrity(server.adminToken)).status).not.toBe('damaged');
  });

  it('counts what this process has verified only, from its start on and as the log grows', async () => {
    // The clock stands, so that no turn comes but the first.
    const atMs = Date.now();
    const options = { env: { ATTESTRY_VERIFY_EVERY_S: '1' }, server: { now: () => atMs } };
    const first = await openTestServer(options);
    const ask = async ({ get, adminToken: key }: TestServer): Promise<Integrity> =>
      (await get('/v1/integrity', key)).json();
    const isVerified = ({ status }: Integrity): boolean => status === 'verified';
    await eventually(
      () => ask(first),
      // The turn ends after its last log.
      (young) => isVerified(young) && young.continuous?.last_status === 'ok',
    );
    const events = Array.from({ length: 40 }, (_, n) => ({ type: 'a.b', metadata: { amount: `n${n}` } }));
    await first.post('/v1/events', { events });
    await eventually(
      () => ask(first),
      (grown) => isVerified(grown) && grown.checked_size > 40,
    );
    await first.close();
    expect(await changeStoredText(first.dataDir, '"amount":"n7"', '"amount":"n9"')).toBe(1);

    const { dataDir } = first;
    const blind = await openTestServer({ dataDir });
    const atStart = await ask(blind);
    expect(atStart).toMatchObject({ status: 'unchecked', checked_size: 0, findings_total: 0 });
    expect(atStart).not.toHaveProperty('checked_at');
    await blind.close();
    const second = await openTestServer({ ...options, dataDir });
    try {
      await eventually(
        () => ask(second),
        ({ status }) => status === 'damaged',
      );
    } finally {
      await second.remove();
    }
  });

  it('is for who sees the whole log', async () => {
    const part = await server.makeKey({ roles: ['project_manager'], projects: ['p'] }, 'checked');
    expect((await server.get('/v1/integrity', part.token)).statusCode).toBe(403);
    const auditor = await server.makeKey({ roles: ['auditor'] }, 'checked');
    expect((await integrity(auditor.token)).size).toBeGreaterThan(0);
  });
});
