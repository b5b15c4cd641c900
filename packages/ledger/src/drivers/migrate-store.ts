import { LedgerError } from '../errors.ts';

export interface MigrateStoreOptions {
  /** URL of the database, as a user who owns the schema or may make it. */
  readonly store: string;
  readonly schema?: string | undefined;
  /** Also makes the roles of writing, reading, pruning and migrating, with their grants. */
  readonly roles?: boolean | undefined;
  /** Changes nothing. */
  readonly dryRun?: boolean | undefined;
}

/** What was run, or with `dryRun` would be. */
export interface MigratedStore {
  readonly migrations: readonly { readonly name: string; readonly sql: string }[];
  readonly rolesSql: string | undefined;
}

/**
 * Brings the tables of a database to this version. Safe to run twice, and from several nodes at once.
 *
 * @throws {LedgerError} `store_unknown`; {FatalError} `store_newer`, `store_changed`; {OperationalError} of the connection
 */
export async function migrateStore({
  store,
  schema,
  roles,
  dryRun,
}: MigrateStoreOptions): Promise<MigratedStore> {
  if (!/^postgres(ql)?:/.test(store))
    throw new LedgerError(
      'store_unknown',
      'only a PostgreSQL database is migrated; the embedded store needs none',
    );
  const { migratePostgres } = await import('../stores/postgres/migrations.ts');
  return migratePostgres({ url: store, schema, roles, dryRun });
}
