import { DatabaseSync } from 'node:sqlite';
import { SCHEMA_SQL } from './schema.ts';

/** Rows of `sqlite_schema` that SQLite makes itself: what they say of a table may change with its version. */
const MADE_BY_SQLITE = /^(?:sqlite_autoindex_|filters_)/;
/** Statistics for the query planner, left by somebody's ANALYZE: they change no answer. */
const STATISTICS = /^sqlite_stat[0-9]$/;

interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly table: string;
  readonly sql: string | null;
}

let frozen: ReadonlyMap<string, SchemaObject> | undefined;

/**
 * Compares the tables, indexes and triggers of a database with those of its version, and looks for a transaction of
 * maintenance that was left open: its row lets records be changed, and a crash would have taken it back.
 *
 * @returns one sentence for each difference, without a full stop; none when all is well
 */
export function schemaDamage(db: DatabaseSync): string[] {
  frozen ??= frozenObjects();
  const damages: string[] = [];
  const found = objectsOf(db);
  for (const [key, wanted] of frozen) {
    const object = found.get(key);
    if (object === undefined) damages.push(`the ${key} is missing`);
    else if (
      object.table !== wanted.table ||
      (object.sql !== wanted.sql && !MADE_BY_SQLITE.test(object.name))
    )
      damages.push(`the ${key} is not the one of this version`);
  }
  for (const key of found.keys()) if (!frozen.has(key)) damages.push(`the ${key} is no part of this version`);
  if (found.has('table maintenance') && db.prepare('SELECT 1 FROM maintenance LIMIT 1').get() !== undefined)
    damages.push('the table maintenance holds a row, which lets records be changed and deleted');
  return damages;
}

function frozenObjects(): ReadonlyMap<string, SchemaObject> {
  const db = new DatabaseSync(':memory:');
  try {
    db.exec(SCHEMA_SQL);
    return objectsOf(db);
  } finally {
    db.close();
  }
}

/** By kind and name, as people call them: `index by_time`. */
function objectsOf(db: DatabaseSync): ReadonlyMap<string, SchemaObject> {
  const rows = db.prepare('SELECT type, name, tbl_name AS "table", sql FROM sqlite_schema').all();
  const objects = new Map<string, SchemaObject>();
  for (const object of rows as unknown as readonly SchemaObject[])
    if (!STATISTICS.test(object.name)) objects.set(`${object.type} ${object.name}`, object);
  return objects;
}
