import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';
import {
  LOAD_RETRIES_MAX,
  PATIENT_RETRIES_MAX,
  REQUEST_TIMEOUT_MS,
  RETRY_PAUSE_FIRST_MS,
  RETRY_PAUSE_MAX_MS,
} from '../limits.ts';
import { apiErrorOf } from './api-error.ts';
import type { Connection } from './connection.ts';

export type QueryParameters = readonly (readonly [name: string, value: string])[];

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly query?: QueryParameters;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly rawBody?: { readonly text: string; readonly contentType: string };
  readonly accept?: string;
  readonly signal?: AbortSignal;
  /** Statuses of 400 and more that are answers here, not errors. */
  readonly accepted?: readonly number[];
  /**
   * `load`: again when refused for load (429, 503), the default of GET. `patient`: also when the server cannot be
   * reached or the connection is cut; only for what may be sent twice. `never`: the default of the others.
   */
  readonly retry?: 'load' | 'patient' | 'never';
  readonly onRetry?: (pauseMs: number, reason: string) => void;
}

/**
 * The few lines of HTTP that the command line needs.
 *
 * Requests that were refused for load are repeated after the server's Retry-After; those sent patiently also after a
 * cut connection, with growing pauses. Errors come back as {@link CliError} with the exit code they mean.
 */
export class ApiClient {
  readonly connection: Connection;
  readonly #userAgent: string;

  constructor(connection: Connection, version: string) {
    this.connection = connection;
    this.#userAgent = `attestry-cli/${version}`;
  }

  /** Sends a request and parses the JSON of the answer. */
  async json<T>(path: string, options: RequestOptions = {}): Promise<T> {
    return (await this.jsonWithStatus<T>(path, options)).body;
  }

  async jsonWithStatus<T>(path: string, options: RequestOptions = {}): Promise<{ status: number; body: T }> {
    const response = await this.send(path, options);
    const text = await this.#receive(response, path);
    if (text === '') return { status: response.status, body: undefined as T };
    try {
      return { status: response.status, body: JSON.parse(text) as T };
    } catch (cause) {
      throw new CliError(`${this.connection.url} answered with something that is not JSON`, {
        code: 'not_json',
        exitCode: ExitCode.unreachable,
        hint: 'Is that the address of an Attestry server?',
        cause,
      });
    }
  }

  async text(path: string, options: RequestOptions = {}): Promise<string> {
    return this.#receive(await this.send(path, options), path);
  }

  async #receive(response: Response, path: string): Promise<string> {
    try {
      return await response.text();
    } catch (cause) {
      throw cutOff(`the answer to ${path} broke off`, cause);
    }
  }

  /** Sends a request; the body of the answer is the caller's to read. Throws on any status of 400 and more. */
  async send(path: string, options: RequestOptions = {}): Promise<Response> {
    const method = options.method ?? 'GET';
    const retry = options.retry ?? (method === 'GET' ? 'load' : 'never');
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await this.#attempt(method, path, options);
      if (outcome.response !== undefined && isAnswer(outcome.response, options)) return outcome.response;
      const failure = outcome.response;
      const again =
        failure === undefined ? retry === 'patient' : retry !== 'never' && BUSY_STATUS.has(failure.status);
      if (
        !again ||
        attempt >= (retry === 'patient' ? PATIENT_RETRIES_MAX : LOAD_RETRIES_MAX) ||
        options.signal?.aborted === true
      ) {
        throw failure === undefined ? outcome.error : await apiErrorOf(failure, `${method} ${path}`);
      }
      const pauseMs = pauseBefore(attempt, failure?.headers.get('retry-after') ?? null);
      await failure?.body?.cancel();
      options.onRetry?.(pauseMs, failure === undefined ? 'no connection' : `busy (${failure.status})`);
      await sleep(pauseMs, options.signal);
    }
  }

  async #attempt(method: string, path: string, options: RequestOptions): Promise<Attempt> {
    const url = new URL(`${this.connection.url}${path}`);
    for (const [name, value] of options.query ?? []) url.searchParams.append(name, value);
    const { tenant } = this.connection;
    if (tenant !== undefined && path.startsWith('/v1/')) url.searchParams.set('tenant', tenant);
    const headers: Record<string, string> = {
      authorization: `Bearer ${this.connection.key}`,
      accept: options.accept ?? 'application/json',
      'user-agent': this.#userAgent,
    };
    const body =
      options.rawBody?.text ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
    if (body !== undefined) headers['content-type'] = options.rawBody?.contentType ?? 'application/json';
    // The time limit ends with the headers: a long export must not be cut by it.
    const timer = new AbortController();
    const timeout = setTimeout(() => timer.abort(), REQUEST_TIMEOUT_MS);
    const signal =
      options.signal === undefined ? timer.signal : AbortSignal.any([timer.signal, options.signal]);
    try {
      return {
        response: await fetch(url, {
          method,
          headers,
          signal,
          redirect: 'error',
          ...(body === undefined ? {} : { body }),
        }),
      };
    } catch (cause) {
      if (options.signal?.aborted === true) throw cause;
      return { error: unreachable(this.connection, cause) };
    } finally {
      clearTimeout(timeout);
    }
  }
}

type Attempt =
  | { readonly response: Response; readonly error?: never }
  | { readonly response?: never; readonly error: CliError };

function isAnswer(response: Response, options: RequestOptions): boolean {
  return response.ok || options.accepted?.includes(response.status) === true;
}

/** Answers that mean "not now": too many requests, overloaded. */
const BUSY_STATUS: ReadonlySet<number> = new Set([429, 503]);

function unreachable(connection: Connection, cause: unknown): CliError {
  const reason = causeOf(cause);
  return new CliError(`cannot reach ${connection.url}: ${reason}`, {
    code: 'unreachable',
    exitCode: ExitCode.unreachable,
    hint: `Is the server running there? The address came from ${connection.urlSource}.`,
    cause,
  });
}

function cutOff(message: string, cause: unknown): CliError {
  return new CliError(`${message}: ${causeOf(cause)}`, {
    code: 'cut_off',
    exitCode: ExitCode.unreachable,
    hint: 'Try again.',
    cause,
  });
}

/** `fetch` hides the reason two levels down. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'AbortError') return `no answer within ${REQUEST_TIMEOUT_MS / 1000} seconds`;
  const inner = error.cause;
  if (inner instanceof AggregateError && inner.errors[0] instanceof Error) return inner.errors[0].message;
  return inner instanceof Error
    ? inner.message || String((inner as NodeJS.ErrnoException).code)
    : error.message;
}

/** Full jitter over a doubling pause (AWS Architecture Blog, "Exponential Backoff And Jitter"); Retry-After wins. */
function pauseBefore(attempt: number, retryAfter: string | null): number {
  const asked = retryAfter === null ? Number.NaN : Number(retryAfter) * 1000;
  if (Number.isFinite(asked) && asked >= 0) return Math.min(Math.max(asked, 50), RETRY_PAUSE_MAX_MS * 2);
  const ceiling = Math.min(RETRY_PAUSE_FIRST_MS * 2 ** attempt, RETRY_PAUSE_MAX_MS);
  return ceiling / 2 + (Math.random() * ceiling) / 2;
}

/** Waits, or ends early without an error when the signal fires. */
export function sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, durationMs);
    signal?.addEventListener('abort', done, { once: true });
  });
}
