import { LedgerError } from '../../errors.ts';
import type { EventCondition, EventQuery } from '../../ports/event-query-store.ts';
import { METADATA_DEPTH_MAX } from './postgres-query-limits.ts';
import { BLIND_COLUMNS, isOpenSql, RECORD_JSON, WORD_COLUMNS } from './query-columns.ts';
import { anyOf, raw, type SqlText, sql } from './sql-text.ts';
import { matchCheck } from './text-sql.ts';

/** A condition that is a check on a row of `records`. */
export type RowCondition = Exclude<EventCondition, { kind: 'text' }>;
type Of<Kind extends EventCondition['kind']> = Extract<EventCondition, { kind: Kind }>;

/** What conditions are compiled for. */
export interface ConditionScope {
  readonly tenantNo: number;
  readonly personal: EventQuery['personal'];
  /** Qualified name of the table of documents. */
  readonly documents: string;
}

/** The check of one condition on a row `r` of `records`. */
export function conditionSql(condition: RowCondition, scope: ConditionScope): SqlText {
  const { personal } = scope;
  switch (condition.kind) {
    case 'word':
      return isOneOf(WORD_COLUMNS[condition.column], condition.anyOf, 'text');
    case 'typePrefix':
      return typePrefix(condition);
    case 'blind':
      return blinds([condition], personal);
    case 'anyBlind':
      return blinds(condition.alternatives, personal);
    case 'httpStatus':
      return anyOf(
        condition.ranges.map(
          ({ from, to }) => sql`r.http_status BETWEEN ${from}::smallint AND ${to}::smallint`,
        ),
      );
    case 'metadata':
      return metadata(condition);
    case 'regulation':
      return regulation(condition);
    case 'not':
      return sql`(${anyCondition(condition.condition, scope)}) IS NOT TRUE`;
  }
}

/** Also a text condition, which no index can answer here: the document of the row is looked at. */
function anyCondition(condition: EventCondition, scope: ConditionScope): SqlText {
  if (condition.kind !== 'text') return conditionSql(condition, scope);
  return sql`EXISTS (SELECT 1 FROM ${raw(scope.documents)} AS d
    WHERE d.tenant_no = ${scope.tenantNo}::integer AND d.seq = r.seq
    AND ${matchCheck(condition.match, scope.personal)})`;
}

/** One value is compared by `=`, after which an index can go on in the order of its next column. */
function isOneOf(column: string, values: readonly (string | bigint)[], type: 'text' | 'bigint'): SqlText {
  const [only] = values;
  if (only === undefined) return raw('false');
  if (values.length === 1) return sql`r.${raw(column)} = ${only}${raw(`::${type}`)}`;
  return sql`r.${raw(column)} = ANY (${values}${raw(`::${type}[]`)})`;
}

/** Prefixes as ranges: `LIKE` may not use an index where row-level security is on. Types are compared byte by byte. */
function typePrefix({ exact, prefixes }: Of<'typePrefix'>): SqlText {
  const ranges = prefixes.map((prefix) => {
    if (prefix === '') return raw('r.type IS NOT NULL');
    const last = prefix.charCodeAt(prefix.length - 1);
    const behind = prefix.slice(0, -1) + String.fromCharCode(last + 1);
    return sql`r.type >= ${prefix}::text AND r.type < ${behind}::text`;
  });
  return anyOf([...(exact.length === 0 ? [] : [isOneOf('type', exact, 'text')]), ...ranges]);
}

function blinds(alternatives: Of<'anyBlind'>['alternatives'], personal: boolean): SqlText {
  return anyOf(
    alternatives.map(({ column, anyOf: values }) => {
      const found = isOneOf(BLIND_COLUMNS[column], values, 'bigint');
      return personal ? found : sql`${found} AND ${raw(isOpenSql(column))}`;
    }),
  );
}

/**
 * The partial index of records that name a regulation has this very condition, by which few records are looked into.
 */
const NAMES_REGULATIONS = `position('"regulations_checked":['::bytea in r.text) > 0`;

function regulation({ anyOf: names }: Of<'regulation'>): SqlText {
  return sql`${raw(NAMES_REGULATIONS)} AND EXISTS (SELECT 1
    FROM json_array_elements_text(${raw(RECORD_JSON)} #> '{data,compliance,regulations_checked}') AS named(name)
    WHERE named.name = ANY (${names}::text[]))`;
}

/**
 * Walks `/metadata/<path>` one member at a time. A name counts as a place in a list only when it is written as one:
 * PostgreSQL would take `-1` for the last item.
 */
function metadata({ path, anyOf: values }: Of<'metadata'>): SqlText {
  if (path.length === 0 || path.length > METADATA_DEPTH_MAX) {
    throw new LedgerError(
      'query_too_wide',
      `metadata: a path has 1 to ${METADATA_DEPTH_MAX} members, this one ${path.length}`,
    );
  }
  const found = path.reduce(
    (member, name) =>
      /^(?:0|[1-9][0-9]{0,8})$/.test(name)
        ? sql`${member} #> ${[name]}::text[]`
        : sql`${member} -> ${name}::text`,
    sql`(${raw(RECORD_JSON)} #> '{data,metadata}')`,
  );
  return sql`EXISTS (SELECT 1 FROM (SELECT ${found} AS value) AS member
    WHERE CASE json_typeof(member.value) WHEN 'null' THEN 'null' ELSE member.value #>> '{}' END = ANY (${values}::text[]))`;
}
