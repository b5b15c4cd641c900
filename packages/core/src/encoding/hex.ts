const PAIRS: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const LOWER_HEX = /^(?:[0-9a-f]{2})*$/;

const DIGIT_UNITS: readonly number[] = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/** Bytes of a hash: nearly everything that is ever written as hexadecimal. */
const HASH_BYTES = 32;
const hashUnits: number[] = new Array(2 * HASH_BYTES).fill(0);

/** Made in one piece: joining pairs makes a text of 31 pieces that the next reader has to put together. */
function hashToHex(hash: Uint8Array): string {
  for (let index = 0; index < HASH_BYTES; index += 1) {
    const byte = hash[index] as number;
    hashUnits[2 * index] = DIGIT_UNITS[byte >> 4] as number;
    hashUnits[2 * index + 1] = DIGIT_UNITS[byte & 15] as number;
  }
  return String.fromCharCode.apply(null, hashUnits);
}

/** Lower-case hexadecimal of `bytes`. */
export function bytesToHex(bytes: Uint8Array): string {
  if (bytes.length === HASH_BYTES) {
    return hashToHex(bytes);
  }
  let text = '';
  for (const byte of bytes) {
    text += PAIRS[byte];
  }
  return text;
}

/**
 * Bytes of a lower-case hexadecimal text.
 *
 * @throws {RangeError} when the text is anything else; upper case is refused so that one value has one form
 */
export function hexToBytes(text: string): Uint8Array {
  if (!LOWER_HEX.test(text)) {
    throw new RangeError(
      `expected an even number of lower-case hexadecimal digits, got ${text.length} characters`,
    );
  }
  const bytes = new Uint8Array(text.length / 2);
  for (let index = 0; index < bytes.length; index += 1) {
    bytes[index] = nibble(text.charCodeAt(index * 2)) * 16 + nibble(text.charCodeAt(index * 2 + 1));
  }
  return bytes;
}

/** Value of a digit that is known to be 0-9 or a-f. */
function nibble(unit: number): number {
  return unit < 0x61 ? unit - 0x30 : unit - 0x57;
}
