/**
 * Tables of `ledger.db`. Frozen by `spec/sql/sqlite.sql`: a change is a new SCHEMA_VERSION and a migration.
 *
 * Measured with events of 540 bytes and one seal each (bytes per event): records 965, seals 202, filters 132, by_time 39,
 * event_ids 29. The same filters as seven ordinary indexes took 232 bytes and cost two thirds of the append rate, because
 * each event dirties seven pages at random places; the inverted index writes in sequence.
 */

import {
  ACTION_STATUSES,
  ACTOR_TYPES,
  EVENT_CATEGORIES,
  EVENT_SEVERITIES,
  TRAFFIC_LIGHTS,
  WELL_KNOWN_VERBS,
} from '@attestry/core/words';

/** `PRAGMA application_id` of our files ("ATST"), so that a foreign database is recognised. */
export const APPLICATION_ID = 0x41545354;

/** `PRAGMA user_version`; increases with each change of the tables. */
export const SCHEMA_VERSION = 1;

/** Larger pages waste less behind records of about 1 kB: 4 KiB costs 160 bytes more per event, 8 KiB 50. */
export const PAGE_BYTES = 16_384;

/** Query columns of a record that hold plain words, as numbers of the dictionary, with their column of `records`. */
export const WORD_COLUMNS = [
  ['type', 'type'],
  ['category', 'category'],
  ['severity', 'severity'],
  ['status', 'status'],
  ['verb', 'verb'],
  ['project', 'project'],
  ['actorType', 'actor_type'],
  ['targetType', 'target_type'],
  ['trafficLight', 'traffic_light'],
] as const;

/** Query columns that hold blind indexes, with their column of `records`. */
export const BLIND_COLUMNS = [
  ['actor', 'actor'],
  ['actorEmail', 'actor_email'],
  ['ip', 'ip'],
  ['ipNet', 'ip_net'],
  ['ipWide', 'ip_wide'],
  ['session', 'session'],
  ['target', 'target'],
  ['requestId', 'request_id'],
  ['correlationId', 'correlation_id'],
  ['parentId', 'parent_id'],
  ['executionId', 'execution_id'],
] as const;

/** Words that every log uses get the small numbers, which take one byte each. Only a new database is filled with them. */
export const SEED_WORDS: readonly string[] = [
  ...new Set([
    ...EVENT_SEVERITIES,
    ...ACTION_STATUSES,
    ...EVENT_CATEGORIES,
    ...ACTOR_TYPES,
    ...TRAFFIC_LIGHTS,
    ...WELL_KNOWN_VERBS,
  ]),
];

/** Whoever really has to change rows (pruning, erasure) puts a row into `maintenance` first, in the same transaction. */
function appendOnly(table: string, fixedColumns?: string): string {
  const refuse = (verb: string, when: string): string => `
CREATE TRIGGER ${table}_no_${verb} BEFORE ${when} ON ${table}
WHEN NOT EXISTS (SELECT 1 FROM maintenance)
BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;`;
  return (
    refuse('update', fixedColumns === undefined ? 'UPDATE' : `UPDATE OF ${fixedColumns}`) +
    refuse('delete', 'DELETE')
  );
}

/** All statements that make an empty database. */
export const SCHEMA_SQL = `
CREATE TABLE tenants (
  tenant_no INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL UNIQUE,
  index_key BLOB
) STRICT;

CREATE TABLE logs (
  log_no INTEGER PRIMARY KEY,
  tenant_no INTEGER NOT NULL UNIQUE REFERENCES tenants,
  origin TEXT NOT NULL,
  size INTEGER NOT NULL,
  frontier BLOB NOT NULL,
  last_hash BLOB NOT NULL,
  last_at INTEGER NOT NULL
) STRICT;

CREATE TABLE words (word_no INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE records (
  k INTEGER PRIMARY KEY,
  log_no INTEGER NOT NULL,
  at INTEGER NOT NULL,
  occurred INTEGER,
  ${WORD_COLUMNS.map(([, column]) => `${column} INTEGER`).join(',\n  ')},
  http_status INTEGER,
  ${BLIND_COLUMNS.map(([, column]) => `${column} INTEGER`).join(',\n  ')},
  hash BLOB NOT NULL,
  text TEXT
) STRICT;
CREATE INDEX by_time ON records (log_no, occurred, k, type, category, severity, status) WHERE occurred IS NOT NULL;
CREATE VIRTUAL TABLE filters USING fts5 (terms, content = '', columnsize = 0, detail = none, tokenize = "ascii tokenchars '.'");

CREATE TABLE event_ids (
  log_no INTEGER NOT NULL,
  id BLOB NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (log_no, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE data_keys (
  key_no INTEGER PRIMARY KEY,
  tenant_no INTEGER NOT NULL REFERENCES tenants,
  kid TEXT NOT NULL,
  sub TEXT NOT NULL,
  subject_index BLOB,
  wrapped BLOB,
  subject_sealed BLOB,
  UNIQUE (tenant_no, kid)
) STRICT;
CREATE UNIQUE INDEX live_keys ON data_keys (tenant_no, subject_index) WHERE subject_index IS NOT NULL;

CREATE TABLE seals (seal_k INTEGER PRIMARY KEY, key_no INTEGER NOT NULL REFERENCES data_keys, envelope BLOB NOT NULL) STRICT;

-- Full tiles from level 1 on: those of level 0 are the hashes of 256 rows of records.
CREATE TABLE tiles (
  log_no INTEGER NOT NULL,
  level INTEGER NOT NULL,
  tile_index INTEGER NOT NULL,
  hashes BLOB NOT NULL,
  UNIQUE (log_no, level, tile_index)
) STRICT;

CREATE TABLE checkpoints (
  log_no INTEGER NOT NULL,
  size INTEGER NOT NULL,
  signed_at INTEGER NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (log_no, size)
) STRICT, WITHOUT ROWID;

CREATE TABLE admin (
  kind TEXT NOT NULL,
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  value TEXT NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (kind, tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE maintenance (reason TEXT NOT NULL) STRICT;
${['records', 'event_ids', 'tiles'].map((table) => appendOnly(table)).join('')}${appendOnly('checkpoints', 'log_no, size, note')}
`;
