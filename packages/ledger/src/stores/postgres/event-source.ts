import type { EventCondition, EventQuery, RowPosition } from '../../ports/event-query-store.ts';
import { conditionSql, type RowCondition } from './condition-sql.ts';
import { LEADING_VALUES_MAX } from './postgres-query-limits.ts';
import { allOf, raw, type SqlText, sql } from './sql-text.ts';
import { timeText } from './stored-time.ts';
import { EVERY_DOCUMENT, type TextFilter, textFilter } from './text-sql.ts';

/** The tables that are read. */
export interface QueryTables {
  /** Qualified names. */
  readonly records: string;
  readonly documents: string;
  /** Whether the policy of the documents is in force: it holds what is searched for, and a superuser passes it. */
  readonly hasPolicy: boolean;
}

/** Whose log is asked. */
export interface QueryLog {
  readonly tenantNo: number;
  /** None of its records is earlier: the partitions before it need not be planned, nor locked. */
  readonly startMs: number;
  /** None of its records is of this time or later: the partitions made ahead of time need not be planned. */
  readonly endMs: number;
}

/** The lexemes of a document `d`, as the index of words and the policy have them. */
const LEXEMES = `array_to_tsvector(string_to_array(
  d.tenant_no::text || '.' || replace(d.words, ' ', ' ' || d.tenant_no::text || '.'), ' '))`;

/** What a page shows: rows after `position` (or all), in the asked order or against it. */
export interface PageStart {
  readonly position: RowPosition | undefined;
  readonly up: boolean;
}

type TextCondition = Extract<EventCondition, { kind: 'text' }>;

/**
 * An event lies at most five minutes ahead of the clock that then stamps its record (`normalizeEvent`). So what
 * occurred after a time was recorded after the day before it, which leaves whole partitions out.
 */
const AHEAD_MS_MAX = 86_400_000;

/** Identifiers, those first that leave the fewest rows as a rule. */
const LEADING: readonly string[] = [
  ...['requestId', 'executionId', 'session', 'correlationId', 'parentId', 'target', 'actor'],
  ...['actorEmail', 'ip', 'ipNet', 'ipWide'],
];

/**
 * The statements of one query. Each names its tenant, beside the policies of the tables, and gives rows `r` of
 * `records` with all their columns.
 */
export class EventSource {
  /** For the setting `attestry.search`; absent when no document is read. */
  readonly asked: string | undefined;
  /** Whether there are words that must be found, by which the matches are. */
  readonly findsWords: boolean;
  /** Whether any row has to be checked beyond tenant and time. */
  readonly isChecked: boolean;
  readonly tenantNo: number;
  readonly #query: EventQuery;
  readonly #log: QueryLog;
  readonly #tables: QueryTables;
  readonly #filter: TextFilter | undefined;
  readonly #checks: readonly SqlText[];
  /** Whether an identifier gives the candidates. */
  readonly hasIdentifier: boolean;
  /** The check by which candidates are found. */
  readonly #lead: SqlText | undefined;
  /** Conditions on a document `d`, when words are asked for. */
  readonly #words: readonly SqlText[] | undefined;

  /** @returns `undefined` when nothing can match */
  static of(query: EventQuery, log: QueryLog, tables: QueryTables): EventSource | undefined {
    if (query.fromMs !== undefined && query.toMs !== undefined && query.fromMs >= query.toMs)
      return undefined;
    const texts = query.conditions.filter(
      (condition): condition is TextCondition => condition.kind === 'text',
    );
    const matches = texts.map(({ match }) => match);
    const filter = textFilter(matches, log.tenantNo, query.personal);
    if (filter === undefined) return undefined;
    return new EventSource(query, log, tables, texts.length > 0 ? filter : undefined);
  }

