import type { IncomingMessage, ServerResponse } from 'node:http';
import { nodeRequest } from './node-request.ts';
import { noteOf, openNote } from './noted-request.ts';
import { type MiddlewareOptions, makeRequestRecorder } from './request-recorder.ts';

export type { MiddlewareOptions } from './request-recorder.ts';

/** The part of a request that is used: that of Express 4 and 5, and of routers like it. */
export interface ExpressRequest extends IncomingMessage {
  readonly originalUrl?: string;
  readonly baseUrl?: string;
  readonly route?: { readonly path?: unknown };
  readonly params?: Readonly<Record<string, unknown>>;
}

type Next = (error?: unknown) => void;

/** `app.use(attestry({ client }))`, before the routes. Errors are told by `attestryErrors()`, after them. */
export function attestry<Request extends ExpressRequest = ExpressRequest>(
  options: MiddlewareOptions<Request>,
): (request: Request, response: ServerResponse, next: Next) => void {
  const record = makeRequestRecorder(options);
  return (request, response, next) => {
    const recorded = record(nodeRequest(request, request, request.originalUrl ?? request.url ?? '/'));
    const note = openNote(request);
    if (!response.headersSent) response.setHeader('x-request-id', recorded.requestId);
    const end = (aborted: boolean): void => {
      recorded.end({
        status: response.statusCode,
        route: note.route ?? routeOf(request),
        params: note.params ?? request.params ?? {},
        error: note.error,
        aborted,
        ...(note.event === undefined ? {} : { event: note.event }),
      });
    };
    response.once('finish', () => end(false));
    response.once('close', () => end(!response.writableFinished));
    recorded.run(next);
  };
}

/** `app.use(attestryErrors())` after the routes and before other error handlers: the event then says what was thrown. */
export function attestryErrors(): (error: unknown, request: object, response: unknown, next: Next) => void {
  return (error, request, _response, next) => {
    const note = noteOf(request);
    if (note !== undefined) note.error = error;
    next(error);
  };
}

/** The pattern of the route that answered, with the routers it is in. */
function routeOf(request: ExpressRequest): string | undefined {
  const path = request.route?.path;
  const pattern = Array.isArray(path) ? path[0] : path;
  if (pattern === undefined) return undefined;
  const route = `${request.baseUrl ?? ''}${String(pattern)}`;
  return route.length > 1 ? route.replace(/\/$/, '') : route;
}
