import { type PostgresVersion, postgresBinaries, sharedPostgres } from '@attestry/testkit';
import pg from 'pg';

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
    await client.query(text).finally(() => client.end());
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
