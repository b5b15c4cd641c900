import type { ApiKey } from './api-key.ts';
import type { ApiKeys, Authenticated } from './api-keys.ts';
import type { BrowserClaims } from './browser-token.ts';
import { type MadeToken, makePageToken } from './make-page-token.ts';
import { openPageToken, type PageTokenFailure } from './open-page-token.ts';

/** A browser token that has proven itself. */
export interface BrowserCredential {
  /** The API key that made the token; what is taken through it counts as received from this key. */
  readonly maker: Authenticated;
  readonly claims: BrowserClaims;
}

/**
 * Short-lived tokens for pages. They are not stored: a token holds all that is known of it, sealed, and is as good as
 * the API key that made it. Revoking, rotating or expiry of that key ends its tokens with the next request.
 */
export class BrowserTokens {
  readonly #keys: ApiKeys;
  readonly #serverKey: Uint8Array;
  readonly #now: () => number;

  /** @param serverKey 32 bytes, the same on every node and at every start */
  constructor(keys: ApiKeys, serverKey: Uint8Array, now: () => number) {
    this.#keys = keys;
    this.#serverKey = serverKey;
    this.#now = now;
  }

  /** See `makePageToken`. */
  make(maker: ApiKey, claims: Omit<BrowserClaims, 'id'>, lifetimeS: number): MadeToken {
    const parts = { kind: 'browser', serverKey: this.#serverKey, nowMs: this.#now() } as const;
    return makePageToken(parts, maker, claims, lifetimeS);
  }

  /** Checks a token; whose page it came from is for the caller to compare. */
  open(text: string): BrowserCredential | PageTokenFailure {
    const opened = openPageToken<BrowserClaims>('browser', text, this.#keys, this.#serverKey);
    if (typeof opened === 'string') return opened;
    const { maker, claims, expiresAtMs } = opened;
    if (maker.key.revokedAtMs !== undefined) return 'revoked';
    const endsAtMs = Math.min(expiresAtMs, maker.key.expiresAtMs ?? expiresAtMs);
    return endsAtMs <= this.#now() ? 'expired' : { maker, claims };
  }
}
