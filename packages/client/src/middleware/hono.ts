import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { BODY_BYTES, BodyCollector } from './captured-body.ts';
import { headerOf } from './node-request.ts';
import { isEventStream, onAnswered } from './node-response.ts';
import { openNote } from './noted-request.ts';
import type { RequestEnd } from './recorded-request.ts';
import { type MiddlewareOptions, makeRequestRecorder } from './request-recorder.ts';
import { type Ending, watchStream } from './watched-stream.ts';

export type { MiddlewareOptions } from './request-recorder.ts';

export interface HonoOptions extends MiddlewareOptions<Context> {
  /** Address the request came from, where it is not Node: `(context) => getConnInfo(context).remote.address`. */
  remoteAddress?(context: Context): string | undefined;
}

/** What @hono/node-server gives a request. */
interface NodeEnv {
  readonly incoming?: Pick<Partial<IncomingMessage>, 'headers' | 'socket'>;
  readonly outgoing?: ServerResponse;
}

/** `app.use(attestry({ client }))`, before the routes. Works on Node, Bun, Deno and edge runtimes. */
export function attestry(options: HonoOptions): MiddlewareHandler {
  const record = makeRequestRecorder(options);
  return async (context, next) => {
    if (openNote(context.req.raw) === undefined) {
      await next();
      return;
    }
    const { incoming, outgoing } = (context.env ?? {}) as NodeEnv;
    const recorded = record({
      raw: context,
      method: context.req.method,
      path: pathOf(context.req.url),
      // Node's own, because asking Hono makes a second copy of all of them.
      header:
        incoming === undefined ? (name) => context.req.header(name) : headerOf(incoming as IncomingMessage),
      remoteAddress: remoteAddress(options, context),
    });
    let known: Partial<RequestEnd> = {};
    const end = (ending: Ending, thrown?: unknown): void => {
      const status = outgoing?.statusCode ?? context.res.status;
      const error = thrown ?? context.error;
      if (!recorded.isLeftOut(status, ending, error)) {
        const route = routeOf(context);
        const body = (): unknown => requestBody(context);
        const params = context.req.param();
        recorded.end({ status, route, params, error, requestBody: body, ...known, ending });
      }
      if (outgoing === undefined) keepAlive(options, context);
    };
    // Node tells when the answer has really gone.
    if (outgoing !== undefined) onAnswered(outgoing, end, () => context.res.headers.get('content-type'));
    // Before the answer is made, because one that is changed afterwards is made a second time.
    if (outgoing === undefined) context.header('x-request-id', recorded.requestId);
    else if (!outgoing.headersSent) outgoing.setHeader('x-request-id', recorded.requestId);
    try {
      await recorded.run(next);
    } catch (error) {
      // Nobody made an answer of it: Hono does so of errors only, and not when its own handler of them throws.
      recorded.end({ status: 500, route: routeOf(context), params: context.req.param(), error });
      throw error;
    }
    // The answer to an upgrade cannot be made again.
    if (context.res.status < 200) {
      end('complete');
      return;
    }
    if (outgoing === undefined && context.res.headers.get('x-request-id') === null)
      context.header('x-request-id', recorded.requestId);
    known = watchBody(context, options, outgoing === undefined ? end : undefined);
  };
}

/** Where nobody else tells of the end of the answer, or its content is asked for, its body is watched. */
function watchBody(
  context: Context,
  { bodies }: HonoOptions,
  end: ((ending: Ending, error?: unknown) => void) | undefined,
): Partial<RequestEnd> {
  const collector = bodies?.response === true ? new BodyCollector(bodies.bytesMax ?? BODY_BYTES) : undefined;
  if (end === undefined && collector === undefined) return {};
  const { body, headers } = context.res;
  // The body of an answer to HEAD is dropped unread.
  if (body === null || context.res.bodyUsed || context.req.method === 'HEAD') {
    end?.('complete');
    return {};
  }
  const watched = watchStream(body as ReadableStream<Uint8Array>, {
    end: (ending, error) =>
      end?.(
        ending === 'client_left' && isEventStream(headers.get('content-type')) ? 'complete' : ending,
        error,
      ),
    ...(collector === undefined ? {} : { chunk: (bytes) => collector.add(bytes) }),
  });
  context.res = new Response(watched as typeof body, context.res);
  return collector === undefined ? {} : { responseBody: () => collector.parsed((name) => headers.get(name)) };
}

/** The path as it was sent: `req.path` is decoded. */
function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3);
  const end = url.search(/[?#]/);
  return start < 0 ? '/' : url.slice(start, end < 0 ? url.length : end);
}

/** On edge runtimes nothing runs on behind an answer unless it is asked to. */
function keepAlive({ client }: HonoOptions, context: Context): void {
  let execution: { waitUntil?: (work: Promise<unknown>) => void };
  try {
    execution = context.executionCtx;
  } catch {
    // There is none, on Node and Bun.
    return;
  }
  execution.waitUntil?.(client.flush());
}

function remoteAddress(options: HonoOptions, context: Context): string | undefined {
  try {
    if (options.remoteAddress !== undefined) return options.remoteAddress(context);
    return ((context.env ?? {}) as NodeEnv).incoming?.socket?.remoteAddress;
  } catch {
    // The app's own function; an event without an address is better than a request without an answer.
    return undefined;
  }
}

/** What the app has read of the request, which Hono keeps. */
async function requestBody({ req }: Context): Promise<unknown> {
  const { parsedBody, json, text, formData } = req.bodyCache as Record<string, Promise<unknown> | undefined>;
  if (parsedBody !== undefined) return parsedBody;
  if (formData !== undefined) return Object.fromEntries((await formData) as Iterable<[string, unknown]>);
  if (json !== undefined) return json;
  return text === undefined ? undefined : JSON.parse((await text) as string);
}

/** The pattern of the handler that answered; that of a middleware for everything says nothing. */
function routeOf(context: Context): string | undefined {
  const route = matchedRoutes(context).at(context.req.routeIndex);
  if (route === undefined) return undefined;
  const isMiddleware = route.method === 'ALL' && route.path.endsWith('*');
  if (isMiddleware && (/^\/?\*$/.test(route.path) || context.res.status === 404)) return undefined;
  return route.path;
}
