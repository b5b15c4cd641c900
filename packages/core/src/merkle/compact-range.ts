import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { emptyRoot, HASH_BYTES, hashNode } from './tree-hash.ts';
import { assertTreeSize, onesOf } from './tree-size.ts';

/** Called for each perfect subtree that an append completes: its height (0 for the leaf), index at that height, root. */
export type NodeListener = (level: number, index: number, hash: Uint8Array) => void;

/**
 * All that must be kept of a tree to append to it and to know its root: the roots of its perfect subtrees, largest
 * first, as many as the size has one-bits. Appending costs one node hash on average.
 */
export class CompactRange {
  readonly #crypto: CryptoProvider;
  readonly #hashes: Uint8Array[];
  #size: number;

  private constructor(crypto: CryptoProvider, size: number, hashes: Uint8Array[]) {
    this.#crypto = crypto;
    this.#size = size;
    this.#hashes = hashes;
  }

  static empty(crypto: CryptoProvider): CompactRange {
    return new CompactRange(crypto, 0, []);
  }

  /**
   * The range of a stored head.
   *
   * @param size number of leaves
   * @param hashes roots of the perfect subtrees, largest first, 32 bytes each
   * @throws {RangeError} when their number or length cannot belong to a tree of that size
   */
  static from(crypto: CryptoProvider, size: number, hashes: readonly Uint8Array[]): CompactRange {
    assertTreeSize('tree size', size);
    if (hashes.length !== onesOf(size)) {
      throw new RangeError(
        `a tree of ${size} leaves has ${onesOf(size)} perfect subtrees, got ${hashes.length}`,
      );
    }
    if (hashes.some((hash) => hash.length !== HASH_BYTES)) {
      throw new RangeError(`every hash of a compact range has ${HASH_BYTES} bytes`);
    }
    return new CompactRange(crypto, size, hashes.slice());
  }

  get size(): number {
    return this.#size;
  }

  /** Roots of the perfect subtrees, largest first. */
  hashes(): Uint8Array[] {
    return this.#hashes.slice();
  }

  /** Adds one leaf hash. `onNode` hears of every perfect subtree this completes, smallest first. */
  append(leafHash: Uint8Array, onNode?: NodeListener): void {
    if (leafHash.length !== HASH_BYTES) {
      throw new RangeError(`a leaf hash has ${HASH_BYTES} bytes, got ${leafHash.length}`);
    }
    assertTreeSize('tree size', this.#size + 1);
    let hash = leafHash;
    let level = 0;
    let index = this.#size;
    onNode?.(level, index, hash);
    // Every trailing one-bit of the size is a subtree as large as the one in hand: its left sibling.
    while (index % 2 === 1) {
      hash = hashNode(this.#crypto, this.#hashes.pop() as Uint8Array, hash);
      index = (index - 1) / 2;
      level += 1;
      onNode?.(level, index, hash);
    }
    this.#hashes.push(hash);
    this.#size += 1;
  }

  /** Root of the whole tree. */
  root(): Uint8Array {
    let root = this.#hashes.at(-1);
    if (root === undefined) {
      return emptyRoot();
    }
    for (let index = this.#hashes.length - 2; index >= 0; index -= 1) {
      root = hashNode(this.#crypto, this.#hashes[index] as Uint8Array, root);
    }
    return root;
  }

  /** An independent copy: appending to one leaves the other as it is. */
  clone(): CompactRange {
    return new CompactRange(this.#crypto, this.#size, this.#hashes.slice());
  }
}
