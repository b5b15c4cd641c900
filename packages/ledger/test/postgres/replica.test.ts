import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  openSession,
  postgresBinaries,
  type RunningPostgres,
  type SharedPostgres,
  sharedPostgres,
  startPostgres,
} from '@attestry/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openEmbedded } from '../../src/embedded.ts';
import { openAllPostgresStores } from '../../src/stores/postgres/all-stores.ts';
import { openPostgresStores } from '../../src/stores/postgres/postgres-stores.ts';
import { openPostgresReadOnly } from '../../src/stores/postgres/read-only.ts';
import { events, openLedger, receiptsOf, temporaryFolder } from '../temporary-ledger.ts';

/** Debian's package has pg_basebackup, that of npm has not. */
const binaries = postgresBinaries(15);
const skipped = binaries.folder === undefined ? ` (skipped: ${binaries.skip})` : '';
const NOBODY = 65_534;
const asNobody = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
const WAIT = { timeout: 60_000, interval: 20 };

/** A hot standby that streams from a primary. */
interface Standby {
  readonly url: string;
  query(text: string): Promise<void>;
  remove(): Promise<void>;
}

async function startStandby(primary: RunningPostgres, database: string): Promise<Standby> {
  const programs = binaries.folder as string;
  const folder = mkdtempSync(join(tmpdir(), 'attestry-standby-'));
  if (asNobody.uid !== undefined) chownSync(folder, NOBODY, NOBODY);
  const dataDir = join(folder, 'data');
  const from = `--dbname=${primary.url()}`;
  const options = ['-D', dataDir, '-R', '-X', 'stream', '--checkpoint=fast', '--no-sync', from];
  await promisify(execFile)(join(programs, 'pg_basebackup'), options, { ...asNobody, cwd: folder });
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories='];
  const child: ChildProcess = spawn(
    join(programs, 'postgres'),
    ['-D', dataDir, ...settings.flatMap((one) => ['-c', one])],
    { ...asNobody, cwd: folder, stdio: 'ignore' },
  );
  const url = `postgres://postgres@127.0.0.1:${port}/${database}`;
  const query = async (text: string): Promise<void> => {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query(text);
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  await vi.waitFor(() => query('SELECT 1'), WAIT);
  return {
    url,
    query,
    remove: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

describe.skipIf(skipped !== '')(`a standby that streams from the primary${skipped}`, () => {
  let primary: RunningPostgres;
  let standby: Standby;
  let url: string;
  beforeAll(async () => {
    primary = await startPostgres({ version: 15 });
    url = await primary.createDatabase();
    standby = await startStandby(primary, new URL(url).pathname.slice(1));
  });
  afterAll(async () => {
    await standby?.remove();
    await primary?.remove();
  });

  it('answers queries, and says how far it has come', async () => {
    const { ledger, stores, close } = await openLedger(temporaryFolder(), {
      store: url,
      readStore: standby.url,
    });
    await ledger.createLog('acme');
    const query = await ledger.compileQuery('acme', {}, { personal: true });
    const page = () => stores.query.page(query, { order: 'asc', limit: 10 });
    receiptsOf(await ledger.append('acme', events(1, 2)));
    await vi.waitFor(async () => expect((await page()).readTo).toBe(3), WAIT);
    expect((await page()).rows.map(({ seq }) => seq).sort()).toEqual([1, 2]);

    await standby.query('SELECT pg_wal_replay_pause()');
    receiptsOf(await ledger.append('acme', events(2, 1)));
    expect((await ledger.head('acme'))?.size).toBe(4);
    const behind = await page();
    expect(behind.readTo).toBe(3);
    expect(behind.rows.map(({ seq }) => seq).sort()).toEqual([1, 2]);
    // What an export reads by comes from there too, so it ends where the standby does.
    const exported = await openPostgresReadOnly({ url: standby.url, schema: 'attestry' });
    expect((await exported.ledger.readHead('acme'))?.size).toBe(3);
    await exported.close();

    await standby.query('SELECT pg_wal_replay_resume()');
    await vi.waitFor(async () => expect((await page()).readTo).toBe(4), WAIT);
    expect(await stores.query.count(query)).toBe(3);
    await close();
  });

  it('is refused for writing, with the variables named', async () => {
    await expect(openPostgresStores({ url: standby.url })).rejects.toMatchObject({
      code: 'store_readonly',
      message: expect.stringMatching(/is a standby.*ATTESTRY_STORE must name the primary/),
    });
  });
});

const shared = postgresBinaries(18);

describe.skipIf(shared.folder === undefined)(
  `what is no replica${shared.folder === undefined ? ` (skipped: ${shared.skip})` : ''}`,
  () => {
    let server: SharedPostgres;
    const ends: (() => Promise<void>)[] = [];
    beforeAll(async () => {
      server = await sharedPostgres();
    });
    afterAll(async () => {
      for (const end of ends) await end();
      server?.release();
    });
    async function database(copyOf?: string) {
      const made = await server.createDatabase(copyOf);
      ends.push(() => made.drop());
      return made;
    }
    async function appendTo(store: string, dataDir: string, seed: number): Promise<void> {
      const { ledger, close } = await openEmbedded({ dataDir, store, search: false });
      // As a server does.
      for (const log of ['_system', 'acme'])
        if ((await ledger.head(log)) === undefined) await ledger.createLog(log);
      receiptsOf(await ledger.append('acme', events(seed, 1)));
      await close();
    }

    it('is refused at the start: another installation, a copy that went its own way, one without tables or rights', async () => {
      const dataDir = temporaryFolder();
      const [own, foreign, empty] = [await database(), await database(), await database()];
      await appendTo(own.url, dataDir, 1);
      await appendTo(foreign.url, temporaryFolder(), 1);
      const copy = await database(own.name);
      const itsFolder = temporaryFolder();
      cpSync(dataDir, itsFolder, { recursive: true });
      await appendTo(own.url, dataDir, 2);
      const open = (readStore: string) => openEmbedded({ dataDir, store: own.url, readStore, search: false });
      // So far it only is behind.
      const behind = await open(copy.url);
      expect(await behind.stores.query.readTo?.('acme')).toBe(2);
      await behind.close();
      await appendTo(copy.url, itsFolder, 3);
      const later = await open(copy.url);
      const query = await later.ledger.compileQuery('acme', {}, { personal: true });
      await expect(later.stores.query.count(query)).rejects.toMatchObject({ code: 'replica_wrong' });
      await later.close();

      await expect(open(foreign.url)).rejects.toMatchObject({
        code: 'replica_wrong',
        message: expect.stringMatching(/is no replica of ATTESTRY_STORE: its log .*_system/),
      });
      const impatient = (readUrl: string) =>
        openAllPostgresStores({ url: own.url, readUrl, patience: { replicaMs: 0 } });
      await expect(impatient(empty.url)).rejects.toMatchObject({
        code: 'replica_wrong',
        message: expect.stringMatching(/^ATTESTRY_STORE_READ_URL: .* lacks \d migrations/),
      });
      const session = await openSession(own.url);
      await session.run('DO $$ BEGIN CREATE ROLE stranger LOGIN; EXCEPTION WHEN OTHERS THEN NULL; END $$');
      await session.end();
      for (const url of [server.url(own.name, 'stranger'), server.url('nowhere')])
        await expect(impatient(url)).rejects.toMatchObject({ code: 'replica_wrong' });
    });

    it('but one that is away, which is asked again later', async () => {
      const [own, dataDir] = [await database(), temporaryFolder()];
      await appendTo(own.url, dataDir, 1);
      const nowhere = 'postgres://postgres@127.0.0.1:1/audit';
      const warnings: string[] = [];
      const logger = { warn: (_: object, text: string) => void warnings.push(text), error: () => undefined };
      const options = { store: own.url, readStore: nowhere, logger };
      const { ledger, stores } = await openLedger(dataDir, options);
      receiptsOf(await ledger.append('acme', events(2, 1)));
      await expect(stores.query.readTo?.('acme')).rejects.toMatchObject({ code: 'store_unreachable' });
      expect(warnings).toContainEqual(expect.stringMatching(/^the replica does not answer/));
    });
  },
);
