import type { IncomingMessage, ServerResponse } from 'node:http';
import { NodeRequest } from './node-request.ts';
import { nameAnswer, nodeBody, onAnswered } from './node-response.ts';
import { openNote } from './noted-request.ts';
import { type MiddlewareOptions, makeRequestRecorder } from './request-recorder.ts';

export type { MiddlewareOptions } from './request-recorder.ts';

/** The part of Koa's context that is used; `_matchedRoute` and `params` are those of @koa/router. */
export interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly request: { readonly body?: unknown };
  readonly originalUrl: string;
  readonly _matchedRoute?: string | RegExp | undefined;
  readonly params?: Readonly<Record<string, unknown>>;
  /** Of koa-mount. */
  readonly mountPath?: string;
}

/** `app.use(attestry({ client }))`, before the router. */
export function attestry<Context extends KoaContext = KoaContext>(
  options: MiddlewareOptions<Context>,
): (context: Context, next: () => Promise<unknown>) => Promise<void> {
  const record = makeRequestRecorder(options);
  return async (context, next) => {
    const { req, res } = context;
    const note = openNote(req);
    if (note === undefined) {
      await next();
      return;
    }
    const request = new NodeRequest(context, req, context.originalUrl);
    const recorded = record(request);
    nameAnswer(res, recorded.requestId);
    const responseBody = nodeBody(res, options.bodies);
    onAnswered(res, (ending, thrown) => {
      const error = note.error ?? thrown;
      if (recorded.isLeftOut(res.statusCode, ending, error)) return;
      recorded.end({
        status: res.statusCode,
        route: routeOf(context, request.path),
        params: context.params ?? {},
        error,
        ending,
        requestBody: () => context.request.body,
        ...(responseBody === undefined ? {} : { responseBody }),
      });
    });
    try {
      await recorded.run(next);
    } catch (error) {
      note.error = error;
      throw error;
    }
  };
}

/** koa-mount takes its prefix, which is fixed text, off the path before the router sees it. */
function routeOf({ _matchedRoute: matched, mountPath }: KoaContext, path: string): string | undefined {
  const pattern = matched?.toString();
  if (pattern === undefined || mountPath === undefined || /[*({]/.test(pattern)) return pattern;
  const segments = path.split('/').filter((segment) => segment !== '');
  const ownLength = pattern.split('/').filter((segment) => segment !== '').length;
  const mount = segments.slice(0, segments.length - ownLength).map((segment) => `/${segment}`);
  return mount.join('').endsWith(mountPath) ? mount.join('') + pattern : pattern;
}
