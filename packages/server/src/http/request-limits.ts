import { formatIp, maskIp, parseIp } from '@attestry/core';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.ts';
import { ApiError } from '../errors/api-error.ts';
import { RATE_LIMIT_ENTRIES_MAX, RATE_LIMIT_WINDOW_MS } from '../limits.ts';

/** Counts one request; throws `rate_limited` beyond the limit. `undefined`: the limit is switched off. */
type Limiter = ((request: FastifyRequest) => Promise<void>) | undefined;

/** The limits of a request. */
export interface RequestLimits {
  /** Before anything else, by client address. */
  readonly address: Limiter;
  /** After authentication, by API key. */
  readonly key: Limiter;
  /** Attempts to sign in, before anything else, by client address. */
  readonly signIn: Limiter;
  /** On failed authentications, by client address: counts this one. */
  readonly failedAuth: Limiter;
  /** Requests of pages, before anything else, by client address. */
  readonly pageAddress: Limiter;
  /** After its token has proven itself, by token. */
  readonly browserToken: Limiter;
}

/** Makes the limiters of `@fastify/rate-limit`; each keeps its own bounded table. */
export async function addRequestLimits(
  app: FastifyInstance,
  limits: Config['rateLimits'],
): Promise<RequestLimits> {
  await app.register(rateLimit, { global: false, cache: RATE_LIMIT_ENTRIES_MAX });
  const make = (max: number, what: string, keyOf: (request: FastifyRequest) => string): Limiter => {
    if (max === 0) return undefined;
    const check = app.createRateLimit({ max, timeWindow: RATE_LIMIT_WINDOW_MS, keyGenerator: keyOf });
    return async (request) => {
      const outcome = await check(request);
      if (outcome.isAllowed || !outcome.isExceeded) return;
      const retryAfterS = Math.max(1, outcome.ttlInSeconds);
      throw new ApiError('rate_limited', `More than ${max} ${what} within a minute.`, { retryAfterS });
    };
  };
  return {
    address: make(limits.perAddress, 'requests from this address', (request) => request.ip),
    key: make(limits.perKey, 'requests with this key', (request) => request.caller?.key.id ?? ''),
    signIn: make(limits.signIn, 'attempts to sign in from this address', ({ ip }) => network(ip)),
    failedAuth: make(limits.failedAuth, 'failed authentications from this address', (request) => request.ip),
    pageAddress: make(limits.perBrowserAddress, 'requests of pages from this address', ({ ip }) =>
      network(ip),
    ),
    browserToken: make(
      limits.perBrowserToken,
      'requests with this browser token',
      (request) => request.page?.claims.id ?? '',
    ),
  };
}

/** What one subscriber has: an IPv4 address, or the 64 bits of IPv6 from which it may take a new address each time. */
function network(address: string): string {
  const ip = parseIp(address);
  return ip?.version === 6 ? formatIp(maskIp(ip, 64)) : address;
}
