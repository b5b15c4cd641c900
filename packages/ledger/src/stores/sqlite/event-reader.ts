import type { DatabaseSync } from 'node:sqlite';
import type {
  EventPage,
  EventQuery,
  PageRequest,
  StatsBucket,
  StatsGroup,
} from '../../ports/event-query-store.ts';
import { Dictionary } from './dictionary.ts';
import {
  candidatesByIdentifier,
  type EventSource,
  fromFilters,
  fromText,
  fromUniqueKeys,
  type KeysetStart,
  keysetCheck,
  type ResolvedQuery,
  walkBySeq,
  walkByTime,
} from './event-source.ts';
import { QueryResolver } from './query-resolver.ts';
import type { RecordReader, RecordRow } from './record-reader.ts';
import { seqOfKey } from './row-key.ts';
import { isIndexed, sampleCount } from './sampled-count.ts';
import { SearchAttachment } from './search-attachment.ts';
import { fragment, join, type SqlFragment } from './sql-fragment.ts';
import { CANDIDATES_PER_ROW_MAX, SORTED_MATCHES_MAX } from './sqlite-limits.ts';
import { StatementCache } from './statement-cache.ts';
import { groupSql } from './stats-group.ts';
import { toStoreError } from './store-error.ts';

interface PageRow extends RecordRow {
  readonly at: number;
  readonly occurred: number;
}

/** Finds, counts and groups events on one read-only connection. Synchronous. */
export class EventReader {
  readonly #records: RecordReader;
  readonly #statements: StatementCache;
  readonly #resolver: QueryResolver;
  readonly #dictionary: Dictionary;
  readonly #search: SearchAttachment;

  /** @param searchPath `search.db`; without it text conditions are refused */
  constructor(db: DatabaseSync, records: RecordReader, searchPath: string | undefined) {
    this.#records = records;
    this.#statements = new StatementCache(db);
    this.#resolver = new QueryResolver(db, records, this.#statements);
    this.#dictionary = new Dictionary(db, 'read');
    this.#search = new SearchAttachment(db, searchPath, () => this.#statements.clear());
  }

