import type { FastifyRequest } from 'fastify';
import type { Authenticated, AuthenticationFailure } from '../auth/api-keys.ts';
import type { Caller } from '../auth/caller.ts';
import { askTwice, assertFresh } from '../auth/fresh-settings.ts';
import type { PageTokenFailure } from '../auth/open-page-token.ts';
import { rightsOf } from '../auth/rights.ts';
import { csrfToken, isFromOwnPage, sessionToken } from '../auth/session-cookie.ts';
import type { OpenSession } from '../auth/sessions.ts';
import { SYSTEM_TENANT } from '../auth/tenants.ts';
import type { ViewerCredential } from '../auth/viewer-tokens.ts';
import { ApiError, invalidParameter, notFound } from '../errors/api-error.ts';
import type { Operations } from '../operations/operations.ts';
import type { RequestLimits } from './request-limits.ts';
import type { KeyAccess } from './route.ts';
import { repeatedDetail } from './strict-query.ts';
import { isViewerToken, viewerOf } from './viewer-access.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `authenticate`; `undefined` on public routes. */
    caller: Caller | undefined;
  }
}

const BEARER_PATTERN = /^Bearer ([!-~]{1,5000})$/i;

function bearerToken(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers;
  if (authorization === undefined) return request.ws ? socketToken(request) : undefined;
  return BEARER_PATTERN.exec(authorization)?.[1];
}

function authenticateBearer(
  ops: Operations,
  bearer: string,
  address: string,
): Authenticated | ViewerCredential | AuthenticationFailure | PageTokenFailure {
  return isViewerToken(bearer) ? ops.viewerTokens.open(bearer) : ops.keys.authenticate(bearer, address);
}

/** Methods that change nothing. */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * The key or session that a request comes with. A key wins, because only who means it sends one.
 *
 * @throws {ApiError} `unauthenticated`, `forbidden` (a session, and not from a page of this server) or `rate_limited`
 */
async function readCredential(
  ops: Operations,
  limits: RequestLimits,
  request: FastifyRequest,
): Promise<Authenticated | OpenSession | (Authenticated & Required<Pick<Caller, 'viewer'>>)> {
  const bearer = bearerToken(request);
  await assertFresh(ops.settings);
  const isViewer = isViewerToken(bearer);
  const hasKey = bearer !== undefined || request.headers.authorization !== undefined;
  const cookie = hasKey ? undefined : sessionToken(request);
  const outcome =
    cookie !== undefined
      ? await askTwice(
          ops.settings,
          () => ops.sessions.open(cookie, request.ip),
          (answer) => answer === 'unknown session',
        )
      : bearer === undefined
        ? 'missing'
        : await askTwice(ops.settings, () => authenticateBearer(ops, bearer, request.ip), isNewsPossible);
  if (typeof outcome !== 'string') {
    if ('claims' in outcome) return viewerOf(ops, limits, request, outcome);
    if (cookie !== undefined) refuseForgery(request, cookie);
    return outcome;
  }
  // A console asks who is signed in before anybody is, and once more when a session has ended: no attempt at anything.
  const isAsking =
    request.routeOptions.config.operationId === 'getMe' && request.headers.authorization === undefined;
  if (!isAsking) {
    if (limits.failedAuth !== undefined) await limits.failedAuth(request);
    ops.audit.noteUnknownCredential(request.ip, isViewer ? `viewer token ${outcome}` : outcome);
  }
  const invalid = isViewer
    ? 'This viewer token is not valid here and now; ask the backend for another one.'
    : 'This API key is not valid here and now.';
  throw new ApiError('unauthenticated', SENTENCES[outcome] ?? invalid);
}

/** What to say of a credential besides that it does not count. */
const SENTENCES: Readonly<Record<string, string>> = {
  missing: 'Send an API key: Authorization: Bearer att_...',
  'unknown session': 'You are not signed in any more; sign in again.',
  'expired session': 'Your session has ended; sign in again.',
  'key of the session ended': 'The API key of your session has ended; sign in with another one.',
  'rule of the session ended': 'What gave you access here was taken away; sign in again.',
};

/**
 * Other pages can make a browser send its cookie: they get no answer, and change nothing.
 *
 * @throws {ApiError} `forbidden`
 */
