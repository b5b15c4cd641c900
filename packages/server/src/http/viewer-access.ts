import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../auth/caller.ts';
import type { Rights } from '../auth/rights.ts';
import type { ViewerCredential } from '../auth/viewer-tokens.ts';
import { ApiError } from '../errors/api-error.ts';
import { toEventFilters } from '../operations/event-filters.ts';
import type { Operations } from '../operations/operations.ts';
import { READ_TO_HEADER } from './read-to.ts';
import type { RequestLimits } from './request-limits.ts';

const EXPOSED_HEADERS = `retry-after, x-request-id, ${READ_TO_HEADER}`;

/** Whether a bearer token has the form of a viewer token. */
export function isViewerToken(token: string | undefined): token is string {
  return token?.startsWith('att_viewer_') === true;
}

/** Lets a page read the answer to a request with a viewer token, when tokens are made for its origin. */
export function openToViewers(ops: Operations, request: FastifyRequest, reply: FastifyReply): void {
  const { origin, authorization } = request.headers;
  if (origin === undefined || authorization?.toLowerCase().startsWith('bearer att_viewer_') !== true) return;
  reply.header('vary', 'Origin');
  if (!ops.browserOrigins.has(origin)) return;
  reply
    .header('access-control-allow-origin', origin)
    .header('access-control-expose-headers', EXPOSED_HEADERS)
    // Helmet keeps answers to pages of this origin; these are meant for another.
    .header('cross-origin-resource-policy', 'cross-origin');
}

/**
 * Who a viewer token lets in: its key, with nothing but the right to read, and no more of the log than its filters show.
 *
 * @throws {ApiError} `forbidden` from a page of another origin, `rate_limited` when that comes too often
 */
export async function viewerOf(
  ops: Operations,
  limits: RequestLimits,
  request: FastifyRequest,
  { maker, claims, expiresAtMs }: ViewerCredential,
): Promise<Pick<Caller, 'key' | 'rights'> & Required<Pick<Caller, 'viewer'>>> {
  const { filters, q, id, origin } = claims;
  const viewer = { id, origin, expiresAtMs };
  const usedFrom = originOf(request);
  if (usedFrom !== origin) {
    if (limits.failedAuth !== undefined) await limits.failedAuth(request);
    const { key, rights } = maker;
    const caller = { key, rights, tenant: key.tenant, address: request.ip, viewer };
    const { operationId = '' } = request.routeOptions.config;
    ops.audit.noteDenied(caller, operationId, 'viewer token used from another origin', usedFrom);
    throw new ApiError('forbidden', 'This viewer token is for pages of another origin.');
  }
  const { view, scopes, personal } = maker.rights;
  const shown = toEventFilters({ ...filters, ...(q === undefined ? {} : { q }) }, ops.now());
  const rights: Rights = {
    ...maker.rights,
    scopes: new Set(scopes.has('events:read') ? (['events:read'] as const) : []),
    personal: personal && claims.personal,
    platform: false,
    view: view === undefined ? undefined : { ...view, filters: shown },
    seesAll: false,
  };
  return { key: maker.key, rights, viewer };
}

/** The page's origin: as it says, or this server's own, which pages do not name when they only read. */
function originOf({ headers, protocol, host }: FastifyRequest): string | undefined {
  if (headers.origin !== undefined) return headers.origin;
  return headers['sec-fetch-site'] === 'same-origin' ? `${protocol}://${host}` : undefined;
}
