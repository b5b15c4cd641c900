import { randomUUID } from 'node:crypto';
import { METHODS, type Server } from 'node:http';
import helmet from '@fastify/helmet';
import websocket from '@fastify/websocket';
import { Ajv } from 'ajv';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
  type RouteOptions,
} from 'fastify';
import type { TSchema } from 'typebox';
import type { Caller } from '../auth/caller.ts';
import { sessionToken } from '../auth/session-cookie.ts';
import type { Config } from '../config/config.ts';
import { ApiError } from '../errors/api-error.ts';
import {
  ADMIN_BODY_BYTES_MAX,
  CONNECTION_CHECK_INTERVAL_MS,
  HEADER_BYTES_MAX,
  HEADERS_TIMEOUT_MS,
  KEEP_ALIVE_MS,
  LIVE_MESSAGE_BYTES_MAX,
  PATH_PARAMETER_CHARS_MAX,
  REQUEST_TIMEOUT_MS,
  SOCKET_IDLE_MS,
} from '../limits.ts';
import type { StartStream } from '../operations/open-stream.ts';
import type { Operations } from '../operations/operations.ts';
import { authenticate } from './authenticate.ts';
import { addBodyParsers } from './body-parsers.ts';
import { addConsole } from './console.ts';
import { describeValidation, type KnownNames } from './describe-validation.ts';
import { LIVE_PROTOCOL, sendLive } from './live-socket.ts';
import { admitPage, answerPreflight, authenticatePage } from './page-access.ts';
import { refuseMalformedQuery } from './percent-encoding.ts';
import { handleError, notFoundHandler, type sendProblem } from './problem-replies.ts';
import { addRawReplies, handleClientError } from './raw-replies.ts';
import { READ_TO_HEADERS, sayReadTo } from './read-to.ts';
import { addReference } from './reference.ts';
import { addRequestLimits, type RequestLimits } from './request-limits.ts';
import type { AnyRoute, Input, Reply } from './route.ts';
import { ALL_ROUTES } from './routes/all-routes.ts';
import { countVisit, oidcVisit, refuseForeignSignIn, signInSource } from './sign-in-access.ts';
import { compiledOnDemand, strictQuery } from './strict-query.ts';
import { openToViewers } from './viewer-access.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    operationId?: string;
  }
  interface FastifyRequest {
    /** Of a WebSocket whose request was found good. */
    startStream: StartStream | undefined;
  }
}

const REQUEST_ID_PATTERN = /^[A-Za-z0-9._:@/+=-]{1,128}$/;

/** Settings of the HTTP layer that tests shorten. */
export interface HttpTimeouts {
  readonly requestMs: number;
  readonly headersMs: number;
  readonly checkIntervalMs: number;
  readonly idleMs: number;
}

const DEFAULT_TIMEOUTS: HttpTimeouts = {
  requestMs: REQUEST_TIMEOUT_MS,
  headersMs: HEADERS_TIMEOUT_MS,
  checkIntervalMs: CONNECTION_CHECK_INTERVAL_MS,
  idleMs: SOCKET_IDLE_MS,
};

interface AppOptions {
  readonly ops: Operations;
  readonly config: Pick<Config, 'trustedProxies' | 'rateLimits' | 'metrics' | 'console'>;
  readonly logger: FastifyBaseLogger;
  readonly timeouts?: HttpTimeouts;
  /** Folder of the built console, when it is not the package's own. */
  readonly consoleDir?: string | undefined;
}

