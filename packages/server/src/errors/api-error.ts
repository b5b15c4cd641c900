import { ERROR_CODES, type ErrorCode } from './error-codes.ts';

/** One place that is wrong, inside a request with several. */
export interface ErrorItem {
  /** Position of the event in the request, from 0; absent for requests with one event. */
  readonly index?: number;
  /** NDJSON: number of the event's line, from 1, blank lines counted. */
  readonly line?: number | undefined;
  readonly code: string;
  /** JSON pointer from the event's root, or the name of a query parameter. */
  readonly path: string;
  readonly detail: string;
  /** In the text of the parameter `q`: where it begins and ends, in UTF-16 units from 0. */
  readonly from?: number;
  readonly to?: number;
}

/** What an error may carry besides its code and sentence. */
export interface ApiErrorOptions {
  /** JSON pointer into the body, or the name of a query parameter. */
  readonly path?: string;
  readonly retryAfterS?: number;
  readonly errors?: readonly ErrorItem[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** A problem document (RFC 9457) as sent. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly path?: string;
  readonly request_id: string;
  readonly retry_after?: number;
  readonly errors?: readonly ErrorItem[];
}

/** An error that is the caller's to know: the HTTP layer answers it as a problem document and logs nothing. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly options: ApiErrorOptions;

  constructor(code: ErrorCode, detail: string, options: ApiErrorOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ApiError';
    this.code = code;
    this.options = options;
  }

  get status(): number {
    return ERROR_CODES[this.code].status;
  }

  /** The document to send; `requestId` lets an operator find the log lines of this request. */
  toProblem(requestId: string): Problem {
    const { path, retryAfterS, errors } = this.options;
    return {
      type: `urn:attestry:error:${this.code}`,
      title: ERROR_CODES[this.code].title,
      status: this.status,
      detail: this.message,
      code: this.code,
      ...(path === undefined ? {} : { path }),
      request_id: requestId,
      ...(retryAfterS === undefined ? {} : { retry_after: retryAfterS }),
      ...(errors === undefined ? {} : { errors }),
    };
  }
}

/** The one answer for what does not exist and what belongs to somebody else. */
export function notFound(what: string): ApiError {
  return new ApiError('not_found', `${what} was not found.`);
}

/** A query parameter that cannot be used. */
export function invalidParameter(parameter: string, detail: string): ApiError {
  return new ApiError('invalid_parameter', detail, { path: parameter });
}