function refuseForgery(request: FastifyRequest, cookie: string): void {
  if (!isFromOwnPage(request))
    throw new ApiError('forbidden', 'A session can be used by pages of this server only.');
  if (SAFE_METHODS.has(request.method) || request.headers['x-csrf-token'] === csrfToken(cookie)) return;
  throw new ApiError(
    'forbidden',
    'With a session, send the header X-CSRF-Token with session.csrf_token of GET /v1/me.',
  );
}

/** Of a WebSocket, whose headers no page can choose but this one: never in the address, which is logged everywhere. */
function socketToken(request: FastifyRequest): string | undefined {
  const protocols = request.headers['sec-websocket-protocol']?.split(',') ?? [];
  const token = protocols.map((name) => name.trim()).find((name) => name.startsWith('bearer.'));
  return token?.slice('bearer.'.length);
}

/** The tenant a platform administrator names; for everybody else naming another tenant is asking for what is not there. */
function namedTenant(request: FastifyRequest): string | undefined {
  const { tenant } = request.query as Record<string, unknown>;
  if (tenant === undefined) return undefined;
  if (typeof tenant !== 'string')
    throw invalidParameter('tenant', repeatedDetail('tenant', (tenant as readonly string[]).length));
  return tenant;
}

/**
 * Finds out who asks, for which tenant, and whether the route is open to them: before the body is read, so that a
 * stranger cannot make the server parse anything.
 *
 * @throws {ApiError} `unauthenticated`, `forbidden`, `not_found` (a tenant that is not theirs) or `rate_limited`
 */
export async function authenticate(
  ops: Operations,
  limits: RequestLimits,
  access: KeyAccess,
  request: FastifyRequest,
): Promise<void> {
  const address = request.ip;
  if (limits.address !== undefined) await limits.address(request);
  const credential = await readCredential(ops, limits, request);
  const { key } = credential;
  const session = 'session' in credential ? { session: credential } : {};
  const viewer = 'viewer' in credential ? { viewer: credential.viewer } : {};
  const tenant = namedTenant(request) ?? key.tenant;
  const other = 'viewer' in credential ? undefined : rightsOf(key, tenant);
  const rights = tenant === key.tenant ? credential.rights : other;
  const own: Caller = { key, rights: credential.rights, tenant: key.tenant, address, ...session, ...viewer };
  request.caller = own;
  if (limits.key !== undefined) await limits.key(request);
  // Whoever administers sees what another node has just changed.
  if (access.scope === 'admin') await ops.settings.refresh();
  if (
    rights === undefined ||
    !(await askTwice(
      ops.settings,
      () => ops.tenants.has(tenant),
      (has) => !has,
    ))
  ) {
    ops.audit.noteDenied(own, request.routeOptions.config.operationId ?? '', 'another tenant');
    throw notFound(`Tenant ${tenant}`);
  }
  request.caller = tenant === key.tenant ? own : { ...own, rights, tenant };
  const refusal = judgeAccess(request.caller, access);
  if (refusal === undefined) return;
  ops.audit.noteDenied(own, request.routeOptions.config.operationId ?? '', refusal);
  throw new ApiError('forbidden', refusal);
}

/** Whether a key made or changed on another node could be the reason. */
function isNewsPossible(outcome: ReturnType<typeof authenticateBearer>): boolean {
  return outcome === 'unknown' || outcome === 'wrong secret';
}

function judgeAccess({ key, rights, tenant, viewer }: Caller, access: KeyAccess): string | undefined {
  // Writing to the server's own log would let somebody plant evidence about the server.
  if (tenant === SYSTEM_TENANT && access.scope === 'events:write')
    return 'The log of the server itself is written by the server only.';
  if (access.scope !== 'any' && !rights.scopes.has(access.scope)) {
    const where = tenant === key.tenant ? '' : ` in the tenant ${tenant}`;
    return `This needs the scope ${access.scope}, which the key does not have${where}.`;
  }
  if (viewer !== undefined && access.viewers !== true) return 'A viewer token is for reading events only.';
  if (access.platform === true && !rights.platform) return 'This needs the role platform_admin.';
  if (access.wholeLog === true && !rights.seesAll)
    return 'This shows the whole log; the key may see only a part of it.';
  return undefined;
}