/** Builds the HTTP server over the operations; it does not listen yet. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const timeouts = options.timeouts ?? DEFAULT_TIMEOUTS;
  const app: FastifyInstance = Fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: (logger) => logger,
    bodyLimit: ADMIN_BODY_BYTES_MAX,
    trustProxy: options.config.trustedProxies.length === 0 ? false : [...options.config.trustedProxies],
    requestIdHeader: false,
    genReqId: requestId,
    connectionTimeout: timeouts.idleMs,
    requestTimeout: timeouts.requestMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    clientErrorHandler: handleClientError,
    frameworkErrors: handleError,
    routerOptions: {
      maxParamLength: PATH_PARAMETER_CHARS_MAX,
      ignoreTrailingSlash: false,
      caseSensitive: true,
    },
    http: {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: timeouts.headersMs,
      // Curl and others offer HTTP/2 this way, and are answered in HTTP/1.1.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
      // The app refuses a request without Host itself, with a problem document.
      requireHostHeader: false,
      connectionsCheckingInterval: timeouts.checkIntervalMs,
    },
  });
  app.decorateRequest('caller', undefined);
  app.decorateRequest('page', undefined);
  app.decorateRequest('startStream', undefined);
  app.setErrorHandler(handleError);
  addRawReplies(app.server as Server, methodsOf(ALL_ROUTES));
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  addValidators(app);
  addBodyParsers(app);
  addHooks(app);
  await app.register(helmet, {
    global: true,
    contentSecurityPolicy: { directives: { 'upgrade-insecure-requests': null } },
  });
  await app.register(websocket, {
    options: {
      maxPayload: LIVE_MESSAGE_BYTES_MAX,
      handleProtocols: (offered) => (offered.has(LIVE_PROTOCOL) ? LIVE_PROTOCOL : false),
    },
  });
  const limits = await addRequestLimits(app, options.config.rateLimits);
  await addReference(app);
  const fallback = options.config.console ? await addConsole(app, limits, options.consoleDir) : () => false;
  app.setNotFoundHandler(notFoundHandler(methodsOf(ALL_ROUTES), fallback));
  const routes = options.config.metrics
    ? ALL_ROUTES
    : ALL_ROUTES.filter((route) => route.operationId !== 'getMetrics');
  // After the reference plugin is loaded, so that it sees every route.
  await app.register((scope, _options, done) => {
    for (const definition of routes) addRoute(scope, options.ops, limits, definition);
    for (const { access, url } of routes)
      if (isForPages(access)) addPreflight(scope, options.ops, limits, url);
    addMethodRefusals(scope, limits, routes);
    done();
  });
  return app;
}

/** Methods that some path takes; HEAD comes with GET. */
function methodsOf(routes: readonly AnyRoute[]): readonly string[] {
  return [...new Set(['HEAD', 'OPTIONS', ...routes.map(({ method }) => method)])].sort();
}

/** RFC 9112, 3.2. */
function refuseMissingHost({ raw, headers }: FastifyRequest): void {
  if (headers.host !== undefined || raw.httpVersion !== '1.1') return;
  throw new ApiError('invalid_request', 'The request has no Host header, which HTTP/1.1 needs.');
}

/** Takes the client's request id when it is a plain one, so that its logs and ours meet. */
function requestId(request: { headers: Record<string, string | string[] | undefined> }): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID_PATTERN.test(given) ? given : randomUUID();
}

function addHooks(app: FastifyInstance): void {
  let isStopping = false;
  app.addHook('preClose', (done) => {
    isStopping = true;
    done();
  });
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    if (isStopping) {
      reply.header('connection', 'close');
      done(new ApiError('stopping', 'The server is stopping.', { retryAfterS: 5 }));
      return;
    }
    refuseMissingHost(request);
    refuseMalformedQuery(request.url);
    done();
  });
  if (app.log.level !== 'debug' && app.log.level !== 'trace') return;
  app.addHook('onResponse', (request, reply, done) => {
    // The route pattern, never the URL: query strings and ids may be personal data or secrets (trap 30).
    const { url } = request.routeOptions;
    request.log.debug(
      { method: request.method, route: url, status: reply.statusCode, ms: reply.elapsedTime },
      'request',
    );
    done();
  });
}

/** Query strings and path parameters are text and are converted; bodies are not: `"5"` is not a number there. */
function addValidators(app: FastifyInstance): void {
  const shared = {
    allErrors: false,
    removeAdditional: false,
    useDefaults: true,
    strict: false,
    verbose: true,
  } as const;
  const text = new Ajv({ ...shared, coerceTypes: 'array' });
  const body = new Ajv({ ...shared, coerceTypes: false });
  app.setValidatorCompiler(({ schema, httpPart }) => {
    const check = compiledOnDemand(() => (httpPart === 'body' ? body : text).compile(schema as object));
    return httpPart === 'querystring' ? strictQuery(schema as object, check) : check;
  });
}

