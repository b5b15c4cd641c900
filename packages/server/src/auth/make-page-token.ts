import type { ApiKey } from './api-key.ts';
import { newKeyId } from './api-key-token.ts';
import { type PageTokenKind, sealToken, tokenKey } from './browser-token.ts';

/** Who makes tokens of which kind. */
interface TokenMaker {
  readonly kind: PageTokenKind;
  /** 32 bytes, the same on every node and at every start. */
  readonly serverKey: Uint8Array;
  readonly nowMs: number;
}

/** A token as it is handed out. */
export interface MadeToken {
  readonly token: string;
  readonly expiresAtMs: number;
}

/** Makes a token that ends with the key that makes it, if that is sooner. */
export function makePageToken(
  { kind, serverKey, nowMs }: TokenMaker,
  maker: ApiKey,
  claims: object,
  lifetimeS: number,
): MadeToken {
  const endMs = Math.min(nowMs + lifetimeS * 1_000, maker.expiresAtMs ?? Number.POSITIVE_INFINITY);
  const expiresAtS = Math.floor(endMs / 1_000);
  const token = sealToken(tokenKey(serverKey, maker), {
    kind,
    keyId: maker.id,
    expiresAtS,
    claims: { id: newKeyId(), ...claims },
  });
  return { token, expiresAtMs: expiresAtS * 1_000 };
}
