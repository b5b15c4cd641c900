import type pg from 'pg';
import { OperationalError } from '../../errors.ts';
import { RecentCache } from '../../keys/recent-cache.ts';
import type {
  EventCondition,
  EventPage,
  EventQuery,
  EventQueryStore,
  EventRow,
  PageRequest,
  RowPosition,
  StatsBucket,
  StatsGroup,
} from '../../ports/event-query-store.ts';
import type { DataKeyNumbers } from './data-key-numbers.ts';
import { EventSource, type PageStart, type QueryLog, type QueryTables } from './event-source.ts';
import type { PostgresPool, Scope } from './postgres-pool.ts';
import {
  CANDIDATES_PER_ROW,
  CHECKED_PER_ROW,
  COLLECT_COST_MAX,
  COLLECT_TEXT_COST_MAX,
  ESTIMATE_BLOCKS_MAX,
  ESTIMATE_ROWS,
  ESTIMATE_ROWS_MIN,
  EXACT_COST_MAX,
  LOG_END_AHEAD_MS,
  LOG_END_KNOWN_MS,
  LOG_ENDS_CACHED_MAX,
  PARTITIONS_AT_ONCE,
  PARTITIONS_KNOWN_MS,
  QUERY_MS_MAX,
  WINDOWS_MS,
} from './postgres-query-limits.ts';
import { STORED_COLUMNS, type StoredRow, storedRecords } from './record-rows.ts';
import { tableSql } from './schema-names.ts';
import type { SeqTimes } from './seq-times.ts';
import { raw, type SqlText, sql } from './sql-text.ts';
import { groupSql } from './stats-group.ts';
import { msSql } from './stored-time.ts';
import type { TenantNumbers } from './tenant-numbers.ts';

/** The parts that answer queries. */
export interface QueryParts {
  /** Its connections end a statement after `QUERY_MS_MAX`. */
  readonly pool: PostgresPool;
  readonly schema: string;
  readonly tenants: TenantNumbers;
  readonly keys: DataKeyNumbers;
  readonly times: SeqTimes;
}

type Planner = NonNullable<Scope['planner']>;

/** Runs one statement of a reading transaction. */
type RunSql = <Row extends pg.QueryResultRow>(statement: SqlText) => Promise<readonly Row[]>;

interface PageRow extends StoredRow {
  readonly at_ms: number;
  readonly occurred_ms: number;
}

interface ExplainRow {
  readonly 'QUERY PLAN': readonly [
    { readonly Plan: { readonly 'Total Cost': number; readonly 'Plan Rows': number } },
  ];
}

const OCCURRED_MS = `${msSql('occurred_at')} AS occurred_ms`;
const PAGE_COLUMNS = `${STORED_COLUMNS}, ${msSql('recorded_at')} AS at_ms, ${OCCURRED_MS}`;

/** A scan through a whole table is never the answer to a query; and compiling one takes longer than running it. */
const EVERY_QUERY: Planner = { enable_seqscan: 'off', jit: 'off' };

/** What a row is joined to is looked up for that row, so that the first rows come first. */
const PAGES: Planner = {
  ...EVERY_QUERY,
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  max_parallel_workers_per_gather: '0',
};

