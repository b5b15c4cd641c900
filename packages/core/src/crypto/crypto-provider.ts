/** An AES-256 key in whatever form the provider works with fastest (raw bytes, a `KeyObject`, ...). */
export type AesKey = Uint8Array | object;

/**
 * The primitives that core needs and does not implement: it stays pure, and runs in a browser, because they
 * come in as an argument. All calls are synchronous; inputs are never kept or changed.
 */
export interface CryptoProvider {
  /** SHA-256 (FIPS 180-4) of `data`; 32 bytes. */
  sha256(data: Uint8Array): Uint8Array;
  /** HMAC-SHA-256 (RFC 2104) of `message`; 32 bytes. */
  hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array;
  /** True when `signature` (64 bytes) is Ed25519 (RFC 8032) by `publicKey` (32 bytes) over `message`. Never throws. */
  ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  /** Makes a key usable by the two calls below, once per key, from its 32 raw bytes. */
  importAesKey(raw: Uint8Array): AesKey;
  /** AES-256-GCM (SP 800-38D), 12-byte nonce; returns ciphertext followed by the 16-byte tag. */
  aes256GcmSeal(
    key: AesKey,
    nonce: Uint8Array,
    additionalData: Uint8Array,
    plaintext: Uint8Array,
  ): Uint8Array;
  /** The plaintext, or `undefined` when the tag does not verify. */
  aes256GcmOpen(
    key: AesKey,
    nonce: Uint8Array,
    additionalData: Uint8Array,
    ciphertextAndTag: Uint8Array,
  ): Uint8Array | undefined;
}
