/** Runs a statement and gives its rows as arrays. */
type Rows = (sql: string, values: readonly unknown[]) => Promise<readonly (readonly unknown[])[]>;

const ROLES = "'attestry_migrate', 'attestry_write', 'attestry_read', 'attestry_prune'";

/** What grants.sql lets be written, by table, column and role. */
const MAY_WRITE: ReadonlySet<string> = new Set([
  ...['tenants', 'heads', 'records', 'event_ids', 'data_keys', 'tiles', 'checkpoints'].map(insertOn),
  ...['admin', 'settings_versions', 'leases', 'cursors', 'search_documents', 'search_version'].map(insertOn),
  ...['heads', 'admin', 'settings_versions', 'leases', 'cursors', 'search_version'].map(
    (table) => `attestry_write may UPDATE ${table}`,
  ),
  ...['admin', 'cursors', 'search_documents'].map((table) => `attestry_write may DELETE ${table}`),
  'attestry_write may TRUNCATE search_documents',
  ...[
    'tenants.index_key',
    'checkpoints.signed_at',
    'data_keys.subject_index',
    'data_keys.subject_sealed',
  ].map((column) => `attestry_write may UPDATE ${column}`),
  'attestry_write may UPDATE data_keys.wrapped',
  ...['text', 'seal_key_nos', 'seal_envelopes', 'actor', 'actor_email', 'ip', 'ip_net', 'ip_wide'].map(
    pruned,
  ),
  ...['session', 'target', 'request_id', 'correlation_id', 'parent_id', 'execution_id'].map(pruned),
]);

function insertOn(table: string): string {
  return `attestry_write may INSERT ${table}`;
}

function pruned(column: string): string {
  return `attestry_prune may UPDATE records.${column}`;
}

/** With the schema, quoted, as $1. */
const STATEMENTS = [
  // Of the four roles none is a member of another one, nor of anybody who is not bound by the policies.
  `SELECT m.rolname || ' is a member of ' || r.rolname FROM pg_auth_members AS am
   JOIN pg_roles AS m ON m.oid = am.member JOIN pg_roles AS r ON r.oid = am.roleid
   WHERE m.rolname IN (${ROLES}) AND (r.rolname IN (${ROLES}) OR r.rolsuper OR r.rolbypassrls
     OR r.rolname IN ('pg_write_all_data', 'pg_execute_server_program', 'pg_write_server_files')
     OR r.oid = (SELECT nspowner FROM pg_namespace WHERE oid = $1::regnamespace))`,
  `SELECT rolname || ' is a superuser, or passes row-level security' FROM pg_roles
   WHERE rolname IN (${ROLES}) AND (rolsuper OR rolbypassrls) AND $1::text <> ''`,
  `SELECT coalesce(pg_roles.rolname, 'everybody') || ' may ' || acl.privilege_type || ' ' || thing.name FROM (
     SELECT relname::text AS name, relowner, relacl AS acl FROM pg_class WHERE relnamespace = $1::regnamespace
     UNION ALL SELECT relname || '.' || attname, relowner, attacl FROM pg_attribute
       JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = $1::regnamespace AND attacl IS NOT NULL
   ) AS thing CROSS JOIN aclexplode(thing.acl) AS acl LEFT JOIN pg_roles ON pg_roles.oid = acl.grantee
   WHERE acl.grantee <> thing.relowner
     AND acl.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER')`,
] as const;

/**
 * What somebody may do in a schema beyond what `attestry migrate --roles` lets them, a line for each. Only where it has
 * made the roles for this schema; who may read is left to the owner.
 *
 * @param schema quoted
 */
export async function roleDamage(rows: Rows, schema: string): Promise<readonly string[]> {
  const owner = 'SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE oid = $1::regnamespace';
  if ((await rows(owner, [schema]))[0]?.[0] !== 'attestry_migrate') return [];
  const found: string[] = [];
  for (const statement of STATEMENTS)
    for (const [line] of await rows(statement, [schema])) found.push(String(line));
  return found.filter((line) => !MAY_WRITE.has(line)).sort();
}
