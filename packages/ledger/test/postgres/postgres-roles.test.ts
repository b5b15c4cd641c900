import { openSession } from '@attestry/testkit';
import { LinkedLog, SeededRandom, sampleEvent } from '@attestry/testkit/conformance';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migratePostgres } from '../../src/stores/postgres/migrations.ts';
import { openPostgresStores } from '../../src/stores/postgres/postgres-stores.ts';
import { openTestDatabase, type TestDatabase, VERSIONS } from './postgres-schema.ts';

const AT_MS = Date.UTC(2026, 4, 5);
const DENIED = '42501';
const APPEND_ONLY = 'ATA01';

/** What a role must not do, with the SQLSTATE of the refusal. Tables are found by the search path; acme is number 1. */
type Refusals = readonly (readonly [sql: string, state: string])[];

const CHANGES_OF_THE_TABLES: Refusals = [
  ['DROP TABLE records', DENIED],
  ['DROP TABLE records_2026_05', DENIED],
  ['ALTER TABLE records DETACH PARTITION records_2026_05', DENIED],
  ['ALTER TABLE records DISABLE TRIGGER ALL', DENIED],
  ['ALTER TABLE records_2026_05 DISABLE TRIGGER append_only', DENIED],
  ['DROP TRIGGER append_only ON records', DENIED],
  ['ALTER TABLE records DISABLE ROW LEVEL SECURITY', DENIED],
  ['ALTER TABLE heads NO FORCE ROW LEVEL SECURITY', DENIED],
  ['DROP POLICY named_tenants ON records', DENIED],
  ['CREATE POLICY mine ON records USING (true)', DENIED],
  ['ALTER TABLE records ADD COLUMN mine text', DENIED],
  ['CREATE TRIGGER mine BEFORE INSERT ON records FOR EACH ROW EXECUTE FUNCTION refuse_change()', DENIED],
  [
    'CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$',
    DENIED,
  ],
  ['CREATE TABLE mine (n integer)', DENIED],
  ['DROP FUNCTION refuse_change() CASCADE', DENIED],
  ['SET session_replication_role = replica', DENIED],
  ["SET LOCAL session_replication_role = 'replica'", DENIED],
  ['SET SESSION AUTHORIZATION postgres', DENIED],
  ['SET ROLE attestry_migrate', DENIED],
  ['ALTER ROLE attestry_read BYPASSRLS', DENIED],
  ['ALTER ROLE ALL SET default_transaction_read_only = on', DENIED],
  ["INSERT INTO schema_migrations VALUES (99, 'mine', '')", DENIED],
  ['SELECT FROM records_2026_05', DENIED],
  ['INSERT INTO records_2026_05 SELECT * FROM records', DENIED],
  ['COPY records_2026_05 TO STDOUT', DENIED],
  ['ALTER TABLE records OWNER TO CURRENT_USER', DENIED],
  ['ALTER SCHEMA attestry OWNER TO CURRENT_USER', DENIED],
  ['CREATE RULE mine AS ON INSERT TO records DO INSTEAD NOTHING', DENIED],
  ['CREATE INDEX ON records (seq)', DENIED],
  ['CREATE EVENT TRIGGER mine ON ddl_command_end EXECUTE FUNCTION refuse_change()', DENIED],
  ['CREATE SCHEMA mine', DENIED],
  ['CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT to_timestamp(0) $$', DENIED],
];

/** What would lead out of the database, into the files and programs of its machine. */
const WAYS_OUT: Refusals = [
  ["COPY (SELECT 1) TO PROGRAM 'cat'", DENIED],
  ["COPY records TO '/tmp/records'", DENIED],
  ["SELECT pg_read_file('PG_VERSION')", DENIED],
  ["SELECT lo_import('/etc/passwd')", DENIED],
  ["SELECT lo_export(1, '/tmp/mine')", DENIED],
  ["SELECT pg_ls_dir('.')", DENIED],
  ['CREATE EXTENSION file_fdw', DENIED],
  ["CREATE FUNCTION mine() RETURNS int LANGUAGE c AS 'libc.so.6', 'abort'", DENIED],
  ['SELECT rolpassword FROM pg_authid', DENIED],
  ['SELECT pg_reload_conf()', DENIED],
  ["SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'", DENIED],
];

const TRUNCATIONS: Refusals = [
  'tenants',
  'heads',
  'records',
  'records_2026_05',
  'event_ids',
  'data_keys',
  'tiles',
  'checkpoints',
  'leases',
].map((table) => [`TRUNCATE ${table} CASCADE`, DENIED] as const);