  private constructor(query: EventQuery, log: QueryLog, tables: QueryTables, filter: TextFilter | undefined) {
    this.#filter = filter;
    this.#query = query;
    this.#log = log;
    this.tenantNo = log.tenantNo;
    this.#tables = tables;
    const conditions = query.conditions.filter(
      (condition): condition is RowCondition => condition.kind !== 'text',
    );
    this.#checks = conditions.map((condition) =>
      conditionSql(condition, {
        tenantNo: log.tenantNo,
        personal: query.personal,
        documents: tables.documents,
      }),
    );
    const lead = leadingCondition(conditions);
    this.#lead = lead === undefined ? undefined : this.#checks[lead];
    this.hasIdentifier = lead !== undefined;
    const asked =
      filter === undefined || tables.hasPolicy ? [] : [sql`${raw(LEXEMES)} @@ ${filter.asked}::tsquery`];
    this.#words = filter === undefined ? undefined : [...asked, ...filter.checks];
    this.asked = filter?.asked ?? (query.conditions.some(readsDocuments) ? EVERY_DOCUMENT : undefined);
    this.findsWords = filter !== undefined;
    this.isChecked = this.#checks.length > 0 || filter !== undefined;
  }

  /** The same query of what was recorded, or has occurred, since a later time. */
  since(fromMs: number): EventSource {
    return new EventSource({ ...this.#query, fromMs }, this.#log, this.#tables, this.#filter);
  }

  /** A page by going through the log in the asked order, checking each row. */
  walk(columns: string, start: PageStart, limit: number): SqlText {
    return sql`SELECT ${raw(columns)} FROM ${raw(this.#tables.records)} AS r
      WHERE ${allOf([...this.#inTime('r', start), ...this.#checks, ...this.#hasWords()])}
      ${this.#orderBy('r', start)} LIMIT ${limit}::bigint`;
  }

  /**
   * The rows of a page among the candidates: the first `most` rows that one identifier has, or the log when none is
   * asked for. They come out in the order of the candidates; to ask for it once more would make PostgreSQL read all of
   * them before the first comes out. `IS TRUE` keeps it from making joins of the checks, which have an order of their own.
   */
  candidates(columns: string, start: PageStart, limit: number, most: number): SqlText {
    return sql`SELECT ${raw(columns)} FROM (
        SELECT r.* FROM ${this.#candidates(start)} LIMIT ${most}::bigint
      ) AS r WHERE (${allOf([...this.#checks, ...this.#hasWords()])}) IS TRUE LIMIT ${limit}::bigint`;
  }

  /** Where candidate number `most` lies, if there are so many: what comes after it was not looked at. */
  lastCandidate(columns: string, start: PageStart, most: number): SqlText {
    return sql`SELECT ${raw(columns)} FROM ${this.#candidates(start)} OFFSET ${most - 1}::bigint LIMIT 1`;
  }

  /** A page by collecting all matches, from whatever indexes find them, and sorting them. */
  collect(columns: string, start: PageStart, limit: number): SqlText {
    const order = this.#orderBy('r', start);
    if (this.#words === undefined) {
      return sql`SELECT ${raw(columns)} FROM (SELECT r.* FROM ${raw(this.#tables.records)} AS r
          WHERE ${allOf([...this.#inTime('r', start), ...this.#checks])} OFFSET 0) AS r
        ${order} LIMIT ${limit}::bigint`;
    }
    // Without other conditions the documents alone know which rows the page has.
    const cut =
      this.#checks.length > 0 ? raw('OFFSET 0') : sql`${this.#orderBy('d', start)} LIMIT ${limit}::bigint`;
    return sql`SELECT ${raw(columns)} FROM (
        SELECT r.* FROM (SELECT d.* FROM ${this.#documents(start)} ${cut}) AS d
        JOIN ${this.#recordOf('d')} WHERE ${allOf([this.#ofTenant('r'), ...this.#checks])}
      ) AS r ${order} LIMIT ${limit}::bigint`;
  }

  /** The number of matches, in column `n`. */
  count(): SqlText {
    if (this.#words === undefined || this.#checks.length > 0)
      return sql`SELECT count(*)::float8 AS n FROM ${this.matches()}`;
    return sql`SELECT count(*)::float8 AS n FROM ${this.#documents()}`;
  }

  /** FROM and WHERE of all matches. */
  matches(): SqlText {
    if (this.#words === undefined) {
      return sql`${raw(this.#tables.records)} AS r WHERE ${allOf([...this.#inTime('r'), ...this.#checks])}`;
    }
    return sql`(SELECT d.* FROM ${this.#documents()}) AS d JOIN ${this.#recordOf('d')}
      WHERE ${allOf([this.#ofTenant('r'), ...this.#checks])}`;
  }

  /** Of a share of all blocks: how many events of the tenant they have (`seen`), and how many of those match (`hits`). */
  sample(percent: number): SqlText {
    const isHit = allOf([...this.#inTime('r'), ...this.#checks, ...this.#hasWords()]);
    return sql`SELECT count(*)::float8 AS seen, (count(*) FILTER (WHERE hit))::float8 AS hits FROM (
      SELECT (${isHit}) AS hit FROM ${raw(this.#tables.records)} AS r TABLESAMPLE SYSTEM (${percent}::float4)
      WHERE ${this.#ofTenant('r')} AND r.occurred_at IS NOT NULL AND ${this.#inLife()} OFFSET 0) AS r`;
  }

  #candidates(start: PageStart): SqlText {
    const lead = this.#lead === undefined ? [] : [this.#lead];
    return sql`${raw(this.#tables.records)} AS r
      WHERE ${allOf([...this.#inTime('r', start), ...lead])} ${this.#orderBy('r', start)}`;
  }

  #documents(start?: PageStart): SqlText {
    return sql`${raw(this.#tables.documents)} AS d
      WHERE ${allOf([...this.#inTime('d', start), ...(this.#words ?? [])])}`;
  }

  /** The record behind a document; the time leads to its partition. */
  #recordOf(document: string): SqlText {
    const d = raw(document);
    return sql`${raw(this.#tables.records)} AS r
      ON r.tenant_no = ${d}.tenant_no AND r.seq = ${d}.seq AND r.recorded_at = ${d}.recorded_at AND ${this.#inLife()}`;
  }

  #hasWords(): SqlText[] {
    if (this.#words === undefined) return [];
    return [
      sql`EXISTS (SELECT 1 FROM ${raw(this.#tables.documents)} AS d
        WHERE ${allOf([this.#ofTenant('d'), raw('d.seq = r.seq'), ...this.#words])})`,
    ];
  }

  #ofTenant(row: 'r' | 'd'): SqlText {
    return sql`${raw(row)}.tenant_no = ${this.tenantNo}::integer`;
  }

  /** The time of the whole log. */
  #inLife(): SqlText {
    const { startMs, endMs } = this.#log;
    return sql`r.recorded_at >= ${timeText(startMs)}::timestamptz AND r.recorded_at < ${timeText(endMs)}::timestamptz`;
  }

  #inTime(row: 'r' | 'd', start?: PageStart): SqlText[] {
    const { time, fromMs, toMs } = this.#query;
    const [r, clock] = [raw(row), raw(`${row}.${time}_at`)];
    const conditions = [this.#ofTenant(row), sql`${r}.occurred_at IS NOT NULL`];
    if (fromMs !== undefined) conditions.push(sql`${clock} >= ${timeText(fromMs)}::timestamptz`);
    if (toMs !== undefined) conditions.push(sql`${clock} < ${timeText(toMs)}::timestamptz`);
    if (row === 'r') conditions.push(this.#inLife());
    if (fromMs !== undefined && time === 'occurred') {
      const recordedMs = Math.min(fromMs, Date.now()) - AHEAD_MS_MAX;
      conditions.push(sql`${r}.recorded_at >= ${timeText(recordedMs)}::timestamptz`);
    }
    if (start?.position === undefined) return conditions;
    const { timeMs, seq } = start.position;
    const side = raw(start.up ? '>' : '<');
    conditions.push(
      time === 'recorded'
        ? sql`${r}.seq ${side} ${seq}::bigint`
        : sql`(${r}.occurred_at, ${r}.seq) ${side} (${timeText(timeMs)}::timestamptz, ${seq}::bigint)`,
    );
    return conditions;
  }

  /** Records of a tenant are in the order of their time, so `seq` alone is the order of recording. */
  #orderBy(row: 'r' | 'd', { up }: PageStart): SqlText {
    const direction = up ? 'ASC' : 'DESC';
    const columns = this.#query.time === 'recorded' ? ['seq'] : ['occurred_at', 'seq'];
    return raw(`ORDER BY ${columns.map((column) => `${row}.${column} ${direction}`).join(', ')}`);
  }
}

function readsDocuments(condition: EventCondition): boolean {
  return condition.kind === 'not' ? readsDocuments(condition.condition) : condition.kind === 'text';
}

/** The condition with the most telling identifier, as its place in the list. */
function leadingCondition(conditions: readonly RowCondition[]): number | undefined {
  let best: { readonly at: number; readonly rank: number } | undefined;
  for (const [at, condition] of conditions.entries()) {
    if (condition.kind !== 'blind' || condition.anyOf.length > LEADING_VALUES_MAX) continue;
    const rank = LEADING.indexOf(condition.column);
    if (best === undefined || rank < best.rank) best = { at, rank };
  }
  return best?.at;
}
