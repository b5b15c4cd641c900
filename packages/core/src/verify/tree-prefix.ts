import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { concatBytes } from '../encoding/byte-sequence.ts';
import { TILE_WIDTH } from '../limits.ts';
import { CompactRange } from '../merkle/compact-range.ts';
import { type ReadTile, tileNodeReader } from '../merkle/tile-reader.ts';
import { HASH_BYTES } from '../merkle/tree-hash.ts';
import type { GuardedSource } from './guarded-source.ts';
import { VerifiedTree } from './verified-tree.ts';

/**
 * The tree of the first `size` records from stored tiles, without reading the records: a few tiles for each of its
 * perfect subtrees. Nothing of it is trusted; the next signed root tells whether it was right.
 *
 * @returns `undefined` when a tile or leaf hash it needs is missing
 */
export async function treePrefix(
  crypto: CryptoProvider,
  source: GuardedSource,
  size: number,
): Promise<VerifiedTree | undefined> {
  const reader = tileNodeReader(crypto, tileAssembler(crypto, source), size);
  const hashes: Uint8Array[] = [];
  try {
    let begin = 0;
    for (let level = Math.floor(Math.log2(size)); level >= 0; level -= 1) {
      const width = 2 ** level;
      if (Math.floor(size / width) % 2 === 0) continue;
      hashes.push(await reader.node(level, begin / width));
      begin += width;
    }
  } catch (error) {
    if (error instanceof MissingHashError) return undefined;
    throw error;
  }
  return new VerifiedTree(crypto, { size, hashes });
}

class MissingHashError extends Error {}

/** Reads full tiles as they are stored, and puts partial ones together from leaf hashes and from the tiles below. */
function tileAssembler(crypto: CryptoProvider, source: GuardedSource): ReadTile {
  const read: ReadTile = async (level, index, width) => {
    const first = index * TILE_WIDTH;
    if (width === TILE_WIDTH) {
      const tile = await source.tile(level, index);
      if (tile instanceof Uint8Array && tile.length === TILE_WIDTH * HASH_BYTES) return tile;
      if (level > 0) throw new MissingHashError(`tile ${index} of level ${level} is missing`);
    }
    if (level === 0) return leafHashes(source, first, first + width);
    const hashes: Uint8Array[] = [];
    for (let below = first; below < first + width; below += 1) {
      hashes.push(tileRoot(crypto, await read(level - 1, below, TILE_WIDTH)));
    }
    return concatBytes(...hashes);
  };
  return read;
}

async function leafHashes(source: GuardedSource, from: number, to: number): Promise<Uint8Array> {
  const { rows } = await source.rows(from, to);
  const hashes = rows.flatMap(({ leafHash }) => (leafHash?.length === HASH_BYTES ? [leafHash] : []));
  if (hashes.length !== to - from)
    throw new MissingHashError(`leaf hashes ${from} to ${to} are not complete`);
  return concatBytes(...hashes);
}

function tileRoot(crypto: CryptoProvider, tile: Uint8Array): Uint8Array {
  const range = CompactRange.empty(crypto);
  for (let at = 0; at < tile.length; at += HASH_BYTES) range.append(tile.slice(at, at + HASH_BYTES));
  return range.root();
}