const DELETIONS: Refusals = [
  'tenants',
  'heads',
  'records',
  'event_ids',
  'data_keys',
  'tiles',
  'checkpoints',
  'leases',
].map((table) => [`DELETE FROM ${table}`, DENIED] as const);

const OF_EACH_ROLE: Readonly<Record<string, Refusals>> = {
  attestry_write: [
    ...CHANGES_OF_THE_TABLES,
    ...WAYS_OUT,
    ...TRUNCATIONS,
    ...DELETIONS,
    ['SET ROLE attestry_prune', DENIED],
    ["UPDATE records SET text = ''", DENIED],
    ['UPDATE records SET text = NULL', DENIED],
    ["UPDATE records SET hash = ''", DENIED],
    ['UPDATE records SET recorded_at = now()', DENIED],
    ['UPDATE event_ids SET seq = 7', DENIED],
    ["UPDATE tiles SET hashes = ''", DENIED],
    ["UPDATE checkpoints SET note = ''", DENIED],
    ["UPDATE checkpoints SET signed_at = '2000-01-01'", APPEND_ONLY],
    ['UPDATE heads SET size = 0', APPEND_ONLY],
    ['UPDATE heads SET tenant_no = 2 WHERE tenant_no = 1', APPEND_ONLY],
    ["UPDATE tenants SET tenant = 'mine'", DENIED],
    ["UPDATE data_keys SET kid = 'mine'", DENIED],
    ["UPDATE data_keys SET wrapped = 'again' WHERE wrapped IS NULL", APPEND_ONLY],
    ['UPDATE leases SET token = 0', APPEND_ONLY],
    ["UPDATE leases SET name = 'mine'", APPEND_ONLY],
    ['INSERT INTO event_ids (tenant_no, id, seq) VALUES (2, gen_random_uuid(), 9)', DENIED],
    ["INSERT INTO records (tenant_no, seq, recorded_at, hash) VALUES (2, 9, '2026-05-05', '')", DENIED],
    // Row-level security leaves no way to write past it.
    ['COPY records FROM STDIN', '0A000'],
    ['COPY heads FROM STDIN', '0A000'],
    ['LOCK TABLE records IN ACCESS EXCLUSIVE MODE', DENIED],
  ],
  attestry_read: [
    ...CHANGES_OF_THE_TABLES,
    ...WAYS_OUT,
    ...TRUNCATIONS,
    ...DELETIONS,
    ['SET ROLE attestry_prune', DENIED],
    ['UPDATE records SET text = NULL', DENIED],
    ['UPDATE heads SET size = size + 1', DENIED],
    ["INSERT INTO admin VALUES ('api_key', 'acme', 'mine', '{}', 1)", DENIED],
    ["UPDATE admin SET value = '{}'", DENIED],
    ['UPDATE data_keys SET wrapped = NULL', DENIED],
    ['UPDATE leases SET holder = current_user', DENIED],
    ["SELECT append('{}', '{}', '{}', '{}')", DENIED],
    ["SELECT make_partition('2030-01-01')", DENIED],
  ],
  attestry_prune: [
    ...CHANGES_OF_THE_TABLES,
    ...WAYS_OUT,
    ...TRUNCATIONS,
    ...DELETIONS,
    ["UPDATE records SET hash = ''", DENIED],
    ['UPDATE records SET seq = 7', DENIED],
    ['UPDATE records SET tenant_no = 2', DENIED],
    ['UPDATE data_keys SET wrapped = NULL', DENIED],
    ["SELECT append('{}', '{}', '{}', '{}')", DENIED],
  ],
  // Who owns the tables can take the triggers off: that is in the trust table, and found by verification.
  attestry_migrate: [
    ...WAYS_OUT.filter(([sql]) => !sql.includes('LANGUAGE c')),
    ["UPDATE records SET text = ''", APPEND_ONLY],
    ['DELETE FROM records', APPEND_ONLY],
    ['TRUNCATE records', APPEND_ONLY],
    ['TRUNCATE records_2026_05', APPEND_ONLY],
    ['UPDATE event_ids SET seq = 7', APPEND_ONLY],
    ['DELETE FROM event_ids', APPEND_ONLY],
    ['DELETE FROM heads', APPEND_ONLY],
    ["UPDATE checkpoints SET note = ''", APPEND_ONLY],
    ['DELETE FROM checkpoints', APPEND_ONLY],
    ['DELETE FROM data_keys', APPEND_ONLY],
    ['DELETE FROM tenants', APPEND_ONLY],
    ['COPY records FROM STDIN', '0A000'],
    ['SET session_replication_role = replica', DENIED],
    ['SET ROLE attestry_prune', DENIED],
  ],
  postgres: [
    ["UPDATE records SET text = ''", APPEND_ONLY],
    ["UPDATE records_2026_05 SET text = ''", APPEND_ONLY],
    ['DELETE FROM records', APPEND_ONLY],
    ['TRUNCATE records', APPEND_ONLY],
    ['DELETE FROM checkpoints', APPEND_ONLY],
    ['UPDATE heads SET size = 0', APPEND_ONLY],
  ],
};

