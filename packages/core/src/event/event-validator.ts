import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { parsePointer } from '../canonical/json-pointer.ts';
import { PROBLEMS_MAX } from '../limits.ts';
import { boundWidth, type WidthSchema } from './bound-width.ts';
import { EventInputSchema, RESERVED_MEMBERS } from './event-schema.ts';
import { pointerTo } from './free-values.ts';
import { parseIp } from './ip-address.ts';
import { type Problem, problem } from './problem.ts';
import { parseRfc3339, RFC3339_EXPECTED } from './rfc3339.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Formats of the event schema: how each is checked, and what a refusal tells the caller. */
const FORMATS = {
  uuid: { check: (text: string) => UUID.test(text), expected: 'a UUID' },
  'date-time': { check: (text: string) => parseRfc3339(text) !== undefined, expected: RFC3339_EXPECTED },
  ip: {
    check: (text: string) => parseIp(text) !== undefined,
    expected: 'an IPv4 or IPv6 address without port or zone',
  },
  'json-pointer': {
    check: (text: string) => parsePointer(text) !== undefined,
    expected: 'a JSON pointer (RFC 6901), e.g. /data/after/phone',
  },
} as const;

/** What the patterns of the event schema mean, for people. */
const PATTERN_EXPECTED = 'segments of a to z, 0 to 9 and _ joined by dots, e.g. document.uploaded';

/**
 * Checks an event against the schema of what clients send.
 *
 * Two validators of the same schema: the fast one stops at the first error and counts UTF-16 units, of which there are
 * never fewer than characters, so what it accepts is right. Only what it refuses goes to the exact one, which counts
 * characters as JSON Schema says and collects all errors.
 *
 * @returns at most 20 problems, none when the event is right
 */
export function checkSchema(input: unknown): Problem[] {
  fast ??= compile(false);
  if (fast(input)) {
    return [];
  }
  exact ??= compile(true);
  // Cut to a bounded width first: a body of a million unknown members must not make a million errors.
  if (exact(boundWidth(EventInputSchema as WidthSchema, input))) {
    return [];
  }
  const problems = (exact.errors ?? []).map(toProblem);
  return withoutRepetitions(problems).slice(0, PROBLEMS_MAX);
}

// Each compiled at first use: whoever only verifies a log, or is only sent right events, never pays for it.
let fast: ValidateFunction | undefined;
let exact: ValidateFunction | undefined;

function compile(isExact: boolean): ValidateFunction {
  const ajv = new Ajv({
    allErrors: isExact,
    unicode: isExact,
    strict: true,
    allowUnionTypes: true,
    // The fast one must not pay for data that only errors need.
    messages: false,
    verbose: false,
    logger: false,
  });
  for (const [name, format] of Object.entries(FORMATS)) {
    ajv.addFormat(name, { type: 'string', validate: format.check });
  }
  return ajv.compile(EventInputSchema);
}

function toProblem(error: ErrorObject): Problem {
  const path = pathOf(error);
  const { params } = error;
  switch (error.keyword) {
    case 'type':
      return problem('wrong_type', path, typeNames(params['type']), 'has another type');
    case 'required':
      return problem('missing_member', path, 'a value', 'is missing');
    case 'additionalProperties':
      return unknownMember(path, error);
    case 'maxLength':
      return problem('too_long', path, `at most ${params['limit']} characters`, 'is too long');
    case 'minLength':
      return problem('too_short', path, `at least ${params['limit']} character`, 'is empty');
    case 'maxItems':
      return problem('too_many', path, `at most ${params['limit']} items`, 'has too many items');
    case 'enum':
      return problem(
        'not_allowed',
        path,
        `one of ${params['allowedValues'].join(', ')}`,
        'is none of the known words',
      );
    case 'pattern':
      return problem('bad_format', path, PATTERN_EXPECTED, 'is not well formed');
    case 'format':
      return problem(
        'bad_format',
        path,
        FORMATS[params['format'] as keyof typeof FORMATS].expected,
        'is not well formed',
      );
    case 'minimum':
    case 'maximum':
      return problem(
        'out_of_range',
        path,
        `a number ${params['comparison']} ${params['limit']}`,
        'is out of range',
      );
    default:
      throw new Error(`the event schema has the keyword ${error.keyword}, for which there is no message`);
  }
}

/** Ajv points at the parent of what is missing or unknown; callers want the member itself. */
function pathOf(error: ErrorObject): string {
  const tokens = parsePointer(error.instancePath) ?? [];
  const member = error.params['missingProperty'] ?? error.params['additionalProperty'];
  return pointerTo(member === undefined ? tokens : [...tokens, member]);
}

function unknownMember(path: string, error: ErrorObject): Problem {
  const member: string = error.params['additionalProperty'];
  return error.instancePath === '' && RESERVED_MEMBERS.has(member)
    ? problem('reserved_member', path, 'no such member in what is sent', 'is set by the server alone')
    : problem(
        'unknown_member',
        path,
        'a member of the event model; free data goes into metadata',
        'is not known',
      );
}

function typeNames(type: string | readonly string[]): string {
  const names = typeof type === 'string' ? type.split(',') : type;
  return names.map((name) => (/^[aeiou]/.test(name) ? `an ${name}` : `a ${name}`)).join(' or ');
}

/** One problem for each member: an empty text that is also no UUID is one mistake. */
function withoutRepetitions(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ path }) => !seen.has(path) && seen.add(path));
}
