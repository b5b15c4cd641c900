import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type pg from 'pg';
import { FatalError } from '../../errors.ts';
import { partitionsAheadSql } from './partitions.ts';
import { openClient } from './postgres-connection.ts';
import { toStoreError } from './postgres-error.ts';
import { checkSchemaName, DEFAULT_SCHEMA, quoteIdentifier, tableSql } from './schema-names.ts';

/** One step of the schema: a file of SQL that runs once, in one transaction, in the order of its number. */
export interface Migration {
  readonly version: number;
  /** `0001_ledger` */
  readonly name: string;
  readonly sql: string;
  readonly sha256: Uint8Array;
}

export interface MigrateOptions {
  /** Of a user who owns the schema, or may make it. */
  readonly url: string;
  readonly schema?: string | undefined;
  /** Also makes the roles attestry_migrate, _write, _read and _prune with their grants, or repairs the grants. */
  readonly roles?: boolean | undefined;
  /** Changes nothing. */
  readonly dryRun?: boolean | undefined;
}

export interface MigrateReport {
  /** What was run, or with `dryRun` would be. */
  readonly migrations: readonly Migration[];
  /** SQL of the roles, when they were asked for. */
  readonly rolesSql: string | undefined;
}

const FOLDER = new URL('./migrations/', import.meta.url);
const ROLES = new URL('./roles.sql', import.meta.url);
const GRANTS = new URL('./grants.sql', import.meta.url);
const TIMESCALE = new URL('./timescale.sql', import.meta.url);
const NATIVE_PARTITIONS = ') PARTITION BY RANGE (recorded_at);';

/** All migrations of this version, in order. */
async function readMigrations(): Promise<readonly Migration[]> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file) => {
      const sql = await readFile(new URL(file, FOLDER), 'utf8');
      const sha256 = createHash('sha256').update(sql).digest();
      return { version: Number(file.slice(0, 4)), name: file.slice(0, -'.sql'.length), sql, sha256 };
    }),
  );
}

/**
 * Brings the schema to this version. Safe to run twice, and from several nodes at once: they wait for each other.
 *
 * @throws {FatalError} `store_newer`, `store_changed`
 * @throws {OperationalError} `store_denied` and those of the connection
 */
export async function migratePostgres(options: MigrateOptions): Promise<MigrateReport> {
  const schema = checkSchemaName(options.schema ?? DEFAULT_SCHEMA);
  const doing = 'changing the schema';
  try {
    const client = await openClient({ url: options.url, use: 'migrate', statementMsMax: 0 });
    try {
      return await migrate(client, schema, options);
    } finally {
      await client.end();
    }
  } catch (error) {
    throw toStoreError(error, doing);
  }
}

async function migrate(client: pg.Client, schema: string, options: MigrateOptions): Promise<MigrateReport> {
  const grantsSql = await readFile(GRANTS, 'utf8');
  const rolesSql = options.roles === true ? `${await readFile(ROLES, 'utf8')}\n${grantsSql}` : undefined;
  if (options.dryRun === true) return { migrations: await plannedMigrations(client, schema), rolesSql };
  // Held until the connection ends. Waiting for it is waiting for another node that does the same.
  await client.query('SET lock_timeout = 0');
  await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [`attestry migrate ${schema}`]);
  const pending = await plannedMigrations(client, schema);
  if (pending.length > 0) await prepareSchema(client, schema);
  for (const migration of pending) await apply(client, schema, migration);
  await client.query(partitionsAheadSql(schema));
  const grants = rolesSql ?? (pending.length > 0 && (await hasRoles(client, schema)) ? grantsSql : undefined);
  if (grants !== undefined) await inSchema(client, schema, () => client.query(grants));
  return { migrations: pending, rolesSql };
}

/**
 * What is to be run: where the extension is, a new schema gets a hypertable instead of native partitions. A schema that has
 * them keeps them.
 */
