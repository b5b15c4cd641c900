import type { Attestry } from '../attestry.ts';
import type { EventInput } from '../event/event-input.ts';
import { type MiddlewareOptions, makeRequestRecorder, type RecordedRequest } from './request-recorder.ts';

export type { MiddlewareOptions } from './request-recorder.ts';

/** What Next gives a route handler beside the request; its parameters are a promise since version 15. */
interface RouteContext {
  readonly params?: Promise<Readonly<Record<string, unknown>>> | Readonly<Record<string, unknown>>;
}

type RouteHandler<Req extends Request, Context> = (
  request: Req,
  context: Context,
) => Response | Promise<Response>;

/** Errors that have their event already, so that `onRequestError` does not write a second one. */
const told = new WeakSet<object>();

/** Makes the wrapper of route handlers: `export const POST = withAudit(async (request) => …)`. */
export function attestry<Req extends Request = Request>(
  options: MiddlewareOptions<Req>,
): <Context extends RouteContext>(handler: RouteHandler<Req, Context>) => RouteHandler<Req, Context> {
  const record = makeRequestRecorder(options);
  return (handler) => async (request, context) => {
    const { pathname } = new URL(request.url);
    const recorded = record({
      raw: request,
      method: request.method,
      path: pathname,
      header: (name) => request.headers.get(name) ?? undefined,
      // Next has no socket to ask; the platform's proxy says who it was.
      remoteAddress: undefined,
    });
    const params = (await context?.params) ?? {};
    const route = patternOf(pathname, params);
    try {
      const response = await recorded.run(() => handler(request, context));
      return finish(response, recorded, { route, params });
    } catch (error) {
      // `redirect()` and `notFound()` are thrown; their digest says what they mean.
      const status = digestStatus(error);
      if (typeof error === 'object' && error !== null) told.add(error);
      recorded.end({ status: status ?? 500, route, params, ...(status === undefined ? { error } : {}) });
      throw error;
    }
  };
}

/** For `instrumentation.ts`: `export const onRequestError = attestryErrors(client)`. Errors of pages and actions. */
export function attestryErrors(
  client: Attestry,
): (
  error: unknown,
  request: { readonly path: string; readonly method: string },
  context: { readonly routePath: string; readonly routeType: string },
) => void {
  return (error, request, context) => {
    if (typeof error === 'object' && error !== null && told.has(error)) return;
    client.capture({
      type: 'api.error',
      action: {
        status: 'failure',
        error: (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 4_000),
      },
      http: { method: request.method, route: context.routePath, path: request.path.replace(/\?.*$/, '') },
      metadata: { route_type: context.routeType },
    });
  };
}

/** Wraps a server action so that each call is an event: `export const remove = auditedAction(client, event, action)`. */
export function auditedAction<Args extends unknown[], Result>(
  client: Attestry,
  event: EventInput | ((...args: Args) => EventInput),
  action: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  return (...args) =>
    client.track(typeof event === 'function' ? event(...args) : event, async (tracker) => {
      try {
        return await action(...args);
      } catch (error) {
        if (digestStatus(error) !== undefined) tracker.status = 'success';
        else if (typeof error === 'object' && error !== null) told.add(error);
        throw error;
      }
    });
}

interface Where {
  readonly route: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A streamed answer ends later than its handler. */
function finish(response: Response, recorded: RecordedRequest, { route, params }: Where): Response {
  const end = (aborted: boolean): void => recorded.end({ status: response.status, route, params, aborted });
  const headers = new Headers(response.headers);
  headers.set('x-request-id', recorded.requestId);
  const init = { status: response.status, statusText: response.statusText, headers };
  if (response.body === null) {
    end(false);
    return new Response(null, init);
  }
  const watched = new TransformStream({
    flush: () => end(false),
    cancel: () => end(true),
  } as ConstructorParameters<typeof TransformStream>[0]);
  return new Response(response.body.pipeThrough(watched) as typeof response.body, init);
}

/** The pattern of a path whose parameters are known: `/users/7` with `{ id: '7' }` is `/users/[id]`. */
function patternOf(path: string, params: Readonly<Record<string, unknown>>): string {
  const segments = path.split('/');
  for (const [name, value] of Object.entries(params)) {
    if (Array.isArray(value)) {
      const at = segments.length - value.length;
      segments.splice(at, value.length, `[...${name}]`);
      continue;
    }
    const at = segments.findLastIndex((segment) => decode(segment) === value);
    if (at >= 0) segments[at] = `[${name}]`;
  }
  return segments.join('/');
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Not percent-encoded text; then it is compared as it stands.
    return segment;
  }
}

/** The status that Next answers for what its own functions throw: `redirect()`, `notFound()`, `forbidden()`. */
function digestStatus(error: unknown): number | undefined {
  const { digest } = (error ?? {}) as { digest?: unknown };
  if (typeof digest !== 'string') return undefined;
  const code = /^NEXT_(?:REDIRECT;.*;(\d{3});|HTTP_ERROR_FALLBACK;(\d{3}))/.exec(digest);
  return code === null ? undefined : Number(code[1] ?? code[2]);
}
