import type { Attestry } from '../attestry.ts';
import { mergeDefaults } from '../context/merge-event.ts';
import type { EventInput, JsonObject } from '../event/event-input.ts';
import { uuidV7 } from '../event/uuid-v7.ts';
import { classifyRequest } from './classify-request.ts';
import { clientAddress, type TrustProxy } from './client-address.ts';
import { type Exclusion, makeIsExcluded } from './exclusions.ts';

type Actor = NonNullable<EventInput['actor']>;

/** What the middleware of every framework can be told. `Request` is the framework's own. */
export interface MiddlewareOptions<Request> {
  readonly client: Attestry;
  /** Who made the request. Called when it has been answered, so that the app's own sign-in has happened. */
  readonly actor?: (request: Request) => Actor | undefined;
  /** Tenant of the request; must be that of the client's key. */
  readonly tenant?: (request: Request) => string | undefined;
  /** Record reads (GET, HEAD) as well; failed ones always are. */
  readonly reads?: boolean;
  /** Requests that are not recorded: `/health`, `/internal/*`, or a function. */
  readonly exclude?: readonly Exclusion[];
  /** Whose X-Forwarded-For is believed; nobody's by default. */
  readonly trustProxy?: TrustProxy;
  /** Changes an event before it is captured; `null` leaves it out. */
  readonly event?: (event: EventInput, request: Request) => EventInput | null;
}

/** A request as it came in. */
export interface IncomingRequest<Request> {
  readonly raw: Request;
  readonly method: string;
  /** Without the query string: it carries tokens. */
  readonly path: string;
  readonly header: (name: string) => string | undefined;
  readonly remoteAddress: string | undefined;
}

/** How it was answered. */
export interface RequestEnd {
  readonly status: number;
  readonly route: string | undefined;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly error?: unknown;
  /** The client went away before the answer was complete. */
  readonly aborted?: boolean;
  /** Members that the handler itself gave; they win. */
  readonly event?: Partial<EventInput>;
}

/** One request on its way. */
export interface RecordedRequest {
  /** For the answer's `X-Request-ID`. */
  readonly requestId: string;
  /** Runs the rest of the request so that its events know the request. */
  run<Result>(work: () => Result): Result;
  /** Captures the event; only the first call counts, and it never throws. */
  end(end: RequestEnd): void;
}

const REQUEST_ID = /^[A-Za-z0-9._:/+=@-]{1,200}$/;

/** Status that says that the client closed the connection (nginx). */
const CLIENT_CLOSED = 499;

/** What all adapters share: makes the recorder of an app. */
export function makeRequestRecorder<Request>(
  options: MiddlewareOptions<Request>,
): (request: IncomingRequest<Request>) => RecordedRequest {
  const isExcluded = makeIsExcluded(options.exclude ?? []);
  return (request) => {
    const startedMs = performance.now();
    const requestId = requestIdOf(request);
    let ended = false;
    return {
      requestId,
      run: (work) => options.client.run({ context: { request_id: requestId } }, work),
      end: (end) => {
        if (ended) return;
        ended = true;
        try {
          const durationMs = performance.now() - startedMs;
          if (!isRecorded(options, request, end) || isExcluded(request)) return;
          const event = eventOf(options, request, end, { requestId, durationMs });
          const changed = options.event === undefined ? event : options.event(event, request.raw);
          if (changed !== null) options.client.capture(changed as never);
        } catch (error) {
          // An extractor of the app threw. The request has its answer; the event is kept without it.
          options.client.capture({
            type: 'api.error',
            action: {
              status: 'failure',
              error: `an extractor of the audit middleware threw: ${String(error)}`.slice(0, 4_000),
            },
            context: { request_id: requestId },
          });
        }
      },
    };
  };
}

function requestIdOf(request: IncomingRequest<unknown>): string {
  const sent = request.header('x-request-id') ?? request.header('x-correlation-id');
  return sent !== undefined && REQUEST_ID.test(sent) ? sent : uuidV7(Date.now());
}

function isRecorded(
  { reads }: { reads?: boolean },
  request: IncomingRequest<unknown>,
  end: RequestEnd,
): boolean {
  if (request.method === 'OPTIONS') return false;
  if (end.event !== undefined) return true;
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  return !isRead || reads === true || end.status >= 400 || end.error !== undefined || end.aborted === true;
}

function eventOf<Request>(
  options: MiddlewareOptions<Request>,
  request: IncomingRequest<Request>,
  end: RequestEnd,
  { requestId, durationMs }: { readonly requestId: string; readonly durationMs: number },
): EventInput {
  const { actor, tenant, trustProxy = false } = options;
  const status =
    end.aborted === true ? CLIENT_CLOSED : end.error !== undefined && end.status < 400 ? 500 : end.status;
  const what = classifyRequest({
    method: request.method,
    route: end.route,
    params: end.params ?? {},
    status,
  });
  const tenantId = tenant?.(request.raw);
  const correlationId = request.header('x-correlation-id');
  const { action, ...rest } = what;
  return withGiven(end.event, {
    ...rest,
    action: { ...action, ...errorOf(end) },
    actor: actorOf(actor?.(request.raw), request, trustProxy),
    context: {
      request_id: requestId,
      ...(correlationId !== undefined && REQUEST_ID.test(correlationId)
        ? { correlation_id: correlationId }
        : {}),
    },
    http: {
      method: request.method,
      ...(end.route === undefined ? {} : { route: end.route.slice(0, 2_000) }),
      path: request.path.slice(0, 2_000),
      status_code: status,
      duration_ms: Math.round(durationMs * 1_000) / 1_000,
    },
    ...(tenantId === undefined ? {} : { tenant_id: tenantId }),
  });
}

/** Blocks are merged, so that a handler that names the target does not take the route away. */
function withGiven(given: Partial<EventInput> | undefined, event: EventInput): EventInput {
  return given === undefined
    ? event
    : ({ ...mergeDefaults(event, given), type: given.type ?? event.type } as EventInput);
}

function actorOf(given: Actor | undefined, request: IncomingRequest<unknown>, trust: TrustProxy): Actor {
  const address = clientAddress(request.remoteAddress, request.header('x-forwarded-for'), trust);
  const agent = request.header('user-agent');
  return {
    type: given === undefined ? 'anonymous' : 'user',
    ...(address === undefined ? {} : { ip_address: address }),
    ...(agent === undefined ? {} : { user_agent: agent.slice(0, 2_000) }),
    ...given,
  };
}

/** What was thrown, where that is no error: nothing of an object, which could hold anything. */
function textOf(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null
    ? 'a value that is no error was thrown'
    : String(thrown as string);
}

function errorOf({ error, aborted }: RequestEnd): JsonObject {
  if (error !== undefined) {
    return {
      error: (error instanceof Error ? `${error.name}: ${error.message}` : textOf(error)).slice(0, 4_000),
    };
  }
  return aborted === true ? { error: 'the client closed the connection before the answer was complete' } : {};
}
