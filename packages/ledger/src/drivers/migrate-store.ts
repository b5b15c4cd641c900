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

export interface MigratedStore {
  /** Those that the database did not have. */
  readonly migrations: readonly { readonly name: string }[];
  /** Everything that was run, or with `dryRun` would be, in its order: as a script it does the same. */
  readonly steps: readonly { readonly name: string; readonly sql: string }[];
}

/**
 * Brings the tables of a database to this version. Safe to run twice, and from several nodes at once.
 *
 * @throws {LedgerError} `store_unknown`, `schema_invalid`, `schema_in_use`; {FatalError} `store_newer`, `store_changed`; {OperationalError} of the connection
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
