import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import {
  computeKeyId,
  cosignatureMessage,
  encodeCosignature,
  formatVkey,
  NOTE_ALGORITHM,
  type NoteSigner,
  portableCrypto,
  utf8Encode,
} from '../../packages/core/src/index.ts';

/** DER header of an Ed25519 private key (RFC 8410), to be followed by its seed. */
const PKCS8_HEADER = Buffer.from('302e020100300506032b657004220420', 'hex');

export interface VectorSigner extends NoteSigner {
  readonly vkey: string;
}

/** Bytes that everybody can make again: SHA-256 of "attestry vector <label>", cut to `length` (at most 32). */
export function seededBytes(label: string, length: number): Uint8Array {
  return portableCrypto.sha256(utf8Encode(`attestry vector ${label}`)).slice(0, length);
}

/** A log's signer; its seed is `seededBytes(label, 32)`. */
export function seededLogSigner(name: string, label: string): VectorSigner {
  const { publicKey, signMessage } = keyOf(label);
  return {
    name,
    keyId: computeKeyId(portableCrypto, name, NOTE_ALGORITHM.ed25519, publicKey),
    vkey: formatVkey(portableCrypto, name, NOTE_ALGORITHM.ed25519, publicKey),
    sign: signMessage,
  };
}

/** A witness that cosigns at a fixed time, in seconds since the epoch; its seed is `seededBytes(label, 32)`. */
export function seededWitness(name: string, label: string, timestampS: number): VectorSigner {
  const { publicKey, signMessage } = keyOf(label);
  return {
    name,
    keyId: computeKeyId(portableCrypto, name, NOTE_ALGORITHM.cosignature, publicKey),
    vkey: formatVkey(portableCrypto, name, NOTE_ALGORITHM.cosignature, publicKey),
    sign: (text) =>
      encodeCosignature({ timestampS, signature: signMessage(cosignatureMessage(timestampS, text)) }),
  };
}

function keyOf(label: string): {
  readonly publicKey: Uint8Array;
  readonly signMessage: (message: Uint8Array) => Uint8Array;
} {
  const pkcs8 = Buffer.concat([PKCS8_HEADER, seededBytes(label, 32)]);
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return {
    publicKey: new Uint8Array(spki.subarray(-32)),
    signMessage: (message) => new Uint8Array(sign(null, message, privateKey)),
  };
}
