import { openSession, type PostgresVersion, postgresBinaries, sharedPostgres } from '@attestry/testkit';
import pg from 'pg';
import { quoteIdentifier } from '../../src/stores/postgres/schema-names.ts';

/** A database for one test file, in which each test has a schema of its own. */
export interface TestDatabase {
  readonly server: { readonly port: number };
  /** As the superuser. */
  readonly url: string;
  /** The same database as another user. */
  urlAs(user: string): string;
  /** A name that no other test has. */
  newSchema(): string;
  close(): Promise<void>;
}

/** Versions that the suites run on, with the reason to skip when one is not installed. */
export const VERSIONS: readonly { readonly version: PostgresVersion; readonly skipped: string }[] = (
  [18, 15] as const
).map((version) => {
  const binaries = postgresBinaries(version);
  return { version, skipped: binaries.folder === undefined ? ` (skipped: ${binaries.skip})` : '' };
});

/** A server with the extension TimescaleDB, which no registry here has: the URL of its superuser. */
const TIMESCALE_URL = process.env['ATTESTRY_TEST_TIMESCALE_URL'];

/** The same, and a server with TimescaleDB where there is one. */
export const ENGINES: readonly {
  readonly version: PostgresVersion | 'timescale';
  readonly skipped: string;
}[] = [
  ...VERSIONS,
  {
    version: 'timescale',
    skipped:
      TIMESCALE_URL === undefined
        ? ' (skipped: no TimescaleDB; ATTESTRY_TEST_TIMESCALE_URL names a server)'
        : '',
  },
];

/** Makes a database on the run's server, or on that with TimescaleDB. */
export async function openTestDatabase(version: PostgresVersion | 'timescale'): Promise<TestDatabase> {
  if (version === 'timescale') return openTimescale(TIMESCALE_URL as string);
  const server = await sharedPostgres(version);
  const database = await server.createDatabase();
  return {
    server,
    url: database.url,
    urlAs: (user) => server.url(database.name, user),
    newSchema: schemaNames(),
    close: async () => {
      await database.drop();
      server.release();
    },
  };
}

function schemaNames(): () => string {
  let schemas = 0;
  return () => {
    schemas += 1;
    return `ledger "${schemas}"`;
  };
}

async function openTimescale(serverUrl: string): Promise<TestDatabase> {
  const name = `attestry_test_${process.pid}`;
  const run = async (url: string, text: string): Promise<void> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      await client.query(text);
    } finally {
      await client.end();
    }
  };
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  await run(serverUrl, `CREATE DATABASE ${name}`);
  await run(url.href, 'CREATE EXTENSION timescaledb');
  return {
    server: { port: Number(url.port) },
    url: url.href,
    // Whatever the server asks of who logs in: as the superuser, who then is that role.
    urlAs: (user) => `${url.href}${url.search === '' ? '?' : '&'}options=-c%20role%3D${user}`,
    newSchema: schemaNames(),
    close: () => run(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

/** As the pruning role, which the triggers let pass, with rights that it has in tests only. */
const EMPTY_ALL = `DO $$
DECLARE name text;
BEGIN
  EXECUTE format('GRANT DELETE ON ALL TABLES IN SCHEMA %I TO attestry_prune', current_schema());
  SET LOCAL session_replication_role = replica;
  SET LOCAL attestry.tenant_nos = '*';
  SET LOCAL attestry.tenants = '*';
  SET LOCAL ROLE attestry_prune;
  FOR name IN SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')
    AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND NOT relispartition AND relname !~ '(version|migration)s?$' LOOP
    EXECUTE format('DELETE FROM %I', name);
  END LOOP;
END $$`;

/** Removes every row of a schema that was made with the roles: ten times quicker than making another one. */
export async function emptySchema(url: string, schema: string): Promise<void> {
  const session = await openSession(url);
  await session.run(`SET search_path = ${quoteIdentifier(schema)}, pg_temp`);
  await session.run(EMPTY_ALL);
  await session.end();
}
