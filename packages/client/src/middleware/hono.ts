import type { ServerResponse } from 'node:http';
import type { Context, MiddlewareHandler, Next } from 'hono';
import { BODY_BYTES, BodyCollector, type BodyOptions } from './captured-body.ts';
import { HonoRequest, type NodeEnv, routedTo } from './hono-request.ts';
import { isEventStream, nameAnswer, onAnswered } from './node-response.ts';
import { openNote } from './noted-request.ts';
import type { RecordedRequest, RequestEnd } from './recorded-request.ts';
import { type MiddlewareOptions, makeRequestRecorder } from './request-recorder.ts';
import { type Ending, watchStream } from './watched-stream.ts';

export type { MiddlewareOptions } from './request-recorder.ts';

export interface HonoOptions extends MiddlewareOptions<Context> {
  /** Address the request came from, where it is not Node: `(context) => getConnInfo(context).remote.address`. */
  remoteAddress?(context: Context): string | undefined;
}

/** `app.use(attestry({ client }))`, before the routes. Works on Node, Bun, Deno and edge runtimes. */
export function attestry(options: HonoOptions): MiddlewareHandler {
  const record = makeRequestRecorder(options);
  const askAddress =
    options.remoteAddress === undefined ? undefined : (context: Context) => options.remoteAddress?.(context);
  return (context, next) => {
    if (openNote(context.req.raw) === undefined) return next();
    const { outgoing } = (context.env ?? {}) as NodeEnv;
    const passage = { options, context, recorded: record(new HonoRequest(context, askAddress)) };
    return outgoing === undefined ? onFetch(passage, next) : onNode(passage, outgoing, next);
  };
}

/** A request on its way through the middleware. */
interface Passage {
  readonly options: HonoOptions;
  readonly context: Context;
  readonly recorded: RecordedRequest;
}

/** Node tells when the answer has really gone, so nothing is done between the app and its answer. */
function onNode(
  { options, context, recorded }: Passage,
  outgoing: ServerResponse,
  next: Next,
): Promise<void> {
  const { bodies } = options;
  let known: Partial<RequestEnd> | undefined;
  onAnswered(
    outgoing,
    (ending, thrown) => {
      const { statusCode: status } = outgoing;
      const error = thrown ?? context.error;
      if (recorded.isLeftOut(status, ending, error)) return;
      recorded.end({ ...routedTo(context), ...known, status, error, ending });
    },
    () => context.res.headers.get('content-type'),
  );
  if (!outgoing.headersSent) nameAnswer(outgoing, recorded.requestId);
  const answered = recorded.run(next);
  answered.catch((error: unknown) => endUnanswered(context, recorded, error));
  if (bodies?.response !== true) return answered;
  return answered.then(() => {
    known = watchBody(context, bodies, undefined);
  });
}

/** Where there is but a function from request to answer: its end is that of the answer's body. */
async function onFetch({ options, context, recorded }: Passage, next: Next): Promise<void> {
  let known: Partial<RequestEnd> | undefined;
  const end = (ending: Ending, thrown?: unknown): void => {
    const { status } = context.res;
    const error = thrown ?? context.error;
    if (!recorded.isLeftOut(status, ending, error))
      recorded.end({ ...routedTo(context), ...known, status, error, ending });
    keepAlive(options, context);
  };
  // Before the answer is made, because one that is changed afterwards is made a second time.
  context.header('x-request-id', recorded.requestId);
  try {
    await recorded.run(next);
  } catch (error) {
    endUnanswered(context, recorded, error);
    throw error;
  }
  // The answer to an upgrade cannot be made again.
  if (context.res.status < 200) {
    end('complete');
    return;
  }
  if (context.res.headers.get('x-request-id') === null) context.header('x-request-id', recorded.requestId);
  known = watchBody(context, options.bodies, end);
}

/** Nobody made an answer of it: Hono does so of errors only, and not when its own handler of them throws. */
function endUnanswered(context: Context, recorded: RecordedRequest, error: unknown): void {
  const { route, params = {} } = routedTo(context);
  recorded.end({ status: 500, route, params, error });
}

/** Where nobody else tells of the end of the answer, or its content is asked for, its body is watched. */
function watchBody(
  context: Context,
  bodies: BodyOptions | undefined,
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
