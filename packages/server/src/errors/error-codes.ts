/** What a client may do about an error: never the same request again, again later, or after signing in otherwise. */
export type Retry = 'never' | 'later' | 'with other credentials';

/** One row of the registry. */
export interface ErrorDefinition {
  readonly status: number;
  /** Short, the same for every occurrence (RFC 9457 `title`). */
  readonly title: string;
  readonly retry: Retry;
  /** What it means and what to do, as in docs/errors.md. */
  readonly advice: string;
}

/**
 * The one registry of error codes. Codes are stable; docs/errors.md and the OpenAPI document are compared with it
 * by a test.
 */
export const ERROR_CODES = {
  invalid_request: {
    status: 400,
    title: 'The request is not valid',
    retry: 'never',
    advice: 'Correct the member named by `path`; the reference page at /docs shows what each route takes.',
  },
  invalid_parameter: {
    status: 400,
    title: 'A query parameter is not valid',
    retry: 'never',
    advice:
      'Correct the parameter named by `path`. Unknown parameters are refused so that a typo never reads as "no filter".',
  },
  invalid_event: {
    status: 400,
    title: 'The event does not fit the event model',
    retry: 'never',
    advice:
      'Correct the members listed in `errors`; each entry has a code, a JSON pointer and what was expected.',
  },
  malformed_json: {
    status: 400,
    title: 'The body is not strict JSON',
    retry: 'never',
    advice:
      'Send UTF-8 JSON without duplicate members, lone surrogates, integers beyond 2^53-1 or more than 64 levels; `path` names the place.',
  },
  unauthenticated: {
    status: 401,
    title: 'No valid credential',
    retry: 'with other credentials',
    advice:
      'Send `Authorization: Bearer <key>` with a key that exists, is not expired, not revoked and allowed from your address.',
  },
  forbidden: {
    status: 403,
    title: 'The credential does not allow this',
    retry: 'with other credentials',
    advice: 'Use a key with the scope or role that `detail` names.',
  },
  not_found: {
    status: 404,
    title: 'Not found',
    retry: 'never',
    advice: 'It does not exist, or it is not yours to see: the two are never told apart.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed here',
    retry: 'never',
    advice: 'The `Allow` header lists the methods of this path.',
  },
  request_timeout: {
    status: 408,
    title: 'The request took too long to arrive',
    retry: 'later',
    advice: 'Headers must arrive within 10 s and the whole request within 30 s.',
  },
  id_conflict: {
    status: 409,
    title: 'The id is taken by other content',
    retry: 'never',
    advice: 'An event with this id and other content is in the log. Send a new event under a new id.',
  },
  conflict: {
    status: 409,
    title: 'In conflict with what exists',
    retry: 'never',
    advice:
      'Something with this name exists, or was changed by somebody else meanwhile; read it again first.',
  },
  payload_too_large: {
    status: 413,
    title: 'Too large',
    retry: 'never',
    advice:
      'A request is at most 5 MB and 1,000 events, an administration request 128 kB. Send smaller batches.',
  },
  record_too_large: {
    status: 413,
    title: 'The event is too large',
    retry: 'never',
    advice:
      'A finished record is at most 60,000 bytes. Keep documents elsewhere and log their hash or address.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'Content type not supported',
    retry: 'never',
    advice:
      'Send `application/json`, or `application/x-ndjson` to POST /v1/events; without a content encoding.',
  },
  expectation_failed: {
    status: 417,
    title: 'The expectation cannot be met',
    retry: 'never',
    advice: 'Send no `Expect` header, or `Expect: 100-continue`.',
  },
  schema_violation: {
    status: 422,
    title: 'The event does not fit the schema of its type',
    retry: 'never',
    advice:
      'The tenant has a JSON Schema for this event type (GET /v1/schemas); `path` names the member that does not fit.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    retry: 'later',
    advice:
      'Wait for the seconds of `Retry-After`. Batches of up to 1,000 events count as one request. Exports and verifications have a share per key and tenant, which `detail` names.',
  },
  headers_too_large: {
    status: 431,
    title: 'Request headers too large',
    retry: 'never',
    advice: 'Request line and headers together are at most 16 kB.',
  },
  internal: {
    status: 500,
    title: 'Internal error',
    retry: 'later',
    advice: 'A mistake of the server. Its log has the details under the `request_id`.',
  },
  method_unknown: {
    status: 501,
    title: 'The server does not know this method',
    retry: 'never',
    advice:
      'Methods are written in capitals: GET, HEAD, POST, DELETE; the reference page at /docs shows which path takes which.',
  },
  overloaded: {
    status: 503,
    title: 'The server has as much work as it can hold',
    retry: 'later',
    advice:
      'Nothing of the request was kept. Send it again after the seconds of `Retry-After`, with the same event ids or Idempotency-Key.',
  },
  unavailable: {
    status: 503,
    title: 'The store cannot answer now',
    retry: 'later',
    advice:
      "Nothing was acknowledged. Send it again after `Retry-After`; event ids make that safe. The server's /ready names the component.",
  },
  query_timeout: {
    status: 504,
    title: 'The query took too long',
    retry: 'never',
    advice:
      'It was ended after 30 s, and the same one would be again. Ask for a shorter time span, or add a filter that says who, what or which.',
  },
  stopping: {
    status: 503,
    title: 'The server is stopping',
    retry: 'later',
    advice: 'Send it again after `Retry-After`; what was acknowledged is kept.',
  },
} as const satisfies Record<string, ErrorDefinition>;

/** Code of an answered error. */
export type ErrorCode = keyof typeof ERROR_CODES;
