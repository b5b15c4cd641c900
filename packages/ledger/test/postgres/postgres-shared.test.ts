import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bytesToHex, hashLeafText, type LedgerRecord } from '@attestry/core';
import { openSession } from '@attestry/testkit';
import { LinkedLog } from '@attestry/testkit/conformance';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../src/keys/node-crypto.ts';
import type { Lease } from '../../src/ports/lease-store.ts';
import { openAllPostgresStores } from '../../src/stores/postgres/all-stores.ts';
import { migratePostgres } from '../../src/stores/postgres/migrations.ts';
import { PostgresPool } from '../../src/stores/postgres/postgres-pool.ts';
import { openPostgresStores } from '../../src/stores/postgres/postgres-stores.ts';
import { quoteIdentifier } from '../../src/stores/postgres/schema-names.ts';
import { SeqTimes } from '../../src/stores/postgres/seq-times.ts';
import { timeText } from '../../src/stores/postgres/stored-time.ts';
import { openTestDatabase, type TestDatabase } from './postgres-schema.ts';

const PROGRAM = fileURLToPath(new URL('./appending-process.ts', import.meta.url));

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase(18);
});
afterAll(() => database.close());

describe('several processes', () => {
  it('append to the same logs at once: one chain, no gap, every receipt kept, nothing doubled', async () => {
    const schema = database.newSchema();
    const stores = await openPostgresStores({ url: database.url, schema });
    const tenants = ['acme', 'other', 'third'];
    const count = 120;
    await stores.ledger.append(
      tenants.map((tenant) => new LinkedLog(tenant).link(1_000, [{ data: { seq: 0, text: 'first' } }])),
    );
    const outputs = await Promise.all(
      ['one', 'two'].map((name) =>
        promisify(execFile)(
          process.execPath,
          [PROGRAM, database.url, schema, name, String(count), ...tenants],
          {
            maxBuffer: 64 * 1024 * 1024,
          },
        ),
      ),
    );
    const receipts = outputs.flatMap(
      ({ stdout }) =>
        JSON.parse(stdout) as { tenant: string; text: string; settlement: string; seq: number }[],
    );
    expect(receipts.filter(({ settlement }) => settlement !== 'written')).toEqual([]);
    for (const tenant of tenants) {
      const records = await stores.ledger.readRecords(tenant, 0, 1_000);
      expect(records.map(({ seq }) => seq)).toEqual(Array.from({ length: 1 + 2 * count }, (_, seq) => seq));
      let prev = '0'.repeat(64);
      const texts: string[] = [];
      for (const { text = '', leafHash } of records) {
        const record = JSON.parse(text) as LedgerRecord;
        expect(record.prev).toBe(prev);
        prev = bytesToHex(hashLeafText(nodeCrypto, text));
        expect(bytesToHex(leafHash)).toBe(prev);
        texts.push(record.data['text'] as string);
      }
      for (const receipt of receipts) {
        if (receipt.tenant === tenant) expect(texts[receipt.seq]).toBe(receipt.text);
      }
    }
    await stores.close();
  });

  it('bring the schema up together, each once, and find it there the next time', async () => {
    const schema = database.newSchema();
    const options = { url: database.url, schema, roles: true };
    expect((await migratePostgres({ ...options, dryRun: true })).migrations.length).toBeGreaterThan(1);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const schemas = await client.query('SELECT FROM pg_namespace WHERE nspname = $1', [schema]);
    expect(schemas.rowCount).toBe(0);
    const reports = await Promise.all([1, 2, 3, 4].map(() => migratePostgres(options)));
    const applied = reports.flatMap(({ migrations }) => migrations.map(({ name }) => name));
    expect(applied).toEqual([...new Set(applied)]);
    expect((await migratePostgres({ ...options, dryRun: true })).migrations).toEqual([]);
    await client.end();
  });

  it('refuse a schema that is newer, or was made otherwise, or is not theirs to make', async () => {
    const schema = database.newSchema();
    const url = database.urlAs('attestry_write');
    await expect(openPostgresStores({ url, schema })).rejects.toMatchObject({ code: 'store_schema' });
    await migratePostgres({ url: database.url, schema, roles: true });
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const table = `"${schema.replaceAll('"', '""')}".schema_migrations`;
    await client.query(`INSERT INTO ${table} VALUES (9000, '9000_later', '')`);
    for (const open of [
      () => openPostgresStores({ url, schema }),
      () => migratePostgres({ url: database.url, schema }),
    ]) {
      await expect(open()).rejects.toMatchObject({ code: 'store_newer' });
    }
    await client.query(`DELETE FROM ${table} WHERE version = 9000`);
    await client.query(`UPDATE ${table} SET sha256 = '' WHERE version = 1`);
    await expect(openPostgresStores({ url, schema })).rejects.toMatchObject({ code: 'store_changed' });
    await client.end();
    for (const name of ['pg_mine', '$user'])
      await expect(openPostgresStores({ url, schema: name })).rejects.toMatchObject({
        code: 'schema_invalid',
      });
  });

  it('leave to others what is theirs, in whatever schema it lies', async () => {
    const schema = database.newSchema();
    const options = { url: database.url, schema, roles: true };
    const session = await openSession(database.url);
    const others = `CREATE TABLE users (id integer); CREATE FUNCTION ours() RETURNS integer LANGUAGE sql AS 'SELECT 1';
      CREATE TYPE mood AS ENUM ('fine')`;
    await session.run(
      `CREATE SCHEMA ${quoteIdentifier(schema)}; SET search_path = ${quoteIdentifier(schema)}; ${others}`,
    );
    await expect(migratePostgres(options)).rejects.toMatchObject({
      code: 'schema_in_use',
      message: expect.stringContaining('type mood, table users, function ours'),
    });
    await session.run('DROP TABLE users; DROP FUNCTION ours; DROP TYPE mood');
    await migratePostgres(options);
    await session.run(others);
    await migratePostgres(options);
    const { rows } = (await session.run(
      `SELECT thing.name FROM pg_namespace AS n JOIN (
         SELECT relname AS name, relnamespace AS schema, relowner AS owner FROM pg_class WHERE relkind IN ('r', 'p', 'c')
         UNION ALL SELECT proname, pronamespace, proowner FROM pg_proc
       ) AS thing ON thing.schema = n.oid
       WHERE nspname = current_schema() AND pg_get_userbyid(owner) <> 'attestry_migrate' ORDER BY 1`,
    )) as { rows: { name: string }[] };
    await session.end();
    expect(rows.map(({ name }) => name)).toEqual(['ours', 'users']);
  });

  it('say what an owner lacks who did not make the roles of the server', async () => {
    const server = { url: database.url, roles: true };
    await migratePostgres({ ...server, schema: database.newSchema() });
    const owner = `owner_${process.pid}`;
    const session = await openSession(database.url);
    await session.run(`CREATE ROLE ${owner} LOGIN CREATEROLE;
      DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO ${owner} WITH GRANT OPTION', current_database()); END $$`);
    const options = { url: database.urlAs(owner), schema: database.newSchema(), roles: true };
    await expect(migratePostgres(options)).rejects.toMatchObject({
      code: 'store_denied',
      message: expect.stringMatching(/roles are of the whole server.*GRANT attestry_migrate TO/),
    });
    await session.run(`GRANT attestry_migrate TO ${owner}`);
    await migratePostgres(options);
    await session.run(`REVOKE attestry_migrate FROM ${owner}; DROP OWNED BY ${owner}; DROP ROLE ${owner}`);
    await session.end();
  });

  it('find a schema that others filled with tables and functions of the same names on their path', async () => {
    const schema = database.newSchema();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`CREATE TABLE public.heads (mine integer);
      CREATE FUNCTION public.unnest(integer[]) RETURNS integer LANGUAGE sql AS 'SELECT 1 / 0'`);
    const url = `${database.url}?options=-c%20search_path%3Dpublic`;
    const stores = await openPostgresStores({ url, schema });
    const log = new LinkedLog('acme');
    expect(await stores.ledger.append([log.link(1_000, [{ data: { n: 1 } }])])).toEqual({
      kind: 'committed',
    });
    expect(await stores.ledger.readHead('acme')).toEqual(log.head);
    await stores.close();
    await client.query('DROP TABLE public.heads; DROP FUNCTION public.unnest(integer[])');
    await client.end();
  });
});

