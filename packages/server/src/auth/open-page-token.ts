import type { ApiKeys, Authenticated } from './api-keys.ts';
import { openToken, parseBrowserToken, tokenKey } from './browser-token.ts';

/** Why a token of a page was refused; for the server's own log, never told to the page. */
export type PageTokenFailure = 'malformed' | 'unknown' | 'forged' | 'revoked' | 'expired';

/** A token that its key has sealed; whether key and token are still in force is for the caller to see. */
export interface OpenedPageToken<Claims> {
  readonly maker: Authenticated;
  readonly claims: Claims;
  readonly expiresAtMs: number;
}

/** Costs an unknown key the same work as a known one. */
const NO_KEY = { id: '', secretSha256: '' };

/**
 * Opens a token with the API key that made it.
 *
 * @param serverKey 32 bytes, the same on every node and at every start
 */
export function openPageToken<Claims>(
  kind: 'browser' | 'viewer',
  text: string,
  keys: ApiKeys,
  serverKey: Uint8Array,
): OpenedPageToken<Claims> | PageTokenFailure {
  const parsed = parseBrowserToken(text);
  if (parsed?.kind !== kind) return 'malformed';
  const maker = keys.find(parsed.keyId);
  const claims = openToken<Claims>(tokenKey(serverKey, maker?.key ?? NO_KEY), parsed);
  if (maker === undefined) return 'unknown';
  if (claims === undefined) return 'forged';
  return { maker, claims, expiresAtMs: parsed.expiresAtS * 1_000 };
}
