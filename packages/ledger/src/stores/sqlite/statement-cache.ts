import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { BoundedMap } from './bounded-map.ts';
import type { SqlFragment } from './sql-fragment.ts';
import { STATEMENTS_CACHED_MAX } from './sqlite-limits.ts';

/** Prepared statements by their text: the texts of queries differ only by which filters are used. */
export class StatementCache {
  readonly #db: DatabaseSync;
  readonly #statements = new BoundedMap<string, StatementSync>(STATEMENTS_CACHED_MAX);

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** All rows of a statement. */
  all<Row>(statement: SqlFragment): Row[] {
    return this.#prepare(statement.sql).all(...statement.values) as Row[];
  }

  /** The first row of a statement. */
  get<Row>(statement: SqlFragment): Row | undefined {
    return this.#prepare(statement.sql).get(...statement.values) as Row | undefined;
  }

  /** The rows of a statement one after the other; whoever stops asking ends the statement. */
  iterate<Row>(statement: SqlFragment): NodeJS.Iterator<Row> {
    return this.#prepare(statement.sql).iterate(...statement.values) as unknown as NodeJS.Iterator<Row>;
  }

  /** Forgets all statements; before a database is attached or detached. */
  clear(): void {
    this.#statements.clear();
  }

  #prepare(sql: string): StatementSync {
    const cached = this.#statements.get(sql);
    if (cached !== undefined) return cached;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}
