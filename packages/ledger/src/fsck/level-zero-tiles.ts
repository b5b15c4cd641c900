import { HASH_BYTES, TILE_WIDTH } from '@attestry/core';

/** Tiles kept: two chunks of the verifier, so that a tile is still here when its last record has been read. */
const TILES_KEPT = 8;

/**
 * Tiles of level 0 put together from the leaf hashes that were read anyway: the store keeps them with the records and
 * not a second time.
 */
export class LevelZeroTiles {
  readonly #tiles = new Map<number, { readonly hashes: Uint8Array; filled: number }>();

  add(seq: number, leafHash: Uint8Array): void {
    const index = Math.floor(seq / TILE_WIDTH);
    let tile = this.#tiles.get(index);
    if (tile === undefined) {
      tile = { hashes: new Uint8Array(TILE_WIDTH * HASH_BYTES), filled: 0 };
      this.#tiles.set(index, tile);
      if (this.#tiles.size > TILES_KEPT) this.#tiles.delete(this.#tiles.keys().next().value ?? index);
    }
    if (leafHash.length !== HASH_BYTES) return;
    tile.hashes.set(leafHash, (seq % TILE_WIDTH) * HASH_BYTES);
    tile.filled += 1;
  }

  /** The tile when each of its hashes was added, each once. */
  get(index: number): Uint8Array | undefined {
    const tile = this.#tiles.get(index);
    return tile?.filled === TILE_WIDTH ? tile.hashes : undefined;
  }
}
