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

/** The tables an append writes for each event, with the column that gives the order they were written in. */
const EVENT_TABLES = { records: 'k', event_ids: 'seq', seals: 'seal_k' } as const;

/** The four indexes anybody would give such a table: by time, type, actor and target. */
const INDEX_SQL = [
  'CREATE INDEX by_time ON records (log_no, occurred)',
  'CREATE INDEX by_type ON records (log_no, type, occurred)',
  'CREATE INDEX by_actor ON records (actor, occurred)',
  'CREATE INDEX by_target ON records (target, occurred)',
] as const;

/** Reads the finished rows of a ledger.db that our own append has written. */
function finishedRows(ledgerPath: string): {
  tables: TableRows[];
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
  const tables = Object.entries(EVENT_TABLES).map(([name, order]): TableRows => {
    const createSql = schema.find((row) => row.type === 'table' && row.name === name)?.sql;
    if (createSql === undefined) throw new Error(`${ledgerPath} has no table ${name}`);
    const read = db.prepare(`SELECT * FROM ${name} ORDER BY ${order}`);
    read.setReadBigInts(true);
    read.setReturnArrays(true);
    const rows = read.all() as unknown as SQLInputValue[][];
    const marks = (rows[0] ?? []).map(() => '?').join(',');
    return { name, createSql, insertSql: `INSERT INTO ${name} VALUES (${marks})`, rows };
  });
  const pageSize = (db.prepare('PRAGMA page_size').get() as { page_size: number }).page_size;
  db.close();
  return { tables, pageSize };
}

/**
 * The raw baseline: the same finished rows inserted into bare SQLite (WAL, synchronous=FULL, one thread, prepared
 * statements, one transaction per batch).
 *
 * @returns rows of the record table per second
 */
export function bareInsertRate(ledgerPath: string, batch: number): number {
  const { tables, pageSize } = finishedRows(ledgerPath);
  const folder = mkdtempSync(join(tmpdir(), 'attestry-bench-'));
  const db = new DatabaseSync(join(folder, 'bare.db'), { enableForeignKeyConstraints: false });
  db.exec(`PRAGMA page_size=${pageSize}; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL`);
  for (const table of tables) db.exec(table.createSql);
  for (const sql of INDEX_SQL) db.exec(sql);
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
