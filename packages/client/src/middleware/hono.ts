import type { Context, MiddlewareHandler } from 'hono';
import { type MiddlewareOptions, makeRequestRecorder } from './request-recorder.ts';

export type { MiddlewareOptions } from './request-recorder.ts';

export interface HonoOptions extends MiddlewareOptions<Context> {
  /** Address the request came from; runtimes differ, see `hono/conninfo`. */
  readonly remoteAddress?: (context: Context) => string | undefined;
}

/** `app.use(attestry({ client }))`, before the routes. Works on Node, Bun, Deno and edge runtimes. */
export function attestry(options: HonoOptions): MiddlewareHandler {
  const record = makeRequestRecorder(options);
  return async (context, next) => {
    const recorded = record({
      raw: context,
      method: context.req.method,
      // As it was sent: `req.path` is decoded.
      path: new URL(context.req.url).pathname,
      header: (name) => context.req.header(name),
      remoteAddress: remoteAddress(options, context),
    });
    const end = (aborted: boolean): void =>
      recorded.end({
        status: context.res.status,
        route: routeOf(context),
        params: context.req.param(),
        error: context.error,
        aborted,
      });
    await recorded.run(() => next());
    context.header('x-request-id', recorded.requestId);
    const { body } = context.res;
    if (body === null) {
      end(false);
      return;
    }
    // A streamed answer ends later than its handler.
    const whole = body.pipeThrough(
      new TransformStream({ flush: () => end(false), cancel: () => end(true) } as ConstructorParameters<
        typeof TransformStream
      >[0]),
    );
    context.res = new Response(whole as typeof body, context.res);
  };
}

function remoteAddress({ remoteAddress: ask }: HonoOptions, context: Context): string | undefined {
  if (ask !== undefined) return ask(context);
  const { incoming } = (context.env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } };
  return incoming?.socket?.remoteAddress;
}

/** The pattern of the handler that answered; middleware matches with `*`. */
function routeOf(context: Context): string | undefined {
  const { matchedRoutes, routePath } = context.req as {
    matchedRoutes?: { path: string; method: string }[];
    routePath?: string;
  };
  const handler = matchedRoutes?.findLast((route) => route.method !== 'ALL' || !route.path.endsWith('*'));
  const path = handler?.path ?? routePath;
  return path === undefined || path === '/*' || path === '*' ? undefined : path;
}