async function plannedMigrations(client: pg.Client, schema: string): Promise<readonly Migration[]> {
  const pending = await pendingMigrations(client, schema);
  const extension = pending[0]?.version === 1 ? await timescaleSchema(client) : undefined;
  if (extension === undefined) return pending;
  const hypertable = (await readFile(TIMESCALE, 'utf8')).replaceAll(
    '{timescale}',
    quoteIdentifier(extension),
  );
  return pending.map((migration, at) => {
    const sql = migration.sql.replace(NATIVE_PARTITIONS, ');');
    // In the transaction of the last one, so that no schema is left between the two.
    return { ...migration, sql: at === pending.length - 1 ? `${sql}\n${hypertable}` : sql };
  });
}

/** The schema with the functions of TimescaleDB; `undefined` where the extension is not. */
async function timescaleSchema(client: pg.Client): Promise<string | undefined> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT nspname AS name FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
     WHERE extname = 'timescaledb'`,
  );
  return rows[0]?.name;
}

async function prepareSchema(client: pg.Client, schema: string): Promise<void> {
  const found = await client.query('SELECT to_regnamespace($1) IS NOT NULL AS there', [
    quoteIdentifier(schema),
  ]);
  if (!(found.rows[0] as { there: boolean }).there)
    await client.query(`CREATE SCHEMA ${quoteIdentifier(schema)}`);
  await client.query(`CREATE TABLE IF NOT EXISTS ${tableSql(schema, 'schema_migrations')} (
    version integer PRIMARY KEY,
    name text NOT NULL,
    sha256 bytea NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
  )`);
}

async function apply(client: pg.Client, schema: string, migration: Migration): Promise<void> {
  await inSchema(client, schema, async () => {
    await client.query(migration.sql);
    await client.query(
      `INSERT INTO ${tableSql(schema, 'schema_migrations')} (version, name, sha256) VALUES ($1, $2, $3)`,
      [migration.version, migration.name, migration.sha256],
    );
  });
}

/** The files name no schema, and nothing in a schema that others can write to is found by them. */
async function inSchema(client: pg.Client, schema: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await client.query(`BEGIN; SET LOCAL search_path = ${quoteIdentifier(schema)}, pg_temp`);
    await work();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

/** Whether the roles were made for this schema: then new tables need their grants. */
async function hasRoles(client: pg.Client, schema: string): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>(
    `SELECT coalesce((SELECT pg_get_userbyid(nspowner) = 'attestry_migrate' FROM pg_namespace WHERE nspname = $1), false)
      AS there`,
    [schema],
  );
  return rows[0]?.there === true;
}

/**
 * Migrations that are not in the database yet.
 *
 * @throws {FatalError} `store_newer` when it has one that this version does not know; `store_changed` when one was
 *   applied in another form
 */
export async function pendingMigrations(
  client: pg.ClientBase,
  schema: string,
): Promise<readonly Migration[]> {
  const known = await readMigrations();
  const table = tableSql(schema, 'schema_migrations');
  const found = await client.query('SELECT to_regclass($1) IS NOT NULL AS there', [table]);
  if (!(found.rows[0] as { there: boolean }).there) return known;
  const rows = await client.query(`SELECT version, name, sha256 FROM ${table} ORDER BY version`);
  const applied = rows.rows as { version: number; name: string; sha256: Buffer }[];
  for (const { version, name, sha256 } of applied) {
    const same = known.find((migration) => migration.version === version);
    if (same === undefined) {
      throw new FatalError(
        'store_newer',
        `schema ${schema} has migration ${name}, which this version does not know: use the version that made it, or a newer one`,
      );
    }
    if (!sha256.equals(same.sha256)) {
      throw new FatalError(
        'store_changed',
        `schema ${schema}: migration ${name} was applied in another form than ${same.name} of this version has`,
      );
    }
  }
  return known.filter(({ version }) => !applied.some((row) => row.version === version));
}
