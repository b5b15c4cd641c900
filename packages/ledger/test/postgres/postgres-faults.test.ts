import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningPostgres, startPostgres, TcpProxy } from '@attestry/testkit';
import { LinkedLog, SeededRandom } from '@attestry/testkit/conformance';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { isDiskFull, OperationalError } from '../../src/errors.ts';
import type { AppendOutcome, LogAppend } from '../../src/ports/ledger-store.ts';
import { openPostgresStores, type PostgresLedgerStores } from '../../src/stores/postgres/postgres-stores.ts';
import { eventsBehind, expectLog } from './appending.ts';
import { openTestDatabase, type TestDatabase } from './postgres-schema.ts';

/** What became of an append: its outcome, or the code of an error that says it may be tried again. */
async function fateOf(append: Promise<AppendOutcome>): Promise<string> {
  try {
    return (await append).kind;
  } catch (error) {
    expect(error).toBeInstanceOf(OperationalError);
    return (error as OperationalError).code;
  }
}

/** Reads the head until the database answers again. */
async function sizeOf(stores: PostgresLedgerStores, tenant: string): Promise<number> {
  for (let tries = 0; ; tries += 1) {
    try {
      return (await stores.ledger.readHead(tenant))?.size ?? 0;
    } catch (error) {
      if (tries > 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** As the sequencer does: what is stored decides whether a batch is sent again. */
async function appendForSure(stores: PostgresLedgerStores, batch: LogAppend): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const fate = await fateOf(stores.ledger.append([batch]));
    if (fate === 'committed' || (await sizeOf(stores, batch.after.tenant)) === batch.after.size) return;
  }
  throw new Error('could not append');
}

/** A short wait for everything, so that the tests see its end. */
const PATIENCE = { readMs: 2_000, writeMs: 2_000, connectMs: 2_000, lockMs: 400, answerMs: 500 };

/** For what never answers. */
const HASTE = { readMs: 700, writeMs: 700, connectMs: 1_000, lockMs: 400, answerMs: 200 };

describe('a connection that breaks', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let proxied: string;
  let schema: string;
  let stores: PostgresLedgerStores;
  let direct: PostgresLedgerStores;
  let random: SeededRandom;
  let log: LinkedLog;
  let batches: LogAppend[];

  beforeAll(async () => {
    database = await openTestDatabase(18);
    proxy = await TcpProxy.start(database.server.port);
  });
  afterAll(async () => {
    await proxy.close();
    await database.close();
  });
  beforeEach(async () => {
    random = new SeededRandom(3);
    schema = database.newSchema();
    const url = new URL(database.url);
    url.port = String(proxy.port);
    proxied = url.href;
    direct = await openPostgresStores({ url: database.url, schema, patience: PATIENCE });
    stores = await openPostgresStores({ url: proxied, schema, patience: PATIENCE });
    log = new LinkedLog('acme');
    batches = [eventsBehind(log, random, 50)];
    await appendForSure(stores, batches[0] as LogAppend);
  });
  afterEach(async () => {
    proxy.heal();
    await stores.close();
    await direct.close();
  });

  it('in the middle of an append writes all of the batch or nothing, and the next append goes on', async () => {
    for (const bytes of [1, 5_000, 60_000, 150_000]) {
      const batch = eventsBehind(log, random, 200);
      proxy.cutAfter(bytes);
      const fate = await fateOf(stores.ledger.append([batch]));
      proxy.heal();
      expect(['committed', 'store_unreachable']).toContain(fate);
      const size = await sizeOf(direct, 'acme');
      expect(size).toBe(fate === 'committed' ? batch.after.size : batch.before.size);
      if (fate !== 'committed') await appendForSure(stores, batch);
      batches.push(batch);
    }
    await expectLog(direct, batches);
  });

  it('before the answer of a commit leaves its fate to be read, and what is read stays so', async () => {
    let applied = 0;
    for (let round = 0; round < 6; round += 1) {
      const batch = eventsBehind(log, random, 100);
      proxy.cutAtAnswer();
      const fate = fateOf(stores.ledger.append([batch]));
      await vi.waitFor(() => expect(proxy.isCut).toBe(true), { timeout: 30_000 });
      // Another connection is needed to see that the lost one has ended.
      proxy.heal();
      expect(await fate).toBe('store_unreachable');
      const size = await sizeOf(stores, 'acme');
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(await sizeOf(direct, 'acme')).toBe(size);
      if (size === batch.after.size) applied += 1;
      else await appendForSure(stores, batch);
      // Sent again by somebody who does not know: the fence refuses it.
      expect(await fateOf(stores.ledger.append([batch]))).toBe('moved');
      batches.push(batch);
    }
    expect(applied).toBeGreaterThan(0);
    await expectLog(direct, batches);
  });

  it('with several appends on their way writes a beginning of them, without a gap', async () => {
    const sent = Array.from({ length: 8 }, () => eventsBehind(log, random, 100));
    proxy.cutAfter(200_000);
    const fates = await Promise.all(sent.map((batch) => fateOf(stores.ledger.append([batch]))));
    proxy.heal();
    const size = await sizeOf(direct, 'acme');
    const done = sent.filter(({ after }) => after.size <= size);
    expect(done.at(-1)?.after.size ?? batches.at(-1)?.after.size).toBe(size);
    for (const [i, fate] of fates.entries()) if (fate === 'committed') expect(i).toBeLessThan(done.length);
    for (const batch of sent.slice(done.length)) await appendForSure(stores, batch);
    await expectLog(direct, [...batches, ...sent]);
  });

  it('without a word is given up in time, and found again', async () => {
    const hasty = await openPostgresStores({ url: proxied, schema, patience: HASTE });
    const batch = eventsBehind(log, random, 100);
    proxy.blackHole();
    expect(await fateOf(hasty.ledger.append([batch]))).toBe('store_unreachable');
    await expect(hasty.ledger.readHead('acme')).rejects.toBeInstanceOf(OperationalError);
    proxy.heal();
    await appendForSure(stores, batch);
    await expectLog(direct, [...batches, batch]);
    await hasty.close();
  }, 30_000);

  it('that is only slow loses nothing', async () => {
    proxy.delay(100);
    const batch = eventsBehind(log, random, 100);
    expect(await fateOf(stores.ledger.append([batch]))).toBe('committed');
    await expectLog(stores, [...batches, batch]);
  });

  it('never tells the password of the URL', async () => {
    const url = new URL(database.url);
    url.port = String(proxy.port);
    url.password = 'correct-horse';
    proxy.refuse();
    const error = await openPostgresStores({ url: url.href, schema: 's' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OperationalError);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('horse');
    await expect(openPostgresStores({ url: 'postgres://a:horse@[/x' })).rejects.toThrow(/^(?!.*horse).*URL/);
  });

  it('tells those who listen that hints may be missing', async () => {
    const heard: string[] = [];
    const stop = stores.shared.listen(({ kind }) => heard.push(kind));
    const until = async (kind: string): Promise<void> => {
      while (!heard.includes(kind)) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    // The connection that listens is not there at once: tell until it is heard.
    const telling = setInterval(() => {
      const batch = eventsBehind(log, random, 1);
      void direct.ledger.append([batch]);
    }, 100);
    await until('grown');
    clearInterval(telling);
    proxy.cut();
    await until('gap');
    await direct.admin.put({ kind: 'setting', tenant: 'acme', id: 'x', value: '1' }, 0);
    await until('settings');
    stop();
  });
});

describe('locks of somebody else', () => {
  let database: TestDatabase;
  let schema: string;
  let stores: PostgresLedgerStores;
  let other: pg.Client;
  let random: SeededRandom;

  beforeAll(async () => {
    database = await openTestDatabase(18);
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    random = new SeededRandom(4);
    schema = database.newSchema();
    stores = await openPostgresStores({
      url: database.url,
      schema,
      patience: { ...PATIENCE, lockMs: 3_000 },
    });
    other = new pg.Client({ connectionString: database.url });
    await other.connect();
    await other.query(`SET search_path = "${schema.replaceAll('"', '""')}"`);
  });
  afterEach(async () => {
    await other.end();
    await stores.close();
  });

  const waitingForLocks = async (): Promise<unknown> => {
    const sql = `SELECT count(*)::int AS n FROM pg_stat_activity
      WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    return (await other.query<{ n: number }>(sql)).rows[0]?.n;
  };

  it('make an append fail in time and write nothing; when they are gone it succeeds', async () => {
    const log = new LinkedLog('acme');
    const first = eventsBehind(log, random, 10);
    await stores.ledger.append([first]);
    const batch = eventsBehind(log, random, 10);
    const hasty = await openPostgresStores({ url: database.url, schema, patience: PATIENCE });
    await other.query('BEGIN');
    await other.query('SELECT FROM heads FOR UPDATE');
    expect(await fateOf(hasty.ledger.append([batch]))).toBe('store_busy');
    expect(await sizeOf(hasty, 'acme')).toBe(first.after.size);
    await other.query('ROLLBACK');
    expect(await fateOf(hasty.ledger.append([batch]))).toBe('committed');
    await expectLog(hasty, [first, batch]);
    await hasty.close();
  });

  it('in the other order are a deadlock that costs one of the two, and no record', async () => {
    const logs = [new LinkedLog('one'), new LinkedLog('two')];
    const first = logs.map((log) => eventsBehind(log, random, 5));
    await stores.ledger.append(first);
    const next = logs.map((log) => eventsBehind(log, random, 5));
    await other.query("BEGIN; SET LOCAL deadlock_timeout = '5s'");
    await other.query('SELECT FROM heads WHERE tenant_no = 2 FOR UPDATE');
    const append = fateOf(stores.ledger.append(next));
    // It has the first log and waits for the second.
    await expect.poll(waitingForLocks).toBe(1);
    const theirs = other.query('SELECT FROM heads WHERE tenant_no = 1 FOR UPDATE').then(
      () => 'got it',
      () => 'lost',
    );
    expect([await append, await theirs]).toEqual(['store_conflict', 'got it']);
    await other.query('ROLLBACK');
    expect(await fateOf(stores.ledger.append(next))).toBe('committed');
    await expectLog(stores, [first[0], next[0]] as LogAppend[]);
    await expectLog(stores, [first[1], next[1]] as LogAppend[]);
  });

  it('are never waited for in a circle by appends to the same logs in any order', async () => {
    const rival = await openPostgresStores({ url: database.url, schema, patience: PATIENCE });
    const logs = ['a', 'b', 'c', 'd'].map((tenant) => new LinkedLog(tenant));
    const fates = new Map<string, number>();
    for (let round = 0; round < 15; round += 1) {
      const mine = logs.map((log) => log.fork());
      const batches = mine.map((log) => eventsBehind(log, random, 3));
      const theirs = logs.map((log) => eventsBehind(log.fork(), random, 3)).reverse();
      const both = await Promise.all([
        fateOf(stores.ledger.append(batches)),
        fateOf(rival.ledger.append(theirs)),
      ]);
      for (const fate of both) fates.set(fate, (fates.get(fate) ?? 0) + 1);
      const winner = both[0] === 'committed' ? batches : theirs.toReversed();
      for (const [i, log] of logs.entries()) {
        const { records } = winner[i] as LogAppend;
        log.link(
          records[0]?.atMs as number,
          records.map(({ text, id, columns }) => ({
            data: (JSON.parse(text) as { data: object }).data as never,
            ...(id === undefined ? {} : { id }),
            ...(columns === undefined ? {} : { columns }),
          })),
        );
        expect(log.head).toEqual(winner[i]?.after);
      }
    }
    expect(Object.fromEntries(fates)).toEqual({ committed: 15, moved: 15 });
    await rival.close();
  });
});

describe('a server that fails', () => {
  let server: RunningPostgres;
  let random: SeededRandom;
  beforeAll(async () => {
    server = await startPostgres({
      settings: { max_connections: '12', superuser_reserved_connections: '1' },
    });
    const admin = new pg.Client({ connectionString: server.url() });
    await admin.connect();
    await admin.query('CREATE ROLE app LOGIN CREATEDB');
    await admin.end();
    random = new SeededRandom(5);
  });
  afterAll(() => server.remove());

  async function emptyDatabase(): Promise<string> {
    const url = new URL(await server.createDatabase());
    const admin = new pg.Client({ connectionString: url.href });
    await admin.connect();
    await admin.query(`ALTER DATABASE ${url.pathname.slice(1)} OWNER TO app`);
    await admin.end();
    url.username = 'app';
    return url.href;
  }

  for (const signal of ['SIGKILL', 'SIGQUIT', 'SIGINT'] as const) {
    it(`by ${signal} under load loses nothing that was acknowledged and doubles nothing`, async () => {
      const stores = await openPostgresStores({ url: await emptyDatabase(), patience: PATIENCE });
      const log = new LinkedLog('acme');
      const batches: LogAppend[] = [];
      let acknowledged = 0;
      const load = (async () => {
        for (let i = 0; i < 40; i += 1) {
          const batch = eventsBehind(log, random, 40);
          batches.push(batch);
          await appendForSure(stores, batch);
          acknowledged += 1;
        }
      })();
      while (acknowledged < 10) await new Promise((resolve) => setTimeout(resolve, 5));
      await server.stop(signal);
      await server.start();
      await load;
      await expectLog(stores, batches);
      await stores.close();
    }, 60_000);
  }

  it('to take connections says so, and is used again when there are some', async () => {
    const url = await emptyDatabase();
    const stores = await openPostgresStores({ url, patience: PATIENCE });
    const log = new LinkedLog('acme');
    const first = eventsBehind(log, random, 5);
    await appendForSure(stores, first);
    const hogs: pg.Client[] = [];
    for (;;) {
      const hog = new pg.Client({ connectionString: url });
      hog.on('error', () => undefined);
      try {
        await hog.connect();
        hogs.push(hog);
      } catch {
        break;
      }
    }
    await expect(openPostgresStores({ url, schema: 'another' })).rejects.toMatchObject({
      code: 'store_busy',
    });
    // Who has a connection goes on; who needs one more is told.
    const batch = eventsBehind(log, random, 5);
    expect(await fateOf(stores.ledger.append([batch]))).toBe('committed');
    const reads = await Promise.allSettled(
      Array.from({ length: 6 }, () => stores.ledger.readRecords('acme', 0, 10)),
    );
    const refused = reads.flatMap((read) =>
      read.status === 'rejected' ? [read.reason as OperationalError] : [],
    );
    expect(refused.length).toBeGreaterThan(0);
    for (const error of refused) expect(error.code).toBe('store_busy');
    await Promise.all(hogs.map((hog) => hog.end()));
    await expectLog(stores, [first, batch]);
    await stores.close();
  });

  it('to be more than a standby is refused at the start, and an append finds out later', async () => {
    const url = await emptyDatabase();
    const stores = await openPostgresStores({ url, patience: PATIENCE });
    const log = new LinkedLog('acme');
    const first = eventsBehind(log, random, 5);
    await appendForSure(stores, first);
    const signalFile = join(server.dataDir, 'standby.signal');
    await server.stop();
    writeFileSync(signalFile, '');
    chmodSync(signalFile, 0o644);
    await server.start();
    await expect(openPostgresStores({ url })).rejects.toMatchObject({ code: 'store_readonly' });
    const batch = eventsBehind(log, random, 5);
    const fates = [await fateOf(stores.ledger.append([batch])), await fateOf(stores.ledger.append([batch]))];
    expect(fates.at(-1)).toBe('store_readonly');
    expect(await sizeOf(stores, 'acme')).toBe(5);
    await server.stop();
    rmSync(signalFile);
    await server.start();
    await appendForSure(stores, batch);
    await expectLog(stores, [first, batch]);
    await stores.close();
  });

  it('for a full disk costs the appends that met it and nothing else', async (context) => {
    const disk = mkdtempSync(join(tmpdir(), 'attestry-disk-'));
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', disk], {
      encoding: 'utf8',
    });
    if (mounted.status !== 0) {
      rmSync(disk, { recursive: true });
      return context.skip('needs root: no right to mount a tmpfs');
    }
    try {
      chmodSync(disk, 0o777);
      const url = await emptyDatabase();
      const admin = new pg.Client({ connectionString: new URL(url.replace('app@', 'postgres@')).href });
      await admin.connect();
      const place = join(disk, 'space');
      mkdirSync(place);
      chownSync(place, 65_534, 65_534);
      const ballast = join(disk, 'ballast');
      writeFileSync(ballast, Buffer.alloc(4 * 1024 * 1024, 1));
      await admin.query(`CREATE TABLESPACE small LOCATION '${place}'`);
      await admin.query(
        `ALTER ROLE app SET default_tablespace = small; GRANT CREATE ON TABLESPACE small TO app`,
      );
      const stores = await openPostgresStores({ url, patience: PATIENCE });
      const log = new LinkedLog('acme');
      const batches: LogAppend[] = [];
      let full: unknown;
      let refused: LogAppend | undefined;
      for (let i = 0; full === undefined && i < 200; i += 1) {
        const batch = eventsBehind(log, random, 100);
        await stores.ledger.append([batch]).then(
          () => batches.push(batch),
          (error: unknown) => {
            full = error;
            refused = batch;
          },
        );
      }
      expect(full).toMatchObject({ code: 'store_full' });
      expect(isDiskFull(full)).toBe(true);
      expect(await sizeOf(stores, 'acme')).toBe(batches.at(-1)?.after.size);
      rmSync(ballast);
      await appendForSure(stores, refused as LogAppend);
      await expectLog(stores, [...batches, refused as LogAppend]);
      await stores.close();
      await admin.query('ALTER ROLE app RESET default_tablespace');
      await admin.query(`DROP SCHEMA attestry CASCADE`);
      await admin.query('DROP TABLESPACE small');
      await admin.end();
    } finally {
      spawnSync('umount', [disk]);
      rmSync(disk, { recursive: true, force: true });
    }
  }, 60_000);
});
