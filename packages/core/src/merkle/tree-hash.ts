import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { hexToBytes } from '../encoding/hex.ts';
import { RECORD_BYTES_MAX } from '../limits.ts';

/** Bytes of every hash in the tree. */
export const HASH_BYTES = 32;

/** Root of a tree without leaves: SHA-256 of nothing. A copy each time, so that nobody can change it for others. */
export function emptyRoot(): Uint8Array {
  return hexToBytes('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
}

const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;

// Inputs of hashes that are at work only within one call: these two functions run several times per record, and a
// provider keeps nothing of its input.
const nodeInput = new Uint8Array(2 * HASH_BYTES + 1);
const leafInput = new Uint8Array(RECORD_BYTES_MAX + 1);
const leafText = leafInput.subarray(1);
const encoder = new TextEncoder();
nodeInput[0] = NODE_PREFIX;
leafInput[0] = LEAF_PREFIX;

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

/** `hashLeaf` of a record given as text, a third faster than encoding it first. The text must be well formed. */
export function hashLeafText(crypto: CryptoProvider, record: string): Uint8Array {
  const { read, written } = encoder.encodeInto(record, leafText);
  return read === record.length
    ? crypto.sha256(leafInput.subarray(0, written + 1))
    : hashLeaf(crypto, encoder.encode(record));
}

/**
 * Hash of an inner node: SHA-256(0x01 || left || right), 32 bytes each.
 *
 * @throws {RangeError} when a child has another length
 * @see RFC 6962, 2.1
 */
export function hashNode(crypto: CryptoProvider, left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES) {
    throw new RangeError(
      `a node has two children of ${HASH_BYTES} bytes, got ${left.length} and ${right.length}`,
    );
  }
  nodeInput.set(left, 1);
  nodeInput.set(right, HASH_BYTES + 1);
  return crypto.sha256(nodeInput);
}
