import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { CompactRange } from './compact-range.ts';
import type { NodeReader } from './node-reader.ts';
import { tilePath, tileWidth } from './tile-path.ts';
import { HASH_BYTES } from './tree-hash.ts';
import { assertTreeSize } from './tree-size.ts';

/** Height of the subtree inside one tile: 2^8 = 256 hashes. */
const TILE_HEIGHT = 8;

/** Hands over `width` hashes, concatenated, of a tile that is at least that wide. */
export type ReadTile = (level: number, index: number, width: number) => Promise<Uint8Array>;

/**
 * Reads nodes from tiles. Each tile is read once and kept as long as the reader, so make one reader per proof or per
 * small group of proofs for one tree size.
 */
export function tileNodeReader(crypto: CryptoProvider, readTile: ReadTile, treeSize: number): NodeReader {
  assertTreeSize('tree size', treeSize);
  const tiles = new Map<string, Promise<Uint8Array>>();
  const tileOf = (level: number, index: number): Promise<Uint8Array> => {
    const width = tileWidth(level, index, treeSize);
    if (width === 0) {
      return Promise.reject(
        new RangeError(`tile ${index} of level ${level} is beyond a tree of ${treeSize} leaves`),
      );
    }
    const path = tilePath(level, index, width);
    let tile = tiles.get(path);
    if (tile === undefined) {
      tile = readTile(level, index, width).then((bytes) => checkLength(bytes, width, path));
      tiles.set(path, tile);
    }
    return tile;
  };
  return { node: (level, index) => nodeFromTile(crypto, tileOf, level, index) };
}

async function nodeFromTile(
  crypto: CryptoProvider,
  tileOf: (level: number, index: number) => Promise<Uint8Array>,
  level: number,
  index: number,
): Promise<Uint8Array> {
  assertTreeSize('node index', index);
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  // The node covers this many hashes of the tile, and as many nodes of its level fit into one tile.
  const covered = 2 ** (level % TILE_HEIGHT);
  const perTile = 2 ** TILE_HEIGHT / covered;
  const tileIndex = Math.floor(index / perTile);
  const tile = await tileOf(tileLevel, tileIndex);
  const from = (index - tileIndex * perTile) * covered;
  if ((from + covered) * HASH_BYTES > tile.length) {
    throw new RangeError(`node ${index} of level ${level} is beyond the tree`);
  }
  const range = CompactRange.empty(crypto);
  for (let at = from; at < from + covered; at += 1) {
    range.append(tile.slice(at * HASH_BYTES, (at + 1) * HASH_BYTES));
  }
  return range.root();
}

function checkLength(bytes: Uint8Array, width: number, path: string): Uint8Array {
  if (bytes.length !== width * HASH_BYTES) {
    throw new RangeError(`${path} must have ${width * HASH_BYTES} bytes, got ${bytes.length}`);
  }
  return bytes;
}
