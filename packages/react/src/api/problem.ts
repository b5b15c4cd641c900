/** What the server said when it refused, or that it could not be reached. */
export class ApiProblem extends Error {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** Stable code, e.g. `forbidden`; `unreachable` when there was no answer, `no_token` when the page got no token. */
  readonly code: string;
  readonly requestId: string | undefined;
  /** Parameter or member that is wrong. */
  readonly path: string | undefined;
  readonly retryAfterS: number | undefined;
  /** Each mistake with its place, where there may be several, e.g. in a query. */
  readonly errors: readonly ProblemPlace[];

  constructor(detail: string, about: ProblemAbout, options?: ErrorOptions) {
    super(detail, options);
    this.name = 'ApiProblem';
    this.status = about.status;
    this.code = about.code;
    this.requestId = about.request_id;
    this.path = about.path;
    this.retryAfterS = about.retry_after;
    this.errors = about.errors ?? [];
  }

  static unreachable(cause: unknown): ApiProblem {
    return new ApiProblem('The server did not answer.', { status: 0, code: 'unreachable' }, { cause });
  }

  static noToken(cause: unknown): ApiProblem {
    const detail = 'The function `token` gave no viewer token.';
    return new ApiProblem(detail, { status: 0, code: 'no_token' }, { cause });
  }

  /** Anything that was thrown, as a problem. */
  static of(error: unknown): ApiProblem {
    if (error instanceof ApiProblem) return error;
    const detail = error instanceof Error ? error.message : String(error);
    return new ApiProblem(detail, { status: 0, code: 'unexpected' }, { cause: error });
  }
}

/** A mistake: what it is, and from which to which character of the text it reaches. */
export interface ProblemPlace {
  readonly detail: string;
  readonly from?: number;
  readonly to?: number;
}

interface ProblemAbout {
  readonly status: number;
  readonly code: string;
  readonly request_id?: string;
  readonly path?: string;
  readonly retry_after?: number;
  readonly errors?: readonly ProblemPlace[];
}

/** Reads a problem document (RFC 9457); an answer that is none, e.g. of a proxy, becomes one. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const { status } = response;
  try {
    const body = (await response.json()) as Partial<ProblemAbout> & { detail?: string };
    if (typeof body.code === 'string') {
      return new ApiProblem(body.detail ?? body.code, { ...body, status, code: body.code });
    }
  } catch {
    // Not JSON: the status alone has to do.
  }
  return new ApiProblem(`The server answered ${status}.`, { status, code: 'unexpected' });
}
