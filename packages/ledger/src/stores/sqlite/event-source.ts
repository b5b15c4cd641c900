import type { RowPosition } from '../../ports/event-query-store.ts';
import { type CompiledCondition, filterExpression } from './condition-sql.ts';
import {
  recordKey,
  SEQS_PER_LOG,
  sameSeqBitsSql,
  TIME_KEY_SEQS,
  timeBoundsSql,
  timeKey,
  timeKeyRange,
} from './row-key.ts';
import { fragment, join, type SqlFragment } from './sql-fragment.ts';

/** What a query asks, resolved to numbers of this database. */
export interface ResolvedQuery {
  readonly logNo: number;
  readonly time: 'occurred' | 'recorded';
  /** Bounds of the asked clock, both inclusive; for `recorded` they are already in `fromSeq` and `toSeq`. */
  readonly fromMs: number | undefined;
  readonly lastMs: number | undefined;
  /** Rows `fromSeq <= seq < toSeq`. */
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly conditions: readonly CompiledCondition[];
  /** Text conditions as expressions of the search index. */
  readonly text: readonly string[];
  /** Time keys are unique in this log, so the filter index alone is exact. */
  readonly keysUnique: boolean;
}

/** Where rows come from: FROM and WHERE of a statement over `r`, and by what its rows can be ordered without sorting. */
export interface EventSource {
  readonly from: string;
  readonly where: SqlFragment;
  /** Columns of the order (occurred, seq) or (seq) in this source. */
  readonly orderBy: readonly string[];
}

/** The strict side of a keyset: rows after this position in ascending (`up`) or descending order. */
export interface KeysetStart {
  readonly position: RowPosition;
  readonly up: boolean;
}

/**
 * The tenant's own rows and nothing else: every statement over records goes through here. The range of row ids is what
 * separates tenants; `log_no` leads the time index.
 */
function tenantRange(query: ResolvedQuery): SqlFragment[] {
  return [
    fragment('r.log_no = ?', query.logNo),
    fragment('r.k >= ?', recordKey(query.logNo, query.fromSeq)),
    fragment('r.k < ?', recordKey(query.logNo, Math.min(query.toSeq, SEQS_PER_LOG))),
    fragment('r.occurred IS NOT NULL'),
  ];
}

function occurredRange({ time, fromMs, lastMs }: ResolvedQuery): SqlFragment[] {
  if (time !== 'occurred') return [];
  return [
    ...(fromMs === undefined ? [] : [fragment('r.occurred >= ?', fromMs)]),
    ...(lastMs === undefined ? [] : [fragment('r.occurred <= ?', lastMs)]),
  ];
}

function textChecks(matches: readonly string[]): SqlFragment[] {
  const found = 'SELECT 1 FROM search.documents AS d WHERE d.documents MATCH ? AND d.rowid = r.k';
  return matches.map((match) => fragment(`EXISTS (${found})`, match));
}

function checks(query: ResolvedQuery, skipIndexed: boolean): SqlFragment[] {
  const kept = skipIndexed ? query.conditions.filter(({ terms }) => terms === undefined) : query.conditions;
  return kept.map(({ check }) => check);
}

/** Walks the log by occurred time, checking each row. For queries that no index narrows. */
export function walkByTime(query: ResolvedQuery, start?: KeysetStart): EventSource {
  const keyset =
    start === undefined
      ? []
      : [
          fragment(
            `(r.occurred, r.k) ${start.up ? '>' : '<'} (?, ?)`,
            start.position.timeMs,
            recordKey(query.logNo, start.position.seq),
          ),
        ];
  return {
    from: 'records AS r INDEXED BY by_time',
    where: join(
      [
        ...tenantRange(query),
        ...occurredRange(query),
        ...keyset,
        ...checks(query, false),
        ...textChecks(query.text),
      ],
      'AND',
    ),
    orderBy: ['r.occurred', 'r.k'],
  };
}

/** Walks the log by sequence number, checking each row. */
export function walkBySeq(query: ResolvedQuery, start?: KeysetStart): EventSource {
  const keyset =
    start === undefined
      ? []
      : [fragment(`r.k ${start.up ? '>' : '<'} ?`, recordKey(query.logNo, start.position.seq))];
  return {
    from: 'records AS r NOT INDEXED',
    where: join(
      [...tenantRange(query), ...keyset, ...checks(query, false), ...textChecks(query.text)],
      'AND',
    ),
    orderBy: ['r.k'],
  };
}

/**
 * Rows that the filter index finds, in the order of their time keys.
 *
 * Keys that two rows share (2^22 apart in one millisecond) come out by row id in both directions, so the rest of such a
 * group is always what has a larger row id.
 *
 * @param skipIndexed leave out the row checks of conditions that the index answers exactly
 */
