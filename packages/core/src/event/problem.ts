/** Why an event, or one member of it, is refused. The names are stable: clients may match on them. */
export const PROBLEM_CODES = Object.freeze({
  wrong_type: 'The value has another JSON type.',
  unknown_member: 'The model has no such member; free data belongs into a `metadata`.',
  missing_member: 'A member that is needed is missing.',
  reserved_member: 'Only the server sets this member.',
  too_long: 'The text has too many characters (code points).',
  too_short: 'The text is empty.',
  too_many: 'The list has too many items.',
  not_allowed: 'The word is none of those that are known.',
  bad_format: 'The text is no UUID, time, address, pointer or event type.',
  out_of_range: 'The number is too small or too large.',
  too_deep: 'A free object is nested more than 32 levels deep.',
  lone_surrogate: 'A text or member name has half of a surrogate pair.',
  nul_character: 'A text or member name has the character U+0000.',
  unsafe_integer: 'The integer is outside +-(2^53-1): not every JSON parser can hold it.',
  not_finite: 'The number is NaN or infinite (only possible in process).',
  not_json: 'The value is not JSON, e.g. `undefined` or a `Date` (only possible in process).',
  prototype_key: 'The member name reaches an object prototype (`__proto__`).',
  in_the_future: 'The time lies more than five minutes ahead of the server.',
  reserved_type: 'Types that begin with `audit_log.` are for what the server records about the log itself.',
  tenant_mismatch: 'The event names another tenant than the credential.',
  not_sealable: 'What is declared personal must stay readable, e.g. `/id` or `/actor/type`.',
} as const);

export type ProblemCode = keyof typeof PROBLEM_CODES;

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
