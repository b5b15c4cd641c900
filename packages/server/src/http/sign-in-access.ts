import type { FastifyRequest } from 'fastify';
import { isFromOwnPage, isSecure } from '../auth/session-cookie.ts';
import { ApiError } from '../errors/api-error.ts';
import type { OidcVisit } from '../operations/sign-in-oidc.ts';
import type { RequestLimits } from './request-limits.ts';
import type { SignInSource } from './route.ts';

/** Before anything else: counts the attempt. A link may come from everywhere; what it begins, its browser must end. */
export async function countVisit(limits: RequestLimits, request: FastifyRequest): Promise<void> {
  if (limits.address !== undefined) await limits.address(request);
  if (limits.signIn !== undefined) await limits.signIn(request);
}

/**
 * Before the body is read: counts the attempt, and refuses pages of other origins, which could sign a visitor in as
 * somebody else and watch what they do there.
 *
 * @throws {ApiError} `rate_limited`, `forbidden`
 */
export async function refuseForeignSignIn(limits: RequestLimits, request: FastifyRequest): Promise<void> {
  await countVisit(limits, request);
  if (!isFromOwnPage(request))
    throw new ApiError('forbidden', 'Only pages of this server can begin a session.');
}

export function signInSource(request: FastifyRequest): SignInSource {
  return { address: request.ip, secure: isSecure(request) };
}

export function oidcVisit(request: FastifyRequest): OidcVisit {
  const at = request.url.indexOf('?');
  return {
    ...signInSource(request),
    search: at === -1 ? '' : request.url.slice(at),
    cookies: request.headers.cookie,
  };
}
