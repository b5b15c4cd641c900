import { describe, expect, it } from 'vitest';
import {
  base64ToBytes,
  bytesToHex,
  CompactRange,
  consistencyProof,
  emptyRoot,
  hashLeaf,
  hashNode,
  hexToBytes,
  inclusionProof,
  type NodeReader,
  portableCrypto,
  subtreeHash,
  utf8Encode,
  verifyConsistency,
  verifyInclusion,
} from '../src/index.ts';
import { hasSharedVectors, readJsonVectors, sharedSuite } from './shared-vectors.ts';

interface InclusionCase {
  readonly file: string;
  readonly leafIdx: number | string;
  readonly treeSize: number | string;
  readonly root: string;
  readonly leafHash: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

interface ConsistencyCase {
  readonly file: string;
  readonly size1: number | string;
  readonly size2: number | string;
  readonly root1: string;
  readonly root2: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

interface ReferenceTree {
  readonly leafInputsHex: readonly string[];
  readonly nodeHashesHex: readonly (readonly string[])[];
  readonly rootHashesHexBySize: readonly string[];
  readonly compactRangesHexBySize: readonly (readonly string[])[];
  readonly hasher: readonly { readonly desc: string; readonly inputHex?: string; readonly want: string }[];
  readonly rolling: { readonly subtreeHash: string };
}

function bytes(base64: string): Uint8Array {
  const decoded = base64ToBytes(base64);
  if (decoded === undefined) {
    throw new Error(`not base64: ${base64}`);
  }
  return decoded;
}

/** Integers above 2^53 are texts in the files; as numbers they are not safe and must be refused. */
const size = (value: number | string): number => Number(value);

describe.skipIf(!hasSharedVectors)(sharedSuite('published Merkle vectors'), () => {
  it('decides the 98 inclusion cases', () => {
    const cases = readJsonVectors<InclusionCase[]>('merkle/inclusion.json');
    expect(cases).toHaveLength(98);
    for (const { file, leafIdx, treeSize, root, leafHash, proof, wantErr } of cases) {
      const verified = verifyInclusion(portableCrypto, {
        leafIndex: size(leafIdx),
        treeSize: size(treeSize),
        leafHash: bytes(leafHash),
        proof: (proof ?? []).map(bytes),
        root: bytes(root),
      });
      expect({ file, verified }).toEqual({ file, verified: !wantErr });
    }
  });

  it('decides the 98 consistency cases', () => {
    const cases = readJsonVectors<ConsistencyCase[]>('merkle/consistency.json');
    expect(cases).toHaveLength(98);
    for (const { file, size1, size2, root1, root2, proof, wantErr } of cases) {
      const verified = verifyConsistency(portableCrypto, {
        size1: size(size1),
        size2: size(size2),
        root1: bytes(root1),
        root2: bytes(root2),
        proof: (proof ?? []).map(bytes),
      });
      expect({ file, verified }).toEqual({ file, verified: !wantErr });
    }
  });

  it('builds the reference tree: nodes, roots, compact ranges', () => {
    const tree = readJsonVectors<ReferenceTree>('merkle/rfc6962-reference-tree.json');
    const range = CompactRange.empty(portableCrypto);
    const nodes: string[][] = [];
    for (const [leafIndex, input] of [...tree.leafInputsHex, undefined].entries()) {
      expect(bytesToHex(range.root())).toBe(tree.rootHashesHexBySize[leafIndex]);
      expect(range.hashes().map(bytesToHex)).toEqual(tree.compactRangesHexBySize[leafIndex]);
      if (input !== undefined) {
        range.append(hashLeaf(portableCrypto, hexToBytes(input)), (level, index, hash) => {
          const row = nodes[level] ?? [];
          nodes[level] = row;
          row[index] = bytesToHex(hash);
        });
      }
    }
    expect(nodes).toEqual(tree.nodeHashesHex);
  });

  it('trap 9: separates leaves from nodes as the reference hasher does', () => {
    const { hasher } = readJsonVectors<ReferenceTree>('merkle/rfc6962-reference-tree.json');
    const want = hasher.map((row) => row.want);
    expect(bytesToHex(emptyRoot())).toBe(want[0]);
    expect(bytesToHex(hashLeaf(portableCrypto, new Uint8Array()))).toBe(want[1]);
    expect(bytesToHex(hashLeaf(portableCrypto, utf8Encode('L123456')))).toBe(want[2]);
    // The reference hasher joins children of any length; ours hashes nothing but nodes, so only the prefix is left.
    expect(bytesToHex(portableCrypto.sha256(hexToBytes(hasher[3]?.inputHex ?? '')))).toBe(want[3]);
    expect(() => hashNode(portableCrypto, utf8Encode('N123'), utf8Encode('N456'))).toThrow(RangeError);
    const { nodeHashesHex } = readJsonVectors<ReferenceTree>('merkle/rfc6962-reference-tree.json');
    const [left = '', right = ''] = nodeHashesHex[0] ?? [];
    expect(bytesToHex(hashNode(portableCrypto, hexToBytes(left), hexToBytes(right)))).toBe(
      nodeHashesHex[1]?.[0],
    );
  });

  it('rolls the hashes of all subtrees of 130 leaves to the published sum', async () => {
    const { rolling } = readJsonVectors<ReferenceTree>('merkle/rfc6962-reference-tree.json');
    const leafCount = 130;
    const reader = memoryReader(Array.from({ length: leafCount }, (_, byte) => Uint8Array.of(byte)));
    const lines: string[] = [];
    for (let end = 0; end <= leafCount; end += 1) {
      for (let begin = 0; begin <= end; begin += 1) {
        if (isSubtree(begin, end)) {
          const hash = await subtreeHash(portableCrypto, reader, { begin, end });
          lines.push(`[${begin}, ${end}) ${bytesToHex(hash)}\n`);
        }
      }
    }
    expect(bytesToHex(portableCrypto.sha256(utf8Encode(lines.join(''))))).toBe(rolling.subtreeHash);
  });
});

describe('proofs of a tree of 130 leaves', () => {
  const leafCount = 130;
  const leaves = Array.from({ length: leafCount }, (_, byte) => Uint8Array.of(byte));
  const reader = memoryReader(leaves);
  const leafHashes = leaves.map((leaf) => hashLeaf(portableCrypto, leaf));
  const roots = rootsBySize(leafHashes);

  it('every leaf is in every tree, and in no other place', async () => {
    for (const treeSize of [1, 2, 3, 7, 8, 64, 65, 127, 128, 129, 130]) {
      const root = roots[treeSize] as Uint8Array;
      for (let leafIndex = 0; leafIndex < treeSize; leafIndex += 1) {
        const proof = await inclusionProof(portableCrypto, reader, leafIndex, treeSize);
        const leafHash = leafHashes[leafIndex] as Uint8Array;
        const claim = { leafIndex, treeSize, leafHash, proof, root };
        const other = { ...claim, leafIndex: (leafIndex + 1) % treeSize };
        expect(verifyInclusion(portableCrypto, claim)).toBe(true);
        expect(treeSize > 1 && verifyInclusion(portableCrypto, other)).toBe(false);
      }
    }
  });

  it('every tree extends every earlier one', async () => {
    for (let size2 = 1; size2 <= leafCount; size2 += 3) {
      for (let size1 = 1; size1 <= size2; size1 += 1) {
        const proof = await consistencyProof(portableCrypto, reader, size1, size2);
        const [root1, root2] = [roots[size1] as Uint8Array, roots[size2] as Uint8Array];
        const claim = { size1, size2, root1, root2, proof };
        expect(verifyConsistency(portableCrypto, claim)).toBe(true);
        expect(verifyConsistency(portableCrypto, { ...claim, root1: flip(root1) })).toBe(false);
        expect(verifyConsistency(portableCrypto, { ...claim, root2: flip(root2) })).toBe(false);
        expect(verifyConsistency(portableCrypto, { ...claim, proof: [...proof, root1] })).toBe(false);
      }
    }
  });
});

/** Valid subtrees of draft-ietf-plants-merkle-tree-certs. */
function isSubtree(begin: number, end: number): boolean {
  let width = 1;
  while (width < end - begin) {
    width *= 2;
  }
  return begin === 0 || begin === end || begin % width === 0;
}

function memoryReader(leaves: readonly Uint8Array[]): NodeReader {
  const levels: Uint8Array[][] = [];
  const range = CompactRange.empty(portableCrypto);
  for (const leaf of leaves) {
    range.append(hashLeaf(portableCrypto, leaf), (level, index, hash) => {
      const row = levels[level] ?? [];
      levels[level] = row;
      row[index] = hash;
    });
  }
  return {
    node: async (level, index) => {
      const hash = levels[level]?.[index];
      if (hash === undefined) {
        throw new RangeError(`no node ${index} at level ${level}`);
      }
      return hash;
    },
  };
}

function rootsBySize(leafHashes: readonly Uint8Array[]): Uint8Array[] {
  const range = CompactRange.empty(portableCrypto);
  const roots = [range.root()];
  for (const leafHash of leafHashes) {
    range.append(leafHash);
    roots.push(range.root());
  }
  return roots;
}

function flip(hash: Uint8Array): Uint8Array {
  return hash.map((byte, index) => (index === 31 ? byte ^ 1 : byte));
}