function addRoute(app: FastifyInstance, ops: Operations, limits: RequestLimits, definition: AnyRoute): void {
  const known = knownNames(definition);
  const { access } = definition;
  app.route({
    method: definition.method,
    url: definition.url,
    config: { operationId: definition.operationId },
    bodyLimit: definition.bodyBytesMax ?? ADMIN_BODY_BYTES_MAX,
    schema: routeSchema(definition),
    ...(definition.lean === true ? { helmet: false } : {}),
    ...(definition.bodyIsCheckedByOperation === true ? { validatorCompiler: skipBody(app) } : {}),
    schemaErrorFormatter: (errors, context) => describeValidation(errors, context, known),
    ...accessHooks(ops, limits, access),
    ...socketHandlers(ops, definition),
    handler: async (request, reply) => {
      if (definition.findsEvents === true) await sayReadTo(ops, request, reply);
      const answer = await callHandler(definition, ops, request);
      return sendReply(reply, answer);
    },
  });
}

/** For a route that is a WebSocket too: judged before the upgrade, so that a refusal is still an answer of HTTP. */
function socketHandlers(ops: Operations, definition: AnyRoute): Partial<RouteOptions> {
  if (typeof definition.access === 'string' || !('socket' in definition)) return {};
  return {
    preHandler: async (request) => {
      if (!request.ws) return;
      const { caller, input } = privateInput(ops, request);
      request.startStream = await definition.socket?.(caller, input);
    },
    wsHandler: (socket, request) => {
      if (request.startStream !== undefined) void sendLive(socket, request.startStream, request.log);
    },
  };
}

/** Who may pass, checked before the body is read; of pages, whose token may be in the body, before it is parsed. */
function accessHooks(
  ops: Operations,
  limits: RequestLimits,
  access: AnyRoute['access'],
): Pick<RouteOptions, 'onRequest' | 'preHandler'> {
  switch (access) {
    case 'public':
      return { onRequest: async (request) => limits.address?.(request) };
    case 'sign-in':
      return { onRequest: (request) => refuseForeignSignIn(limits, request) };
    case 'identity-provider':
      return { onRequest: (request) => countVisit(limits, request) };
    case 'browser-token':
      return {
        onRequest: (request, reply) => admitPage(ops, limits, request, reply),
        preHandler: (request, reply) => authenticatePage(ops, limits, request, reply),
      };
    default:
      return {
        onRequest: (request, reply) => {
          if (access.viewers === true) openToViewers(ops, request, reply);
          return authenticate(ops, limits, access, request);
        },
      };
  }
}

/** Names of a schema's members; a pattern such as that of `metadata.<path>` goes by its `x-name`. */
function knownNames({ query, body }: AnyRoute): KnownNames {
  const namesOf = (schema: object | undefined): string[] => {
    const { properties = {}, patternProperties = {} } = (schema ?? {}) as {
      properties?: object;
      patternProperties?: Readonly<Record<string, { readonly 'x-name'?: string }>>;
    };
    return [
      ...Object.keys(properties),
      ...Object.values(patternProperties).flatMap((member) => member['x-name'] ?? []),
    ];
  };
  return { query: namesOf(query), body: namesOf(body) };
}

function skipBody(app: FastifyInstance): NonNullable<FastifyInstance['validatorCompiler']> {
  return (part) => {
    if (part.httpPart === 'body') return () => true;
    const compile = app.validatorCompiler;
    if (compile === undefined) throw new Error('the app has no validator compiler');
    return compile(part);
  };
}

function callHandler(definition: AnyRoute, ops: Operations, request: FastifyRequest): Promise<Reply> | Reply {
  if (definition.access === 'public') return definition.handle(ops);
  if (definition.access === 'sign-in')
    return definition.handle(signInSource(request), { ops, body: request.body });
  if (definition.access === 'identity-provider') return definition.handle(oidcVisit(request), ops);
  if (definition.access === 'browser-token') {
    if (request.page === undefined) throw new Error('a route for pages was reached without a token');
    return definition.handle(request.page, { ops, body: request.body });
  }
  const { caller, input } = privateInput(ops, request);
  return definition.handle(caller, input);
}

function privateInput(
  ops: Operations,
  request: FastifyRequest,
): { readonly caller: Caller; readonly input: Input<TSchema, TSchema, TSchema> } {
  const { caller, params, query, body, headers } = request;
  if (caller === undefined) throw new Error('a private route was reached without a caller');
  const input = {
    ops,
    params,
    query,
    body,
    headers,
    isHead: request.method === 'HEAD',
    sessionToken: caller.session === undefined ? undefined : sessionToken(request),
  };
  return { caller, input };
}