describe('what the server is set to', () => {
  it('does not make a receipt come before the disk has the event', async () => {
    const schema = database.newSchema();
    const quoted = quoteIdentifier(schema);
    await migratePostgres({ url: database.url, schema });
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`CREATE TABLE public.waited (setting text);
      CREATE FUNCTION public.note_setting() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO public.waited VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$;
      CREATE TRIGGER note AFTER INSERT OR UPDATE ON ${quoted}.heads FOR EACH ROW EXECUTE FUNCTION public.note_setting();
      CREATE TRIGGER note AFTER INSERT ON ${quoted}.admin FOR EACH ROW EXECUTE FUNCTION public.note_setting()`);
    for (const [setting, waited] of [
      ['off', 'on'],
      ['local', 'local'],
    ] as const) {
      const url = `${database.url}?options=-c%20synchronous_commit%3D${setting}`;
      const stores = await openPostgresStores({ url, schema });
      await stores.ledger.append([new LinkedLog(`log-${setting}`).link(1_000, [{ data: { n: 1 } }])]);
      await stores.admin.put({ kind: 'test', tenant: 'acme', id: setting, value: '{}' }, 0);
      await stores.close();
      const { rows } = await client.query('DELETE FROM public.waited RETURNING setting');
      expect(rows).toEqual([{ setting: waited }, { setting: waited }, { setting: waited }]);
    }
    await client.query('DROP FUNCTION public.note_setting() CASCADE; DROP TABLE public.waited');
    await client.end();
  });

  it('ends a query that takes too long, and says what to do', async () => {
    const schema = database.newSchema();
    const stores = await openAllPostgresStores({ url: database.url, schema, patience: { queryMs: 300 } });
    await stores.ledger.append([new LinkedLog('acme').link(1_000, [{ data: { n: 1 } }])]);
    const query = { tenant: 'acme', personal: true, conditions: [], time: 'occurred' } as const;
    expect(await stores.query.count(query)).toBe(0);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`BEGIN; LOCK TABLE ${quoteIdentifier(schema)}.records IN ACCESS EXCLUSIVE MODE`);
    await expect(stores.query.page(query, { order: 'desc', limit: 1 })).rejects.toMatchObject({
      code: 'query_timeout',
      message: expect.stringContaining('ask for a shorter time span'),
    });
    await client.query('ROLLBACK');
    expect(await stores.query.count(query)).toBe(0);
    await client.end();
    await stores.close();
  });

  it('is said when it lets nobody write', async () => {
    const url = `${database.url}?options=-c%20default_transaction_read_only%3Don`;
    await expect(openPostgresStores({ url, schema: database.newSchema() })).rejects.toMatchObject({
      code: 'store_readonly',
      message: expect.stringContaining('default_transaction_read_only is on'),
    });
  });
});

