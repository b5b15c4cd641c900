/** Why an event, or one member of it, is refused. Stable: clients may match on it. */
export type ProblemCode =
  | 'wrong_type'
  | 'unknown_member'
  | 'missing_member'
  | 'reserved_member'
  | 'too_long'
  | 'too_short'
  | 'too_many'
  | 'not_allowed'
  | 'bad_format'
  | 'out_of_range'
  | 'too_deep'
  | 'lone_surrogate'
  | 'nul_character'
  | 'unsafe_integer'
  | 'not_finite'
  | 'not_json'
  | 'prototype_key'
  | 'in_the_future'
  | 'tenant_mismatch'
  | 'not_sealable'
  | 'schema_violation';

/** One thing that is wrong with an event. Never quotes values: they may be personal or secret. */
export interface Problem {
  readonly code: ProblemCode;
  /** JSON pointer (RFC 6901) of the offending member, also when it is unknown or missing; '' is the whole event. */
  readonly path: string;
  /** What would have been right, e.g. `at most 200 characters`. */
  readonly expected: string;
  /** A sentence for people. */
  readonly detail: string;
}

/** A problem whose sentence is built from its parts. */
export function problem(code: ProblemCode, path: string, expected: string, what: string): Problem {
  return {
    code,
    path,
    expected,
    detail: `${path === '' ? 'The event' : path} ${what}; expected ${expected}.`,
  };
}
