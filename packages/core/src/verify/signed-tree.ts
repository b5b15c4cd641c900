import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { equalBytes } from '../encoding/byte-sequence.ts';
import type { CompactRange } from '../merkle/compact-range.ts';
import type { CompletedTile } from '../merkle/tile-builder.ts';
import { HASH_BYTES } from '../merkle/tree-hash.ts';
import type { FindingSink } from './finding.ts';
import { VerifiedTree } from './verified-tree.ts';

/**
 * The tree of the records, compared with signed roots. Where a stored leaf hash differs from its record it follows
 * both, so that a signed root can tell which of the two was signed, and the damage of one record does not hide what
 * comes after it.
 */
export class SignedTree {
  readonly #crypto: CryptoProvider;
  readonly #sink: FindingSink;
  /** `undefined` once a leaf is known in neither form. */
  #tree: VerifiedTree | undefined;
  /** The tree with stored leaf hashes in place of computed ones since `#damagedAt`. */
  #stored: CompactRange | undefined;
  #damagedAt: number | undefined;
  /** The last compared root differed: those that follow do too, and only the first is reported. */
  #differs = false;
  #size: number;

  constructor(crypto: CryptoProvider, sink: FindingSink, tree: VerifiedTree | undefined, size: number) {
    this.#crypto = crypto;
    this.#sink = sink;
    this.#tree = tree;
    this.#size = size;
  }

  /** Number of leaves, known or not. */
  get size(): number {
    return this.#size;
  }

  /** Roots of the perfect subtrees, largest first, while every leaf is known. */
  frontier(): readonly Uint8Array[] | undefined {
    return this.#tree?.frontier();
  }

  root(): Uint8Array | undefined {
    return this.#tree?.root();
  }

  takeTiles(): readonly CompletedTile[] {
    return this.#tree?.takeTiles() ?? [];
  }

  /**
   * @param computed hash of the stored text, `undefined` when the text is gone
   * @param stored leaf hash as it is stored, or as the next record links to it; `undefined` when nothing tells
   */
  append(computed: Uint8Array | undefined, stored: Uint8Array | undefined): void {
    // What is not 32 bytes is no hash: it cannot have been signed, and no tree can hold it.
    const claimed = stored?.length === HASH_BYTES ? stored : undefined;
    const leafHash = computed ?? claimed;
    if (computed !== undefined && claimed !== undefined && !equalBytes(computed, claimed)) {
      this.#stored ??= this.#tree?.fork();
      this.#damagedAt ??= this.#size;
    }
    this.#size += 1;
    if (leafHash === undefined) {
      this.#tree = undefined;
      this.#stored = undefined;
      return;
    }
    this.#tree?.append(leafHash);
    this.#stored?.append(claimed ?? leafHash);
  }

  /** Compares with the root that a valid checkpoint of this size signs. Returns whether it is the tree of the records. */
  compareSigned(root: Uint8Array): boolean {
    if (this.#tree !== undefined && equalBytes(this.#tree.root(), root)) {
      this.#differs = false;
      return true;
    }
    if (this.#stored !== undefined && equalBytes(this.#stored.root(), root)) {
      this.#sink.add({
        code: 'ROOT_MISMATCH',
        seq: this.#damagedAt ?? this.#size - 1,
        detail: `the tree signed at size ${this.#size} holds the stored leaf hashes, not the records as they are now`,
      });
      this.#continueFromStored(this.#stored);
      return false;
    }
    if (!this.#differs) {
      const detail =
        this.#tree === undefined
          ? `the tree signed at size ${this.#size} cannot be compared, because records below it are missing`
          : `the tree of the records at size ${this.#size} is not the one that was signed`;
      this.#sink.add({ code: 'ROOT_MISMATCH', seq: this.#size - 1, detail });
      this.#differs = true;
    }
    return false;
  }

  // The signature vouches for the stored hashes, so what follows is compared on top of them.
  #continueFromStored(range: CompactRange): void {
    this.#tree = new VerifiedTree(this.#crypto, { size: range.size, hashes: range.hashes() });
    this.#stored = undefined;
    this.#damagedAt = undefined;
    this.#differs = false;
  }
}
