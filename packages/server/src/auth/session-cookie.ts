import { hash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

const NAME = 'attestry_session';
/** Browsers take a cookie of this name only over TLS, for `/` and for this host alone (RFC 6265bis, 4.1.3.2). */
const SECURE_NAME = `__Host-${NAME}`;
const TOKEN_PATTERN = /^[\w-]{43}$/;

/** The part of a request that says how it came here. */
export type Transport = Pick<FastifyRequest, 'protocol' | 'headers' | 'host'>;

/**
 * Whether the browser speaks TLS, with this server or with the proxy before it. A proxy that is not trusted is believed
 * too: who forges the header gets a cookie that is more restricted, not less.
 */
export function isSecure({ protocol, headers }: Transport): boolean {
  const forwarded = headers['x-forwarded-proto'];
  const first = (Array.isArray(forwarded) ? forwarded[0] : forwarded)?.split(',')[0]?.trim();
  return protocol === 'https' || first === 'https';
}

/** The cookie that hands a session to a browser. Scripts cannot read it, other sites cannot send it. */
export function sessionCookie(token: string, lifetimeS: number, secure: boolean): string {
  return `${secure ? SECURE_NAME : NAME}=${token}; Path=/; Max-Age=${lifetimeS}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}

/** The cookie that makes a browser forget its session. */
export function endedCookie(secure: boolean): string {
  return sessionCookie('', 0, secure);
}

/**
 * The token of a request's session cookie. Over TLS only the `__Host-` name counts: a neighbour on another subdomain
 * could set the other one, and have somebody work in the neighbour's session.
 */
export function sessionToken(request: Transport): string | undefined {
  const { cookie } = request.headers;
  if (cookie === undefined) return undefined;
  const name = isSecure(request) ? SECURE_NAME : NAME;
  for (const pair of cookie.split(';')) {
    const at = pair.indexOf('=');
    if (pair.slice(0, at).trim() !== name) continue;
    const value = pair.slice(at + 1).trim();
    return TOKEN_PATTERN.test(value) ? value : undefined;
  }
  return undefined;
}

/**
 * What a page must send with every request that changes something: only a page of this origin can have asked for it.
 *
 * @param token of the session cookie
 */
export function csrfToken(token: string): string {
  return hash('sha256', `csrf\n${token}`, 'base64url');
}

/**
 * Whether a request with a cookie comes from a page of this server, or from the address bar. Browsers say so in
 * `Sec-Fetch-Site`; where they do not (plain HTTP that is not loopback), in `Origin`.
 *
 * @see https://www.w3.org/TR/fetch-metadata/
 */
export function isFromOwnPage({ headers, host }: Transport): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin } = headers;
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  // As a URL, so that a usual port counts as none.
  const page = new URL(origin);
  return URL.canParse(`${page.protocol}//${host}`) && new URL(`${page.protocol}//${host}`).host === page.host;
}
