import type { ServerResponse } from 'node:http';
import { type ExpressRequest, watchMounts } from './express-mounts.ts';
import { NodeRequest } from './node-request.ts';
import { nodeBody, onAnswered } from './node-response.ts';
import { noteOf, openNote } from './noted-request.ts';
import { type MiddlewareOptions, makeRequestRecorder } from './request-recorder.ts';

export type { ExpressRequest } from './express-mounts.ts';
export type { MiddlewareOptions } from './request-recorder.ts';

type Next = (error?: unknown) => void;

/** `app.use(attestry({ client }))`, before the routes. Errors are told by `attestryErrors()`, after them. */
export function attestry<Request extends ExpressRequest = ExpressRequest>(
  options: MiddlewareOptions<Request>,
): (request: Request, response: ServerResponse, next: Next) => void {
  const record = makeRequestRecorder(options);
  return (request, response, next) => {
    const note = openNote(request);
    if (note === undefined) {
      next();
      return;
    }
    const recorded = record(new NodeRequest(request, request, request.originalUrl ?? request.url ?? '/'));
    note.recorded = recorded;
    const mounts = watchMounts(request);
    const responseBody = nodeBody(response, options.bodies);
    if (!response.headersSent) response.setHeader('x-request-id', recorded.requestId);
    onAnswered(response, (ending, thrown) => {
      const error = note.error ?? thrown;
      if (note.event === undefined && recorded.isLeftOut(response.statusCode, ending, error)) return;
      const { route, params } = mounts.found();
      recorded.end({
        status: response.statusCode,
        route: note.route ?? route,
        params: note.params ?? params,
        error,
        ending,
        requestBody: note.requestBody ?? (() => request.body),
        ...(responseBody === undefined ? {} : { responseBody }),
        ...(note.event === undefined ? {} : { event: note.event }),
      });
    });
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
