import { FatalError, OperationalError, OverloadedError } from '@attestry/ledger';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, type ApiErrorOptions, notFound } from '../errors/api-error.ts';
import type { ErrorCode } from '../errors/error-codes.ts';
import { storeTrouble } from '../errors/store-trouble.ts';
import type { ConsoleFallback } from './console.ts';
import { describeValidation } from './describe-validation.ts';

export const PROBLEM_TYPE = 'application/problem+json';

const QUERY_TIMEOUT =
  'The query took longer than it may and was ended. Ask for a shorter time span, or add a filter that says who, what or which.';

/** Errors of Fastify that are the client's, by their stable codes. */
const FASTIFY_CODES: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['payload_too_large', 'The request body is larger than this route takes.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'unsupported_media_type',
    'The content type of the body is missing or not one this route takes.',
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'invalid_request',
    'The body does not have the length that Content-Length says.',
  ],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['malformed_json', 'The body is empty; JSON was expected.'],
  FST_ERR_BAD_URL: ['invalid_request', 'The path is not valid percent-encoding.'],
  FST_ERR_ASYNC_CONSTRAINT: ['invalid_request', 'The request cannot be routed.'],
  FST_ERR_MAX_PARAM_LENGTH: ['invalid_request', 'A part of the path is too long.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['malformed_json', 'The body is not JSON.'],
};

/** Anything thrown by a handler, as the error to answer; `undefined` when it is the server's own mistake. */
function toApiError(error: unknown): ApiError | undefined {
  if (error instanceof ApiError) return error;
  if (error instanceof OverloadedError) {
    return new ApiError('overloaded', error.message, { retryAfterS: error.retryAfterS });
  }
  if (error instanceof OperationalError && error.code === 'query_timeout') {
    return new ApiError('query_timeout', QUERY_TIMEOUT);
  }
  if (error instanceof OperationalError || error instanceof FatalError) {
    const { detail, retryAfterS, isSaid } = storeTrouble(error.code);
    return new ApiError('unavailable', detail, { retryAfterS, ...(isSaid ? {} : { cause: error }) });
  }
  if (!(error instanceof Error)) return undefined;
  const { code, validation, validationContext, statusCode } = error as FastifyError;
  if (validation !== undefined)
    return describeValidation(validation, validationContext ?? 'body', { query: [], body: [] });
  const known = code === undefined ? undefined : FASTIFY_CODES[code];
  if (known !== undefined) return new ApiError(known[0], known[1]);
  // What Node or Fastify calls a client error without a code of its own, e.g. an aborted body.
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new ApiError('invalid_request', 'The request could not be read.', { cause: error });
  }
  return undefined;
}

/** Sends a problem document (RFC 9457). */
export function sendProblem(reply: FastifyReply, requestId: string, error: ApiError): FastifyReply {
  const options: ApiErrorOptions = error.options;
  if (options.headers !== undefined) reply.headers(options.headers);
  if (options.retryAfterS !== undefined) reply.header('retry-after', String(options.retryAfterS));
  if (error.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer realm="attestry"');
  return reply
    .code(error.status)
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(error.toProblem(requestId)));
}

/** Fastify's error handler: the one place where errors are answered, and where the server's own are logged. */
export function handleError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const known = toApiError(error);
  if (known !== undefined && known.status < 500) {
    void sendProblem(reply, request.id, known);
    return;
  }
  const cause = known?.options.cause;
  if (known === undefined || cause !== undefined) {
    request.log.error(
      { err: cause ?? error, request_id: request.id, route: request.routeOptions.url },
      'request failed',
    );
  }
  void sendProblem(
    reply,
    request.id,
    known ?? new ApiError('internal', 'The server made a mistake; its log has the details.'),
  );
}

/**
 * Fastify's handler for paths that no route has.
 *
 * @param allow    methods that some route has
 * @param fallback answers what is the console's
 */
export function notFoundHandler(
  allow: readonly string[],
  fallback: ConsoleFallback,
): (request: FastifyRequest, reply: FastifyReply) => void {
  return (request, reply) => {
    // `OPTIONS *` asks about the server as a whole (RFC 9110, 9.3.7).
    if (request.method === 'OPTIONS' && request.raw.url === '*')
      void reply.code(204).header('allow', allow.join(', ')).send();
    else if (!fallback(request, reply)) void sendProblem(reply, request.id, notFound('This path'));
  };
}