/** Finds, counts and groups events. */
export class PostgresEventReader implements EventQueryStore {
  readonly #parts: QueryParts;
  #tables: QueryTables | undefined;
  #partitions = { n: 0, untilMs: 0 };
  readonly #logs = new RecentCache<number, { readonly log: QueryLog; readonly untilMs: number }>(
    LOG_ENDS_CACHED_MAX,
  );

  constructor(parts: QueryParts) {
    this.#parts = parts;
  }

  page(query: EventQuery, request: PageRequest): Promise<EventPage> {
    return this.#read<EventPage>(query, PAGES, { rows: [], more: false }, async (source, run) => {
      const searchedTo =
        source.asked === undefined ? {} : { searchedTo: await this.#searchedTo(source, run) };
      const found = await this.#newest(query, source, request, run);
      const more = found.length > request.limit;
      const shown = found.slice(0, request.limit);
      if (request.backwards === true) shown.reverse();
      return { rows: await this.#toRows(source.tenantNo, shown), more, ...searchedTo };
    });
  }

  count(query: EventQuery): Promise<number> {
    return this.#read(query, EVERY_QUERY, 0, (source, run) => this.#count(source, run));
  }

  /** Exact unless the planner says that it takes long; then a sample of all blocks is checked. */
  estimate(query: EventQuery): Promise<{ readonly count: number; readonly exact: boolean }> {
    const nothing = { count: 0, exact: true };
    return this.#read(query, EVERY_QUERY, nothing, async (source, run) => {
      const planned = await explain(source.count(), run);
      if (planned.cost <= EXACT_COST_MAX || !isSampled(query)) {
        return { count: await this.#count(source, run), exact: true };
      }
      const sampled = await this.#sample(source, run);
      if (sampled !== undefined) return { count: sampled, exact: false };
      return { count: (await explain(sql`SELECT FROM ${source.matches()}`, run)).rows, exact: false };
    });
  }

  stats(
    query: EventQuery,
    by: StatsGroup,
    limit: number,
  ): Promise<{ readonly total: number; readonly buckets: readonly StatsBucket[] }> {
    return this.#read(query, EVERY_QUERY, { total: 0, buckets: [] }, async (source, run) => {
      const rows = await run<StatsRow>(statsSql(source, by, query.personal, limit));
      const [total, ...found] = rows;
      const groups = groupSql(by, query.personal).shown === 'time' ? found.reverse() : found;
      return {
        total: total?.n ?? 0,
        buckets: groups.map(({ key, n, sample }) => ({ key, count: n, sampleSeq: sample })),
      };
    });
  }

  /** How PostgreSQL would answer each statement that a query may become. For tests. */
  async explain(query: EventQuery, request: PageRequest): Promise<readonly string[]> {
    const plans = (planner: Planner, statementsOf: (source: EventSource) => readonly SqlText[]) =>
      this.#read<readonly string[]>(query, planner, [], async (source, run) => {
        const found: string[] = [];
        for (const statement of statementsOf(source)) {
          const lines = await run<{ readonly 'QUERY PLAN': string }>(sql`EXPLAIN ${statement}`);
          found.push(lines.map((line) => line['QUERY PLAN']).join('\n'));
        }
        return found;
      });
    const start = startOf(request);
    const pages = await plans(PAGES, (source) => [
      source.walk(PAGE_COLUMNS, start, request.limit),
      source.candidates(PAGE_COLUMNS, start, request.limit, request.limit * CANDIDATES_PER_ROW),
      source.lastCandidate(`seq, ${OCCURRED_MS}`, start, request.limit * CANDIDATES_PER_ROW),
      source.collect(PAGE_COLUMNS, start, request.limit),
    ]);
    const numbers = await plans(EVERY_QUERY, (source) => [
      source.count(),
      statsSql(source, 'type', query.personal, 10),
    ]);
    return [...pages, ...numbers];
  }

  async #read<Result>(
    query: EventQuery,
    planner: Planner,
    nothing: Result,
    work: (source: EventSource, run: RunSql) => Promise<Result>,
  ): Promise<Result> {
    const { pool, tenants } = this.#parts;
    const tenantNo = await tenants.of(query.tenant);
    if (tenantNo === undefined) return nothing;
    const log = await this.#log(tenantNo);
    if (log === undefined) return nothing;
    const source = EventSource.of(query, log, this.#tables ?? (await this.#readTables()));
    if (source === undefined) return nothing;
    const asked =
      source.asked === undefined ? {} : { settings: { 'attestry.search': source.asked } as const };
    try {
      return await pool.readSnapshot('querying events', { tenantNos: [tenantNo], planner, ...asked }, (run) =>
        work(source, async <Row extends pg.QueryResultRow>(statement: SqlText): Promise<readonly Row[]> => {
          const { rows } = await run<Row>(statement.toQuery());
          return rows;
        }),
      );
    } catch (error) {
      throw isTimeout(error) ? tooLong(error) : error;
    }
  }

  /** One row more than a page, if there are so many. What is new is looked for among the newest records first. */
  async #newest(
    query: EventQuery,
    source: EventSource,
    request: PageRequest,
    run: RunSql,
  ): Promise<readonly PageRow[]> {
    const start = startOf(request);
    const limit = request.limit + 1;
    if (source.findsWords) return this.#rest(source, start, limit, run);
    for (const fromMs of start.up ? [] : await this.#windows(query, request.position, run)) {
      const rows = await this.#first(source.since(fromMs), start, limit, run);
      if (rows.length === limit) return rows;
    }
    const rows = await this.#first(source, start, limit, run);
    const next = rows.length === limit ? undefined : await this.#next(source, start, limit, run);
    if (next === undefined) return rows;
    return [...rows, ...(await this.#rest(source, { ...start, position: next }, limit - rows.length, run))];
  }

  /** The rows of a page among the first candidates, checked one by one; without conditions each is one. */
  #first(source: EventSource, start: PageStart, limit: number, run: RunSql): Promise<readonly PageRow[]> {
    return run<PageRow>(
      source.isChecked
        ? source.candidates(PAGE_COLUMNS, start, limit, candidatesOf(source, limit))
        : source.walk(PAGE_COLUMNS, start, limit),
    );
  }

  /** Where to go on when the candidates do not fill a page; `undefined` when there are no more. */
  async #next(
    source: EventSource,
    start: PageStart,
    limit: number,
    run: RunSql,
  ): Promise<RowPosition | undefined> {
    if (!source.isChecked) return undefined;
    const [last] = await run<Pick<PageRow, 'seq' | 'occurred_ms'>>(
      source.lastCandidate(`seq, ${OCCURRED_MS}`, start, candidatesOf(source, limit)),
    );
    return last && { timeMs: last.occurred_ms, seq: last.seq };
  }

  /**
   * Clocks may be wrong, and a log's time never goes back: what is recorded ahead of time is found as well.
   *
   * @returns `undefined` before the first record
   */
  async #log(tenantNo: number): Promise<QueryLog | undefined> {
    const uptimeMs = performance.now();
    const known = this.#logs.get(tenantNo);
    if (known !== undefined && known.untilMs > uptimeMs) return known.log;
    const { pool, schema, times } = this.#parts;
    const { rows } = await pool.read('querying events', { tenantNos: [tenantNo] }, (run) =>
      run<{ last_ms: number }>({
        name: 'log-end',
        text: `SELECT ${msSql('last_at')} AS last_ms FROM ${tableSql(schema, 'heads')} WHERE tenant_no = $1`,
        values: [tenantNo],
      }),
    );
    const [head] = rows;
    if (head === undefined) return undefined;
    const startMs = (await times.firstMs(tenantNo)) ?? Number.NEGATIVE_INFINITY;
    const endMs = Math.max(Date.now(), head.last_ms) + LOG_END_AHEAD_MS;
    const log = { tenantNo, startMs, endMs };
    this.#logs.set(tenantNo, { log, untilMs: uptimeMs + LOG_END_KNOWN_MS });
    return log;
  }

  /** First record that the index of words has not reached; all before it were seen by this transaction. */
  async #searchedTo(source: EventSource, run: RunSql): Promise<number> {
    const cursors = raw(tableSql(this.#parts.schema, 'cursors'));
    const [row] = await run<{ readonly next_seq: number }>(
      sql`SELECT next_seq FROM ${cursors} WHERE follower = 'search' AND tenant_no = ${source.tenantNo}::integer`,
    );
    return row?.next_seq ?? 0;
  }

  /** Rows of a page collected from whatever indexes find them if that is cheap; else the log is walked for them. */
  async #rest(
    source: EventSource,
    start: PageStart,
    limit: number,
    run: RunSql,
  ): Promise<readonly PageRow[]> {
    const collected = source.collect(PAGE_COLUMNS, start, limit);
    const { cost } = await explain(collected, run);
    const costMax = source.findsWords ? COLLECT_TEXT_COST_MAX : COLLECT_COST_MAX;
    return run<PageRow>(cost <= costMax ? collected : source.walk(PAGE_COLUMNS, start, limit));
  }

  async #readTables(): Promise<QueryTables> {
    const { pool, schema } = this.#parts;
    const documents = tableSql(schema, 'search_documents');
    const { rows } = await pool.read('querying events', {}, (run) =>
      run<{ active: boolean }>({ text: 'SELECT row_security_active($1) AS active', values: [documents] }),
    );
    this.#tables = { records: tableSql(schema, 'records'), documents, hasPolicy: rows[0]?.active === true };
    return this.#tables;
  }

  async #toRows(tenantNo: number, rows: readonly PageRow[]): Promise<readonly EventRow[]> {
    const records = await storedRecords(this.#parts.keys, tenantNo, rows);
    return records.map((record, i) => {
      const { at_ms: atMs, occurred_ms: occurredAtMs } = rows[i] as PageRow;
      return { ...record, atMs, occurredAtMs };
    });
  }

  /**
   * Where to begin when the newest events are asked for, the shortest span first: what lies before costs the planning
   * of its partitions. None when there are few of them.
   */
  async #windows(
    query: EventQuery,
    position: RowPosition | undefined,
    run: RunSql,
  ): Promise<readonly number[]> {
    // A position says when an event occurred; when it was recorded is not known.
    if (query.time === 'recorded' && position !== undefined) return [];
    const nowMs = Date.now();
    if (this.#partitions.untilMs < nowMs) {
      const [table] = await run<{ readonly n: number }>(
        sql`SELECT count(*)::float8 AS n FROM pg_catalog.pg_inherits WHERE inhparent = ${tableSql(this.#parts.schema, 'records')}::regclass`,
      );
      this.#partitions = { n: table?.n ?? 0, untilMs: nowMs + PARTITIONS_KNOWN_MS };
    }
    if (this.#partitions.n <= PARTITIONS_AT_ONCE) return [];
    const lastMs = Math.min(nowMs, position?.timeMs ?? nowMs, query.toMs ?? nowMs);
    return WINDOWS_MS.map((spanMs) => lastMs - spanMs).filter(
      (fromMs) => fromMs > (query.fromMs ?? -Infinity),
    );
  }

  async #count(source: EventSource, run: RunSql): Promise<number> {
    const [row] = await run<{ readonly n: number }>(source.count());
    return row?.n ?? 0;
  }

  /** The number of matches by the share of them in a sample; `undefined` when the sample has too few of the log. */
  async #sample(source: EventSource, run: RunSql): Promise<number | undefined> {
    const { schema } = this.#parts;
    const [records, heads] = [tableSql(schema, 'records'), tableSql(schema, 'heads')];
    const [log] = await run<{ readonly size: number; readonly blocks: number | null }>(sql`
      SELECT size::float8 AS size, (SELECT sum(c.relpages)::float8 FROM pg_catalog.pg_inherits AS i
        JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid WHERE i.inhparent = ${records}::regclass) AS blocks
      FROM ${raw(heads)} WHERE tenant_no = ${source.tenantNo}::integer`);
    // A view, as TimescaleDB makes it necessary, has no partitions, and no sample can be taken of it.
    if (log === undefined || log.blocks === null) return undefined;
    const share = Math.min(1, ESTIMATE_ROWS / log.size, ESTIMATE_BLOCKS_MAX / Math.max(1, log.blocks));
    const [sample] = await run<{ readonly seen: number; readonly hits: number }>(source.sample(share * 100));
    if (sample === undefined || sample.seen < ESTIMATE_ROWS_MIN) return undefined;
    return Math.round((sample.hits / sample.seen) * log.size);
  }
}

