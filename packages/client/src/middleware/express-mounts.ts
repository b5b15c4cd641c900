import type { IncomingMessage } from 'node:http';

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

interface Watched {
  params: unknown;
  /** All that `params` has been. Routers put it back when they are done, and that is no step. */
  readonly seen: unknown[];
  readonly steps: Step[];
  matched: { readonly route: object; readonly baseUrl: string; readonly steps: readonly Step[] } | undefined;
}

const WATCHED = Symbol('attestry.mounts');

type WatchedRequest = ExpressRequest & { [WATCHED]: Watched };

// One pair of functions for all requests, so that the engine gives them one shape.
const PARAMS: PropertyDescriptor & ThisType<WatchedRequest> = {
  configurable: true,
  enumerable: true,
  get() {
    return this[WATCHED].params;
  },
  set(params: unknown) {
    this[WATCHED].params = params;
    noteStep(this, params);
  },
};

/**
 * Watches how a request goes down the routers. Express tells a handler its own pattern only: of the routers above it
 * there is the path as it was sent (`baseUrl`), and when a handler has thrown, not even that. So the parameters are
 * watched, which are set on each step, and their values taken out of the path again.
 */
export function watchMounts(request: ExpressRequest): MountWatch {
  const { params } = request;
  const watched: Watched = { params, seen: [params], steps: [], matched: undefined };
  (request as WatchedRequest)[WATCHED] = watched;
  Object.defineProperty(request, 'params', PARAMS);
  return { found: () => foundIn(watched, request.originalUrl ?? request.url ?? '/') };
}

function noteStep(request: WatchedRequest, params: unknown): void {
  const { seen, steps, matched } = request[WATCHED];
  if (seen.includes(params)) return;
  seen.push(params);
  const { route, baseUrl = '' } = request;
  while (steps.length > 0 && (steps.at(-1) as Step).baseLength >= baseUrl.length) steps.pop();
  if (typeof params === 'object' && params !== null && Object.keys(params).length > 0) {
    steps.push({ baseLength: baseUrl.length, params: params as Params });
  }
  if (route !== undefined && route !== matched?.route) {
    request[WATCHED].matched = { route, baseUrl, steps: [...steps] };
  }
}

function foundIn({ matched }: Watched, url: string): ReturnType<MountWatch['found']> {
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
  const pattern = Array.isArray(path) ? likest(path, url.slice(baseUrl.length)) : path;
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
function likest(patterns: readonly unknown[], url: string): unknown {
  const path = url.replace(/[?#].*/, '').split('/');
  const fits = (pattern: unknown): boolean => {
    const segments = String(pattern).split('/');
    return (
      segments.length === path.length &&
      segments.every((segment, index) => segment.startsWith(':') || segment === path[index])
    );
  };
  return patterns.find(fits) ?? patterns[0];
}
