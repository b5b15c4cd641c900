import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { equalBytes } from '../encoding/byte-sequence.ts';
import { PROOF_HASHES_MAX } from '../limits.ts';
import { HASH_BYTES, hashNode } from './tree-hash.ts';
import { exactLog2, isTreeSize } from './tree-size.ts';

export interface InclusionClaim {
  readonly leafIndex: number;
  readonly treeSize: number;
  readonly leafHash: Uint8Array;
  readonly proof: readonly Uint8Array[];
  /** Of a verified checkpoint, never of the proof's own sender alone. */
  readonly root: Uint8Array;
}

export interface ConsistencyClaim {
  readonly size1: number;
  readonly size2: number;
  readonly root1: Uint8Array;
  readonly root2: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/**
 * True when the proof shows that the leaf is at that index in the tree with that root. Anything malformed (sizes,
 * lengths, too few or too many hashes) is false.
 *
 * @see RFC 9162, 2.1.3.2
 */
export function verifyInclusion(crypto: CryptoProvider, claim: InclusionClaim): boolean {
  const { leafIndex, treeSize, leafHash, proof, root } = claim;
  if (!isTreeSize(leafIndex) || !isTreeSize(treeSize) || leafIndex >= treeSize) {
    return false;
  }
  if (!areHashes([leafHash, root]) || !isProof(proof)) {
    return false;
  }
  // Index of the node in hand at its level, and of the last node of that level.
  let index = leafIndex;
  let last = treeSize - 1;
  let hash = leafHash;
  for (const sibling of proof) {
    if (last === 0) {
      return false;
    }
    if (index % 2 === 1 || index === last) {
      hash = hashNode(crypto, sibling, hash);
      // The last node of a level may have no sibling for some levels: it moves up unchanged.
      while (index % 2 === 0 && index !== 0) {
        index /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      hash = hashNode(crypto, hash, sibling);
    }
    index = Math.floor(index / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && equalBytes(hash, root);
}

/**
 * True when the proof shows that the tree (size2, root2) begins with all leaves of the tree (size1, root1). An empty
 * first tree proves nothing and is false, as is anything malformed.
 *
 * @see RFC 9162, 2.1.4.2
 */
export function verifyConsistency(crypto: CryptoProvider, claim: ConsistencyClaim): boolean {
  const { size1, size2, root1, root2, proof } = claim;
  if (!isTreeSize(size1) || !isTreeSize(size2) || size1 === 0 || size1 > size2) {
    return false;
  }
  if (size1 === size2) {
    // Nothing is hashed, so (as the published vectors have it) only the equality of the two roots counts.
    return proof.length === 0 && equalBytes(root1, root2);
  }
  if (!areHashes([root1, root2]) || !isProof(proof)) {
    return false;
  }
  // A perfect first tree is itself a node of the second, so the proof leaves its root out.
  const [start, ...steps] = exactLog2(size1) === undefined ? proof : [root1, ...proof];
  return start !== undefined && leadsToBothRoots(crypto, claim, start, steps);
}

function leadsToBothRoots(
  crypto: CryptoProvider,
  claim: ConsistencyClaim,
  start: Uint8Array,
  steps: readonly Uint8Array[],
): boolean {
  let index = claim.size1 - 1;
  let last = claim.size2 - 1;
  while (index % 2 === 1) {
    index = (index - 1) / 2;
    last = Math.floor(last / 2);
  }
  let hash1 = start;
  let hash2 = start;
  for (const step of steps) {
    if (last === 0) {
      return false;
    }
    if (index % 2 === 1 || index === last) {
      hash1 = hashNode(crypto, step, hash1);
      hash2 = hashNode(crypto, step, hash2);
      while (index % 2 === 0 && index !== 0) {
        index /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      hash2 = hashNode(crypto, hash2, step);
    }
    index = Math.floor(index / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && equalBytes(hash1, claim.root1) && equalBytes(hash2, claim.root2);
}

function isProof(proof: readonly Uint8Array[]): boolean {
  return proof.length <= PROOF_HASHES_MAX && areHashes(proof);
}

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every((hash) => hash.length === HASH_BYTES);
}
