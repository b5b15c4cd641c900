import type { AesKey, CryptoProvider } from '../crypto/crypto-provider.ts';
import { concatBytes } from '../encoding/byte-sequence.ts';
import { utf8Decode, utf8Encode, utf8EncodeInto } from '../encoding/utf8.ts';
import { SEAL_DOMAIN, SEAL_RANDOM_BYTES } from './seal-commitment.ts';

const ENVELOPE_VERSION = 0x01;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + NONCE_BYTES;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a newline would move the boundary between two fields
const LINE_BREAK = /[\u0000-\u001f]/;

/** The place that an envelope is bound to: moved anywhere else, it does not open. */
export interface SealPlace {
  readonly origin: string;
  readonly seq: number;
  /** Index of the seal in the record's `seals`. */
  readonly index: number;
  /** Handle of the data subject. */
  readonly sub: string;
  /** Id of the data key. */
  readonly kid: string;
  /** Commitment, lower-case hex. */
  readonly cmHex: string;
}

export interface EnvelopeInput {
  readonly key: AesKey;
  /** 12 bytes, never used before with this key. */
  readonly nonce: Uint8Array;
  /** The 32 bytes that blind the commitment. */
  readonly r: Uint8Array;
  readonly payload: string;
  readonly additionalData: Uint8Array;
}

export interface SealedEnvelope {
  readonly key: AesKey;
  readonly envelope: Uint8Array;
  readonly additionalData: Uint8Array;
}

/**
 * The additional data of an envelope: domain, origin, seq, index, sub, kid and commitment, a line each but the last.
 *
 * @throws {RangeError} when a part holds a control character
 */
export function sealAdditionalData(place: SealPlace): Uint8Array {
  const { origin, seq, index, sub, kid, cmHex } = place;
  if (LINE_BREAK.test(origin) || LINE_BREAK.test(sub) || LINE_BREAK.test(kid)) {
    throw new RangeError('origin, sub and kid of a seal have no control characters');
  }
  return utf8Encode(`${SEAL_DOMAIN}${origin}\n${seq}\n${index}\n${sub}\n${kid}\n${cmHex}`);
}

/**
 * Encrypts a payload with its blinding value: 0x01 || nonce || AES-256-GCM(key, r || P) || tag.
 *
 * @throws {RangeError} when `r` or `nonce` have the wrong length
 */
export function sealEnvelope(crypto: CryptoProvider, input: EnvelopeInput): Uint8Array {
  const { key, nonce, r, payload, additionalData } = input;
  if (nonce.length !== NONCE_BYTES || r.length !== SEAL_RANDOM_BYTES) {
    throw new RangeError(
      `a seal has a nonce of ${NONCE_BYTES} bytes and a random value of ${SEAL_RANDOM_BYTES}`,
    );
  }
  const sealed = withPlaintext(r, payload, (plaintext) =>
    crypto.aes256GcmSeal(key, nonce, additionalData, plaintext),
  );
  const envelope = new Uint8Array(HEAD_BYTES + sealed.length);
  envelope[0] = ENVELOPE_VERSION;
  envelope.set(nonce, 1);
  envelope.set(sealed, HEAD_BYTES);
  return envelope;
}

/** Most payloads fit; calls are synchronous, so one array serves all. */
const plaintexts = new Uint8Array(4_096);

function withPlaintext(
  r: Uint8Array,
  payload: string,
  work: (plaintext: Uint8Array) => Uint8Array,
): Uint8Array {
  if (SEAL_RANDOM_BYTES + 3 * payload.length > plaintexts.length)
    return work(concatBytes(r, utf8Encode(payload)));
  plaintexts.set(r);
  const bytes = SEAL_RANDOM_BYTES + utf8EncodeInto(payload, plaintexts.subarray(SEAL_RANDOM_BYTES));
  try {
    return work(plaintexts.subarray(0, bytes));
  } finally {
    // It was personal data.
    plaintexts.fill(0, 0, bytes);
  }
}

/**
 * Opens an envelope. Whether the payload is what the record committed to is a second question: compare
 * `sealCommitment(r, payload)` with the record (GCM alone does not commit to its key).
 *
 * @returns `undefined` when it is malformed, or does not belong to this key and place
 */
export function openEnvelope(
  crypto: CryptoProvider,
  sealed: SealedEnvelope,
): { readonly r: Uint8Array; readonly payload: string } | undefined {
  const { key, envelope, additionalData } = sealed;
  if (envelope[0] !== ENVELOPE_VERSION || envelope.length < HEAD_BYTES + SEAL_RANDOM_BYTES + TAG_BYTES) {
    return undefined;
  }
  const nonce = envelope.subarray(1, HEAD_BYTES);
  const plaintext = crypto.aes256GcmOpen(key, nonce, additionalData, envelope.subarray(HEAD_BYTES));
  if (plaintext === undefined) {
    return undefined;
  }
  const payload = utf8Decode(plaintext.subarray(SEAL_RANDOM_BYTES));
  return payload === undefined ? undefined : { r: plaintext.slice(0, SEAL_RANDOM_BYTES), payload };
}
