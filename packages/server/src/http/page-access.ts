import type { FastifyReply, FastifyRequest } from 'fastify';
import { askTwice, assertFresh } from '../auth/fresh-settings.ts';
import { ApiError } from '../errors/api-error.ts';
import { PREFLIGHT_AGE_S } from '../limits.ts';
import { callerOf, type PageSource } from '../operations/ingest-page-events.ts';
import type { Operations } from '../operations/operations.ts';
import { parseJson, UnreadBody } from './body-parsers.ts';
import type { RequestLimits } from './request-limits.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `authenticatePage`. */
    page: PageSource | undefined;
  }
}

const BEARER_PATTERN = /^Bearer ([\w-]{1,5000})$/i;

/**
 * The token of a body that is not parsed yet: the first member, so that nothing of a stranger's body is parsed. Pages
 * put it there because `sendBeacon` has no headers, and because a request without special headers needs no preflight.
 */
const BODY_TOKEN_PATTERN = /^\s*\{\s*"token"\s*:\s*"([\w-]{1,5000})"/;

/** Where pages record events; wherever else they may come, they only read. */
const PAGES_URL = '/v1/ingest/browser';

/** Headers of an answer that a page may read. */
const EXPOSED_HEADERS = 'retry-after, x-request-id';

function openTo(reply: FastifyReply, origin: string): void {
  reply
    .header('access-control-allow-origin', origin)
    .header('access-control-expose-headers', EXPOSED_HEADERS);
}

/**
 * Before the body is read: counts the address, and lets the page read the answer when tokens are made for its origin.
 * Whether the token is for this very origin is seen when it is opened.
 */
export async function admitPage(
  ops: Operations,
  limits: RequestLimits,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { origin } = request.headers;
  reply.header('vary', 'Origin');
  if (origin !== undefined && ops.browserOrigins.has(origin)) openTo(reply, origin);
  if (limits.pageAddress !== undefined) await limits.pageAddress(request);
}

/**
 * Answers the question of a browser whether a page may send at all. It comes without the token, so the answer depends
 * on whether tokens are made for the origin: no wildcard, no cookies.
 *
 * @see Fetch standard, CORS-preflight fetch
 */
export async function answerPreflight(
  ops: Operations,
  limits: RequestLimits,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  await admitPage(ops, limits, request, reply);
  const { origin } = request.headers;
  const isKnown =
    origin !== undefined &&
    (await askTwice(
      ops.settings,
      () => ops.browserOrigins.has(origin),
      (has) => !has,
    ));
  if (!isKnown) throw new ApiError('forbidden', 'No browser token is made for this origin.');
  const isWriting = request.routeOptions.url === PAGES_URL;
  return reply
    .code(204)
    .header('access-control-allow-methods', isWriting ? 'POST' : 'GET')
    .header('access-control-allow-headers', `authorization, ${isWriting ? 'content-type' : 'last-event-id'}`)
    .header('access-control-max-age', String(PREFLIGHT_AGE_S))
    .send();
}

/**
 * Opens the page's token, from the header or the beginning of the body, compares its origin with the one that the
 * browser names, counts it, and only then parses the body.
 *
 * @throws {ApiError} `unauthenticated`, `forbidden`, `rate_limited`, `malformed_json`
 */
export async function authenticatePage(
  ops: Operations,
  limits: RequestLimits,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const text = request.body instanceof UnreadBody ? request.body.text : '';
  const { authorization, origin } = request.headers;
  const given =
    authorization === undefined ? BODY_TOKEN_PATTERN.exec(text) : BEARER_PATTERN.exec(authorization);
  const token = given?.[1];
  await assertFresh(ops.settings);
  const outcome =
    token === undefined
      ? 'missing'
      : await askTwice(
          ops.settings,
          () => ops.browserTokens.open(token),
          (one) => one === 'unknown' || one === 'forged',
        );
  if (typeof outcome === 'string') {
    if (limits.failedAuth !== undefined) await limits.failedAuth(request);
    ops.audit.noteUnknownCredential(request.ip, `browser token ${outcome}`);
    throw new ApiError(
      'unauthenticated',
      token === undefined
        ? 'Send a browser token: Authorization: Bearer att_browser_..., or {"token": "att_browser_...", "events": [...]} with the token first.'
        : 'This browser token is not valid here and now; ask the backend for another one.',
    );
  }
  const page = { ...outcome, address: request.ip, userAgent: request.headers['user-agent'] };
  judgePage(ops, page, origin, reply);
  request.page = page;
  if (limits.browserToken !== undefined) await limits.browserToken(request);
  request.body = parseJson(text);
}

function judgePage(ops: Operations, page: PageSource, origin: string | undefined, reply: FastifyReply): void {
  if (origin !== page.claims.origin) {
    // The page of another origin learns nothing, also when tokens are made for it too.
    reply.removeHeader('access-control-allow-origin').removeHeader('access-control-expose-headers');
    ops.audit.noteDenied(callerOf(page), 'ingestPageEvents', 'browser token used from another origin');
    throw new ApiError('forbidden', 'This browser token is for pages of another origin.');
  }
  openTo(reply, origin);
}
