import type { DatabaseSync } from 'node:sqlite';
import type { EventQuery } from '../../ports/event-query-store.ts';
import { compileConditions } from './condition-sql.ts';
import { Dictionary } from './dictionary.ts';
import type { ResolvedQuery } from './event-source.ts';
import type { RecordReader } from './record-reader.ts';
import { recordKey, TIME_KEY_SEQS } from './row-key.ts';
import { matchExpression } from './search-match.ts';
import { fragment } from './sql-fragment.ts';
import type { StatementCache } from './statement-cache.ts';

/** Turns a query into numbers of one database: log, words, range of sequence numbers. */
export class QueryResolver {
  readonly #records: RecordReader;
  readonly #statements: StatementCache;
  readonly #dictionary: Dictionary;

  constructor(db: DatabaseSync, records: RecordReader, statements: StatementCache) {
    this.#records = records;
    this.#statements = statements;
    this.#dictionary = new Dictionary(db, 'read');
  }

  /** The query in numbers, or `undefined` when no row can match: no such log, a word that no row has. */
  resolve(query: EventQuery): ResolvedQuery | undefined {
    const logNo = this.#records.logNo(query.tenant);
    if (logNo === undefined) return undefined;
    const { impossible, conditions, texts } = compileConditions(query, this.#dictionary, logNo);
    if (impossible) return undefined;
    const size = this.#records.size(logNo);
    const recorded = query.time === 'recorded';
    const fromSeq = recorded && query.fromMs !== undefined ? this.#firstSeqAt(logNo, query.fromMs, size) : 0;
    const toSeq = recorded && query.toMs !== undefined ? this.#firstSeqAt(logNo, query.toMs, size) : size;
    if (fromSeq >= toSeq) return undefined;
    return {
      logNo,
      time: query.time,
      fromMs: query.fromMs,
      lastMs: query.toMs === undefined ? undefined : query.toMs - 1,
      fromSeq,
      toSeq,
      conditions,
      text: texts.map((match) => matchExpression(match, query.personal)),
      keysUnique: size <= TIME_KEY_SEQS,
    };
  }

  /** First record with `at >= timeMs`; time never goes back in a log, so it is found by halving. */
  #firstSeqAt(logNo: number, timeMs: number, size: number): number {
    let low = 0;
    let high = size;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const row = this.#statements.get<{ readonly at: number }>(
        fragment('SELECT at FROM records WHERE k >= ? ORDER BY k LIMIT 1', recordKey(logNo, middle)),
      );
      if (row === undefined || row.at >= timeMs) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
