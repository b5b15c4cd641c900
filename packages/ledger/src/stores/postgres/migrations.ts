import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type pg from 'pg';
import { FatalError, LedgerError, OperationalError } from '../../errors.ts';
import { partitionsAheadSql } from './partitions.ts';
import { openClient } from './postgres-connection.ts';
import { sqlState, toStoreError } from './postgres-error.ts';
import { checkSchemaName, DEFAULT_SCHEMA, quoteIdentifier, quoteLiteral, tableSql } from './schema-names.ts';

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

/** A part of what is run: SQL that is whole in itself, and names its schema. */
export interface MigrationStep {
  readonly name: string;
  readonly sql: string;
}

export interface MigrateReport {
  /** Those that the database did not have. */
  readonly migrations: readonly Migration[];
  /** Everything that was run, or with `dryRun` would be, in its order: as a script it does the same. */
  readonly steps: readonly MigrationStep[];
}

const FOLDER = new URL('./migrations/', import.meta.url);
const ROLES = new URL('./roles.sql', import.meta.url);
const GRANTS = new URL('./grants.sql', import.meta.url);
const TIMESCALE = new URL('./timescale.sql', import.meta.url);
const ROLES_STEP = 'roles';
const DENIED = '42501';
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
 * @throws {LedgerError} `schema_invalid`, `schema_in_use`
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
  // Held until the connection ends. Waiting for it is waiting for another node that does the same.
  const lock = {
    name: 'lock',
    sql: `SET lock_timeout = 0;
SELECT pg_advisory_lock(hashtextextended(${quoteLiteral(`attestry migrate ${schema}`)}, 0));`,
  };
  if (options.dryRun !== true) await client.query(lock.sql);
  const { migrations, steps } = await plan(client, schema, options);
  if (options.dryRun === true) return { migrations, steps: [lock, ...steps] };
  for (const step of steps) await run(client, step);
  return { migrations, steps: [lock, ...steps] };
}

async function plan(client: pg.Client, schema: string, options: MigrateOptions): Promise<MigrateReport> {
  const migrations = await plannedMigrations(client, schema);
  const grants = await readFile(GRANTS, 'utf8');
  const steps = migrations.map((migration) => migrationStep(schema, migration));
  if (migrations.length > 0) steps.unshift(await schemaStep(client, schema));
  steps.push({ name: 'partitions', sql: `${partitionsAheadSql(schema)};` });
  if (options.roles === true) {
    steps.push(inSchema(schema, ROLES_STEP, `${await readFile(ROLES, 'utf8')}\n${grants}`));
  } else if (migrations.length > 0 && (await hasRoles(client, schema))) {
    steps.push(inSchema(schema, 'grants', grants));
  }
  return { migrations, steps };
}

/** Runs a step, of which nothing is left when it fails. */
async function run(client: pg.Client, { name, sql }: MigrationStep): Promise<void> {
  try {
    await client.query(sql);
  } catch (error) {
    await client.query('ROLLBACK');
    throw name === ROLES_STEP && sqlState(error) === DENIED ? refusedRoles(error) : error;
  }
}

/** The roles are of the whole server: another installation may have made them, by a user who gave this one nothing. */
function refusedRoles(cause: unknown): OperationalError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new OperationalError(
    'store_denied',
    'changing the schema: the roles are of the whole server, and this user has no right to those that are there. Let a ' +
      `superuser run it, or do before: GRANT attestry_migrate TO ... (PostgreSQL: ${why}, ${DENIED})`,
    { cause },
  );
}

/**
 * What is to be run: where the extension is, a new schema gets a hypertable instead of native partitions. A schema that has
 * them keeps them.
 */
async function plannedMigrations(client: pg.Client, schema: string): Promise<readonly Migration[]> {
  const pending = await pendingMigrations(client, schema);
  if (pending[0]?.version === 1) await assertOwnSchema(client, schema);
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

/** Makes the schema; who may not make one may be given one that is there. */
async function schemaStep(client: pg.Client, schema: string): Promise<MigrationStep> {
  const found = await client.query('SELECT to_regnamespace($1) IS NOT NULL AS there', [
    quoteIdentifier(schema),
  ]);
  const isThere = (found.rows[0] as { there: boolean }).there;
  const create = isThere ? '' : `CREATE SCHEMA ${quoteIdentifier(schema)};\n`;
  const table = tableSql(schema, 'schema_migrations');
  return {
    name: 'schema',
    sql: `${create}CREATE TABLE IF NOT EXISTS ${table} (
  version integer PRIMARY KEY,
  name text NOT NULL,
  sha256 bytea NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);`,
  };
}

function migrationStep(schema: string, { version, name, sql, sha256 }: Migration): MigrationStep {
  const row = [version, quoteLiteral(name), `decode('${Buffer.from(sha256).toString('hex')}', 'hex')`];
  const note = `INSERT INTO ${tableSql(schema, 'schema_migrations')} (version, name, sha256) VALUES (${row.join(', ')});`;
  return inSchema(schema, name, `${sql}\n${note}`);
}

/** The files name no schema, and nothing in a schema that others can write to is found by them. */
function inSchema(schema: string, name: string, sql: string): MigrationStep {
  const path = `SET LOCAL search_path = ${quoteIdentifier(schema)}, pg_temp;`;
  return { name, sql: `BEGIN;\n${path}\n\n${sql}\nCOMMIT;` };
}

/**
 * Refuses a schema in which somebody has other things: they would be Attestry's, and Attestry's would be theirs.
 *
 * @throws {LedgerError} `schema_in_use`
 */
async function assertOwnSchema(client: pg.Client, schema: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT kind || ' ' || name AS name FROM (
       SELECT 'pg_class'::regclass AS class, oid, 'table' AS kind, relname AS name, relnamespace AS schema FROM pg_class
         WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c') AND relname <> 'schema_migrations'
       UNION ALL SELECT 'pg_proc'::regclass, oid, 'function', proname, pronamespace FROM pg_proc
       UNION ALL SELECT 'pg_type'::regclass, oid, 'type', typname, typnamespace FROM pg_type WHERE typtype IN ('d', 'e', 'r')
     ) AS thing
     WHERE schema = to_regnamespace($1) AND NOT EXISTS (
       SELECT FROM pg_depend WHERE classid = thing.class AND objid = thing.oid AND deptype = 'e')
     ORDER BY kind DESC, name LIMIT 3`,
    [quoteIdentifier(schema)],
  );
  if (rows.length === 0) return;
  throw new LedgerError(
    'schema_in_use',
    `schema ${quoteIdentifier(schema)} has things of others in it (${rows.map(({ name }) => name).join(', ')}): ` +
      'give Attestry a schema of its own, by ATTESTRY_STORE_SCHEMA or --schema',
  );
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