function sendReply(reply: Parameters<typeof sendProblem>[0], answer: Reply): unknown {
  reply.code(answer.status ?? 200);
  if (answer.headers !== undefined) reply.headers(answer.headers);
  if (answer.status === 204) return reply.send();
  if (answer.content !== undefined) return reply.type(answer.content.type).send(answer.content.data);
  return reply.type('application/json').send(JSON.stringify(answer.body ?? {}));
}

/** Where it is not an API key or a session. */
const SECURITY: Readonly<Record<string, object>> = {
  public: { security: [] },
  'sign-in': { security: [] },
  'identity-provider': { security: [] },
  'browser-token': { security: [{ browserToken: [] }] },
};
/** With `properties`, without which the reference would take the keywords for parameters. */
const NO_QUERY = { type: 'object', properties: {}, additionalProperties: false } as const;

/** What the reference document says about a route; also what Fastify validates. */
function routeSchema(definition: AnyRoute): object {
  const responses: Record<string, object> = {};
  for (const [status, shape] of Object.entries(definition.responses)) {
    const type = shape.contentType ?? 'application/json';
    const schema = shape.schema ?? { type: 'string' };
    const headers = definition.findsEvents === true ? { headers: READ_TO_HEADERS } : {};
    responses[status] = { description: shape.description, ...headers, content: { [type]: { schema } } };
  }
  if (definition.access !== 'public') {
    responses['4xx'] = {
      description: 'Refused; see docs/errors.md',
      content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } },
    };
    responses['5xx'] = {
      description: 'Not now; see docs/errors.md',
      content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } },
    };
  }
  return {
    operationId: definition.operationId,
    tags: [definition.tag],
    summary: definition.summary,
    ...(definition.description === undefined ? {} : { description: definition.description }),
    ...(definition.params === undefined ? {} : { params: definition.params }),
    ...(hasFreeQuery(definition.access) ? {} : { querystring: definition.query ?? NO_QUERY }),
    ...(SECURITY[definition.access as string] ?? {}),
    ...(definition.body === undefined ? {} : { body: definition.body }),
    ...(definition.consumes === undefined ? {} : { consumes: definition.consumes }),
    response: responses,
  };
}

/** Whose query is not described, and not refused. */
function hasFreeQuery(access: AnyRoute['access']): boolean {
  return access === 'public' || access === 'identity-provider';
}

/** Whether pages of other origins may ask, so that their browsers ask first. */
function isForPages(access: AnyRoute['access']): boolean {
  return access === 'browser-token' || (typeof access === 'object' && access.viewers === true);
}

function addPreflight(app: FastifyInstance, ops: Operations, limits: RequestLimits, url: string): void {
  app.route({
    method: 'OPTIONS',
    url,
    schema: { hide: true },
    helmet: false,
    handler: (request, reply) => answerPreflight(ops, limits, request, reply),
  });
}

/** 405 with `Allow` for the methods a path does not have, whatever HTTP calls a method; HEAD comes with GET. */
function addMethodRefusals(app: FastifyInstance, limits: RequestLimits, routes: readonly AnyRoute[]): void {
  for (const method of METHODS) {
    // CONNECT asks for a tunnel, never for a path; Node does not hand it to the app.
    if (method !== 'CONNECT' && !app.supportedMethods.includes(method)) app.addHttpMethod(method);
  }
  const byUrl = new Map<string, Set<string>>();
  for (const { url, method, access } of routes) {
    const methods = byUrl.get(url) ?? new Set<string>();
    byUrl.set(url, isForPages(access) ? methods.add(method).add('OPTIONS') : methods.add(method));
  }
  for (const [url, methods] of byUrl) {
    if (methods.has('GET')) methods.add('HEAD');
    const allow = [...methods].sort().join(', ');
    app.route({
      method: app.supportedMethods.filter((method) => !methods.has(method)),
      url,
      schema: { hide: true },
      // onRequest, so that the body of a refused request is never read.
      onRequest: async (request) => {
        await limits.address?.(request);
        throw new ApiError('method_not_allowed', `${request.method} is not possible here, only ${allow}.`, {
          headers: { allow },
        });
      },
      handler: () => undefined,
    });
  }
}
