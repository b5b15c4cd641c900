import type { DatabaseSync } from 'node:sqlite';
import { recordKey, SEQS_PER_LOG, sealKey } from './row-key.ts';

/** Rows that belong to no log of the database, as a log leaves them that somebody deleted. */
export interface RawLeftovers {
  readonly table: 'logs' | 'records' | 'seals' | 'event_ids' | 'tiles' | 'checkpoints' | 'data_keys';
  readonly rows: number;
}

const INTEGER_MIN = -(2n ** 63n);
const INTEGER_MAX = 2n ** 63n - 1n;

/** Finds the leftovers of all tables with a few reads for each log, and counts them. */
export function leftovers(db: DatabaseSync): RawLeftovers[] {
  const logNos = numbers(db, 'SELECT log_no AS n FROM logs JOIN tenants USING (tenant_no) ORDER BY log_no');
  const logs = new Set(logNos);
  const tenants = new Set(numbers(db, 'SELECT tenant_no AS n FROM tenants'));
  const found: RawLeftovers[] = [
    { table: 'logs', rows: strangers(db, 'logs', 'tenant_no', tenants) },
    {
      table: 'records',
      rows: outside(
        db,
        'records',
        'k',
        logNos.map((log) => [recordKey(log, 0), SEQS_PER_LOG]),
      ),
    },
    {
      table: 'seals',
      rows: outside(
        db,
        'seals',
        'seal_k',
        logNos.map((log) => [sealKey(recordKey(log, 0), 0), sealKey(SEQS_PER_LOG, 0)]),
      ),
    },
    { table: 'event_ids', rows: strangers(db, 'event_ids', 'log_no', logs) },
    { table: 'tiles', rows: strangers(db, 'tiles', 'log_no', logs) },
    { table: 'checkpoints', rows: strangers(db, 'checkpoints', 'log_no', logs) },
    { table: 'data_keys', rows: strangers(db, 'data_keys', 'tenant_no', tenants) },
  ];
  return found.filter(({ rows }) => rows > 0);
}

/** Rows whose number is none of the known ones. The column leads an index: one step for each number that is there. */
function strangers(db: DatabaseSync, table: string, column: string, known: ReadonlySet<number>): number {
  const next = db.prepare(
    `SELECT ${column} AS n FROM ${table} WHERE ${column} > ? ORDER BY ${column} LIMIT 1`,
  );
  const count = db.prepare(`SELECT count(*) AS n FROM ${table} WHERE ${column} = ?`);
  let rows = 0;
  for (let row = next.get(INTEGER_MIN); row !== undefined; row = next.get(row.n as number)) {
    if (!known.has(Number(row.n))) rows += Number(count.get(row.n as number)?.n);
  }
  return rows;
}

/** Rows whose id lies in none of the ranges, which ascend. */
function outside(
  db: DatabaseSync,
  table: string,
  column: string,
  ranges: readonly (readonly [from: number, length: number])[],
): number {
  const count = db.prepare(`SELECT count(*) AS n FROM ${table} WHERE ${column} >= ? AND ${column} <= ?`);
  let rows = 0;
  let low = INTEGER_MIN;
  for (const [from, length] of ranges) {
    rows += Number(count.get(low, BigInt(from) - 1n)?.n);
    low = BigInt(from) + BigInt(length);
  }
  return rows + Number(count.get(low, INTEGER_MAX)?.n);
}

function numbers(db: DatabaseSync, sql: string): number[] {
  return db
    .prepare(sql)
    .all()
    .map(({ n }) => Number(n));
}
