import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bytesToHex, hashLeafText, type LedgerRecord } from '@attestry/core';
import { LinkedLog } from '@attestry/testkit/conformance';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../src/keys/node-crypto.ts';
import { migratePostgres } from '../../src/stores/postgres/migrations.ts';
import { openPostgresStores } from '../../src/stores/postgres/postgres-stores.ts';
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
  }, 60_000);

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
    await expect(openPostgresStores({ url, schema: 'pg_mine' })).rejects.toMatchObject({
      code: 'schema_invalid',
    });
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
    const before = await shared.settingsVersion();
    const row = { kind: 'api_key', tenant: 'acme', id: 'k', value: '{}' };
    await admin.put(row, 0);
    const after = await shared.settingsVersion();
    expect(after).toBeGreaterThan(before);
    await admin.put(row, 0);
    expect(await shared.settingsVersion()).toBe(after);
    await admin.remove('api_key', 'acme', 'k');
    expect(await shared.settingsVersion()).toBeGreaterThan(after);
    await stores.close();
  });
});

it('makes the partition of any month that a record needs, and the coming ones ahead of time', async () => {
  const schema = database.newSchema();
  await migratePostgres({ url: database.url, schema, roles: true });
  const stores = await openPostgresStores({ url: database.urlAs('attestry_write'), schema });
  const log = new LinkedLog('acme');
  const months = [Date.UTC(2019, 11, 31, 23, 59, 59, 999), Date.UTC(2020, 0, 1), Date.UTC(2031, 1, 28)];
  for (const atMs of months) await stores.ledger.append([log.link(atMs, [{ data: { n: 1 } }])]);
  expect(await stores.ledger.readRecords('acme', 0, 10)).toHaveLength(3);
  await stores.close();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query(
    'SELECT relname AS name FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace WHERE nspname = $1 AND relispartition AND relkind = $2',
    [schema, 'r'],
  );
  await client.end();
  const names = (rows as { name: string }[]).map(({ name }) => name);
  const ahead = [0, 1, 2, 3].map((n) => {
    const now = new Date();
    return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + n, 1)).toISOString().slice(0, 7);
  });
  const wanted = ['2019-12', '2020-01', '2031-02', ...ahead].map(
    (month) => `records_${month.replace('-', '_')}`,
  );
  expect(names.sort()).toEqual([...new Set(wanted)].sort());
});
