import { type CompiledCondition, filterExpression } from './condition-sql.ts';
import { type EventSource, fromFilters, fromText, type ResolvedQuery, walkByTime } from './event-source.ts';
import { recordKey } from './row-key.ts';
import { fragment, join, type SqlFragment } from './sql-fragment.ts';
import { ESTIMATE_ROWS } from './sqlite-limits.ts';
import type { StatementCache } from './statement-cache.ts';

/** A number of matches, and whether it is the number. */
export interface CountEstimate {
  readonly count: number;
  readonly exact: boolean;
}

/** Rows among which all matches are, found by one index. */
interface Candidates {
  /** Column of the source that ends in the bits of `seq`, in the record's row id or in its time key. */
  readonly key: string;
  /** Counts the candidates without reading a record. */
  readonly counted: { readonly from: string; readonly where: SqlFragment };
  /** The candidates as records `r`. */
  readonly rows: { readonly from: string; readonly where: SqlFragment };
  /** The matches themselves, from the same index. */
  readonly matches: EventSource;
}

/** Whether a condition is answered without reading records. */
export function isIndexed({ terms, inTimeIndex }: CompiledCondition): boolean {
  return terms !== undefined || inTimeIndex === true;
}

/** Rows that the search index finds for the first text condition. */
function textCandidates(query: ResolvedQuery): Candidates {
  const matches = fromText(query);
  const everyRow = fromText({ ...query, time: 'recorded', conditions: [], text: query.text.slice(0, 1) });
  const where = join(
    [
      fragment('d.documents MATCH ?', query.text[0] ?? ''),
      fragment('d.rowid >= ?', recordKey(query.logNo, query.fromSeq)),
      fragment('d.rowid < ?', recordKey(query.logNo, query.toSeq)),
    ],
    'AND',
  );
  return { key: 'd.rowid', counted: { from: 'search.documents AS d', where }, rows: everyRow, matches };
}

/** Rows that the filter index finds, or all of the asked time. */
function indexedCandidates(query: ResolvedQuery): Candidates {
  const indexed = { ...query, text: [], conditions: query.conditions.filter(isIndexed) };
  if (filterExpression(indexed.conditions) === undefined) {
    const rows = walkByTime(indexed);
    return { key: 'r.k', counted: rows, rows, matches: walkByTime(query) };
  }
  const rows = fromFilters(indexed, undefined, true) as EventSource;
  return { key: 'f.rowid', counted: rows, rows, matches: fromFilters(query, undefined, true) as EventSource };
}

/**
 * Spreads the picked rows evenly over the whole log: multiplying the low bits of `seq` by the golden ratio of their
 * range puts neighbours far apart (Knuth, TAOCP 3, 6.4), whatever is periodic in the log.
 */
function pick(key: string, share: number): SqlFragment {
  return fragment(`((${key} & 65535) * 40503 & 65535) < ?`, Math.ceil(share * 65_536));
}

/**
 * Counts the matches of a query whose conditions have to be checked record by record. The index that leaves the fewest
 * candidates is walked; when they are few all of them are checked, else an even sample over all of them.
 */
export function sampleCount(query: ResolvedQuery, statements: StatementCache): CountEstimate {
  const count = ({ from, where }: Candidates['counted']): number => {
    const { sql, values } = where;
    const statement = { sql: `SELECT count(*) AS n FROM ${from} WHERE ${sql}`, values };
    return statements.get<{ readonly n: number }>(statement)?.n ?? 0;
  };
  const found = [indexedCandidates(query), ...(query.text.length === 0 ? [] : [textCandidates(query)])]
    .map((candidates) => ({ candidates, n: count(candidates.counted) }))
    .sort((a, b) => a.n - b.n);
  const best = found[0] as (typeof found)[number];
  if (best.n <= ESTIMATE_ROWS) return { count: count(best.candidates.matches), exact: true };
  const { key, rows, matches } = best.candidates;
  const picked = pick(key, ESTIMATE_ROWS / best.n);
  const sampled = count({ from: rows.from, where: join([rows.where, picked], 'AND') });
  const hits = count({ from: matches.from, where: join([picked, matches.where], 'AND') });
  return { count: sampled === 0 ? 0 : Math.round((hits / sampled) * best.n), exact: false };
}
