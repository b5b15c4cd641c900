import {
  CompactRange,
  type CryptoProvider,
  HASH_BYTES,
  type NodeReader,
  partialTileWidths,
  subtreeHash,
  TILE_WIDTH,
  tileNodeReader,
} from '@attestry/core';
import { FatalError } from '../errors.ts';
import { RecentCache } from '../keys/recent-cache.ts';
import { TILE_ROOTS_CACHED_MAX } from '../limits.ts';
import type { LedgerStore } from '../ports/ledger-store.ts';

/** The part of a store that tiles are read from. */
export type TileStore = Pick<LedgerStore, 'readTile' | 'readLeafHashes'>;

/** Partial tiles of the upper levels need the roots of up to 255 full tiles: read this many at a time. */
const TILES_AT_ONCE = 16;

/**
 * Reads the tree of a log from its stored full tiles and leaf hashes. Partial tiles are cut from what is stored, so
 * there is nothing that could differ from it.
 */
export class LogTiles {
  readonly #store: TileStore;
  readonly #crypto: CryptoProvider;
  /** Full tiles never change, so neither do their roots. */
  readonly #roots = new RecentCache<string, Uint8Array>(TILE_ROOTS_CACHED_MAX);

  constructor(store: TileStore, crypto: CryptoProvider) {
    this.#store = store;
    this.#crypto = crypto;
  }

  /**
   * The first `width` hashes of a tile, concatenated.
   *
   * @param width 1 to 256
   * @returns `undefined` when the log is not that long
   */
  async read(tenant: string, level: number, index: number, width: number): Promise<Uint8Array | undefined> {
    const full = await this.#store.readTile(tenant, level, index);
    if (full !== undefined) return full.subarray(0, width * HASH_BYTES);
    if (width === TILE_WIDTH) return undefined;
    const from = index * TILE_WIDTH;
    if (level === 0) {
      const leaves = await this.#store.readLeafHashes(tenant, from, from + width);
      return leaves.length === width * HASH_BYTES ? leaves : undefined;
    }
    const hashes = new Uint8Array(width * HASH_BYTES);
    for (let start = 0; start < width; start += TILES_AT_ONCE) {
      const count = Math.min(TILES_AT_ONCE, width - start);
      const roots = await Promise.all(
        Array.from({ length: count }, (_, i) => this.#tileRoot(tenant, level - 1, from + start + i)),
      );
      for (const [i, root] of roots.entries()) {
        if (root === undefined) return undefined;
        hashes.set(root, (start + i) * HASH_BYTES);
      }
    }
    return hashes;
  }

  /** Nodes of the tree of a log's first `treeSize` records. */
  nodes(tenant: string, treeSize: number): NodeReader {
    const readTile = async (level: number, index: number, width: number): Promise<Uint8Array> => {
      const tile = await this.read(tenant, level, index, width);
      if (tile === undefined) {
        throw new FatalError(
          'tile_missing',
          `tile ${level}/${index} of tenant ${tenant} is missing in a log of ${treeSize} records`,
        );
      }
      return tile;
    };
    return tileNodeReader(this.#crypto, readTile, treeSize);
  }

  /** Root of the tree of a log's first `treeSize` records, from what is stored. */
  rootAt(tenant: string, treeSize: number): Promise<Uint8Array> {
    return subtreeHash(this.#crypto, this.nodes(tenant, treeSize), { begin: 0, end: treeSize });
  }

  /** The hashes of the rightmost tile of each level: what a `TileBuilder` goes on from. */
  async partials(tenant: string, treeSize: number): Promise<Uint8Array[]> {
    const partials: Uint8Array[] = [];
    for (const [level, width] of partialTileWidths(treeSize).entries()) {
      const index = Math.floor(treeSize / TILE_WIDTH ** (level + 1));
      const tile = width === 0 ? new Uint8Array(0) : await this.read(tenant, level, index, width);
      if (tile === undefined) {
        throw new FatalError(
          'tile_missing',
          `tile ${level}/${index} of tenant ${tenant} is missing in a log of ${treeSize} records`,
        );
      }
      partials.push(tile);
    }
    return partials;
  }

  async #tileRoot(tenant: string, level: number, index: number): Promise<Uint8Array | undefined> {
    const name = `${tenant}/${level}/${index}`;
    const known = this.#roots.get(name);
    if (known !== undefined) return known;
    const tile = await this.#store.readTile(tenant, level, index);
    if (tile === undefined) return undefined;
    const range = CompactRange.empty(this.#crypto);
    for (let at = 0; at < tile.length; at += HASH_BYTES) range.append(tile.slice(at, at + HASH_BYTES));
    const root = range.root();
    this.#roots.set(name, root);
    return root;
  }
}
