import type { EventInput } from '../event/event-input.ts';
import type { Ending } from './watched-stream.ts';

/** A request as it came in. */
export interface IncomingRequest<Request> {
  readonly raw: Request;
  readonly method: string;
  /** Without the query string: it carries tokens. */
  readonly path: string;
  header(name: string): string | undefined;
  readonly remoteAddress: string | undefined;
}

/** How it was answered. */
export interface RequestEnd {
  readonly status: number;
  readonly route: string | undefined;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly error?: unknown;
  /** `complete` when absent. */
  readonly ending?: Ending;
  /** Members that the handler itself gave; they win. */
  readonly event?: Partial<EventInput>;
  /** The parsed body of the request; asked for only when events carry it. */
  readonly requestBody?: () => unknown;
  /** The parsed body of the answer; the same. */
  readonly responseBody?: () => unknown;
}

/** One request on its way. */
export interface RecordedRequest {
  /** For the answer's `X-Request-ID`. */
  readonly requestId: string;
  /** Runs the rest of the request so that its events know the request; again where a framework has lost that. */
  run<Result>(work: () => Result): Result;
  /**
   * Whether nothing will be recorded of such an end: a read that succeeded, and that nobody has asked for. Most requests
   * are, so adapters ask before they find out the rest. The handler's own members of the event win over it.
   */
  isLeftOut(status: number, ending: Ending, error: unknown): boolean;
  /** Captures the event; only the first call counts, and it never throws. */
  end(end: RequestEnd): void;
}
