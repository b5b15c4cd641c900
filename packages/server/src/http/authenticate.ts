import type { FastifyRequest } from 'fastify';
import type { Caller } from '../auth/caller.ts';
import { rightsOf } from '../auth/rights.ts';
import { SYSTEM_TENANT } from '../auth/tenants.ts';
import { ApiError, invalidParameter, notFound } from '../errors/api-error.ts';
import type { Operations } from '../operations/operations.ts';
import type { RequestLimits } from './request-limits.ts';
import type { KeyAccess } from './route.ts';
import { repeatedDetail } from './strict-query.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `authenticate`; `undefined` on public routes. */
    caller: Caller | undefined;
  }
}

const BEARER_PATTERN = /^Bearer ([!-~]{1,200})$/i;

function bearerToken(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers;
  return authorization === undefined ? undefined : BEARER_PATTERN.exec(authorization)?.[1];
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
  const token = bearerToken(request);
  const outcome = token === undefined ? 'malformed' : ops.keys.authenticate(token, address);
  if (typeof outcome === 'string') {
    if (limits.failedAuth !== undefined) await limits.failedAuth(request);
    ops.audit.noteUnknownCredential(address, token === undefined ? 'missing' : outcome);
    throw new ApiError(
      'unauthenticated',
      token === undefined
        ? 'Send an API key: Authorization: Bearer att_...'
        : 'This API key is not valid here and now.',
    );
  }
  const { key } = outcome;
  const tenant = namedTenant(request) ?? key.tenant;
  const rights = tenant === key.tenant ? outcome.rights : rightsOf(key, tenant);
  const own: Caller = { key, rights: outcome.rights, tenant: key.tenant, address };
  request.caller = own;
  if (limits.key !== undefined) await limits.key(request);
  if (rights === undefined || !ops.tenants.has(tenant)) {
    ops.audit.noteDenied(own, request.routeOptions.config.operationId ?? '', 'another tenant');
    throw notFound(`Tenant ${tenant}`);
  }
  request.caller = tenant === key.tenant ? own : { key, rights, tenant, address };
  const refusal = judgeAccess(request.caller, access);
  if (refusal === undefined) return;
  ops.audit.noteDenied(own, request.routeOptions.config.operationId ?? '', refusal);
  throw new ApiError('forbidden', refusal);
}

function judgeAccess({ key, rights, tenant }: Caller, access: KeyAccess): string | undefined {
  // Writing to the server's own log would let somebody plant evidence about the server.
  if (tenant === SYSTEM_TENANT && access.scope === 'events:write')
    return 'The log of the server itself is written by the server only.';
  if (!rights.scopes.has(access.scope)) {
    const where = tenant === key.tenant ? '' : ` in the tenant ${tenant}`;
    return `This needs the scope ${access.scope}, which the key does not have${where}.`;
  }
  if (access.platform === true && !rights.platform) return 'This needs the role platform_admin.';
  if (access.wholeLog === true && !rights.seesAll)
    return 'This shows the whole log; the key may see only a part of it.';
  return undefined;
}
