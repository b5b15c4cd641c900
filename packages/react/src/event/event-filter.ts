import type { paths } from '../api/openapi.ts';

type ListQuery = NonNullable<paths['/v1/events']['get']['parameters']['query']>;
/** Parameters that say which events are meant, not how they are given. */
type FilterName = Exclude<keyof ListQuery, 'order' | 'limit' | 'cursor' | 'at' | 'count' | 'fields'>;
type OneOrMore<T> = T extends readonly (infer V)[] ? V | readonly V[] : T;

/**
 * Which events: parameters of `GET /v1/events`. Different ones are AND, the values of one are OR. `q` is the query
 * language of people, `metadata.<path>` a member of `metadata`.
 */
export type EventFilter = {
  readonly [N in FilterName]?: OneOrMore<NonNullable<ListQuery[N]>> | undefined;
} & { readonly [name: `metadata.${string}`]: string | readonly string[] | undefined };

/** The filter as parameters of an address, always in the same order: equal filters give equal texts. */
export function filterParameters(filter: EventFilter): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) {
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined && one !== '') parameters.append(name, String(one));
  }
  parameters.sort();
  return parameters;
}

/** A filter with more conditions of the query language: all of both must hold. */
export function narrowed(filter: EventFilter, q: string): EventFilter {
  const both = [filter.q, q].filter((text) => text !== undefined && text.trim() !== '').join(' ');
  return both === '' ? filter : { ...filter, q: both };
}
