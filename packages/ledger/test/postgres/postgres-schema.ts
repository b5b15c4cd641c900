import {
  type PostgresVersion,
  postgresBinaries,
  type SharedPostgres,
  sharedPostgres,
} from '@attestry/testkit';

/** A database of the run's server for one test file, in which each test has a schema of its own. */
export interface TestDatabase {
  readonly server: SharedPostgres;
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

/** Makes a database on the run's server. */
export async function openTestDatabase(version: PostgresVersion): Promise<TestDatabase> {
  const server = await sharedPostgres(version);
  const database = await server.createDatabase();
  let schemas = 0;
  return {
    server,
    url: database.url,
    urlAs: (user) => server.url(database.name, user),
    newSchema: () => {
      schemas += 1;
      return `ledger "${schemas}"`;
    },
    close: async () => {
      await database.drop();
      server.release();
    },
  };
}
