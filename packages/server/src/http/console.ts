import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../errors/api-error.ts';
import { CONSOLE_ASSET_AGE_MS } from '../limits.ts';
import type { RequestLimits } from './request-limits.ts';

/** Where the build of apps/console leaves its files. */
const BUILT = fileURLToPath(new URL('../../console', import.meta.url));

/** First segments of paths that are no pages of the console: what is not there gets a problem document. */
const NO_PAGES = /^\/(?:v1|docs|assets|openapi\.json|health|ready|metrics)(?:[/?]|$)/;

/** Nothing inline, nothing from elsewhere, in nobody's frame. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Answers what no route has, if it is the console's; `false` when it is not. */
export type ConsoleFallback = (request: FastifyRequest, reply: FastifyReply) => boolean;

/**
 * Serves the console: assets under their hashed names for ever, packed as the build left them, and its page for every
 * address that a browser goes to and that is not the interface's.
 *
 * @param root folder of the build; tests name another one
 */
export async function addConsole(
  app: FastifyInstance,
  limits: RequestLimits,
  root: string = BUILT,
): Promise<ConsoleFallback> {
  if (!existsSync(join(root, 'index.html'))) return refuseUnbuilt;
  await app.register(async (scope) => {
    scope.addHook('onRequest', async (request, reply) => {
      if (limits.address !== undefined) await limits.address(request);
      reply.header('content-security-policy', CONTENT_SECURITY_POLICY);
    });
    await scope.register(fastifyStatic, {
      root: join(root, 'assets'),
      prefix: '/assets/',
      decorateReply: false,
      index: false,
      preCompressed: true,
      immutable: true,
      maxAge: CONSOLE_ASSET_AGE_MS,
    });
  });
  await app.register(fastifyStatic, { root, serve: false, index: false, preCompressed: true });
  const files: ReadonlySet<string> = new Set(
    readdirSync(root, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : [])),
  );
  return (request, reply) => {
    const name = fileOf(request, files);
    if (name === undefined) return false;
    reply.header('content-security-policy', CONTENT_SECURITY_POLICY).header('cache-control', 'no-cache');
    reply.sendFile(name, { cacheControl: false });
    return true;
  };
}

/** The file of the build that a request is about; `index.html` for pages. */
function fileOf(request: FastifyRequest, files: ReadonlySet<string>): string | undefined {
  if (request.method !== 'GET' && request.method !== 'HEAD') return undefined;
  const path = pathOf(request);
  if (path === '/') return 'index.html';
  if (files.has(path.slice(1))) return path.slice(1);
  return isNavigation(request) ? 'index.html' : undefined;
}

function pathOf({ raw }: FastifyRequest): string {
  return (raw.url ?? '').split('?', 1)[0] ?? '';
}

/** A browser that goes to an address, as against a script that asks for one. */
function isNavigation({ headers, raw }: FastifyRequest): boolean {
  const { 'sec-fetch-dest': destination, accept = '' } = headers;
  return (
    (destination === undefined || destination === 'document') &&
    accept.includes('text/html') &&
    !NO_PAGES.test(raw.url ?? '')
  );
}

function refuseUnbuilt(request: FastifyRequest): boolean {
  if (request.method !== 'GET' || pathOf(request) !== '/') return false;
  throw new ApiError('not_found', 'The console is not built here: script/setup builds it.');
}
