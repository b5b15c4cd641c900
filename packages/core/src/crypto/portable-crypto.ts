import { gcm } from '@noble/ciphers/aes.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { AesKey, CryptoProvider } from './crypto-provider.ts';

const AES_KEY_BYTES = 32;

/**
 * The primitives in plain JavaScript (audited @noble libraries), for browsers, edge runtimes and tests. Servers use
 * the provider of their platform, which is many times faster; both give the same bytes.
 */
export const portableCrypto: CryptoProvider = Object.freeze({
  sha256: (data: Uint8Array): Uint8Array => sha256(data),
  hmacSha256: (key: Uint8Array, message: Uint8Array): Uint8Array => hmac(sha256, key, message),
  ed25519Verify,
  importAesKey,
  aes256GcmSeal: (
    key: AesKey,
    nonce: Uint8Array,
    additionalData: Uint8Array,
    plaintext: Uint8Array,
  ): Uint8Array => gcm(rawKey(key), nonce, additionalData).encrypt(plaintext),
  aes256GcmOpen,
});

function ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    // zip215 off: the strict rules of RFC 8032, as OpenSSL and Go apply them.
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    // Keys or signatures of the wrong length and points off the curve: all mean "not signed by this key".
    return false;
  }
}

function importAesKey(raw: Uint8Array): AesKey {
  if (raw.length !== AES_KEY_BYTES) {
    throw new RangeError(`an AES-256 key has ${AES_KEY_BYTES} bytes, this one ${raw.length}`);
  }
  // A copy: callers may wipe theirs.
  return raw.slice();
}

function aes256GcmOpen(
  key: AesKey,
  nonce: Uint8Array,
  additionalData: Uint8Array,
  ciphertextAndTag: Uint8Array,
): Uint8Array | undefined {
  const cipher = gcm(rawKey(key), nonce, additionalData);
  try {
    return cipher.decrypt(ciphertextAndTag);
  } catch {
    // Key and nonce were accepted above, so what is left is a tag that does not verify, or data shorter than a tag.
    return undefined;
  }
}

function rawKey(key: AesKey): Uint8Array {
  if (!(key instanceof Uint8Array)) {
    throw new TypeError('this AES key was imported by another crypto provider; import it with this one');
  }
  return key;
}