export function fromFilters(
  query: ResolvedQuery,
  start?: KeysetStart,
  skipIndexed = false,
): EventSource | undefined {
  const match = filterExpression(query.conditions);
  if (match === undefined) return undefined;
  const time = timeBoundsSql('f.rowid');
  const byTime = query.time === 'occurred';
  const [low, high] = timeKeyRange(byTime ? query.fromMs : undefined, byTime ? query.lastMs : undefined);
  const parts = [fragment('f.filters MATCH ?', match), fragment('f.rowid BETWEEN ? AND ?', low, high)];
  if (start !== undefined) {
    const key = timeKey(start.position.timeMs, start.position.seq);
    parts.push(fragment(start.up ? 'f.rowid >= ?' : 'f.rowid <= ?', key));
    parts.push(fragment('(f.rowid <> ? OR r.k > ?)', key, recordKey(query.logNo, start.position.seq)));
  }
  return {
    from: 'filters AS f CROSS JOIN records AS r INDEXED BY by_time',
    where: join(
      [
        ...parts,
        ...tenantRange(query),
        fragment(`r.occurred BETWEEN ${time.low} AND ${time.high}`),
        fragment(sameSeqBitsSql('r.k', 'f.rowid')),
        ...occurredRange(query),
        ...checks(query, skipIndexed && query.keysUnique),
        ...textChecks(query.text),
      ],
      'AND',
    ),
    orderBy: ['f.rowid'],
  };
}

/** The same in a log whose time keys are unique: a key names its row, so that nothing has to be looked up by time. */
export function fromUniqueKeys(query: ResolvedQuery, start?: KeysetStart): EventSource | undefined {
  const candidates = candidatesOf(query, query.conditions, start);
  return candidates && { ...candidates, where: join([candidates.where, candidates.check], 'AND') };
}

/** Rows of which only some pass `check`. */
export interface Candidates extends EventSource {
  readonly check: SqlFragment;
}

/**
 * Rows of the identifiers that a query asks for together with something else, before it is asked. Few rows have one
 * actor, address or document: checking them costs less than walking through all successes to meet in the index.
 */
export function candidatesByIdentifier(query: ResolvedQuery, start?: KeysetStart): Candidates | undefined {
  const identifiers = query.conditions.filter(({ isIdentifier }) => isIdentifier === true);
  if (identifiers.length === query.conditions.length) return undefined;
  return candidatesOf(query, identifiers, start);
}

function candidatesOf(
  query: ResolvedQuery,
  asked: readonly CompiledCondition[],
  start: KeysetStart | undefined,
): Candidates | undefined {
  const match = filterExpression(asked);
  if (match === undefined || !query.keysUnique || query.time !== 'occurred') return undefined;
  let [low, high] = timeKeyRange(query.fromMs, query.lastMs);
  if (start !== undefined) {
    const key = timeKey(start.position.timeMs, start.position.seq);
    if (start.up && key >= low) low = key + 1n;
    if (!start.up && key <= high) high = key - 1n;
  }
  return {
    from: 'filters AS f CROSS JOIN records AS r NOT INDEXED',
    where: join(
      [
        fragment('f.filters MATCH ?', match),
        fragment('f.rowid BETWEEN ? AND ?', low, high),
        fragment(`r.k = ? + (f.rowid & ${TIME_KEY_SEQS - 1})`, recordKey(query.logNo, 0)),
        ...tenantRange(query),
      ],
      'AND',
    ),
    check: join([...occurredRange(query), ...checks(query, false), ...textChecks(query.text)], 'AND'),
    orderBy: ['f.rowid'],
  };
}

/** Rows that the search index finds; their order is not the asked one. */
export function fromText(query: ResolvedQuery): EventSource {
  return {
    from: 'search.documents AS d CROSS JOIN records AS r NOT INDEXED',
    where: join(
      [
        fragment('d.documents MATCH ?', query.text[0] ?? ''),
        fragment('d.rowid >= ?', recordKey(query.logNo, query.fromSeq)),
        fragment('d.rowid < ?', recordKey(query.logNo, query.toSeq)),
        fragment('r.k = d.rowid'),
        ...tenantRange(query),
        ...occurredRange(query),
        ...checks(query, false),
        ...textChecks(query.text.slice(1)),
      ],
      'AND',
    ),
    orderBy: query.time === 'occurred' ? ['r.occurred', 'r.k'] : ['r.k'],
  };
}

/** The keyset as a check on rows of a source that is sorted afterwards. */
export function keysetCheck(query: ResolvedQuery, start: KeysetStart): SqlFragment {
  const key = recordKey(query.logNo, start.position.seq);
  if (query.time === 'recorded') return fragment(`r.k ${start.up ? '>' : '<'} ?`, key);
  return fragment(`(r.occurred, r.k) ${start.up ? '>' : '<'} (?, ?)`, start.position.timeMs, key);
}
