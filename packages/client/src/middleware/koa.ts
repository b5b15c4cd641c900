import type { IncomingMessage, ServerResponse } from 'node:http';
import { nodeRequest } from './node-request.ts';
import { type MiddlewareOptions, makeRequestRecorder } from './request-recorder.ts';

export type { MiddlewareOptions } from './request-recorder.ts';

/** The part of Koa's context that is used; `_matchedRoute` and `params` are those of @koa/router. */
export interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly originalUrl: string;
  readonly status: number;
  readonly _matchedRoute?: string | RegExp | undefined;
  readonly routerPath?: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** `app.use(attestry({ client }))`, before the router. */
export function attestry<Context extends KoaContext = KoaContext>(
  options: MiddlewareOptions<Context>,
): (context: Context, next: () => Promise<unknown>) => Promise<void> {
  const record = makeRequestRecorder(options);
  return async (context, next) => {
    const recorded = record(nodeRequest(context, context.req, context.originalUrl));
    let thrown: unknown;
    const end = (aborted: boolean): void =>
      recorded.end({
        status: context.res.statusCode,
        route: context._matchedRoute?.toString(),
        params: context.params ?? {},
        error: thrown,
        aborted,
      });
    nameRequest(context.res, recorded.requestId);
    context.res.once('finish', () => end(false));
    context.res.once('close', () => end(!context.res.writableFinished));
    try {
      await recorded.run(next);
    } catch (error) {
      if (((error as { status?: number } | null)?.status ?? 500) >= 500) thrown = error;
      throw error;
    }
  };
}

/** As the head is written: Koa takes all headers off again when a handler throws. */
function nameRequest(response: ServerResponse, requestId: string): void {
  const writeHead: unknown = Reflect.get(response, 'writeHead');
  response.writeHead = function (this: ServerResponse, ...args: unknown[]) {
    if (!this.headersSent && !this.hasHeader('x-request-id')) this.setHeader('x-request-id', requestId);
    return Reflect.apply(writeHead as ServerResponse['writeHead'], this, args);
  } as ServerResponse['writeHead'];
}
