import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';

/** `application/problem+json` as the server sends it; all members optional because a proxy may have answered. */
interface Problem {
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly path?: string;
  readonly request_id?: string;
  /** One entry per event, when a whole batch was refused. */
  readonly errors?: readonly EventRefusal[];
}

export interface EventRefusal {
  readonly index: number;
  readonly code: string;
  readonly path?: string;
  readonly detail?: string;
}

/** A server answered with an error. */
export class ApiError extends CliError {
  readonly status: number;
  readonly path: string | undefined;
  readonly requestId: string | undefined;
  readonly refusals: readonly EventRefusal[];

  constructor(status: number, problem: Problem, request: string) {
    const detail = problem.detail ?? problem.title ?? 'the answer has no explanation';
    const place = problem.path === undefined || problem.path === '' ? '' : ` (at ${problem.path})`;
    super(`${`${request}: ${status} ${problem.code ?? ''}`.trimEnd()}: ${detail}${place}`, {
      code: problem.code ?? `http_${status}`,
      exitCode: exitCodeOf(status),
      ...hintOf(status),
    });
    this.status = status;
    this.path = problem.path;
    this.requestId = problem.request_id;
    this.refusals = Array.isArray(problem.errors) ? problem.errors : [];
  }
}

function exitCodeOf(status: number): ExitCode {
  if (status >= 500 || status === 429) return ExitCode.unreachable;
  if (status === 404 || status === 409) return ExitCode.finding;
  return ExitCode.usage;
}

function hintOf(status: number): { hint?: string } {
  switch (status) {
    case 401:
      return { hint: 'The key is unknown, expired or revoked. Give another with --key or ATTESTRY_API_KEY.' };
    case 403:
      return { hint: 'The key may not do this: it needs another role or scope (see `attestry keys list`).' };
    case 413:
      return { hint: 'Send less at once.' };
    case 429:
    case 503:
      return { hint: 'The server is busy. Try again in a moment.' };
    default:
      return {};
  }
}

/** Reads the problem document of a refused request. Anything else becomes its first line. */
export async function apiErrorOf(response: Response, request: string): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  try {
    const problem: unknown = JSON.parse(text);
    if (typeof problem === 'object' && problem !== null)
      return new ApiError(response.status, problem, request);
  } catch {
    // Not JSON: a proxy's page. Its first words say more than nothing.
  }
  const words = text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
  return new ApiError(response.status, words === '' ? {} : { detail: words }, request);
}
