import type { FastifySchemaValidationError } from 'fastify/types/schema.js';
import { nearestName } from '../config/nearest-name.ts';
import { ApiError, invalidParameter } from '../errors/api-error.ts';

interface Place {
  readonly path: string;
  readonly detail: string;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The member that is wrong and what was expected there, from Ajv's first error. */
function locate(error: FastifySchemaValidationError): Place {
  const params = error.params as Record<string, unknown>;
  if (error.keyword === 'additionalProperties') {
    const name = text(params.additionalProperty);
    return { path: `${error.instancePath}/${escapePointer(name)}`, detail: `"${name}" is not known here.` };
  }
  if (error.keyword === 'required') {
    const name = text(params.missingProperty);
    return { path: `${error.instancePath}/${escapePointer(name)}`, detail: `"${name}" is missing.` };
  }
  if (error.keyword === 'enum') {
    const allowed = params.allowedValues as readonly unknown[];
    return { path: error.instancePath, detail: `must be one of ${allowed.map(text).join(', ')}.` };
  }
  return { path: error.instancePath, detail: `${error.message ?? 'is not valid'}.` };
}

function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Name of the parameter in a pointer such as `/limit` or `/actor/0`. */
function parameterName(path: string): string {
  return (path.split('/')[1] ?? '').replaceAll('~1', '/').replaceAll('~0', '~');
}

/**
 * Turns Ajv's report on a part of a request into the error to answer: always with the place.
 *
 * @param errors  Ajv errors, the first one counts
 * @param context `querystring`, `params`, `headers` or `body`
 */
export function describeValidation(
  errors: readonly FastifySchemaValidationError[],
  context: string,
): ApiError {
  const first = errors[0];
  if (first === undefined) return new ApiError('invalid_request', 'The request is not valid.');
  const { path, detail } = locate(first);
  if (context === 'body') {
    return new ApiError('invalid_request', path === '' ? `The body ${detail}` : `${path}: ${detail}`, {
      path,
    });
  }
  const parameter = parameterName(path);
  if (context !== 'querystring')
    return new ApiError('invalid_request', `${parameter}: ${detail}`, { path: parameter });
  return invalidParameter(parameter, `The parameter ${parameter}: ${detail}`);
}

/** Adds the name that was probably meant to the refusal of an unknown parameter. */
export function suggestParameter(error: ApiError, known: readonly string[]): ApiError {
  const { path } = error.options;
  if (path === undefined || known.includes(path)) return error;
  const near = nearestName(path, known);
  const hint =
    near === undefined ? ' GET /openapi.json lists the parameters of this path.' : ` Did you mean ${near}?`;
  return new ApiError(error.code, error.message + hint, error.options);
}
