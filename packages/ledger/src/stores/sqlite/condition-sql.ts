import { LedgerError } from '../../errors.ts';
import type {
  EventCondition,
  EventQuery,
  PositiveCondition,
  TextMatch,
} from '../../ports/event-query-store.ts';
import type { Dictionary } from './dictionary.ts';
import { FilterTerms } from './filter-terms.ts';
import { isOpenSql } from './open-members.ts';
import { BLIND_COLUMNS, WORD_COLUMNS } from './schema.ts';
import { matchExpression } from './search-match.ts';
import { fragment, join, marks, type SqlFragment } from './sql-fragment.ts';
import { IN_LIST_MAX, METADATA_DEPTH_MAX, TERMS_PER_CONDITION_MAX } from './sqlite-limits.ts';

/** One condition as the reader uses it. */
export interface CompiledCondition {
  /** Exact check against a row `r` of `records`. */
  readonly check: SqlFragment;
  /** Alternatives for the filter index; absent when the index cannot answer this condition. */
  readonly terms?: readonly string[];
  /** The index by time has its column, so that checking it reads no record. */
  readonly inTimeIndex?: true;
  /** It names somebody or something, so that few rows are likely to meet it. */
  readonly isIdentifier?: true;
}

/** All conditions of a query but the text ones; negated ones are among them, texts too. */
export interface CompiledConditions {
  /** Some condition can match no row of this database. */
  readonly impossible: boolean;
  readonly conditions: readonly CompiledCondition[];
  readonly texts: readonly TextMatch[];
}

const NOTHING = fragment('0');
const WORD_NAMES = new Map<string, string>(WORD_COLUMNS);
/** Columns of the index `by_time`. */
const IN_TIME_INDEX: ReadonlySet<string> = new Set(['type', 'category', 'severity', 'status']);
const BLIND_NAMES = new Map<string, string>(BLIND_COLUMNS);

/** Compiles the conditions of a query on log `logNo`. */
export function compileConditions(
  { conditions, personal }: Pick<EventQuery, 'conditions' | 'personal'>,
  dictionary: Dictionary,
  logNo: number,
): CompiledConditions {
  const compiler = new ConditionCompiler(dictionary, new FilterTerms(logNo));
  const texts = conditions.flatMap((condition) => (condition.kind === 'text' ? [condition.match] : []));
  const compiled = conditions.flatMap((condition) =>
    condition.kind === 'text'
      ? []
      : [
          condition.kind === 'not'
            ? compiler.not(condition.condition, personal)
            : compiler.compile(condition),
        ],
  );
  const impossible = compiled.some(({ check }) => check === NOTHING);
  return { impossible, conditions: personal ? compiled : [...compiled, ...openOnly(conditions)], texts };
}

/** That what blind conditions compare is not sealed. Conditions of their own, so that no index stands in for them. */
function openOnly(conditions: readonly EventCondition[]): CompiledCondition[] {
  const checks = conditions.flatMap((condition) => {
    if (condition.kind === 'blind') return [isOpenSql(condition.column)];
    return condition.kind === 'anyBlind' ? condition.alternatives.map(({ column }) => isOpenSql(column)) : [];
  });
  return [...new Set(checks)].map((sql) => ({ check: fragment(sql) }));
}

class ConditionCompiler {
  readonly #dictionary: Dictionary;
  readonly #terms: FilterTerms;

  constructor(dictionary: Dictionary, terms: FilterTerms) {
    this.#dictionary = dictionary;
    this.#terms = terms;
  }

  /** Rows that do not meet a condition. No index finds them; a column that is absent makes a check NULL. */
  not(condition: PositiveCondition, personal: boolean): CompiledCondition {
    if (condition.kind === 'text') {
      const found = 'SELECT 1 FROM search.documents AS d WHERE d.documents MATCH ? AND d.rowid = r.k';
      return { check: fragment(`NOT EXISTS (${found})`, matchExpression(condition.match, personal)) };
    }
    const { check, inTimeIndex } = this.compile(condition);
    const open = personal ? [] : openOnly([condition]).map((other) => other.check);
    const { sql, values } = join([check, ...open], 'AND');
    return {
      check: fragment(`(${sql}) IS NOT TRUE`, ...values),
      ...(inTimeIndex === undefined ? {} : { inTimeIndex }),
    };
  }

  compile(condition: Exclude<PositiveCondition, { kind: 'text' }>): CompiledCondition {
    switch (condition.kind) {
      case 'word':
        return this.#word(condition);
      case 'typePrefix':
        return this.#typePrefix(condition);
      case 'blind':
        return this.#anyBlind([condition]);
      case 'anyBlind':
        return this.#anyBlind(condition.alternatives);
      case 'httpStatus':
        return this.#httpStatus(condition.ranges);
      case 'metadata':
        return { check: metadataCheck(condition.path, condition.anyOf) };
      case 'regulation':
        return this.#regulation(condition.anyOf);
    }
  }

  #word({ column, anyOf }: Extract<EventCondition, { kind: 'word' }>): CompiledCondition {
    const numbers = this.#numbers(anyOf);
    if (numbers.length === 0) return { check: NOTHING };
    const check = fragment(`r.${WORD_NAMES.get(column)} IN (${marks(numbers.length)})`, ...numbers);
    const terms = numbers.map((number) => this.#terms.word(column, number));
    return { ...withTerms(check, terms), ...(IN_TIME_INDEX.has(column) ? { inTimeIndex: true } : {}) };
  }

