import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';

/** Finished rows of one table, in the order they were written. */
interface TableRows {
  readonly name: string;
  readonly createSql: string;
  readonly insertSql: string;
  readonly rows: readonly (readonly SQLInputValue[])[];
}

/** The tables an append writes for each event. */
const EVENT_TABLES = ['records', 'event_ids', 'seals'] as const;

/** The four indexes of the baseline: by time, type, actor and target. */
const INDEX_COUNT = 4;

/** Reads the finished rows of a ledger.db that our own append has written. */
export function finishedRows(ledgerPath: string): {
  tables: TableRows[];
  indexSql: string[];
  pageSize: number;
} {
  const db = new DatabaseSync(ledgerPath, { readOnly: true });
  const schema = db
    .prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL')
    .all() as {
    type: string;
    name: string;
    tbl_name: string;
    sql: string;
  }[];
  const tables = EVENT_TABLES.map((name): TableRows => {
    const createSql = schema.find((row) => row.type === 'table' && row.name === name)?.sql;
    if (createSql === undefined) throw new Error(`${ledgerPath} has no table ${name}`);
    const read = db.prepare(`SELECT * FROM ${name} ORDER BY ${name === 'event_ids' ? 'seq' : 'k'}`);
    read.setReadBigInts(true);
    read.setReturnArrays(true);
    const rows = read.all() as unknown as SQLInputValue[][];
    const marks = (rows[0] ?? []).map(() => '?').join(',');
    return { name, createSql, insertSql: `INSERT INTO ${name} VALUES (${marks})`, rows };
  });
  const indexSql = schema
    .filter((row) => row.type === 'index' && row.tbl_name === 'records')
    .map((row) => row.sql)
    .slice(0, INDEX_COUNT);
  const pageSize = (db.prepare('PRAGMA page_size').get() as { page_size: number }).page_size;
  db.close();
  return { tables, indexSql, pageSize };
}

/**
 * The raw baseline: the same finished rows inserted into bare SQLite (WAL, synchronous=FULL, one thread, prepared
 * statements, one transaction per batch).
 *
 * @returns rows of the record table per second
 */
export function bareInsertRate(ledgerPath: string, batch: number): number {
  const { tables, indexSql, pageSize } = finishedRows(ledgerPath);
  const folder = mkdtempSync(join(tmpdir(), 'attestry-bench-'));
  const db = new DatabaseSync(join(folder, 'bare.db'));
  db.exec(`PRAGMA page_size=${pageSize}; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL`);
  for (const table of tables) db.exec(table.createSql);
  for (const sql of indexSql) db.exec(sql);
  const inserts = tables.map((table) => db.prepare(table.insertSql));
  const count = (tables[0] as TableRows).rows.length;
  const startedAt = performance.now();
  for (let at = 0; at < count; at += batch) {
    db.exec('BEGIN');
    tables.forEach((table, i) => {
      const share = table.rows.length / count;
      const end = Math.min(table.rows.length, Math.ceil((at + batch) * share));
      for (let row = Math.ceil(at * share); row < end; row++)
        inserts[i]?.run(...(table.rows[row] as SQLInputValue[]));
    });
    db.exec('COMMIT');
  }
  const seconds = (performance.now() - startedAt) / 1000;
  db.close();
  rmSync(folder, { recursive: true });
  return count / seconds;
}
