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
  for (const name of OF_ACTOR) {
    if (filters[name] === undefined || isOnlyOf(filters.actor_type, (type) => NO_PERSONS.has(type))) continue;
    throw refusal(name, `actor_type=${[...NO_PERSONS].join(', ')} (one or several of them)`);
  }
  if (filters.target !== undefined && !isOnlyOf(filters.target_type, (type) => type !== 'user')) {
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