describe('leases', () => {
  it('go to one holder at a time, with a token that only grows', async () => {
    const schema = database.newSchema();
    const stores = await openPostgresStores({ url: database.url, schema });
    const { leases } = stores.shared;
    const first = await leases.acquire('sign', 'a', 60_000);
    expect(first).toEqual({ name: 'sign', holder: 'a', token: 1 });
    expect(await leases.acquire('sign', 'b', 60_000)).toBeUndefined();
    expect(await leases.acquire('sign', 'a', 60_000)).toEqual(first);
    expect(await leases.find('sign')).toEqual(first);
    await leases.release({ name: 'sign', holder: 'a', token: 7 });
    expect(await leases.find('sign')).toEqual(first);
    await leases.release({ name: 'sign', holder: 'a', token: 1 });
    expect(await leases.find('sign')).toBeUndefined();
    const tokens = await Promise.all(
      Array.from({ length: 8 }, (_, i) => leases.acquire('sign', `node ${i}`, 60_000)),
    );
    expect(tokens.flatMap((lease) => lease?.token ?? [])).toEqual([2]);
    await stores.close();
  });

  it('that are old cannot write: the token is checked in the transaction of the write', async () => {
    const schema = database.newSchema();
    const stores = await openPostgresStores({ url: database.url, schema });
    const { leases } = stores.shared;
    await stores.ledger.append([new LinkedLog('acme').link(1_000, [{ data: { n: 1 } }])]);
    const old = await leases.acquire('sign', 'a', 30);
    if (old === undefined) throw new Error('no lease');
    const note = { size: 1, note: 'of a\n', signedAtMs: 1 };
    await sleep(60);
    // It ran out, but nobody took it: still the last one that was given.
    expect(await stores.checkpoints.put('acme', note, old)).toEqual({ kind: 'stored' });
    expect(await leases.acquire('sign', 'b', 60_000)).toMatchObject({ holder: 'b', token: 2 });
    await expect(
      stores.checkpoints.put('acme', { ...note, size: 0, note: 'of a, asleep\n' }, old),
    ).rejects.toMatchObject({ code: 'lease_lost' });
    await expect(stores.checkpoints.put('acme', note, old)).rejects.toMatchObject({ code: 'lease_lost' });
    const range = { sizeFrom: 0, sizeTo: 9, order: 'asc', limit: 9 } as const;
    expect(await stores.checkpoints.list('acme', range)).toEqual([note]);
    await stores.close();
  });

  it('are timed by the database, and settings are counted there', async () => {
    const schema = database.newSchema();
    const stores = await openPostgresStores({ url: database.url, schema });
    const { shared, admin } = stores;
    expect(Math.abs((await shared.nowMs()) - Date.now())).toBeLessThan(60_000);
    const versionOf = async (kind: string): Promise<number> =>
      (await shared.settingsVersions()).get(kind) ?? 0;
    const before = await versionOf('api_key');
    const row = { kind: 'api_key', tenant: 'acme', id: 'k', value: '{}' };
    await admin.put(row, 0);
    const after = await versionOf('api_key');
    expect(after).toBeGreaterThan(before);
    await admin.put(row, 0);
    await admin.put({ ...row, kind: 'session' }, 0);
    expect(await versionOf('api_key')).toBe(after);
    await admin.remove('api_key', 'acme', 'k');
    expect(await versionOf('api_key')).toBeGreaterThan(after);
    await stores.close();
  });
});

