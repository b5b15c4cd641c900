import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';
import { headerOf, pathOf } from './node-request.ts';
import type { IncomingRequest, RequestEnd } from './recorded-request.ts';

/** What @hono/node-server gives a request. */
export interface NodeEnv {
  readonly incoming?: Pick<Partial<IncomingMessage>, 'headers' | 'socket'>;
  readonly outgoing?: ServerResponse;
}

/** A request to a Hono app, on whatever runtime. */
export class HonoRequest implements IncomingRequest<Context> {
  readonly raw: Context;
  readonly method: string;
  readonly remoteAddress: string | undefined;
  readonly #incoming: NodeEnv['incoming'];

  /** @param remoteAddress the app's own way to ask for it, where it is not Node */
  constructor(context: Context, remoteAddress: ((context: Context) => string | undefined) | undefined) {
    const { incoming } = (context.env ?? {}) as NodeEnv;
    this.raw = context;
    this.method = context.req.method;
    this.#incoming = incoming;
    this.remoteAddress =
      remoteAddress === undefined ? incoming?.socket?.remoteAddress : askedFor(remoteAddress, context);
  }

  /** As it was sent: `req.path` is decoded. */
  get path(): string {
    const { url } = this.raw.req;
    const start = url.indexOf('/', url.indexOf('://') + 3);
    return start < 0 ? '/' : pathOf(url.slice(start));
  }

  header(name: string): string | undefined {
    // Node's own, because asking Hono makes a second copy of all of them.
    return this.#incoming === undefined
      ? this.raw.req.header(name)
      : headerOf(this.#incoming as IncomingMessage, name);
  }
}

function askedFor(
  remoteAddress: (context: Context) => string | undefined,
  context: Context,
): string | undefined {
  try {
    return remoteAddress(context);
  } catch {
    // The app's own function; an event without an address is better than a request without an answer.
    return undefined;
  }
}

/** What Hono knows of a request behind its handler. */
export function routedTo(context: Context): Pick<RequestEnd, 'route' | 'params' | 'requestBody'> {
  return {
    route: routeOf(context),
    params: context.req.param(),
    requestBody: () => requestBody(context),
  };
}

/** The pattern of the handler that answered; that of a middleware for everything says nothing. */
function routeOf(context: Context): string | undefined {
  const route = routesOf(context).at(context.req.routeIndex);
  if (route === undefined) return undefined;
  const isMiddleware = route.method === 'ALL' && route.path.endsWith('*');
  if (isMiddleware && (/^\/?\*$/.test(route.path) || context.res.status === 404)) return undefined;
  return route.path;
}

function routesOf(context: Context): ReturnType<typeof matchedRoutes> {
  try {
    return matchedRoutes(context);
  } catch {
    // A bundle with two copies of Hono: ours does not know the requests of the other.
    return [];
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
