/** What a search is: everything that decides which events are shown, and nothing else. */
export interface EventFilter {
  /** Query language; absent for all events. */
  readonly q?: string;
  /** RFC 3339, or relative: `-24h`. */
  readonly from?: string;
  readonly to?: string;
  /** Which clock `from` and `to` mean; when it happened, unless said otherwise. */
  readonly time?: 'recorded';
}

/** The address of the Activity page: the search, the order, and which event is open. */
export interface ActivitySearch extends EventFilter {
  readonly order?: 'asc';
  /** Id of the event in the panel. */
  readonly event?: string;
  readonly tab?: string;
}

const TEXTS = ['q', 'from', 'to', 'event', 'tab'] as const;

/** Reads the address; what is not understood is left out. */
export function readActivitySearch(search: Record<string, unknown>): ActivitySearch {
  const read: Record<string, string> = {};
  for (const name of TEXTS) {
    const value = search[name];
    if (typeof value === 'string' && value !== '') read[name] = value;
  }
  if (search.order === 'asc') read.order = 'asc';
  if (search.time === 'recorded') read.time = 'recorded';
  return read as ActivitySearch;
}

/** The search of an address, without order and open event. */
export function filterOf(search: ActivitySearch): EventFilter {
  return {
    ...(search.q === undefined ? {} : { q: search.q }),
    ...(search.from === undefined ? {} : { from: search.from }),
    ...(search.to === undefined ? {} : { to: search.to }),
    ...(search.time === undefined ? {} : { time: search.time }),
  };
}

/** Values that need no quotes in the query language. */
const PLAIN = /^[\p{L}\p{N}_.@/*-]+$/u;

/** A term of the query language, quoted where needed. */
export function term(field: string, value: string): string {
  return PLAIN.test(value) ? `${field}:${value}` : `${field}:"${value.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** Whether a search has a term, as `term` writes it. */
export function hasTerm(q: string | undefined, wanted: string): boolean {
  return ` ${q ?? ''} `.includes(` ${wanted} `);
}

/** The search with a term added, or removed when it is there. */
export function toggleTerm(q: string | undefined, wanted: string): string | undefined {
  const text = (q ?? '').trim();
  const toggled = hasTerm(text, wanted) ? ` ${text} `.replace(` ${wanted} `, ' ') : `${text} ${wanted}`;
  return toggled.trim() === '' ? undefined : toggled.trim();
}

/** The search as parameters of the interface: one language here and there, so the text goes as it was written. */
export function filterParameters(filter: EventFilter): readonly (readonly [string, string])[] {
  return Object.entries(filter);
}

/** The search narrowed by another term. */
export function narrowed(filter: EventFilter, term: string): EventFilter {
  return { ...filter, q: filter.q === undefined ? term : `${filter.q} ${term}` };
}
