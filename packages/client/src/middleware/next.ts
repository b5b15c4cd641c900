import type { EventInput } from '../event/event-input.ts';
import { copyOfBody } from './captured-body.ts';
import { AnswerWatch } from './next-answer.ts';
import { digestStatus, isTold, isUnansweredTold, routePattern, tell } from './next-internals.ts';
import { pathOf } from './node-request.ts';
import { type MiddlewareOptions, makeRequestRecorder } from './request-recorder.ts';
import type { Ending } from './watched-stream.ts';

export { auditedAction } from './next-action.ts';
export type { MiddlewareOptions } from './request-recorder.ts';

/** What Next gives a route handler beside the request; its parameters are a promise since version 15. */
interface RouteContext {
  readonly params?: Promise<Readonly<Record<string, unknown>>> | Readonly<Record<string, unknown>>;
}

type RouteHandler<Req extends Request, Context> = (
  request: Req,
  context: Context,
) => Response | Promise<Response>;

/** What is known of one route. */
export interface RouteAudit {
  /** Its pattern, when it is not the path with the parameters' names in place of their values (rewrites). */
  readonly route?: string;
  /** Members of its events; they win. Its requests are then always recorded. */
  readonly event?: Partial<EventInput>;
}

/** Makes the wrapper of route handlers: `export const POST = withAudit(async (request) => …)`. */
export function attestry<Req extends Request = Request>(
  options: MiddlewareOptions<Req>,
): <Context extends RouteContext>(
  handler: RouteHandler<Req, Context>,
  audit?: RouteAudit,
) => (request: Req, context: Context) => Promise<Response> {
  const record = makeRequestRecorder(options);
  return (handler, { route, event } = {}) =>
    async (request, context) => {
      // The build runs static routes to keep their answers; nobody has asked for them.
      if (isBuild()) return handler(request, context);
      const { pathname } = new URL(request.url);
      const recorded = record({
        raw: request,
        method: request.method,
        path: pathname,
        header: (name) => request.headers.get(name) ?? undefined,
        // Next has no socket to ask; the proxies in front of it say who it was.
        remoteAddress: undefined,
      });
      const params = await paramsOf(context);
      const requestBody = copyOfBody(request, options.bodies);
      // Asked for only when the request is recorded.
      requestBody.catch(() => undefined);
      const watch = new AnswerWatch(options.bodies);
      const end = (status: number, ending: Ending, error?: unknown): void => {
        tell(error);
        recorded.end({
          status,
          route: route ?? routePattern(pathname, params),
          params,
          error,
          ending,
          requestBody: () => requestBody,
          responseBody: () => watch.body(),
          ...(event === undefined ? {} : { event }),
        });
      };
      // Also when Next, knowing that the client has left, never looks at the answer.
      const left = (): void => end(watch.status, watch.endingOfAbort);
      if (request.signal.aborted) left();
      else request.signal.addEventListener('abort', left, { once: true });
      try {
        const response = await recorded.run(() => handler(request, context));
        return watch.wrap(request, response, recorded.requestId, end);
      } catch (error) {
        // `redirect()` and `notFound()` are thrown; their digest says what they mean.
        const status = digestStatus(error);
        end(status ?? 500, 'complete', status === undefined ? error : undefined);
        throw error;
      }
    };
}

/** What Next tells `onRequestError` of the request. */
export interface ErrorRequest {
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** And of where it was. */
export interface ErrorContext {
  readonly routePath: string;
  readonly routeType: string;
}

/** For `instrumentation.ts`: `export const onRequestError = attestryErrors({ client })`. Errors of pages and actions. */
export function attestryErrors(
  options: Omit<MiddlewareOptions<ErrorRequest>, 'bodies'>,
): (error: unknown, request: ErrorRequest, context: ErrorContext) => void {
  const record = makeRequestRecorder(options);
  return (error, request, { routePath, routeType }) => {
    const path = pathOf(request.path);
    if (isTold(error) || isUnansweredTold(error, request.method, path)) return;
    tell(error);
    const recorded = record({
      raw: request,
      method: request.method,
      path,
      header: (name) => [request.headers[name] ?? []].flat().join(', ') || undefined,
      remoteAddress: undefined,
    });
    // Of an action, the path says on which page it was called, not what it does.
    const action = routeType === 'action' ? { type: 'api.error', action: { verb: 'execute' } } : {};
    recorded.end({
      status: 500,
      route: routePath.replace(/\/(?:page|route)$/, '') || '/',
      error,
      event: { ...action, metadata: { route_type: routeType } },
    });
  };
}

function isBuild(): boolean {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.['NEXT_PHASE'] === 'phase-production-build';
}

async function paramsOf(context: RouteContext | undefined): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await context?.params) ?? {};
  } catch {
    // Next says why to the handler, which asks for them as well.
    return {};
  }
}