  #typePrefix({ exact, prefixes }: Extract<EventCondition, { kind: 'typePrefix' }>): CompiledCondition {
    const found = new Set(this.#numbers(exact));
    for (const prefix of prefixes) {
      for (const number of this.#dictionary.withPrefix(prefix, IN_LIST_MAX + 1)) found.add(number);
    }
    if (found.size === 0) return { check: NOTHING };
    if (found.size > IN_LIST_MAX) {
      throw new LedgerError(
        'query_too_wide',
        `type: the prefix stands for more than ${IN_LIST_MAX} types; use a longer one`,
      );
    }
    const numbers = [...found];
    const check = fragment(`r.type IN (${marks(numbers.length)})`, ...numbers);
    const terms = numbers.map((number) => this.#terms.word('type', number));
    return { ...withTerms(check, terms), inTimeIndex: true };
  }

  #anyBlind(alternatives: Extract<EventCondition, { kind: 'anyBlind' }>['alternatives']): CompiledCondition {
    const asked = alternatives.filter(({ anyOf }) => anyOf.length > 0);
    if (asked.length === 0) return { check: NOTHING };
    const checks = asked.map(({ column, anyOf }) => {
      const name = `r.${BLIND_NAMES.get(column)}`;
      if (anyOf.length <= IN_LIST_MAX) return fragment(`${name} IN (${marks(anyOf.length)})`, ...anyOf);
      return fragment(`${name} IN (SELECT value FROM json_each(?))`, `[${anyOf.join(',')}]`);
    });
    const wanted = asked.reduce((sum, { anyOf }) => sum + anyOf.length, 0);
    const check = join(checks, 'OR');
    if (wanted > TERMS_PER_CONDITION_MAX) return { check };
    return {
      check,
      isIdentifier: true,
      terms: asked.flatMap(({ column, anyOf }) => anyOf.map((value) => this.#terms.blind(column, value))),
    };
  }

  #httpStatus(ranges: readonly { readonly from: number; readonly to: number }[]): CompiledCondition {
    if (ranges.length === 0) return { check: NOTHING };
    const check = join(
      ranges.map(({ from, to }) => fragment('r.http_status BETWEEN ? AND ?', from, to)),
      'OR',
    );
    const terms = ranges.map(({ from, to }) => {
      if (from === to) return this.#terms.http(from);
      return from % 100 === 0 && to === from + 99 ? this.#terms.httpClass(from / 100) : undefined;
    });
    return terms.includes(undefined) ? { check } : withTerms(check, terms as string[]);
  }

  #regulation(anyOf: readonly string[]): CompiledCondition {
    const numbers = this.#numbers(anyOf);
    if (numbers.length === 0) return { check: NOTHING };
    const check = fragment(
      `EXISTS (SELECT 1 FROM json_each(r.text, '$.data.compliance.regulations_checked') WHERE value IN (${marks(anyOf.length)}))`,
      ...anyOf,
    );
    return withTerms(
      check,
      numbers.map((number) => this.#terms.regulation(number)),
    );
  }

  /** Numbers of those words that the dictionary has; no row can hold the others. */
  #numbers(words: readonly string[]): number[] {
    return words.flatMap((word) => this.#dictionary.find(word) ?? []);
  }
}

function withTerms(check: SqlFragment, terms: readonly string[]): CompiledCondition {
  return terms.length <= TERMS_PER_CONDITION_MAX ? { check, terms } : { check };
}

/**
 * Walks `/metadata/<path>` of the record one member at a time, each compared with a bound value: SQLite's JSON paths have
 * no escape for quotes, so a path is never put together as text.
 */
function metadataCheck(path: readonly string[], anyOf: readonly string[]): SqlFragment {
  if (path.length === 0 || path.length > METADATA_DEPTH_MAX) {
    throw new LedgerError(
      'query_too_wide',
      `metadata: a path has 1 to ${METADATA_DEPTH_MAX} members, this one ${path.length}`,
    );
  }
  const steps = path.map((_, i) =>
    i === 0
      ? "json_each(r.text, '$.data.metadata') AS m0"
      : `json_each(CASE WHEN m${i - 1}.type IN ('object', 'array') THEN m${i - 1}.value ELSE '{}' END) AS m${i}`,
  );
  const keys = path.map((_, i) => `CAST(m${i}.key AS TEXT) = ?`);
  const last = `m${path.length - 1}`;
  const value = `CASE WHEN ${last}.type IN ('true', 'false', 'null') THEN ${last}.type ELSE CAST(${last}.value AS TEXT) END`;
  return fragment(
    `EXISTS (SELECT 1 FROM ${steps.join(', ')} WHERE ${keys.join(' AND ')} AND ${value} IN (${marks(anyOf.length)}))`,
    ...path,
    ...anyOf,
  );
}

/** The expression for the filter index that all conditions with terms agree to, or `undefined` when none has any. */
export function filterExpression(conditions: readonly CompiledCondition[]): string | undefined {
  const groups = conditions.flatMap(({ terms }) => (terms === undefined ? [] : [terms]));
  if (groups.length === 0) return undefined;
  return groups.map((terms) => `(${terms.map((term) => `"${term}"`).join(' OR ')})`).join(' AND ');
}
