import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { utf8Encode } from '../encoding/utf8.ts';

/** Separates our commitments and envelopes from any other use of the same primitives. */
export const SEAL_DOMAIN = 'attestry/seal/v1\n';

/** Bytes of the random value that blinds a commitment. */
export const SEAL_RANDOM_BYTES = 32;

/**
 * The commitment that a record carries for a sealed payload: HMAC-SHA-256(r, "attestry/seal/v1\n" || P). Binds the log
 * to the payload; says nothing about it once `r` is gone, because `r` is as random as a key.
 *
 * @param r 32 random bytes, new for every seal
 * @param payload what `sealPayload` returned
 * @returns 32 bytes; the record holds them in lower-case hex
 */
export function sealCommitment(crypto: CryptoProvider, r: Uint8Array, payload: string): Uint8Array {
  if (r.length !== SEAL_RANDOM_BYTES) {
    throw new RangeError(`the random value of a seal has ${SEAL_RANDOM_BYTES} bytes, got ${r.length}`);
  }
  return crypto.hmacSha256(r, utf8Encode(SEAL_DOMAIN + payload));
}