it('makes the partition of any month that a record needs, and the coming ones ahead of time', async () => {
  const schema = database.newSchema();
  await migratePostgres({ url: database.url, schema, roles: true });
  const stores = await openPostgresStores({ url: database.urlAs('attestry_write'), schema });
  const log = new LinkedLog('acme');
  const ahead = [0, 1, 2, 3].map((n) => {
    const now = new Date();
    return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + n, 1)).toISOString().slice(0, 7);
  });
  const months = [Date.UTC(2019, 11, 31, 23, 59, 59, 999), Date.UTC(2020, 0, 1), Date.UTC(2031, 1, 28)];
  for (const atMs of months) await stores.ledger.append([log.link(atMs, [{ data: { n: 1 } }])]);
  expect(await stores.ledger.readRecords('acme', 0, 10)).toHaveLength(3);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const [last] = ahead.slice(-1).map((month) => `records_${month.replace('-', '_')}`);
  await client.query(`DROP TABLE ${quoteIdentifier(schema)}.${last}`);
  const { shared } = stores;
  const lease = (await shared.leases.acquire('upkeep', 'a', 60_000)) as Lease;
  await expect(shared.upkeep({ ...lease, token: lease.token - 1 })).rejects.toMatchObject({
    code: 'lease_lost',
  });
  await Promise.all([shared.upkeep(lease), shared.upkeep(lease)]);
  await stores.close();
  const { rows } = await client.query(
    'SELECT relname AS name FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace WHERE nspname = $1 AND relispartition AND relkind = $2',
    [schema, 'r'],
  );
  await client.end();
  const names = (rows as { name: string }[]).map(({ name }) => name);
  const wanted = ['2019-12', '2020-01', '2031-02', ...ahead].map(
    (month) => `records_${month.replace('-', '_')}`,
  );
  expect(names.sort()).toEqual([...new Set(wanted)].sort());
});

it('reads by number from the weeks in which the records were made, and finds them wherever they are', async () => {
  const schema = database.newSchema();
  const stores = await openPostgresStores({ url: database.url, schema });
  const log = new LinkedLog('acme');
  const start = Date.UTC(2031, 1, 28);
  const days = [0, 1, 40, 400];
  for (const [seq, day] of days.entries()) {
    await stores.ledger.append([log.link(start + day * 86_400_000, [{ data: { n: seq } }])]);
    // What is known of the times was read before the last of these.
    for (const from of [0, seq])
      expect((await stores.ledger.readRecords('acme', from, 10)).map((one) => one.seq)).toEqual(
        days.map((_, n) => n).slice(from, seq + 1),
      );
    expect(await stores.ledger.readLeafHashes('acme', 0, 10)).toHaveLength((seq + 1) * 32);
  }
  const pool = new PostgresPool({
    url: database.url,
    use: 'read',
    statementMsMax: 10_000,
    connectionsMax: 1,
  });
  const times = new SeqTimes(pool, schema);
  const at = (day: number): string => timeText(start + day * 86_400_000);
  // 2031-02-28 is a Friday; the day after is of the same week.
  const monday = timeText(Date.UTC(2031, 1, 24));
  expect(await times.within(1, 0, 1)).toEqual({ from: monday, to: at(1) });
  expect(await times.within(1, 1, 3)).toEqual({ from: monday, to: at(40) });
  expect(await times.certain(1, 1, 4)).toEqual({ from: at(1), to: at(400) });
  expect(await times.firstMs(1)).toBe(start);
  expect(await times.certain(1, 1, 5)).toBeUndefined();
  expect(await times.within(1, 2, 3)).toEqual({ from: at(1), to: at(40) });
  const newest = await times.within(1, 3, 4);
  expect(newest.from).toBe(at(40));
  expect(Date.parse(newest.to)).toBeGreaterThanOrEqual(start + 400 * 86_400_000);
  await pool.close();
  await stores.close();
});
