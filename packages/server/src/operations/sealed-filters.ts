import type { EventFilters } from '@attestry/ledger';
import { ApiError } from '../errors/api-error.ts';

/** Types of actors whose members are not sealed, unless a sender declares them personal. */
const NO_PERSONS: ReadonlySet<string> = new Set(['service', 'agent', 'system']);

/** Parameters that compare what is known of the actor. */
const OF_ACTOR = ['actor', 'actor_email', 'ip', 'session'] as const;

/**
 * Refuses to compare values with members that are sealed, for callers who may not see them: each answer would say
 * whether the caller guessed right, and an empty one would look as if nothing had happened.
 *
 * @throws {ApiError} `forbidden` naming the parameter
 */
export function refuseSealedFilters(filters: EventFilters): void {
  // All of these must be met, so what one of them narrows is narrow for all; what leaves events out compares too.
  const wanted = [filters, ...(filters.and ?? [])];
  const compared = [...wanted, ...wanted.flatMap(({ not }) => (not === undefined ? [] : [not]))];
  const isOfNoPerson = wanted.some(({ actor_type: types }) =>
    isOnlyOf(types, (type) => NO_PERSONS.has(type)),
  );
  for (const name of OF_ACTOR) {
    if (isOfNoPerson || compared.every((some) => some[name] === undefined)) continue;
    throw refusal(name, `actor_type=${[...NO_PERSONS].join(', ')} (one or several of them)`);
  }
  const isOnNoPerson = wanted.some(({ target_type: types }) => isOnlyOf(types, (type) => type !== 'user'));
  if (!isOnNoPerson && compared.some(({ target }) => target !== undefined)) {
    throw refusal('target', 'a target_type other than user');
  }
}

function isOnlyOf(values: readonly string[] | undefined, isGood: (value: string) => boolean): boolean {
  return values !== undefined && values.length > 0 && values.every(isGood);
}

function refusal(parameter: string, narrowing: string): ApiError {
  return new ApiError(
    'forbidden',
    `The parameter ${parameter} compares personal data, which this key may not see: use it together with ${narrowing}, or use a key with the right to personal data.`,
    { path: parameter },
  );
}
