import { LedgerError } from '../../errors.ts';

/** Schema of the tables when none is configured. */
export const DEFAULT_SCHEMA = 'attestry';

const NAME_BYTES_MAX = 63;

/** Tables, and the row type that is no table's. */
export type TableName =
  | 'head_move'
  | 'tenants'
  | 'heads'
  | 'records'
  | 'record_chunks'
  | 'event_ids'
  | 'data_keys'
  | 'tiles'
  | 'checkpoints'
  | 'admin'
  | 'settings_versions'
  | 'time_marks'
  | 'leases'
  | 'cursors'
  | 'search_documents'
  | 'search_version'
  | 'schema_migrations';

/** A name as SQL text, whatever is in it. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as SQL text, for the few statements that take no parameters. */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}

/**
 * Checks the name of a schema.
 *
 * @throws {LedgerError} `schema_invalid`
 */
export function checkSchemaName(schema: string): string {
  const bytes = Buffer.byteLength(schema);
  if (
    bytes === 0 ||
    bytes > NAME_BYTES_MAX ||
    schema.includes('\0') ||
    // In a search path `$user` is the schema of whoever connects, also in quotes.
    /^pg_|^information_schema$|^\$user$/.test(schema)
  ) {
    const wanted = `1 to ${NAME_BYTES_MAX} bytes, not beginning with pg_, and not $user`;
    throw new LedgerError(
      'schema_invalid',
      `${JSON.stringify(schema)} cannot be the name of the schema: ${wanted}`,
    );
  }
  return schema;
}

/** The qualified name of a table, for SQL: no statement of ours depends on a search path. */
export function tableSql(schema: string, table: TableName): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
}

/** The qualified name of a function, for SQL. */
export function functionSql(schema: string, name: 'append' | 'make_partition'): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}
