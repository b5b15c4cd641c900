import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { nodeRequest } from './node-request.ts';
import { type MiddlewareOptions, makeRequestRecorder, type RecordedRequest } from './request-recorder.ts';

export type { MiddlewareOptions } from './request-recorder.ts';

/** `app.register(attestry, { client })`, before the routes. */
export const attestry: FastifyPluginCallback<MiddlewareOptions<FastifyRequest>> = (app, options, done) => {
  const record = makeRequestRecorder(options);
  const onTheWay = new WeakMap<FastifyRequest, { readonly recorded: RecordedRequest; error?: unknown }>();
  const end = (request: FastifyRequest, reply: FastifyReply, aborted: boolean): void => {
    const noted = onTheWay.get(request);
    noted?.recorded.end({
      status: reply.statusCode,
      route: request.is404 ? undefined : request.routeOptions.url,
      params: (request.params ?? {}) as Readonly<Record<string, unknown>>,
      error: noted.error,
      aborted,
    });
  };
  app.addHook('onRequest', (request, reply, next) => {
    const recorded = record(nodeRequest(request, request.raw, request.originalUrl));
    onTheWay.set(request, { recorded });
    reply.header('x-request-id', recorded.requestId);
    recorded.run(next);
  });
  app.addHook('onError', (request, _reply, error, next) => {
    const noted = onTheWay.get(request);
    if (noted !== undefined && (error.statusCode ?? 500) >= 500) noted.error = error;
    next();
  });
  app.addHook('onResponse', (request, reply, next) => {
    end(request, reply, !reply.raw.writableFinished);
    next();
  });
  app.addHook('onRequestAbort', (request, next) => {
    const noted = onTheWay.get(request);
    noted?.recorded.end({ status: 499, route: request.routeOptions.url, params: {}, aborted: true });
    next();
  });
  done();
};

// The hooks are for the whole app, not for the plugin's own routes (what fastify-plugin does).
Object.assign(attestry, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'attestry',
});