interface StatsRow {
  readonly key: string | number | null;
  readonly n: number;
  readonly sample: number;
}

/** The total as its first row, then the groups; of times the latest first. */
function statsSql(source: EventSource, by: StatsGroup, personal: boolean, limit: number): SqlText {
  const { key, shown, present } = groupSql(by, personal);
  const shownKey = { text: 'g.key', time: msSql('g.key'), nothing: 'NULL::text' }[shown];
  return sql`SELECT ${raw(shownKey)} AS key, g.n, g.sample FROM (
      SELECT grouping(m.key) AS is_total, m.key, count(*)::float8 AS n, max(m.seq)::float8 AS sample FROM (
        SELECT r.seq, ${raw(key)} AS key, ${raw(present)} AS present FROM ${source.matches()}
      ) AS m GROUP BY GROUPING SETS ((m.present, m.key), ()) HAVING grouping(m.key) = 1 OR m.present
    ) AS g ORDER BY g.is_total DESC, ${raw(shown === 'time' ? 'g.key DESC' : 'g.n DESC, g.sample')} LIMIT ${limit + 1}::bigint`;
}

function candidatesOf(source: EventSource, limit: number): number {
  return limit * (source.hasIdentifier ? CANDIDATES_PER_ROW : CHECKED_PER_ROW);
}

