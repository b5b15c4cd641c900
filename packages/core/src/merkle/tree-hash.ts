import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { hexToBytes } from '../encoding/hex.ts';

/** Bytes of every hash in the tree. */
export const HASH_BYTES = 32;

/** Root of a tree without leaves: SHA-256 of nothing. A copy each time, so that nobody can change it for others. */
export function emptyRoot(): Uint8Array {
  return hexToBytes('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
}

const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;

/**
 * Hash of a leaf: SHA-256(0x00 || record). It is the record's `hash`, the next record's `prev` and the tree's leaf.
 *
 * @see RFC 6962, 2.1
 */
export function hashLeaf(crypto: CryptoProvider, recordBytes: Uint8Array): Uint8Array {
  const input = new Uint8Array(recordBytes.length + 1);
  input[0] = LEAF_PREFIX;
  input.set(recordBytes, 1);
  return crypto.sha256(input);
}

/**
 * Hash of an inner node: SHA-256(0x01 || left || right), 32 bytes each.
 *
 * @see RFC 6962, 2.1
 */
export function hashNode(crypto: CryptoProvider, left: Uint8Array, right: Uint8Array): Uint8Array {
  const input = new Uint8Array(2 * HASH_BYTES + 1);
  input[0] = NODE_PREFIX;
  input.set(left, 1);
  input.set(right, HASH_BYTES + 1);
  return crypto.sha256(input);
}
