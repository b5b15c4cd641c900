import type { FastifyRequest } from 'fastify';
import { isFromOwnPage, isSecure } from '../auth/session-cookie.ts';
import { ApiError } from '../errors/api-error.ts';
import type { RequestLimits } from './request-limits.ts';
import type { SignInSource } from './route.ts';

/**
 * Before the body is read: counts the attempt, and refuses pages of other origins, which could sign a visitor in as
 * somebody else and watch what they do there.
 *
 * @throws {ApiError} `rate_limited`, `forbidden`
 */
export async function refuseForeignSignIn(limits: RequestLimits, request: FastifyRequest): Promise<void> {
  if (limits.address !== undefined) await limits.address(request);
  if (limits.signIn !== undefined) await limits.signIn(request);
  if (!isFromOwnPage(request))
    throw new ApiError('forbidden', 'Only pages of this server can begin a session.');
}

export function signInSource(request: FastifyRequest): SignInSource {
  return { address: request.ip, secure: isSecure(request) };
}
