import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { portableCrypto } from '../crypto/portable-crypto.ts';
import { equalBytes } from '../encoding/byte-sequence.ts';
import { utf8Encode } from '../encoding/utf8.ts';
import type { NodeReader } from './node-reader.ts';
import { subtreeHash } from './node-reader.ts';
import { hashNode } from './tree-hash.ts';
import { consistencyProof, inclusionProof } from './tree-proofs.ts';
import { verifyConsistency, verifyInclusion } from './verify-proofs.ts';

const SIZE_MAX = Number.MAX_SAFE_INTEGER;

/**
 * A tree in which all leaves of a 2^40-aligned block are equal, computed on demand: the only way to hold one of 2^53-1
 * leaves. Blocks differ, so a proof that lost the upper bits of its index does not verify.
 */
const hugeTree: NodeReader = { node: async (level, index) => hugeNode(level, index) };
const BLOCK_LEVEL = 40;
const uniform = new Map<string, Uint8Array>();

function hugeNode(level: number, index: number): Uint8Array {
  const block = level >= BLOCK_LEVEL ? index : Math.floor(index / 2 ** (BLOCK_LEVEL - level));
  const key = `${level}/${block}`;
  let hash = uniform.get(key);
  if (hash === undefined) {
    hash =
      level === 0
        ? portableCrypto.sha256(utf8Encode(`block ${block}`))
        : hashNode(portableCrypto, hugeNode(level - 1, index * 2), hugeNode(level - 1, index * 2 + 1));
    uniform.set(key, hash);
  }
  return hash;
}

const rootOf = (size: number): Promise<Uint8Array> =>
  subtreeHash(portableCrypto, hugeTree, { begin: 0, end: size });
const sizes = fc.oneof(
  fc.integer({ min: 1, max: 1_000 }),
  fc.maxSafeNat().map((size) => Math.max(1, size % 2 ** 45)),
  fc.integer({ min: 0, max: 44 }).map((power) => 2 ** power),
);

describe('proofs beyond 32 bits', () => {
  it('inclusion verifies for its index and for no other (property)', async () => {
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        async (treeSize, part) => {
          const leafIndex = Math.floor(part * treeSize);
          const leafHash = hugeNode(0, leafIndex);
          const proof = await inclusionProof(portableCrypto, hugeTree, leafIndex, treeSize);
          const claim = { leafIndex, treeSize, leafHash, proof, root: await rootOf(treeSize) };
          expect(verifyInclusion(portableCrypto, claim)).toBe(true);
          expect(
            verifyInclusion(portableCrypto, { ...claim, leafHash: claim.root.map((byte) => byte ^ 1) }),
          ).toBe(false);
          for (const cut of proof.keys()) {
            expect(verifyInclusion(portableCrypto, { ...claim, proof: proof.toSpliced(cut, 1) })).toBe(false);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('consistency verifies for its sizes and for no others (property)', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, sizes, async (one, other) => {
        const [size1, size2] = one <= other ? [one, other] : [other, one];
        const proof = await consistencyProof(portableCrypto, hugeTree, size1, size2);
        const claim = { size1, size2, root1: await rootOf(size1), root2: await rootOf(size2), proof };
        expect(verifyConsistency(portableCrypto, claim)).toBe(true);
        for (const cut of proof.keys()) {
          expect(verifyConsistency(portableCrypto, { ...claim, proof: proof.toSpliced(cut, 1) })).toBe(false);
        }
        if (!equalBytes(claim.root1, claim.root2)) {
          expect(verifyConsistency(portableCrypto, { ...claim, root1: claim.root2 })).toBe(false);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('an index that differs only above bit 32 does not verify', async () => {
    const treeSize = 2 ** 44;
    const leafIndex = 5 + 2 ** 42;
    const proof = await inclusionProof(portableCrypto, hugeTree, leafIndex, treeSize);
    const claim = { treeSize, leafHash: hugeNode(0, leafIndex), proof, root: await rootOf(treeSize) };
    expect(verifyInclusion(portableCrypto, { ...claim, leafIndex })).toBe(true);
    expect(verifyInclusion(portableCrypto, { ...claim, leafIndex: 5 })).toBe(false);
    expect(verifyInclusion(portableCrypto, { ...claim, leafIndex: 5 + 2 ** 41 })).toBe(false);
  });
});

describe('what no proof can be made or accepted for', () => {
  const hash = portableCrypto.sha256(new Uint8Array());

  it.each([
    [1, 1],
    [-1, 1],
    [0.5, 1],
    [0, 0],
    [0, SIZE_MAX + 1],
    [Number.NaN, 1],
  ])('inclusion of leaf %d in %d leaves', async (leafIndex, treeSize) => {
    await expect(inclusionProof(portableCrypto, hugeTree, leafIndex, treeSize)).rejects.toThrow(RangeError);
    expect(
      verifyInclusion(portableCrypto, { leafIndex, treeSize, leafHash: hash, proof: [], root: hash }),
    ).toBe(false);
  });

  it.each([
    [0, 0],
    [0, 5],
    [2, 1],
    [1, SIZE_MAX + 1],
    [1.5, 3],
    [-1, 1],
  ])('consistency from %d to %d leaves', async (size1, size2) => {
    await expect(consistencyProof(portableCrypto, hugeTree, size1, size2)).rejects.toThrow(RangeError);
    expect(verifyConsistency(portableCrypto, { size1, size2, root1: hash, root2: hash, proof: [] })).toBe(
      false,
    );
  });

  it('hashes of other lengths, and endless proofs', () => {
    const claim = { leafIndex: 0, treeSize: 1, leafHash: hash, proof: [], root: hash };
    expect(verifyInclusion(portableCrypto, claim)).toBe(true);
    expect(verifyInclusion(portableCrypto, { ...claim, root: hash.slice(1) })).toBe(false);
    expect(verifyInclusion(portableCrypto, { ...claim, treeSize: 2, proof: [hash.slice(1)] })).toBe(false);
    const endless = Array.from({ length: 100_000 }, () => hash);
    expect(verifyInclusion(portableCrypto, { ...claim, treeSize: SIZE_MAX, proof: endless })).toBe(false);
  });
});