  /** See `EventQueryStore.page`. */
  page(query: EventQuery, request: PageRequest): EventPage {
    const searched = this.#searchedTo(query);
    return this.#run(query, { rows: [], more: false, ...searched }, (resolved) => {
      const up = (request.order === 'asc') !== (request.backwards ?? false);
      const start = request.position === undefined ? undefined : { position: request.position, up };
      const found =
        this.#pageOfCandidates(resolved, start, up, request.limit + 1) ??
        this.#statements.all<PageRow>(
          this.#pageStatement(this.#pageSource(resolved, start, request.limit), up, request.limit + 1),
        );
      const more = found.length > request.limit;
      if (more) found.pop();
      if (request.backwards === true) found.reverse();
      const rows = this.#records
        .withSeals(found)
        .map(({ row, ...stored }) => ({ ...stored, atMs: row.at, occurredAtMs: row.occurred }));
      return { rows, more, ...searched };
    });
  }

  /** See `EventQueryStore.count`. */
  count(query: EventQuery): number {
    return this.#run(query, 0, (resolved) => this.#count(this.#countSource(resolved)));
  }

  /** See `EventQueryStore.estimate`. Exact unless records have to be read one by one to know. */
  estimate(query: EventQuery): { readonly count: number; readonly exact: boolean } {
    return this.#run(query, { count: 0, exact: true }, (resolved) => {
      // A share of what the index finds would tell of sealed members.
      if (!query.personal && query.conditions.some(comparesBlind)) {
        return { count: this.#count(this.#countSource(resolved)), exact: true };
      }
      // Exact where that costs no more than walking an index.
      if (resolved.text.length === 0 && resolved.conditions.every(isIndexed))
        return { count: this.#count(this.#countSource(resolved)), exact: true };
      return sampleCount(resolved, this.#statements);
    });
  }

  /** See `EventQueryStore.stats`. */
  stats(query: EventQuery, by: StatsGroup, limit: number): { total: number; buckets: StatsBucket[] } {
    return this.#run(query, { total: 0, buckets: [] }, (resolved) => {
      const source = this.#countSource(resolved);
      const group = groupSql(by, query.personal);
      const order = group.byTime ? 'key DESC' : 'n DESC, sample';
      const rows = this.#statements.all<{
        readonly key: number;
        readonly n: number;
        readonly sample: number;
      }>({
        sql: `SELECT ${group.shown} AS key, count(*) AS n, max(r.k) AS sample FROM ${source.from}
          WHERE ${source.where.sql} AND ${group.present} GROUP BY ${group.key} ORDER BY ${order} LIMIT ?`,
        values: [...source.where.values, limit],
      });
      const buckets = rows.map(({ key, n, sample }) => ({
        key: group.isWord && key !== null ? (this.#dictionary.word(key) ?? null) : key,
        count: n,
        sampleSeq: seqOfKey(sample),
      }));
      return { total: this.#count(source), buckets: group.byTime ? buckets.reverse() : buckets };
    });
  }

  /** How SQLite would answer a page: the lines of EXPLAIN QUERY PLAN. For tests and for `doctor`. */
  explain(query: EventQuery, request: PageRequest): string[] {
    return this.#run(query, [], (resolved) => {
      const up = (request.order === 'asc') !== (request.backwards ?? false);
      const start = request.position === undefined ? undefined : { position: request.position, up };
      const { sql, values } = this.#pageStatement(
        this.#pageSource(resolved, start, request.limit),
        up,
        request.limit,
      );
      const rows = this.#statements.all<{ readonly detail: string }>({
        sql: `EXPLAIN QUERY PLAN ${sql}`,
        values,
      });
      return rows.map((row) => row.detail);
    });
  }

  /**
   * Chooses where the rows of a page come from.
   *
   * Few text matches: collect, check and sort them. Else, by occurred time: the filter index, whose order it is. By
   * recorded time: the log itself in its order, or the matches of the filter index when they are few.
   */
  #pageSource(query: ResolvedQuery, start: KeysetStart | undefined, limit: number): EventSource {
    if (query.text.length > 0 && this.#isFew(fromText(query)))
      return sortedAfterwards(query, fromText(query), start);
    if (query.time === 'occurred') {
      return fromUniqueKeys(query, start) ?? fromFilters(query, start) ?? walkByTime(query, start);
    }
    const filters =
      this.#remainingRows(query, start) > Math.max(SORTED_MATCHES_MAX, limit)
        ? fromFilters(query)
        : undefined;
    if (filters !== undefined && this.#isFew(filters)) return sortedAfterwards(query, filters, start);
    return walkBySeq(query, start);
  }

  /**
   * A page from the rows of an identifier, each checked, or `undefined` when so few of them pass that the index
   * answers better.
   */
  #pageOfCandidates(
    query: ResolvedQuery,
    start: KeysetStart | undefined,
    up: boolean,
    limit: number,
  ): PageRow[] | undefined {
    const source = candidatesByIdentifier(query, start);
    if (source === undefined) return undefined;
    const candidatesMax = limit * CANDIDATES_PER_ROW_MAX;
    const { sql, values } = this.#pageStatement(source, up, candidatesMax);
    const rows: PageRow[] = [];
    let seen = 0;
    for (const row of this.#statements.iterate<PageRow & { readonly passes: number }>({
      sql: sql.replace('SELECT ', `SELECT ${source.check.sql} AS passes, `),
      values: [...source.check.values, ...values],
    })) {
      seen += 1;
      if (row.passes === 1 && rows.push(row) === limit) return rows;
    }
    return seen < candidatesMax ? rows : undefined;
  }

  #countSource(query: ResolvedQuery): EventSource {
    if (query.text.length > 0) return fromText(query);
    const filters = fromFilters(query, undefined, true);
    return filters ?? (query.time === 'occurred' ? walkByTime(query) : walkBySeq(query));
  }

  #pageStatement(source: EventSource, up: boolean, limit: number): SqlFragment {
    const order = source.orderBy.map((column) => `${column} ${up ? 'ASC' : 'DESC'}`).join(', ');
    return {
      sql: `SELECT r.k, r.hash, r.text, r.at, r.occurred FROM ${source.from} WHERE ${source.where.sql}
        ORDER BY ${order} LIMIT ?`,
      values: [...source.where.values, limit],
    };
  }

  #count(source: EventSource): number {
    const { sql, values } = source.where;
    const row = this.#statements.get<{ readonly n: number }>({
      sql: `SELECT count(*) AS n FROM ${source.from} WHERE ${sql}`,
      values,
    });
    return row?.n ?? 0;
  }

  /** Whether a source finds at most `SORTED_MATCHES_MAX` rows; looks at no more than that. */
  #isFew(source: EventSource): boolean {
    const { sql, values } = source.where;
    const row = this.#statements.get<{ readonly n: number }>({
      sql: `SELECT count(*) AS n FROM (SELECT 1 FROM ${source.from} WHERE ${sql} LIMIT ?)`,
      values: [...values, SORTED_MATCHES_MAX + 1],
    });
    return (row?.n ?? 0) <= SORTED_MATCHES_MAX;
  }

  #remainingRows(query: ResolvedQuery, start: KeysetStart | undefined): number {
    if (start === undefined) return query.toSeq - query.fromSeq;
    return start.up ? query.toSeq - start.position.seq : start.position.seq - query.fromSeq;
  }

  /** How far the full-text index has come, for who asks it. */
  #searchedTo(query: EventQuery): Pick<EventPage, 'searchedTo'> {
    if (!hasText(query)) return {};
    return this.#run(query, { searchedTo: 0 }, ({ logNo }) => {
      const cursor = this.#statements.get<{ readonly next_seq: number }>(
        fragment('SELECT next_seq FROM search.cursors WHERE log_no = ?', logNo),
      );
      return { searchedTo: cursor?.next_seq ?? 0 };
    });
  }

  #run<Result>(query: EventQuery, nothing: Result, work: (resolved: ResolvedQuery) => Result): Result {
    try {
      if (hasText(query)) this.#search.refresh();
      const resolved = this.#resolver.resolve(query);
      return resolved === undefined ? nothing : work(resolved);
    } catch (error) {
      throw toStoreError(error, 'querying events');
    }
  }
}

function comparesBlind(condition: EventQuery['conditions'][number]): boolean {
  const { kind } = condition.kind === 'not' ? condition.condition : condition;
  return kind === 'blind' || kind === 'anyBlind';
}

function hasText({ conditions }: EventQuery): boolean {
  return conditions.some(
    (condition) =>
      condition.kind === 'text' || (condition.kind === 'not' && condition.condition.kind === 'text'),
  );
}

/** A source of few rows with the keyset as a check; SQLite sorts what is left. */
function sortedAfterwards(
  query: ResolvedQuery,
  source: EventSource,
  start: KeysetStart | undefined,
): EventSource {
  const where = start === undefined ? source.where : join([source.where, keysetCheck(query, start)], 'AND');
  return {
    from: source.from,
    where,
    orderBy: query.time === 'occurred' ? ['r.occurred', 'r.k'] : ['r.k'],
  };
}
