import { openSession, postgresBinaries, type SharedPostgres, sharedPostgres } from '@attestry/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attestry } from './cli-process.ts';
import { TestServer } from './running-server.ts';

const binaries = postgresBinaries(18);
const skipped = binaries.folder === undefined ? ` (skipped: ${binaries.skip})` : '';

interface Event {
  readonly id: string;
  readonly hash: string;
}

describe.skipIf(binaries.folder === undefined)(`moving to PostgreSQL${skipped}`, () => {
  let postgres: SharedPostgres;
  let database: Awaited<ReturnType<SharedPostgres['createDatabase']>>;
  let server: TestServer;
  beforeAll(async () => {
    postgres = await sharedPostgres();
    database = await postgres.createDatabase();
    server = await TestServer.start();
  });
  afterAll(async () => {
    await server?.remove();
    await database?.drop();
    postgres?.release();
  });

  it('migrate prints what it would do, does it, and does nothing the second time', async () => {
    const dry = await attestry(['migrate', '--store', database.url, '--dry-run']);
    expect(dry.stdout).toMatch(/^-- 0001_ledger\n.*CREATE TABLE records/ms);
    const first = await attestry(['migrate', '--store', database.url, '--json']);
    expect(JSON.parse(first.stdout).migrations).toContain('0001_ledger');
    // Somebody who does not let a program make tables runs what it printed.
    const byHand = await postgres.createDatabase();
    const session = await openSession(byHand.url);
    await session.run(dry.stdout);
    await session.end();
    const after = await attestry(['migrate', '--store', byHand.url, '--dry-run']);
    expect(after.stdout).toMatch(/^-- no migration is missing\n/);
    await byHand.drop();
    const again = await attestry(['migrate', '--store', database.url]);
    expect([again.exitCode, again.stdout]).toEqual([0, 'The tables were up to date.\n']);
  });

  it('copy takes over every byte, key and proof, and the folder goes on with the database', async () => {
    const events = Array.from({ length: 20 }, (_, i) => ({
      type: 'document.viewed',
      actor: { type: 'user', id: `person-${i % 3}`, email: `person-${i % 3}@example.com` },
    }));
    const answer = await fetch(`${server.url}/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ events }),
    });
    expect(answer.status).toBe(201);
    const before = await server.json<{ events: Event[] }>('query', '--limit', '50');
    await server.stop();
    const copied = await attestry(['copy', '--from', server.dataDir, '--to', database.url, '--json']);
    expect(JSON.parse(copied.stdout)).toMatchObject({ ok: true, logs: 2, found: 0 });
    const again = JSON.parse(
      (await attestry(['copy', '--from', server.dataDir, '--to', database.url, '--json'])).stdout,
    );
    expect([again.ok, again.found]).toEqual([true, again.records]);
    const refused = await attestry(['serve', '--data', server.dataDir, '--port', '0']);
    expect([refused.exitCode === 0, refused.stderr]).toEqual([
      false,
      expect.stringContaining('ATTESTRY_STORE'),
    ]);
    await server.restart({ ATTESTRY_STORE: database.url });
    const after = await server.json<{ events: Event[] }>('query', '--limit', '50');
    const hashes = new Map(after.events.map(({ id, hash }) => [id, hash]));
    for (const { id, hash } of before.events) expect(hashes.get(id)).toBe(hash);
    const verified = await attestry(['verify', '--data', server.dataDir, '--store', database.url, '--json']);
    expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true });
  });
});
