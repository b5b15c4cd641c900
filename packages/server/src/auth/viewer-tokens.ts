import type { ApiKey } from './api-key.ts';
import type { ApiKeys, Authenticated } from './api-keys.ts';
import { openToken, parseBrowserToken, tokenKey } from './browser-token.ts';
import { type MadeToken, makePageToken } from './make-page-token.ts';

/** What a viewer token says, sealed: the page can neither read nor change it. */
export interface ViewerClaims {
  /** Names the token, in bounds of its own. */
  readonly id: string;
  /** The one origin whose pages may use it. */
  readonly origin: string;
  /** What it shows: parameters of `GET /v1/events`, beyond what its key shows. */
  readonly filters: Readonly<Record<string, readonly string[]>>;
  readonly q?: string;
  /** Sees sealed members, if its key does. */
  readonly personal: boolean;
}

/** A viewer token that has proven itself. */
export interface ViewerCredential {
  readonly maker: Authenticated;
  readonly claims: ViewerClaims;
  readonly expiresAtMs: number;
}

/** Why a viewer token was refused; for the server's own log. */
export type ViewerTokenFailure = 'malformed' | 'unknown' | 'forged' | 'revoked' | 'expired';

const NO_KEY = { id: '', secretSha256: '' };

/**
 * Short-lived tokens with which a page shows a part of the log. Like browser tokens they are not stored, and end with the
 * API key that made them.
 */
export class ViewerTokens {
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
  make(maker: ApiKey, claims: Omit<ViewerClaims, 'id'>, lifetimeS: number): MadeToken {
    const parts = { kind: 'viewer', serverKey: this.#serverKey, nowMs: this.#now() } as const;
    return makePageToken(parts, maker, claims, lifetimeS);
  }

  /** Checks a token; whose page it came from is for the caller to compare. */
  open(text: string): ViewerCredential | ViewerTokenFailure {
    const parsed = parseBrowserToken(text);
    if (parsed?.kind !== 'viewer') return 'malformed';
    const maker = this.#keys.find(parsed.keyId);
    const claims = openToken<ViewerClaims>(tokenKey(this.#serverKey, maker?.key ?? NO_KEY), parsed);
    if (maker === undefined) return 'unknown';
    if (claims === undefined) return 'forged';
    const expiresAtMs = parsed.expiresAtS * 1_000;
    // A network that its key is bound to is that of the backend; the page is bound to its origin.
    const usable = this.#keys.usable(maker.key.id, undefined);
    if (usable === 'revoked' || usable === 'expired') return usable;
    if (typeof usable === 'string') return 'unknown';
    return expiresAtMs <= this.#now() ? 'expired' : { maker: usable, claims, expiresAtMs };
  }
}
