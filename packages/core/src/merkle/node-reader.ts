import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { emptyRoot, hashNode } from './tree-hash.ts';
import { exactLog2, splitPoint } from './tree-size.ts';

/** Where the proofs get their hashes from. */
export interface NodeReader {
  /**
   * Root of the perfect subtree over the leaves `index * 2^level <= leaf < (index + 1) * 2^level`; MUST reject when
   * the tree does not have all of them.
   */
  node(level: number, index: number): Promise<Uint8Array>;
}

/** Leaves `begin <= leaf < end` of a tree. */
export interface LeafRange {
  readonly begin: number;
  readonly end: number;
}

/**
 * Hash of the subtree over a range of leaves: MTH(D[begin:end]) of RFC 6962. `begin` must be a multiple of the largest
 * power of two that is not above the width, as it is for every subtree of a tree.
 */
export async function subtreeHash(
  crypto: CryptoProvider,
  reader: NodeReader,
  range: LeafRange,
): Promise<Uint8Array> {
  const width = range.end - range.begin;
  if (width === 0) {
    return emptyRoot();
  }
  const level = exactLog2(width);
  if (level !== undefined) {
    return reader.node(level, range.begin / width);
  }
  const middle = range.begin + splitPoint(width);
  const left = await subtreeHash(crypto, reader, { begin: range.begin, end: middle });
  const right = await subtreeHash(crypto, reader, { begin: middle, end: range.end });
  return hashNode(crypto, left, right);
}
