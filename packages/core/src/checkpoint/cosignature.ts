import { concatBytes } from '../encoding/byte-sequence.ts';
import { utf8Encode } from '../encoding/utf8.ts';

const TIMESTAMP_BYTES = 8;
const ED25519_BYTES = 64;

/** The signature field of a witness: when it saw the checkpoint, and its Ed25519 signature over both. */
export interface Cosignature {
  /** Seconds since the epoch. */
  readonly timestampS: number;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

/**
 * What a witness signs: a header line, a time line and the whole text of the checkpoint.
 *
 * @param timestampS seconds since the epoch, an integer
 * @param text text of the checkpoint's note in UTF-8
 * @see https://c2sp.org/tlog-cosignature
 */
export function cosignatureMessage(timestampS: number, text: Uint8Array): Uint8Array {
  return concatBytes(utf8Encode(`cosignature/v1\ntime ${timestampS}\n`), text);
}

/**
 * The signature field: 64-bit big-endian seconds, then the signature.
 *
 * @throws {RangeError} for a time that is not an integer from 0 to 2^53-1, or a signature that has not 64 bytes
 */
export function encodeCosignature(cosignature: Cosignature): Uint8Array {
  const { timestampS, signature } = cosignature;
  if (!Number.isSafeInteger(timestampS) || timestampS < 0 || signature.length !== ED25519_BYTES) {
    throw new RangeError('a cosignature is a whole number of seconds and 64 bytes');
  }
  const time = new Uint8Array(TIMESTAMP_BYTES);
  new DataView(time.buffer).setBigUint64(0, BigInt(timestampS));
  return concatBytes(time, signature);
}

/** Reads a signature field; `undefined` when it has another length or a time above 2^53-1 seconds. */
export function decodeCosignature(field: Uint8Array): Cosignature | undefined {
  if (field.length !== TIMESTAMP_BYTES + ED25519_BYTES) {
    return undefined;
  }
  const timestampS = Number(new DataView(field.buffer, field.byteOffset, TIMESTAMP_BYTES).getBigUint64(0));
  return Number.isSafeInteger(timestampS)
    ? { timestampS, signature: field.slice(TIMESTAMP_BYTES) }
    : undefined;
}
