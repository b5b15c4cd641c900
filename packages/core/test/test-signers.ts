import { ed25519 } from '@noble/curves/ed25519.js';
import {
  computeKeyId,
  cosignatureMessage,
  encodeCosignature,
  formatVkey,
  NOTE_ALGORITHM,
  type NoteSigner,
  portableCrypto,
} from '../src/index.ts';

export interface TestSigner extends NoteSigner {
  readonly vkey: string;
}

/** The Ed25519 seed that is 32 times the same byte. */
export function repeatedSeed(byte: number): Uint8Array {
  return new Uint8Array(32).fill(byte);
}

/** A log's signer (algorithm 0x01). */
export function logSigner(name: string, seed: Uint8Array): TestSigner {
  const publicKey = ed25519.getPublicKey(seed);
  return {
    name,
    keyId: computeKeyId(portableCrypto, name, NOTE_ALGORITHM.ed25519, publicKey),
    vkey: formatVkey(portableCrypto, name, NOTE_ALGORITHM.ed25519, publicKey),
    sign: (text) => ed25519.sign(text, seed),
  };
}

/** A witness that cosigns at a fixed time (algorithm 0x04). */
export function witnessSigner(name: string, seed: Uint8Array, timestampS: number): TestSigner {
  const publicKey = ed25519.getPublicKey(seed);
  return {
    name,
    keyId: computeKeyId(portableCrypto, name, NOTE_ALGORITHM.cosignature, publicKey),
    vkey: formatVkey(portableCrypto, name, NOTE_ALGORITHM.cosignature, publicKey),
    sign: (text) =>
      encodeCosignature({
        timestampS,
        signature: ed25519.sign(cosignatureMessage(timestampS, text), seed),
      }),
  };
}
