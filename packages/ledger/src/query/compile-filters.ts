import {
  ACTION_STATUSES,
  ACTOR_TYPES,
  EVENT_CATEGORIES,
  EVENT_SEVERITIES,
  TRAFFIC_LIGHTS,
} from '@attestry/core';
import { FILTER_METADATA_DEPTH_MAX, FILTER_VALUE_CHARS_MAX, FILTER_VALUES_MAX } from '../limits.ts';
import type {
  BlindColumn,
  EventCondition,
  EventQuery,
  PositiveCondition,
  WordColumn,
} from '../ports/event-query-store.ts';
import { emailText, type MakeBlindIndex } from '../projection/blind-columns.ts';
import type { EventFilters, ExcludedFilters, MetadataFilter } from './event-filters.ts';
import { FilterError } from './filter-error.ts';
import { compileIpFilter } from './ip-filter.ts';
import { parseTextQuery } from './text-query.ts';
import { compileTypeFilter } from './type-filter.ts';

/** What the filters say, without the tenant and the rights, which are known from the credential. */
export type CompiledFilters = Omit<EventQuery, 'tenant' | 'personal'>;

type ListParameter = Exclude<keyof EventFilters, 'metadata' | 'q' | 'from' | 'to' | 'time' | 'not' | 'and'>;

/** Turns the values of one parameter into a condition. Values are neither empty nor too long or too many. */
type CompileValues = (
  values: readonly string[],
  blind: MakeBlindIndex,
) => PositiveCondition | Promise<PositiveCondition>;

const LIST_PARAMETERS: Readonly<Record<ListParameter, CompileValues>> = {
  project: words('project'),
  actor: blinds('actor'),
  actor_type: knownWords('actor_type', 'actorType', ACTOR_TYPES),
  actor_email: blinds('actorEmail', emailText),
  type: compileTypeFilter,
  category: knownWords('category', 'category', EVENT_CATEGORIES),
  severity: (values) => ({
    kind: 'word',
    column: 'severity',
    anyOf: [...new Set(values.flatMap(severities))],
  }),
  verb: words('verb'),
  status: knownWords('status', 'status', ACTION_STATUSES),
  target_type: words('targetType'),
  target: blinds('target'),
  ip: compileIpFilter,
  session: blinds('session'),
  request_id: blinds('requestId'),
  correlation_id: blinds('correlationId'),
  parent_id: blinds('parentId'),
  execution_id: blinds('executionId'),
  http_status: (values) => ({ kind: 'httpStatus', ranges: values.map(statusRange) }),
  regulation: (values) => ({ kind: 'regulation', anyOf: values }),
  traffic_light: knownWords('traffic_light', 'trafficLight', TRAFFIC_LIGHTS),
};

const OTHER_PARAMETERS: ReadonlySet<string> = new Set(['metadata', 'q', 'from', 'to', 'time', 'not', 'and']);

/**
 * Compiles filters into the conditions of a query. Everything a reader may have got wrong is refused: an unknown name
 * or word, an empty or endless value, a time span that holds nothing.
 *
 * @param blind  makes blind indexes under the tenant's index key
 * @throws {FilterError} naming the parameter
 */
export async function compileFilters(filters: EventFilters, blind: MakeBlindIndex): Promise<CompiledFilters> {
  refuseUnknownParameters(filters);
  const { not, and = [] } = filters;
  const conditions: EventCondition[] = [...(await compileConditions(filters, blind))];
  if (filters.q !== undefined) {
    conditions.push({ kind: 'text', match: parseTextQuery(filters.q) });
  }
  if (not !== undefined) conditions.push(...(await compileExcluded(not, blind)));
  const spans = [timeSpan(filters)];
  for (const others of and) {
    const further = await compileFilters(others, blind);
    conditions.push(...further.conditions);
    spans.push(further);
  }
  return { conditions, ...intersection(spans) };
}

/** Conditions that leave events out, each on its own. */
async function compileExcluded(not: ExcludedFilters, blind: MakeBlindIndex): Promise<EventCondition[]> {
  const { q = [], ...others } = not;
  refuseUnknownParameters(others);
  const positive = [
    ...(await compileConditions(others, blind)),
    ...q.map((text) => ({ kind: 'text', match: parseTextQuery(text) }) as const),
  ];
  return positive.map((condition) => ({ kind: 'not', condition }));
}

/** The conditions of all parameters that are lists. */
async function compileConditions(
  filters: Pick<EventFilters, ListParameter | 'metadata'>,
  blind: MakeBlindIndex,
): Promise<PositiveCondition[]> {
  const conditions: PositiveCondition[] = [];
  for (const parameter of Object.keys(LIST_PARAMETERS) as ListParameter[]) {
    const values = filters[parameter];
    if (values !== undefined) {
      checkValues(parameter, values);
      refuseEmpty(parameter, values);
      conditions.push(await LIST_PARAMETERS[parameter](values, blind));
    }
  }
  for (const metadata of filters.metadata ?? []) {
    conditions.push(compileMetadata(metadata));
  }
  return conditions;
}

