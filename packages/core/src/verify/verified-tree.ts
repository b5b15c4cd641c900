import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { TILE_WIDTH } from '../limits.ts';
import { CompactRange } from '../merkle/compact-range.ts';
import type { CompletedTile } from '../merkle/tile-builder.ts';
import { HASH_BYTES } from '../merkle/tree-hash.ts';

/** Levels of the tree between two levels of tiles. */
const TILE_HEIGHT = 8;

interface OpenTile {
  readonly hashes: Uint8Array;
  /** Hashes in it that were computed here: a tile that began before the first record lacks some. */
  filled: number;
}

/**
 * The tree over the records read so far, with the tiles they complete. One compact range serves both: every entry of
 * a tile is a node that the range completes anyway, so tiles cost no hash of their own.
 */
export class VerifiedTree {
  readonly #range: CompactRange;
  readonly #tiles: OpenTile[] = [];
  #completed: CompletedTile[] = [];

  constructor(
    crypto: CryptoProvider,
    start?: { readonly size: number; readonly hashes: readonly Uint8Array[] },
  ) {
    this.#range =
      start === undefined ? CompactRange.empty(crypto) : CompactRange.from(crypto, start.size, start.hashes);
  }

  get size(): number {
    return this.#range.size;
  }

  append(leafHash: Uint8Array): void {
    this.#range.append(leafHash, this.#onNode);
  }

  root(): Uint8Array {
    return this.#range.root();
  }

  /** Roots of the perfect subtrees, largest first. */
  frontier(): readonly Uint8Array[] {
    return this.#range.hashes();
  }

  /** The bare range, to go another way from here. */
  fork(): CompactRange {
    return this.#range.clone();
  }

  /** Tiles completed since the last call. */
  takeTiles(): readonly CompletedTile[] {
    const taken = this.#completed;
    this.#completed = [];
    return taken;
  }

  readonly #onNode = (level: number, index: number, hash: Uint8Array): void => {
    if (level % TILE_HEIGHT !== 0) return;
    const tileLevel = level / TILE_HEIGHT;
    const position = index % TILE_WIDTH;
    let tile = this.#tiles[tileLevel];
    if (tile === undefined || position === 0) {
      tile = { hashes: new Uint8Array(TILE_WIDTH * HASH_BYTES), filled: 0 };
      this.#tiles[tileLevel] = tile;
    }
    tile.hashes.set(hash, position * HASH_BYTES);
    tile.filled += 1;
    if (tile.filled === TILE_WIDTH) {
      this.#completed.push({ level: tileLevel, index: (index - position) / TILE_WIDTH, hashes: tile.hashes });
    }
  };
}
