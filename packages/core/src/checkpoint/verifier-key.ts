import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { base64ToBytes, bytesToBase64 } from '../encoding/base64.ts';
import { concatBytes, equalBytes } from '../encoding/byte-sequence.ts';
import { bytesToHex } from '../encoding/hex.ts';
import { utf8Encode } from '../encoding/utf8.ts';
import { NoteError } from './note-error.ts';

/** Signature types of C2SP signed notes that we use. */
export const NOTE_ALGORITHM = Object.freeze({
  /** Ed25519 over the text of the note: the log itself. */
  ed25519: 0x01,
  /** Timestamped Ed25519 cosignature, version 1: a witness. */
  cosignature: 0x04,
});

export type NoteAlgorithm = (typeof NOTE_ALGORITHM)[keyof typeof NOTE_ALGORITHM];

/** A public key that signs notes under a name. */
export interface VerifierKey {
  readonly name: string;
  readonly algorithm: NoteAlgorithm;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** First 4 bytes of SHA-256(name || 0x0A || algorithm || public key). */
  readonly keyId: Uint8Array;
}

export const KEY_ID_BYTES = 4;
const PUBLIC_KEY_BYTES = 32;
const VKEY = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/;
const KEY_NAME = /^[^\s+\p{White_Space}\p{Cc}]+$/u;

/** True for a name that may stand in a signature line: not empty, no white space, no plus, no control characters. */
export function isKeyName(name: string): boolean {
  return KEY_NAME.test(name) && name.isWellFormed();
}

/** The id that a signature line carries for a key (C2SP signed-note). 4 bytes. */
export function computeKeyId(
  crypto: CryptoProvider,
  name: string,
  algorithm: NoteAlgorithm,
  publicKey: Uint8Array,
): Uint8Array {
  const preimage = concatBytes(utf8Encode(`${name}\n`), Uint8Array.of(algorithm), publicKey);
  return crypto.sha256(preimage).slice(0, KEY_ID_BYTES);
}

/**
 * The text form of a public key: `name+hex(key id)+base64(algorithm || public key)`.
 *
 * @throws {NoteError} `vkey` when the name cannot name a key or the key has not 32 bytes
 */
export function formatVkey(
  crypto: CryptoProvider,
  name: string,
  algorithm: NoteAlgorithm,
  publicKey: Uint8Array,
): string {
  if (!isKeyName(name)) {
    throw new NoteError(
      'vkey',
      `${JSON.stringify(name)} cannot name a key: it is empty or has white space or a plus`,
    );
  }
  if (publicKey.length !== PUBLIC_KEY_BYTES) {
    throw new NoteError(
      'vkey',
      `an Ed25519 public key has ${PUBLIC_KEY_BYTES} bytes, got ${publicKey.length}`,
    );
  }
  const keyId = computeKeyId(crypto, name, algorithm, publicKey);
  const body = concatBytes(Uint8Array.of(algorithm), publicKey);
  return `${name}+${bytesToHex(keyId)}+${bytesToBase64(body)}`;
}

/**
 * Reads the text form of a public key.
 *
 * @throws {NoteError} `vkey` when it is malformed, its id is not that of its key, or its algorithm is another than
 *   0x01 (Ed25519) and 0x04 (cosignature)
 */
export function parseVkey(crypto: CryptoProvider, vkey: string): VerifierKey {
  const [, name = '', keyIdHex = '', bodyText = ''] = VKEY.exec(vkey) ?? [];
  const body = base64ToBytes(bodyText);
  if (!isKeyName(name) || body === undefined || body.length === 0) {
    throw new NoteError(
      'vkey',
      'a verifier key is name+id+key: 8 hex digits and base64, separated by plus signs',
    );
  }
  const algorithm = body[0];
  if (algorithm !== NOTE_ALGORITHM.ed25519 && algorithm !== NOTE_ALGORITHM.cosignature) {
    throw new NoteError('vkey', `verifier key ${name} is of algorithm ${algorithm}; supported are 1 and 4`);
  }
  const publicKey = body.slice(1);
  if (publicKey.length !== PUBLIC_KEY_BYTES) {
    throw new NoteError(
      'vkey',
      `verifier key ${name} must have ${PUBLIC_KEY_BYTES} bytes, it has ${publicKey.length}`,
    );
  }
  const keyId = computeKeyId(crypto, name, algorithm, publicKey);
  if (bytesToHex(keyId) !== keyIdHex) {
    throw new NoteError(
      'vkey',
      `verifier key ${name} has id ${keyIdHex}, its key gives ${bytesToHex(keyId)}`,
    );
  }
  return { name, algorithm, publicKey, keyId };
}

/** True when name and id of a signature are those of the key. Only both together identify a key. */
export function isKeyOf(
  key: VerifierKey,
  signature: { readonly name: string; readonly keyId: Uint8Array },
): boolean {
  return key.name === signature.name && equalBytes(key.keyId, signature.keyId);
}
