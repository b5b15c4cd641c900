import type { ApiKey } from './api-key.ts';
import type { ApiKeys } from './api-keys.ts';
import { type MadeToken, makePageToken } from './make-page-token.ts';
import { type OpenedPageToken, openPageToken, type PageTokenFailure } from './open-page-token.ts';

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
export type ViewerCredential = OpenedPageToken<ViewerClaims>;

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
  open(text: string): ViewerCredential | PageTokenFailure {
    const opened = openPageToken<ViewerClaims>('viewer', text, this.#keys, this.#serverKey);
    if (typeof opened === 'string') return opened;
    // A network that its key is bound to is that of the backend; the page is bound to its origin.
    const usable = this.#keys.usable(opened.maker.key.id, undefined);
    if (usable === 'revoked' || usable === 'expired') return usable;
    if (typeof usable === 'string') return 'unknown';
    return opened.expiresAtMs <= this.#now() ? 'expired' : { ...opened, maker: usable };
  }
}
