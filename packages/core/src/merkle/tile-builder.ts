import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { concatBytes } from '../encoding/byte-sequence.ts';
import { TILE_WIDTH } from '../limits.ts';
import { CompactRange } from './compact-range.ts';
import { tileWidth } from './tile-path.ts';
import { HASH_BYTES } from './tree-hash.ts';
import { assertTreeSize } from './tree-size.ts';

/** Tree levels between the hashes of one tile level and the next. */
const TILE_HEIGHT = 8;

/** A tile that became full. */
export interface CompletedTile {
  readonly level: number;
  readonly index: number;
  /** 256 hashes, 8,192 bytes. */
  readonly hashes: Uint8Array;
}

/**
 * A growing tree that hands out its tiles as they become full. Tile hashes and the compact range come from the same
 * node hashes, so tiles cost nothing on top of the tree.
 */
export class TileBuilder {
  readonly #crypto: CryptoProvider;
  readonly #range: CompactRange;
  /** Per tile level, the hashes of the rightmost tile, fewer than 256. */
  readonly #partials: Uint8Array[][];

  /**
   * @param size leaves of the tree so far
   * @param partialHashes per tile level, from 0, the hashes of the partial rightmost tile, concatenated (none when it
   *   is empty); levels may be left out at the end where they are empty
   * @throws {RangeError} when a level has another number of hashes than a tree of that size
   */
  constructor(crypto: CryptoProvider, size: number, partialHashes: readonly Uint8Array[]) {
    assertTreeSize('tree size', size);
    this.#crypto = crypto;
    this.#partials = partialHashes.map(splitHashes);
    for (let level = 0; level < partialHashes.length || TILE_WIDTH ** level <= size; level += 1) {
      const wanted = Math.floor(size / TILE_WIDTH ** level) % TILE_WIDTH;
      const got = this.#partials[level]?.length ?? 0;
      if (got !== wanted) {
        throw new RangeError(
          `a tree of ${size} leaves has ${wanted} hashes in its last tile of level ${level}, got ${got}`,
        );
      }
    }
    this.#range = CompactRange.from(crypto, size, frontierOf(crypto, this.#partials));
  }

  get size(): number {
    return this.#range.size;
  }

  /** The tree's compact range, as a copy. */
  range(): CompactRange {
    return this.#range.clone();
  }

  /** Root of the tree. */
  root(): Uint8Array {
    return this.#range.root();
  }

  /** Hashes of the rightmost tile of each level, concatenated, fewer than 256 each: what the constructor takes. */
  partialHashes(): Uint8Array[] {
    return this.#partials.map((hashes) => concatBytes(...hashes));
  }

  /** Adds one leaf hash; returns the tiles this completes, lowest level first (none for 255 of 256 leaves). */
  append(leafHash: Uint8Array): CompletedTile[] {
    const completed: CompletedTile[] = [];
    this.#range.append(leafHash, (nodeLevel, nodeIndex, hash) => {
      if (nodeLevel % TILE_HEIGHT !== 0) {
        return;
      }
      const level = nodeLevel / TILE_HEIGHT;
      const hashes = this.#partials[level] ?? [];
      this.#partials[level] = hashes;
      hashes.push(hash);
      if (hashes.length === TILE_WIDTH) {
        completed.push({ level, index: Math.floor(nodeIndex / TILE_WIDTH), hashes: concatBytes(...hashes) });
        this.#partials[level] = [];
      }
    });
    return completed;
  }

  /** An independent copy, to go on from when a batch is not committed. */
  clone(): TileBuilder {
    return new TileBuilder(this.#crypto, this.size, this.partialHashes());
  }
}

/** The compact range follows from the partial tiles: each level holds 8 bits of the size. */
function frontierOf(crypto: CryptoProvider, partials: readonly (readonly Uint8Array[])[]): Uint8Array[] {
  const frontier: Uint8Array[] = [];
  for (const hashes of partials.toReversed()) {
    const range = CompactRange.empty(crypto);
    for (const hash of hashes) {
      range.append(hash);
    }
    frontier.push(...range.hashes());
  }
  return frontier;
}

function splitHashes(bytes: Uint8Array): Uint8Array[] {
  if (bytes.length % HASH_BYTES !== 0) {
    throw new RangeError(`tile hashes have ${HASH_BYTES} bytes each, got ${bytes.length} in all`);
  }
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, index) =>
    bytes.slice(index * HASH_BYTES, (index + 1) * HASH_BYTES),
  );
}

/** Widths of the partial tiles of a tree, per level from 0; 0 where a level ends on a full tile. */
export function partialTileWidths(treeSize: number): number[] {
  assertTreeSize('tree size', treeSize);
  const widths: number[] = [];
  for (let level = 0; TILE_WIDTH ** level <= treeSize; level += 1) {
    const index = Math.floor(treeSize / TILE_WIDTH ** (level + 1));
    widths.push(tileWidth(level, index, treeSize));
  }
  return widths;
}
