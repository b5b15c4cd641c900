import type { FastifySchemaValidationError } from 'fastify/types/schema.js';
import { nearestName } from '../config/nearest-name.ts';
import { ApiError, invalidParameter } from '../errors/api-error.ts';

/** What Ajv tells with `verbose`: the schema that did not fit, whose `x-expected` says it in words. */
type VerboseError = FastifySchemaValidationError & {
  readonly parentSchema?: { readonly 'x-expected'?: string };
};

interface Place {
  readonly path: string;
  /** Reads on from the name of the member or parameter. */
  readonly detail: string;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function counted(count: unknown, unit: string): string {
  return count === 1 ? `1 ${unit}` : `${text(count)} ${unit}s`;
}

function typeName(type: unknown): string {
  const names = text(type).split(',');
  return names.map((name) => (/^[aeiou]/.test(name) ? `an ${name}` : `a ${name}`)).join(' or ');
}

/** What was expected, in words; Ajv's own message for a keyword that no route uses. */
function expectation(error: VerboseError): string {
  const params = error.params as Record<string, unknown>;
  const { limit } = params;
  switch (error.keyword) {
    case 'enum':
      return `must be one of ${(params.allowedValues as readonly unknown[]).map(text).join(', ')}.`;
    case 'type':
      return `must be ${typeName(params.type)}.`;
    case 'minLength':
      return limit === 1 ? 'is empty.' : `must have at least ${counted(limit, 'character')}.`;
    case 'maxLength':
      return `must have at most ${counted(limit, 'character')}.`;
    case 'minItems':
      return limit === 1 ? 'is empty.' : `must have at least ${counted(limit, 'item')}.`;
    case 'maxItems':
      return `must have at most ${counted(limit, 'item')}.`;
    case 'minimum':
      return `must be at least ${text(limit)}.`;
    case 'maximum':
      return `must be at most ${text(limit)}.`;
    default: {
      const expected = error.parentSchema?.['x-expected'];
      return expected === undefined ? `${error.message ?? 'is not valid'}.` : `must be ${expected}.`;
    }
  }
}

/** The member that is wrong and what was expected there, from Ajv's first error. */
function locate(error: VerboseError): Place {
  const params = error.params as Record<string, unknown>;
  if (error.keyword === 'additionalProperties') {
    const name = text(params.additionalProperty);
    return { path: `${error.instancePath}/${escapePointer(name)}`, detail: 'is not known here.' };
  }
  if (error.keyword === 'required') {
    const name = text(params.missingProperty);
    return { path: `${error.instancePath}/${escapePointer(name)}`, detail: 'is missing.' };
  }
  return { path: error.instancePath, detail: expectation(error) };
}

function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Name of the parameter in a pointer such as `/limit` or `/actor/0`. */
function parameterName(path: string): string {
  return (path.split('/')[1] ?? '').replaceAll('~1', '/').replaceAll('~0', '~');
}

/** Names that a route knows, for the refusal of others. */
export interface KnownNames {
  readonly query: readonly string[];
  readonly body: readonly string[];
}

/** What to write instead of an unknown name. */
function hint(name: string, context: string, known: KnownNames): string {
  const names = context === 'body' ? known.body : known.query;
  if (context === 'body' && name === 'tenant')
    return ' The tenant is that of the key; a platform administrator names another one as ?tenant=.';
  if (name.startsWith('metadata') && names.includes('metadata.<path>'))
    return ' Write metadata.<path>=<value>, e.g. metadata.order.id=7.';
  const near = nearestName(name, names);
  if (near !== undefined) return ` Did you mean ${near}?`;
  if (context === 'body') return ` Known are ${names.join(', ')}.`;
  return ' GET /openapi.json lists the parameters of this path.';
}

/**
 * Turns Ajv's report on a part of a request into the error to answer: always with the place.
 *
 * @param errors  Ajv errors, the first one counts
 * @param context `querystring`, `params`, `headers` or `body`
 * @param known   names to suggest in place of an unknown one
 */
export function describeValidation(
  errors: readonly FastifySchemaValidationError[],
  context: string,
  known: KnownNames,
): ApiError {
  const first = errors[0];
  if (first === undefined) return new ApiError('invalid_request', 'The request is not valid.');
  const { path, detail } = locate(first);
  const name = parameterName(path);
  const more = first.keyword === 'additionalProperties' ? hint(name, context, known) : '';
  if (context === 'body') {
    return new ApiError('invalid_request', `${path === '' ? 'The body' : path} ${detail}${more}`, { path });
  }
  if (context !== 'querystring')
    return new ApiError('invalid_request', `In the path, ${name} ${detail}`, { path: name });
  return invalidParameter(name, `The parameter ${name} ${detail}${more}`);
}
