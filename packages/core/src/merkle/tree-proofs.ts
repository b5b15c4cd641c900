import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { type LeafRange, type NodeReader, subtreeHash } from './node-reader.ts';
import { assertTreeSize, splitPoint } from './tree-size.ts';

/**
 * Proves that a leaf is in a tree.
 *
 * @param leafIndex 0-based, < treeSize
 * @param treeSize number of leaves of the tree the proof is for
 * @returns sibling hashes from the leaf upwards, 32 bytes each, at most 53
 * @throws {RangeError} when the leaf is not in a tree of that size
 * @see RFC 9162, 2.1.3.1
 */
export async function inclusionProof(
  crypto: CryptoProvider,
  reader: NodeReader,
  leafIndex: number,
  treeSize: number,
): Promise<Uint8Array[]> {
  assertTreeSize('leaf index', leafIndex);
  assertTreeSize('tree size', treeSize);
  if (leafIndex >= treeSize) {
    throw new RangeError(`leaf ${leafIndex} is not in a tree of ${treeSize} leaves`);
  }
  return hashesOf(crypto, reader, siblingsOf(leafIndex, treeSize));
}

/**
 * Proves that a tree begins with all the leaves of an earlier one.
 *
 * @param size1 leaves of the earlier tree, 0 < size1 <= size2
 * @param size2 leaves of the later tree
 * @returns node hashes, 32 bytes each; none when the sizes are equal
 * @throws {RangeError} when the sizes are out of order, or the earlier tree is empty (everything extends it)
 * @see RFC 9162, 2.1.4.1
 */
export async function consistencyProof(
  crypto: CryptoProvider,
  reader: NodeReader,
  size1: number,
  size2: number,
): Promise<Uint8Array[]> {
  assertTreeSize('first tree size', size1);
  assertTreeSize('second tree size', size2);
  if (size1 === 0 || size1 > size2) {
    throw new RangeError(`no consistency proof from size ${size1} to ${size2}: it needs 0 < from <= to`);
  }
  return hashesOf(crypto, reader, stepsBetween(size1, size2));
}

/** The subtrees beside the way from the leaf to the root, lowest first. */
function siblingsOf(leafIndex: number, treeSize: number): LeafRange[] {
  const siblings: LeafRange[] = [];
  let begin = 0;
  let end = treeSize;
  while (end - begin > 1) {
    const middle = begin + splitPoint(end - begin);
    if (leafIndex < middle) {
      siblings.push({ begin: middle, end });
      end = middle;
    } else {
      siblings.push({ begin, end: middle });
      begin = middle;
    }
  }
  return siblings.reverse();
}

/** SUBPROOF of RFC 9162: the subtrees from which both roots can be computed, lowest first. */
function stepsBetween(size1: number, size2: number): LeafRange[] {
  const steps: LeafRange[] = [];
  let begin = 0;
  let end = size2;
  while (end !== size1) {
    const middle = begin + splitPoint(end - begin);
    if (size1 <= middle) {
      steps.push({ begin: middle, end });
      end = middle;
    } else {
      steps.push({ begin, end: middle });
      begin = middle;
    }
  }
  // When the walk never went right, what is left is the earlier tree itself, whose root the verifier has.
  if (begin > 0) {
    steps.push({ begin, end });
  }
  return steps.reverse();
}

function hashesOf(
  crypto: CryptoProvider,
  reader: NodeReader,
  ranges: readonly LeafRange[],
): Promise<Uint8Array[]> {
  return Promise.all(ranges.map((range) => subtreeHash(crypto, reader, range)));
}