function isTimeout(error: unknown): boolean {
  return error instanceof OperationalError && error.code === 'store_timeout';
}

function tooLong(cause: unknown): OperationalError {
  return new OperationalError(
    'query_timeout',
    `the query took longer than ${QUERY_MS_MAX / 1_000} seconds and was ended: ask for a shorter time span, or add a ` +
      'filter that says who, what or which; if it is always so, see docs/postgres.md on statistics and sizing',
    { cause },
  );
}

function startOf({ order, backwards, position }: PageRequest): PageStart {
  return { position, up: (order === 'asc') !== (backwards ?? false) };
}

/** Whether a share of the log may be told: with sealed members left out it would tell of them. */
function isSampled({ personal, conditions }: EventQuery): boolean {
  return personal || !conditions.some(asksIdentifier);
}

function asksIdentifier(condition: EventCondition): boolean {
  if (condition.kind === 'not') return asksIdentifier(condition.condition);
  return condition.kind === 'blind' || condition.kind === 'anyBlind';
}

/** What the planner expects of a statement. */
async function explain(
  statement: SqlText,
  run: RunSql,
): Promise<{ readonly cost: number; readonly rows: number }> {
  const [row] = await run<ExplainRow>(sql`EXPLAIN (FORMAT JSON) ${statement}`);
  const plan = row?.['QUERY PLAN'][0]?.Plan;
  return { cost: plan?.['Total Cost'] ?? Number.POSITIVE_INFINITY, rows: plan?.['Plan Rows'] ?? 0 };
}
