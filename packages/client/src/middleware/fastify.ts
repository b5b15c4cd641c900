import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { aroundRefusals } from './fastify-refusals.ts';
import { NodeRequest } from './node-request.ts';
import { nodeBody, onAnswered } from './node-response.ts';
import { noteOf, openNote } from './noted-request.ts';
import type { RecordedRequest } from './recorded-request.ts';
import { type MiddlewareOptions, makeRequestRecorder } from './request-recorder.ts';

export type { MiddlewareOptions } from './request-recorder.ts';

/** `app.register(attestry, { client })`, before the routes. */
export const attestry: FastifyPluginCallback<MiddlewareOptions<FastifyRequest>> = (app, options, done) => {
  const record = makeRequestRecorder(options);
  const begin = (request: FastifyRequest, reply: FastifyReply): RecordedRequest | undefined => {
    const note = openNote(request.raw);
    if (note === undefined) return undefined;
    const recorded = record(new NodeRequest(request, request.raw, request.originalUrl));
    note.recorded = recorded;
    const responseBody = nodeBody(reply.raw, options.bodies, (name) => headerOf(reply, name));
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
    return recorded;
  };
  app.addHook('onRequest', (request, reply, next) => {
    const recorded = begin(request, reply);
    if (recorded === undefined) {
      next();
      return;
    }
    reply.header('x-request-id', recorded.requestId);
    nameHijacked(reply);
    recorded.run(next);
  });
  aroundRefusals(app, (request, reply, answer) => {
    const recorded = begin(request, reply);
    if (recorded === undefined) {
      answer();
      return;
    }
    reply.raw.setHeader('x-request-id', recorded.requestId);
    recorded.run(answer);
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

const NAMES_HIJACKED = Symbol.for('@attestry/client names hijacked');

/** Node's own response does not know what Fastify hands over as the head is written. */
function headerOf(reply: FastifyReply, name: string): unknown {
  return reply.raw.getHeader(name) ?? reply.getHeader(name);
}

/** A reply that is hijacked writes no headers of Fastify's: then Node's own response is given the name. */
function nameHijacked(reply: FastifyReply): void {
  // What all replies of this part of the app have in common.
  const prototype = Object.getPrototypeOf(reply) as FastifyReply & { [NAMES_HIJACKED]?: true };
  if (prototype[NAMES_HIJACKED] === true) return;
  prototype[NAMES_HIJACKED] = true;
  // oxlint-disable-next-line typescript/unbound-method -- called below on the reply that is hijacked
  const { hijack } = prototype;
  prototype.hijack = function (this: FastifyReply) {
    const id = noteOf(this.request.raw)?.recorded?.requestId;
    if (id !== undefined && !this.raw.headersSent) this.raw.setHeader('x-request-id', id);
    return hijack.call(this);
  };
}

// The hooks are for the whole app, not for the plugin's own routes (what fastify-plugin does).
Object.assign(attestry, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: '@attestry/client',
  [Symbol.for('plugin-meta')]: { name: '@attestry/client', fastify: '5.x' },
});
