import { EVENT_SEVERITIES } from '../event/words.ts';
import type { QueryCondition, QueryTerm } from './parse-query.ts';
import type { QueryOperator } from './query-fields.ts';
import { queryTime } from './query-time.ts';

/** Values of one member of the metadata. */
interface MetadataValues {
  readonly path: readonly string[];
  readonly values: readonly string[];
}

/**
 * Filters as the query of events has them: the values of one name are alternatives, different names must all be met, and
 * so must several of these.
 */
export interface QueryFilters {
  readonly [name: string]:
    | readonly string[]
    | readonly MetadataValues[]
    | string
    | number
    | object
    | undefined;
  readonly metadata?: readonly MetadataValues[];
  readonly q?: string;
  /** Inclusive, ms since 1970. */
  readonly from?: number;
  /** Exclusive, ms since 1970. */
  readonly to?: number;
  /** What must not be so: each name on its own, and each text. */
  readonly not?: { readonly [name: string]: readonly string[] | readonly MetadataValues[] };
}

/**
 * The filters that a query without problems stands for.
 *
 * @param nowMs what times such as `24h` count back from
 */
export function queryFilters(terms: readonly QueryTerm[], nowMs: number): readonly QueryFilters[] {
  const conditions = terms.filter((term): term is QueryCondition => term.kind === 'field');
  const isPlain = ({ operator, field }: QueryCondition): boolean =>
    operator === '=' && field !== 'after' && field !== 'before';
  const wanted = conditions.filter((term) => isPlain(term) && !term.negated);
  const unwanted = conditions.filter((term) => isPlain(term) && term.negated);
  const base: QueryFilters = {
    ...groupByField(wanted),
    ...texts(terms),
    ...timeSpan(conditions, nowMs),
  };
  const not = { ...groupByField(unwanted), ...unwantedTexts(terms) };
  // Each comparison on its own: severity>=low severity<=high means both, not one of them.
  const comparisons = conditions
    .filter(({ operator }) => operator !== '=')
    .map((term): QueryFilters => {
      const values = { [term.field]: comparedValues(term) };
      return term.negated ? { not: values } : values;
    });
  return [{ ...base, ...(Object.keys(not).length === 0 ? {} : { not }) }, ...comparisons];
}

function groupByField(terms: readonly QueryCondition[]): Record<string, string[]> & {
  metadata?: MetadataValues[];
} {
  const groups: Record<string, string[]> = {};
  const metadata = new Map<string, { path: readonly string[]; values: string[] }>();
  for (const { field, path = [], value } of terms) {
    if (field === 'metadata') {
      const name = JSON.stringify(path);
      const known = metadata.get(name);
      if (known === undefined) metadata.set(name, { path, values: [value] });
      else known.values.push(value);
    } else {
      groups[field] = [...(groups[field] ?? []), value];
    }
  }
  return Object.assign(groups, metadata.size === 0 ? {} : { metadata: [...metadata.values()] });
}

/** Words to be found, with those that must not be beside them: one look into the index. */
function texts(terms: readonly QueryTerm[]): Pick<QueryFilters, 'q'> {
  const found = terms.filter((term) => term.kind === 'text');
  if (!found.some(({ negated }) => !negated)) return {};
  return { q: found.map(({ text, negated }) => (negated ? `-${text}` : text)).join(' ') };
}

/** Words that must not be found, where there are none that must. */
function unwantedTexts(terms: readonly QueryTerm[]): { readonly q?: readonly string[] } {
  const found = terms.filter((term) => term.kind === 'text');
  if (found.length === 0 || found.some(({ negated }) => !negated)) return {};
  return { q: found.map(({ text }) => text) };
}

function timeSpan(terms: readonly QueryCondition[], nowMs: number): Pick<QueryFilters, 'from' | 'to'> {
  const times = (field: string): number[] =>
    terms.filter((term) => term.field === field).map(({ value }) => queryTime(value, nowMs) ?? nowMs);
  const [after, before] = [times('after'), times('before')];
  return {
    ...(after.length === 0 ? {} : { from: Math.max(...after) }),
    ...(before.length === 0 ? {} : { to: Math.min(...before) }),
  };
}

function comparedValues({ field, operator, value }: QueryCondition): string[] {
  if (field === 'severity') {
    const at = (EVENT_SEVERITIES as readonly string[]).indexOf(value);
    return EVENT_SEVERITIES.filter((_, rank) => compares(rank, operator, at));
  }
  const values: string[] = [];
  for (let hundred = 100; hundred < 600; hundred += 100) {
    const statuses = Array.from({ length: 100 }, (_, n) => hundred + n).filter((status) =>
      compares(status, operator, Number(value)),
    );
    if (statuses.length === 100) values.push(`${hundred / 100}xx`);
    else values.push(...statuses.map(String));
  }
  return values;
}

function compares(left: number, operator: QueryOperator, right: number): boolean {
  switch (operator) {
    case '>=':
      return left >= right;
    case '>':
      return left > right;
    case '<=':
      return left <= right;
    case '<':
      return left < right;
    case '=':
      return left === right;
  }
}
