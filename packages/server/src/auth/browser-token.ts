import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { nodeCrypto } from '@attestry/ledger';

const NONCE_BYTES = 12;
const TOKEN_PATTERN = /^(att_(browser|viewer)_([0-9A-Za-z]{16})_([0-9a-z]{1,9}))_([\w-]{40,4000})$/;

/** `browser`: records events; `viewer`: shows some. The kind is sealed with the rest, so one is never taken for the other. */
export type PageTokenKind = 'browser' | 'viewer';

/** Who acts on a page, as its backend says. */
export interface BrowserActor {
  readonly type: 'user';
  readonly id: string;
  readonly name?: string;
  readonly email?: string;
  readonly session_id?: string;
  readonly on_behalf_of?: object;
}

/** What a token says, fixed by the backend that asked for it. The page can neither read nor change it. */
export interface BrowserClaims {
  /** Names the token in rate limits. */
  readonly id: string;
  /** The one origin whose pages may use it, as browsers write it in `Origin`. */
  readonly origin: string;
  /** Absent: nobody is signed in; events are by an anonymous actor. */
  readonly actor?: BrowserActor;
  /** Members of every event, which the page cannot overwrite. */
  readonly defaults?: { readonly context?: object; readonly metadata?: object };
  /** Types the page may send; `document.*` is a prefix. */
  readonly types?: readonly string[];
}

/** A token taken apart; nothing of it is proven yet. */
export interface ParsedBrowserToken {
  readonly kind: PageTokenKind;
  /** Id of the API key that made it. */
  readonly keyId: string;
  readonly expiresAtS: number;
  readonly header: string;
  readonly sealed: Buffer;
}

/**
 * The key that seals the tokens of one API key. It depends on the API key's secret, so that rotating the secret ends
 * the tokens that were made with the old one; and on the server's own key, so that the database alone makes no tokens.
 *
 * @param serverKey 32 bytes
 */
export function tokenKey(serverKey: Uint8Array, key: { id: string; secretSha256: string }): Uint8Array {
  return nodeCrypto.hmacSha256(serverKey, Buffer.from(`${key.id}\n${key.secretSha256}`));
}

/**
 * Makes a token `att_<kind>_<key id>_<expiry>_<sealed claims>`: expiry in seconds since 1970 in base 36, claims as JSON
 * under AES-256-GCM, bound to what stands before them. Sealed and not only signed, because who holds a page's token
 * (its logs, its extensions) need not learn whose it is.
 *
 * @param key of `tokenKey`
 */
export function sealToken(
  key: Uint8Array,
  token: {
    readonly kind: PageTokenKind;
    readonly keyId: string;
    readonly expiresAtS: number;
    readonly claims: object;
  },
): string {
  const header = `att_${token.kind}_${token.keyId}_${token.expiresAtS.toString(36)}`;
  const nonce = randomBytes(NONCE_BYTES);
  const text = Buffer.from(JSON.stringify(token.claims));
  const sealed = nodeCrypto.aes256GcmSeal(nodeCrypto.importAesKey(key), nonce, Buffer.from(header), text);
  return `${header}_${Buffer.concat([nonce, sealed]).toString('base64url')}`;
}

/** Takes a token apart; `undefined` for anything that does not have its form. */
export function parseBrowserToken(text: string): ParsedBrowserToken | undefined {
  const [, header, kind, keyId, expiry, sealed] = TOKEN_PATTERN.exec(text) ?? [];
  if (header === undefined || keyId === undefined || expiry === undefined || sealed === undefined)
    return undefined;
  return {
    kind: kind as PageTokenKind,
    keyId,
    expiresAtS: Number.parseInt(expiry, 36),
    header,
    sealed: Buffer.from(sealed, 'base64url'),
  };
}

/**
 * What a token says, or `undefined` when it was not sealed with this key or was changed since. The comparison is that
 * of the cipher's tag, in constant time (trap 31).
 */
export function openToken<Claims>(
  key: Uint8Array,
  { header, sealed }: ParsedBrowserToken,
): Claims | undefined {
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const text = nodeCrypto.aes256GcmOpen(
    nodeCrypto.importAesKey(key),
    nonce,
    Buffer.from(header),
    sealed.subarray(NONCE_BYTES),
  );
  return text === undefined ? undefined : (JSON.parse(Buffer.from(text).toString()) as Claims);
}
