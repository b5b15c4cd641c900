import type pg from 'pg';
import { INDEXES_PER_MONTH, QUERIES_AT_ONCE } from './postgres-limits.ts';
import { quoteLiteral, tableSql } from './schema-names.ts';

/** What a database says of itself. */
export interface ServerDescription {
  /** `PostgreSQL 18.4, schema attestry, user attestry_write` */
  readonly detail: string;
  /** What a start should say of it, though it works. */
  readonly warnings: readonly string[];
}

interface Facts {
  readonly version: string;
  readonly user: string;
  readonly isUnbound: boolean;
  readonly months: number;
  readonly lockRoom: number;
  readonly connections: number;
}

export async function describeServer(client: pg.Client, schema: string): Promise<ServerDescription> {
  const { rows } =
    await client.query<Facts>(`SELECT current_setting('server_version') AS version, current_user::text AS user,
    (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) AS "isUnbound",
    (SELECT count(*)::int FROM pg_inherits WHERE inhparent = to_regclass(${quoteLiteral(tableSql(schema, 'records'))})) AS months,
    current_setting('max_locks_per_transaction')::int * current_setting('max_connections')::int AS "lockRoom",
    current_setting('max_connections')::int AS connections`);
  const { version, user, isUnbound, months, lockRoom, connections } = rows[0] as Facts;
  const warnings: string[] = [];
  if (isUnbound)
    warnings.push(
      `the user ${user} of the database is a superuser or passes row-level security: what keeps records from being changed ` +
        'and tenants apart does not hold for it; use attestry_write (docs/postgres.md)',
    );
  const locks = months * INDEXES_PER_MONTH * QUERIES_AT_ONCE;
  if (locks > lockRoom) {
    const wanted = 2 ** Math.ceil(Math.log2(locks / connections));
    warnings.push(
      `a query over all ${months} months of a log locks each of them with its indexes, and the database has no room for ` +
        `${QUERIES_AT_ONCE} such queries at once: set max_locks_per_transaction = ${wanted} (docs/postgres.md)`,
    );
  }
  return { detail: `PostgreSQL ${version}, schema ${schema}, user ${user}`, warnings };
}
