import { parseQuery, queryFilters } from '@attestry/core/query-language';
import type { EventCondition, EventFilters, EventQuery, Ledger } from '@attestry/ledger';
import { FilterError } from '@attestry/ledger';
import { matchesType, type View } from '../auth/rights.ts';
import { ApiError, invalidParameter, notFound } from '../errors/api-error.ts';
import { refuseSealedFilters } from './sealed-filters.ts';
import { parseTimeParameter } from './time-parameter.ts';

/** Filters as named in api.md: each a list of alternatives; `from`, `to`, `time`, `q` and `metadata.<path>` besides. */
export interface FilterInput {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly time?: 'occurred' | 'recorded' | undefined;
  readonly q?: string | undefined;
}

const NOT_FILTERS: ReadonlySet<string> = new Set([
  'tenant',
  'from',
  'to',
  'time',
  'q',
  'order',
  'limit',
  'cursor',
  'at',
  'count',
  'fields',
  'group_by',
  'format',
]);

/** Names of the filters in use, for the self-audit: never their values, which may be personal data. */
export function filterNames(input: FilterInput): readonly string[] {
  const names = Object.entries(input)
    .filter(([name, value]) => value !== undefined && !NOT_FILTERS.has(name))
    .map(([name]) => name);
  const plain = names.map((name) => (name.startsWith('metadata.') ? 'metadata' : name));
  for (const name of ['from', 'to', 'q'] as const) if (input[name] !== undefined) plain.push(name);
  // Fields of the query language, as if they had been parameters.
  for (const term of parseQuery(input.q ?? '').terms) if (term.kind === 'field') plain.push(term.field);
  return [...new Set(plain)].sort();
}

/** Turns the parameters of a request into the ledger's filters. */
export function toEventFilters(input: FilterInput, nowMs: number): EventFilters {
  const filters: Record<string, unknown> = {};
  const metadata: { path: string[]; values: string[] }[] = [];
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined || NOT_FILTERS.has(name)) continue;
    if (name.startsWith('metadata.'))
      metadata.push({ path: name.slice('metadata.'.length).split('.'), values: value as string[] });
    else filters[name] = value;
  }
  if (metadata.length > 0) filters.metadata = metadata;
  if (input.from !== undefined) filters.from = parseTimeParameter('from', input.from, nowMs);
  if (input.to !== undefined) filters.to = parseTimeParameter('to', input.to, nowMs);
  if (input.time !== undefined) filters.time = input.time;
  if (input.q !== undefined) filters.and = readQuery(input.q, nowMs);
  return filters as EventFilters;
}

/**
 * Reads `q`: words to be found, and conditions as people write them.
 *
 * @throws {ApiError} `invalid_parameter` with the place of each mistake in `errors`
 */
function readQuery(q: string, nowMs: number): EventFilters['and'] {
  const { terms, problems } = parseQuery(q);
  const [first] = problems;
  if (first !== undefined) {
    const detail = `The parameter q, at character ${first.from + 1}: ${first.message}`;
    throw new ApiError('invalid_parameter', detail, {
      path: 'q',
      errors: problems.map(({ code, message, from, to }) => ({ code, path: 'q', detail: message, from, to })),
    });
  }
  return queryFilters(terms, nowMs) as EventFilters['and'];
}

/** A view as filters: what a credential may see, as if it had asked for no more. */
function viewFilters(view: View): EventFilters {
  return {
    ...(view.projects === undefined ? {} : { project: [...view.projects] }),
    ...(view.categories === undefined ? {} : { category: [...view.categories] }),
    ...(view.types === undefined ? {} : { type: [...view.types] }),
    ...(view.actor === undefined ? {} : { actor: [view.actor] }),
    ...(view.filters === undefined ? {} : { and: conjuncts(view.filters) }),
  };
}

/** Filters as a list of ones that must all be met. */
function conjuncts({ and = [], time: _time, ...own }: EventFilters): NonNullable<EventFilters['and']> {
  return [own, ...and];
}

/** True when a view shows nothing, because one of its alternatives is an empty list. */
export function isEmptyView(view: View | undefined): boolean {
  if (view === undefined) return true;
  return [view.projects, view.categories, view.types].some((list) => list?.length === 0);
}

/** What a caller may see: a part of the log, with or without sealed members. */
interface Sight {
  readonly view: View;
  readonly personal: boolean;
}

/** The part of the ledger that compiles filters; the export thread has one of its own. */
type Compiler = Pick<Ledger, 'compileQuery'>;

/**
 * Compiles a query of what was asked for and may be seen. The view is a second set of conditions (AND), so that no
 * parameter can widen it (trap 25); sealed members make no difference to whom may not see them.
 *
 * @throws {ApiError} `invalid_parameter` naming the parameter
 */
export async function compileFor(
  ledger: Compiler,
  tenant: string,
  filters: EventFilters,
  { view, personal }: Sight,
): Promise<EventQuery> {
  const compile = (some: EventFilters): Promise<EventQuery> => compileAll(ledger, tenant, some, { personal });
  const asked = await compile(filters);
  const seen: readonly EventCondition[] = (await compile(viewFilters(view))).conditions;
  return { ...asked, conditions: [...asked.conditions, ...seen] };
}

/**
 * The same for filters that a client names.
 *
 * @throws {ApiError} `forbidden` naming a parameter that would tell of members the client may not see
 */
export async function compileAsked(
  ledger: Compiler,
  tenant: string,
  filters: EventFilters,
  sight: Sight,
): Promise<EventQuery> {
  if (!sight.personal) refuseSealedFilters(filters);
  return compileFor(ledger, tenant, filters, sight);
}

async function compileAll(
  ledger: Compiler,
  tenant: string,
  filters: EventFilters,
  options: { readonly personal: boolean },
): Promise<EventQuery> {
  try {
    return await ledger.compileQuery(tenant, filters, options);
  } catch (error) {
    if (error instanceof FilterError) {
      const { parameter, detail } = error;
      const isOfQuery =
        (filters.and ?? []).length > 0 && !Object.hasOwn(filters, parameter) && parameter !== 'q';
      throw isOfQuery
        ? invalidParameter('q', `The parameter q: ${parameter} ${detail}.`)
        : invalidParameter(parameter, `The parameter ${parameter} ${detail}.`);
    }
    throw error;
  }
}

interface Visible {
  readonly type: string;
  readonly category?: string | undefined;
  readonly actor?: { readonly id?: string } | undefined;
  readonly context?: { readonly project_id?: string } | undefined;
}

/** True when an event (with its sealed members) is in the view. */
function isInView(event: Visible, view: View | undefined): boolean {
  if (view === undefined) return false;
  const { projects, categories, types, actor } = view;
  const project = event.context?.project_id;
  return (
    (projects === undefined || (project !== undefined && projects.includes(project))) &&
    (categories === undefined || (event.category !== undefined && categories.includes(event.category))) &&
    (types === undefined || matchesType(event.type, types)) &&
    (actor === undefined || event.actor?.id === actor)
  );
}

/** Asserts that a single event may be seen; otherwise it does not exist for this caller. */
export function assertInView(event: Visible, view: View | undefined, id: string): void {
  if (!isInView(event, view)) throw notFound(`Event ${id}`);
}
