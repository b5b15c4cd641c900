import type { FastifyReply, FastifyRequest } from 'fastify';

/** What Fastify finds wrong with a request before any hook: its URL, or what its route depends on. */
interface FrameworkError {
  readonly statusCode?: number;
  readonly code?: string;
  readonly message: string;
}

/** The answer to one. */
type Refuse = (error: FrameworkError, request: FastifyRequest, reply: FastifyReply) => void;

/** Goes around the answer. */
type Around = (request: FastifyRequest, reply: FastifyReply, answer: () => void) => void;

/**
 * Runs `around` for the requests that Fastify refuses without asking hooks, such as `/%ff`. They are asked for where the
 * app gives its own answers to them (the option `frameworkErrors`), so other requests cost nothing.
 *
 * @param app the whole of it; for a part of one, as for what is no Fastify, nothing is done
 */
export function aroundRefusals(app: object, around: Around): void {
  // The parts of an app inherit the options.
  const key = Object.getOwnPropertySymbols(app).find(({ description }) => description === 'fastify.options');
  if (key === undefined) return;
  const options = (app as Record<symbol, { frameworkErrors?: Refuse | null }>)[key] ?? {};
  const refuse = options.frameworkErrors ?? refuseAsFastify;
  options.frameworkErrors = (error, request, reply) =>
    around(request, reply, () => refuse(error, request, reply));
}

/** What Fastify answers when the app says nothing about it. */
function refuseAsFastify(
  { statusCode = 500, code, message }: FrameworkError,
  _request: object,
  reply: FastifyReply,
): void {
  const isAsked = statusCode < 500;
  const body = JSON.stringify({
    error: isAsked ? 'Bad Request' : 'Internal Server Error',
    code: isAsked ? code : undefined,
    message,
    statusCode,
  });
  reply.raw.writeHead(statusCode, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  });
  reply.raw.end(body);
}
