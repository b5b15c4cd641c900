import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  createSecretKey,
  hash,
  type KeyObject,
  verify,
} from 'node:crypto';
import type { AesKey, CryptoProvider } from '@attestry/core';

const HMAC_BLOCK_BYTES = 64;
const SHA256_BYTES = 32;
const GCM_TAG_BYTES = 16;
/** DER of an Ed25519 SubjectPublicKeyInfo up to the 32 key bytes (RFC 8410). */
const ED25519_SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** Public keys come from a handful of logs and witnesses; importing one costs ten times a look-up. */
const publicKeys = new Map<string, KeyObject>();
const PUBLIC_KEYS_MAX = 1_000;

/**
 * A digest as a string of 32 characters from 0 to 255. Asking for a buffer costs more than twice the hash of a short
 * text: each one is memory outside the engine's heap, made and freed by itself.
 */
function digest(data: Uint8Array): string {
  return hash('sha256', data, 'binary');
}

/** 32 bytes are within what the engine keeps on its own heap, next to the object. */
function bytesOf(digested: string): Uint8Array {
  const bytes = new Uint8Array(SHA256_BYTES);
  for (let i = 0; i < SHA256_BYTES; i++) bytes[i] = digested.charCodeAt(i);
  return bytes;
}

function sha256(data: Uint8Array): Uint8Array {
  return bytesOf(digest(data));
}

/** Room for the padded key and any message up to this size; calls are synchronous, so one buffer serves all. */
const HMAC_MESSAGE_MAX = 16 * 1024;
const hmacInner = Buffer.alloc(HMAC_BLOCK_BYTES + HMAC_MESSAGE_MAX);
const hmacOuter = Buffer.alloc(HMAC_BLOCK_BYTES + SHA256_BYTES);

/** HMAC as two one-shot hashes: `createHmac` costs five times as much for messages of this size. */
function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  const block = key.length > HMAC_BLOCK_BYTES ? sha256(key) : key;
  const inner =
    message.length <= HMAC_MESSAGE_MAX ? hmacInner : Buffer.alloc(HMAC_BLOCK_BYTES + message.length);
  for (let i = 0; i < HMAC_BLOCK_BYTES; i++) {
    const byte = block[i] ?? 0;
    inner[i] = 0x36 ^ byte;
    hmacOuter[i] = 0x5c ^ byte;
  }
  inner.set(message, HMAC_BLOCK_BYTES);
  hmacOuter.write(digest(inner.subarray(0, HMAC_BLOCK_BYTES + message.length)), HMAC_BLOCK_BYTES, 'latin1');
  const mac = sha256(hmacOuter);
  // The message may have been personal data.
  inner.fill(0, 0, HMAC_BLOCK_BYTES + message.length);
  return mac;
}

function importPublicKey(publicKey: Uint8Array): KeyObject {
  const name = Buffer.from(publicKey).toString('base64');
  const known = publicKeys.get(name);
  if (known !== undefined) return known;
  const key = createPublicKey({
    key: Buffer.concat([ED25519_SPKI_PREFIX, publicKey]),
    format: 'der',
    type: 'spki',
  });
  if (publicKeys.size >= PUBLIC_KEYS_MAX) publicKeys.clear();
  publicKeys.set(name, key);
  return key;
}

function ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  try {
    return verify(null, message, importPublicKey(publicKey), signature);
  } catch {
    // Bytes that are no point of the curve: a signature by such a key does not verify, says the contract.
    return false;
  }
}

function aes256GcmSeal(
  key: AesKey,
  nonce: Uint8Array,
  additionalData: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key as KeyObject, nonce);
  cipher.setAAD(additionalData);
  const body = cipher.update(plaintext);
  // `final` of GCM returns no bytes but must be called before the tag exists.
  cipher.final();
  const sealed = Buffer.allocUnsafe(body.length + GCM_TAG_BYTES);
  body.copy(sealed, 0);
  cipher.getAuthTag().copy(sealed, body.length);
  return sealed;
}

function aes256GcmOpen(
  key: AesKey,
  nonce: Uint8Array,
  additionalData: Uint8Array,
  ciphertextAndTag: Uint8Array,
): Uint8Array | undefined {
  if (ciphertextAndTag.length < GCM_TAG_BYTES) return undefined;
  const bodyBytes = ciphertextAndTag.length - GCM_TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key as KeyObject, nonce, { authTagLength: GCM_TAG_BYTES });
  decipher.setAAD(additionalData);
  decipher.setAuthTag(ciphertextAndTag.subarray(bodyBytes));
  const plaintext = decipher.update(ciphertextAndTag.subarray(0, bodyBytes));
  try {
    decipher.final();
  } catch {
    // The tag does not verify; the contract answers that with `undefined`, never with the bytes.
    return undefined;
  }
  return plaintext;
}

/**
 * The primitives of core on `node:crypto`. AES keys are `KeyObject`s: made once per data key, they make a seal three
 * times as fast as raw bytes (record-format 7).
 */
export const nodeCrypto: CryptoProvider = Object.freeze({
  sha256,
  hmacSha256,
  ed25519Verify,
  importAesKey: (raw: Uint8Array): AesKey => createSecretKey(raw),
  aes256GcmSeal,
  aes256GcmOpen,
});
