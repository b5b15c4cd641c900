import { IncomingMessage } from 'node:http';
import { pathOf } from './node-request.ts';

/** The part of a request that is used: that of Express 4 and 5, and of routers like it. */
export interface ExpressRequest extends IncomingMessage {
  readonly originalUrl?: string;
  readonly baseUrl?: string;
  readonly route?: { readonly path?: unknown };
  readonly params?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

type Params = Readonly<Record<string, unknown>>;

/** Where a request was routed to. */
export interface MountWatch {
  /** The pattern of the route that answered, with those of the routers it is in, and the values of all parameters. */
  found(): { readonly route: string | undefined; readonly params: Params };
}

/** Parameters that a step down gave, and how much of the path was taken before it. */
interface Step {
  readonly baseLength: number;
  readonly params: Params;
}

/** What `params` has been set to, with the route and the base path of then: three entries each. */
type Log = unknown[];

const PARAMS = Symbol('attestry.params');
const LOG = Symbol('attestry.mounts');

type WatchedRequest = ExpressRequest & { [PARAMS]?: unknown; [LOG]?: Log };

type Accessors = PropertyDescriptor & ThisType<WatchedRequest>;

// One pair of functions for all requests, so that the engine gives them one shape.
const OWN: Accessors = {
  configurable: true,
  enumerable: true,
  get() {
    return this[PARAMS];
  },
  set(params: unknown) {
    this[PARAMS] = params;
    this[LOG]?.push(params, this.route, this.baseUrl);
  },
};

/** Of the prototype: makes `params` a request's own when Express sets it first, so that copies of requests have it. */
const FIRST: Accessors = {
  configurable: true,
  enumerable: false,
  get() {
    return undefined;
  },
  set(params: unknown) {
    own(this, params);
  },
};

function own(request: WatchedRequest, params: unknown): void {
  Object.defineProperty(request, 'params', OWN);
  request[PARAMS] = params;
}

/**
 * Watches how a request goes down the routers. Express tells a handler its own pattern only: of the routers above it
 * there is the path as it was sent (`baseUrl`), and when a handler has thrown, not even that. So the parameters are
 * watched, which are set on each step, and their values taken out of the path again. The steps are only noted here; what
 * they mean is found out when somebody asks.
 */
export function watchMounts(request: ExpressRequest): MountWatch {
  const { params } = request;
  const log: Log = [params, undefined, undefined];
  if (!Object.hasOwn(request, PARAMS)) {
    // The first request of an app. What is there already is slow to be made another kind of member.
    watchAll(request);
    own(request, params);
  }
  (request as WatchedRequest)[LOG] = log;
  return { found: () => foundIn(matchIn(log), pathOf(request.originalUrl ?? request.url ?? '/')) };
}

/** Watches all later requests of this copy of Express, at what its applications' requests have in common. */
function watchAll(request: ExpressRequest): void {
  let prototype: unknown = Object.getPrototypeOf(request);
  for (let next = prototype; next !== IncomingMessage.prototype; next = Object.getPrototypeOf(next)) {
    // Not made by Express: then it is no prototype to change.
    if (next === null) return;
    prototype = next;
  }
  if (prototype !== IncomingMessage.prototype && !Object.hasOwn(prototype as object, 'params'))
    Object.defineProperty(prototype, 'params', FIRST);
}

interface Match {
  readonly route: object;
  readonly baseUrl: string;
  readonly steps: readonly Step[];
}

/** The last route that was reached, and the steps to it. Routers put params back when they are done: that is no step. */
function matchIn(log: Log): Match | undefined {
  const seen = new Set([log[0]]);
  const steps: Step[] = [];
  let matched: Match | undefined;
  for (let at = 3; at < log.length; at += 3) {
    const [params, route, baseUrl = ''] = log.slice(at, at + 3) as [unknown, object?, string?];
    if (seen.has(params)) continue;
    seen.add(params);
    while (steps.length > 0 && (steps.at(-1) as Step).baseLength >= baseUrl.length) steps.pop();
    if (typeof params === 'object' && params !== null && Object.keys(params).length > 0)
      steps.push({ baseLength: baseUrl.length, params: params as Params });
    if (route !== undefined && route !== matched?.route) matched = { route, baseUrl, steps: [...steps] };
  }
  return matched;
}

function foundIn(matched: Match | undefined, requested: string): ReturnType<MountWatch['found']> {
  if (matched === undefined) return { route: undefined, params: {} };
  const { baseUrl, steps } = matched;
  let mount = baseUrl;
  let params: Params = {};
  // From the innermost outwards: what is replaced lies behind what is still to be.
  for (const step of steps.toReversed()) {
    params = { ...step.params, ...params };
    if (step.baseLength < baseUrl.length) mount = withNames(mount, step);
  }
  const { path } = matched.route as { path?: unknown };
  const pattern = Array.isArray(path) ? likest(path, requested.slice(baseUrl.length)) : path;
  const route = `${mount}${String(pattern)}`;
  return { route: route.length > 1 ? route.replace(/\/$/, '') : route, params };
}

/** `/orgs/acme` with `{ org: 'acme' }` is `/orgs/:org`. */
function withNames(mount: string, { baseLength, params }: Step): string {
  const before = mount.slice(0, baseLength);
  const segments = mount.slice(baseLength).split('/');
  for (const [name, value] of Object.entries(params).toReversed()) {
    const at = segments.findLastIndex((segment) => segment === value || decoded(segment) === value);
    if (at >= 0) segments[at] = `:${name}`;
  }
  return before + segments.join('/');
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Not percent-encoded text: then it is no parameter's value either.
    return undefined;
  }
}

/** Of several patterns of one route, the one that the path looks like: Express does not say which it was. */
function likest(patterns: readonly unknown[], requested: string): unknown {
  const path = requested.split('/');
  const fits = (pattern: unknown): boolean => {
    const segments = String(pattern).split('/');
    return (
      segments.length === path.length &&
      segments.every((segment, index) => segment.startsWith(':') || segment === path[index])
    );
  };
  return patterns.find(fits) ?? patterns[0];
}
