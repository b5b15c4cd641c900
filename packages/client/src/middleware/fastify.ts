import type { FastifyPluginCallback, FastifyRequest } from 'fastify';
import { nodeRequest } from './node-request.ts';
import { nodeBody, onAnswered } from './node-response.ts';
import { noteOf, openNote } from './noted-request.ts';
import { type MiddlewareOptions, makeRequestRecorder } from './request-recorder.ts';

export type { MiddlewareOptions } from './request-recorder.ts';

/** `app.register(attestry, { client })`, before the routes. */
export const attestry: FastifyPluginCallback<MiddlewareOptions<FastifyRequest>> = (app, options, done) => {
  const record = makeRequestRecorder(options);
  app.addHook('onRequest', (request, reply, next) => {
    const note = openNote(request.raw);
    if (note === undefined) {
      next();
      return;
    }
    const recorded = record(nodeRequest(request, request.raw, request.originalUrl));
    note.recorded = recorded;
    // On Node's own response, because a hijacked reply writes no headers of Fastify's.
    reply.raw.setHeader('x-request-id', recorded.requestId);
    const responseBody = nodeBody(reply.raw, options.bodies);
    // Fastify's own hooks do not tell of answers that end without being complete.
    onAnswered(reply.raw, (ending, thrown) => {
      const error = note.error ?? thrown;
      if (note.event === undefined && recorded.isLeftOut(reply.raw.statusCode, ending, error)) return;
      recorded.end({
        status: reply.raw.statusCode,
        route: request.is404 ? undefined : request.routeOptions.url,
        params: (request.params ?? {}) as Readonly<Record<string, unknown>>,
        error,
        ending,
        requestBody: () => request.body,
        ...(responseBody === undefined ? {} : { responseBody }),
        ...(note.event === undefined ? {} : { event: note.event }),
      });
    });
    recorded.run(next);
  });
  // Reading the body has lost the context that `onRequest` gave.
  app.addHook('preValidation', (request, _reply, next) => {
    const recorded = noteOf(request.raw)?.recorded;
    if (recorded === undefined) next();
    else recorded.run(next);
  });
  app.addHook('onError', (request, _reply, error, next) => {
    const note = noteOf(request.raw);
    if (note !== undefined) note.error = error;
    next();
  });
  done();
};

// The hooks are for the whole app, not for the plugin's own routes (what fastify-plugin does).
Object.assign(attestry, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: '@attestry/client',
  [Symbol.for('plugin-meta')]: { name: '@attestry/client', fastify: '5.x' },
});