/** What lies in all spans; the clock is that of the first. */
function intersection(
  spans: readonly Pick<EventQuery, 'time' | 'fromMs' | 'toMs'>[],
): Pick<EventQuery, 'time' | 'fromMs' | 'toMs'> {
  const fromMs = Math.max(...spans.map((span) => span.fromMs ?? Number.NEGATIVE_INFINITY));
  const toMs = Math.min(...spans.map((span) => span.toMs ?? Number.POSITIVE_INFINITY));
  if (fromMs >= toMs)
    throw new FilterError('out_of_range', 'to', 'is not after from, so that nothing can lie between them');
  return {
    time: spans[0]?.time ?? 'occurred',
    ...(Number.isFinite(fromMs) && { fromMs }),
    ...(Number.isFinite(toMs) && { toMs }),
  };
}

function refuseUnknownParameters(filters: object): void {
  for (const name of Object.keys(filters)) {
    if (!Object.hasOwn(LIST_PARAMETERS, name) && !OTHER_PARAMETERS.has(name)) {
      throw new FilterError('unknown_parameter', name, 'is not a filter');
    }
  }
}

function checkValues(parameter: string, values: readonly string[]): void {
  if (values.length === 0) {
    throw new FilterError('bad_value', parameter, 'needs a value');
  }
  if (values.length > FILTER_VALUES_MAX) {
    throw new FilterError('too_many', parameter, `has more than ${FILTER_VALUES_MAX} alternatives`);
  }
  for (const value of values) {
    checkText(parameter, value);
  }
}

/** Identifiers and words are never empty; only values of metadata may be. */
function refuseEmpty(parameter: string, values: readonly string[]): void {
  if (values.includes('')) {
    throw new FilterError('bad_value', parameter, 'is empty');
  }
}

/** What no stored value can be, no filter can find. */
function checkText(parameter: string, value: string): void {
  if (value.length > FILTER_VALUE_CHARS_MAX) {
    throw new FilterError('out_of_range', parameter, `is longer than ${FILTER_VALUE_CHARS_MAX} characters`);
  }
  if (value.includes('\0') || !value.isWellFormed()) {
    throw new FilterError('bad_value', parameter, 'contains U+0000 or half of a surrogate pair');
  }
}

function words(column: WordColumn): CompileValues {
  return (values) => ({ kind: 'word', column, anyOf: values });
}

function knownWords(parameter: ListParameter, column: WordColumn, known: readonly string[]): CompileValues {
  return (values) => {
    for (const value of values) {
      if (!known.includes(value)) {
        throw new FilterError('bad_value', parameter, `is not one of ${known.join(', ')}`);
      }
    }
    return { kind: 'word', column, anyOf: values };
  };
}

function blinds(column: BlindColumn, normalize: (value: string) => string = (value) => value): CompileValues {
  return (values, blind) => ({
    kind: 'blind',
    column,
    anyOf: values.map((value) => blind(column, normalize(value))),
  });
}

function severities(value: string): readonly string[] {
  const isAtLeast = value.startsWith('>=');
  const at = (EVENT_SEVERITIES as readonly string[]).indexOf(isAtLeast ? value.slice(2) : value);
  if (at < 0) {
    const known = EVENT_SEVERITIES.join(', ');
    throw new FilterError('bad_value', 'severity', `is not one of ${known}, nor >= followed by one of them`);
  }
  return EVENT_SEVERITIES.slice(at, isAtLeast ? undefined : at + 1);
}

function statusRange(value: string): { readonly from: number; readonly to: number } {
  if (/^[1-5]xx$/i.test(value)) {
    const from = Number(value[0]) * 100;
    return { from, to: from + 99 };
  }
  if (!/^[1-5][0-9]{2}$/.test(value)) {
    throw new FilterError(
      'bad_value',
      'http_status',
      'is neither a status from 100 to 599 nor one of 1xx to 5xx',
    );
  }
  return { from: Number(value), to: Number(value) };
}

function compileMetadata({ path, values }: MetadataFilter): PositiveCondition {
  const parameter = `metadata.${path.join('.')}`;
  if (path.length === 0 || path.includes('')) {
    throw new FilterError('bad_value', parameter, 'needs a path, e.g. metadata.order.id');
  }
  if (path.length > FILTER_METADATA_DEPTH_MAX) {
    throw new FilterError('out_of_range', parameter, `is more than ${FILTER_METADATA_DEPTH_MAX} levels deep`);
  }
  for (const token of path) {
    checkText(parameter, token);
  }
  checkValues(parameter, values);
  return { kind: 'metadata', path, anyOf: values };
}

function timeSpan({
  from,
  to,
  time = 'occurred',
}: EventFilters): Pick<EventQuery, 'time' | 'fromMs' | 'toMs'> {
  if (time !== 'occurred' && time !== 'recorded') {
    throw new FilterError('bad_value', 'time', 'is neither occurred nor recorded');
  }
  checkTime('from', from);
  checkTime('to', to);
  if (from !== undefined && to !== undefined && from >= to) {
    throw new FilterError('out_of_range', 'to', 'is not after from, so that nothing can lie between them');
  }
  return { time, ...(from !== undefined && { fromMs: from }), ...(to !== undefined && { toMs: to }) };
}

function checkTime(parameter: 'from' | 'to', timeMs: number | undefined): void {
  if (timeMs !== undefined && !Number.isSafeInteger(timeMs)) {
    throw new FilterError('bad_value', parameter, 'is not a time in milliseconds');
  }
}