const TENANT_TABLES = [
  'tenants',
  'heads',
  'records',
  'event_ids',
  'data_keys',
  'tiles',
  'checkpoints',
  'admin',
  'cursors',
] as const;

for (const { version, skipped } of VERSIONS) {
  describe.skipIf(skipped !== '')(`roles of PostgreSQL ${version}${skipped}`, () => {
    let database: TestDatabase;
    const schema = 'attestry';
    const clients = new Map<string, pg.Client>();

    /** Runs statements as a role in a transaction that is always undone; acme is named before the last one. */
    async function tryAs(role: string, sql: string, scope = '{1}'): Promise<pg.QueryResult> {
      let client = clients.get(role);
      if (client === undefined) {
        client = new pg.Client({ connectionString: database.urlAs(role) });
        await client.connect();
        clients.set(role, client);
      }
      try {
        await client.query(`BEGIN; SET LOCAL search_path = ${schema}, pg_temp`);
        await client.query("SELECT set_config('attestry.tenant_nos', $1, true)", [scope]);
        await client.query("SELECT set_config('attestry.tenants', $1, true)", [
          scope === '{1}' ? '{acme}' : scope,
        ]);
        return await client.query(sql);
      } finally {
        await client.query('ROLLBACK; RESET ALL');
      }
    }
    async function stateOf(role: string, sql: string, before?: string): Promise<string> {
      if (before !== undefined) sql = `${before}; ${sql}`;
      return tryAs(role, sql).then(
        ({ command, rowCount }) => `done: ${command} ${rowCount}`,
        (error: unknown) => (error as { code: string }).code,
      );
    }

    beforeAll(async () => {
      database = await openTestDatabase(version);
      await migratePostgres({ url: database.url, schema, roles: true });
      const stores = await openPostgresStores({ url: database.urlAs('attestry_write'), schema });
      const random = new SeededRandom(1);
      for (const tenant of ['acme', 'other']) {
        const key = {
          sub: 's',
          kid: 'k',
          wrapped: random.bytes(60),
          subjectIndex: random.bytes(16),
          subjectSealed: random.bytes(40),
        };
        await stores.keys.ensure(tenant, [key]);
        const seals = [{ sub: 's', kid: 'k', envelope: random.bytes(90) }];
        const events = Array.from({ length: 300 }, (_, n) => ({ ...sampleEvent(random, tenant, n), seals }));
        const log = new LinkedLog(tenant);
        const batch = log.link(AT_MS, events);
        const tiles = [...batch.tiles, { level: 1, index: 0, hashes: random.bytes(8_192) }];
        await stores.ledger.append([{ ...batch, tiles }]);
        await stores.checkpoints.put(tenant, { size: 300, note: 'note\n', signedAtMs: AT_MS });
        await stores.admin.put({ kind: 'setting', tenant, id: 'x', value: '{}' }, 0);
      }
      await stores.shared.leases.acquire('sign', 'node', 60_000);
      await stores.parts.writes.write('test', { tenantNos: '*' }, async (run) => {
        await run({
          text: `INSERT INTO ${schema}.cursors SELECT 'search', tenant_no, 3 FROM ${schema}.heads`,
        });
        await run({ text: `UPDATE ${schema}.data_keys SET wrapped = NULL` });
      });
      await stores.close();
    });
    afterAll(async () => {
      await Promise.all([...clients.values()].map((client) => client.end()));
      await database.close();
    });

    for (const [role, refusals] of Object.entries(OF_EACH_ROLE)) {
      it(`refuses ${role} ${refusals.length} statements, each with its reason`, async () => {
        const got: [string, string][] = [];
        for (const [sql] of refusals) got.push([sql, await stateOf(role, sql)]);
        expect(got).toEqual(refusals);
      });
    }

    it('keeps the triggers on for a superuser who switches the others off', async () => {
      const off = 'SET LOCAL session_replication_role = replica';
      for (const [sql] of OF_EACH_ROLE['postgres'] ?? []) {
        expect([sql, await stateOf('postgres', sql, off)]).toEqual([sql, APPEND_ONLY]);
      }
    });

    it('lets the pruning role take texts and seals of the tenants it names, and nothing else', async () => {
      const sql = 'UPDATE records SET text = NULL, seal_key_nos = NULL, seal_envelopes = NULL, actor = NULL';
      expect(await stateOf('attestry_prune', sql)).toBe('done: UPDATE 300');
      expect((await tryAs('attestry_prune', sql, '')).rowCount).toBe(0);
    });

    it('shows nothing to a forgotten WHERE when no tenant is named, and one tenant when one is', async () => {
      for (const role of ['attestry_write', 'attestry_read', 'attestry_prune', 'attestry_migrate']) {
        for (const table of TENANT_TABLES) {
          const counts: number[] = [];
          for (const scope of ['', '{}', '{1}', '*']) {
            const { rows } = await tryAs(role, `SELECT count(*)::int AS n FROM ${table}`, scope);
            counts.push((rows[0] as { n: number }).n);
          }
          const [unset, none, one, all] = counts as [number, number, number, number];
          expect([role, table, unset, none, all]).toEqual([role, table, 0, 0, one * 2]);
          expect(one).toBeGreaterThan(0);
        }
      }
    });

    it('shows nothing of a partition but through its table, not even to the owner', async () => {
      const { rows } = await tryAs('attestry_migrate', 'SELECT * FROM records_2026_05', '*');
      expect(rows).toEqual([]);
    });

    it('takes a forged setting for an error or for nothing, never for a condition', async () => {
      const forged = ['1', '1) OR (true', '{1} OR true', "{1}'; SELECT 1 --", '{*}', '**', 'all', '{"1":2}'];
      for (const setting of forged) {
        const outcome = await tryAs('attestry_read', 'SELECT seq FROM records', setting).then(
          ({ rows }) => rows.length,
          (error: unknown) => (error as { code: string }).code,
        );
        expect([setting, outcome]).toEqual([setting, '22P02']);
      }
      // Not even a name with everything in it gets out of its quotes.
      const name = `acme", "other'}{\\`;
      const stores = await openPostgresStores({ url: database.urlAs('attestry_write'), schema });
      expect(await stores.admin.list('setting', name)).toEqual([]);
      expect(await stores.admin.put({ kind: 'setting', tenant: name, id: 'x', value: '1' }, 0)).toEqual({
        kind: 'stored',
      });
      expect((await stores.admin.list('setting', name)).map(({ tenant }) => tenant)).toEqual([name]);
      await stores.close();
    });

    it('finds nothing that somebody else put where names are looked for', async () => {
      const superuser = await openSession(database.url);
      await superuser.run('GRANT CREATE ON SCHEMA public TO PUBLIC; CREATE ROLE mallory LOGIN');
      await superuser.run(`GRANT USAGE ON SCHEMA ${schema} TO mallory`);
      const mallory = await openSession(database.urlAs('mallory'));
      // Either would be chosen before the one that is meant, if its schema were searched.
      const trap = "LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$";
      await mallory.run(`CREATE FUNCTION public.cardinality(${schema}.head_move[]) RETURNS integer ${trap}`);
      await mallory.run('CREATE TABLE public.heads (size bigint); CREATE TABLE public.records (seq bigint)');
      const stores = await openPostgresStores({ url: database.urlAs('attestry_write'), schema });
      const log = new LinkedLog('third');
      const random = new SeededRandom(2);
      const outcome = await stores.ledger.append([log.link(AT_MS, [sampleEvent(random, 'third', 0)])]);
      expect([outcome.kind, (await stores.ledger.readHead('third'))?.size]).toEqual(['committed', 1]);
      await stores.close();
      await mallory.end();
      await superuser.run(
        `DROP OWNED BY mallory; REVOKE ALL ON SCHEMA ${schema} FROM mallory; DROP ROLE mallory`,
      );
      await superuser.run('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
      await superuser.end();
    });

    it('is left by the settings of a transaction: the next one on the same connection sees nothing', async () => {
      await tryAs('attestry_read', 'SELECT count(*) FROM records');
      const client = clients.get('attestry_read') as pg.Client;
      const { rows } = await client.query(`SELECT count(*)::int AS n FROM ${schema}.records`);
      expect(rows).toEqual([{ n: 0 }]);
    });
  });
}
