import {
  bytesToHex,
  concatBytes,
  consistencyProof,
  encodeEntryBundle,
  entryBundlePath,
  hashLeaf,
  inclusionProof,
  type NodeReader,
  parseTilePath,
  partialTileWidths,
  portableCrypto,
  TILE_WIDTH,
  TileBuilder,
  tileNodeReader,
  tilePath,
  tileWidth,
  utf8Encode,
} from '../../packages/core/src/index.ts';

const LEAF_COUNT = 70_000;
const ROOT_SIZES = [
  0,
  1,
  2,
  3,
  4,
  5,
  6,
  7,
  8,
  15,
  16,
  17,
  255,
  256,
  257,
  1_000,
  65_535,
  65_536,
  65_537,
  LEAF_COUNT,
];
const INCLUSIONS = [
  [0, 1],
  [0, 2],
  [1, 3],
  [6, 7],
  [5, 8],
  [255, 256],
  [256, 257],
  [0, 65_537],
  [65_536, 65_537],
  [12_345, LEAF_COUNT],
  [69_999, LEAF_COUNT],
] as const;
const CONSISTENCIES = [
  [1, 1],
  [1, 2],
  [3, 7],
  [4, 8],
  [6, 8],
  [255, 257],
  [256, 65_536],
  [65_535, 65_537],
  [65_536, LEAF_COUNT],
  [1_000, LEAF_COUNT],
] as const;
const TILES = [
  [0, 0],
  [0, 272],
  [0, 273],
  [1, 0],
  [1, 1],
  [2, 0],
] as const;
const GOOD_PATHS = [
  'tile/0/000',
  'tile/0/001.p/44',
  'tile/0/x001/x234/067',
  'tile/63/999.p/255',
  'tile/entries/x001/000.p/1',
];
const BAD_PATHS = [
  'tile/0/0',
  'tile/0/x000/001',
  'tile/00/000',
  'tile/64/000',
  'tile/0/000.p/0',
  'tile/0/000.p/256',
  'tile/0/000.p/01',
  'tile/0/001/234',
  'tile/0/x009/x007/x199/x254/x740/992',
  'tile/-1/000',
  'tile/entries/../000',
];

/** What the tree of 70,000 leaves is made of, kept to prove from. */
interface GrownTree {
  readonly roots: ReadonlyMap<number, string>;
  readonly frontiers: ReadonlyMap<number, readonly string[]>;
  readonly tiles: ReadonlyMap<string, Uint8Array>;
}

/** Leaf `index` of the vectors: its number in decimal digits. */
function leaf(index: number): Uint8Array {
  return utf8Encode(String(index));
}

/** Roots, compact ranges, proofs, tiles and paths of one tree; leaf i is the decimal text of i. */
export async function treeVectors(): Promise<unknown> {
  const tree = grow();
  return {
    leaves: 'leaf i is the decimal text of i in ASCII',
    trees: ROOT_SIZES.map((size) => ({
      size,
      root: tree.roots.get(size),
      compactRange: tree.frontiers.get(size),
      partialTiles: partialTileWidths(size),
    })),
    inclusion: await Promise.all(
      INCLUSIONS.map(async ([leafIndex, treeSize]) => ({
        leafIndex,
        treeSize,
        proof: (await inclusionProof(portableCrypto, readerOf(tree, treeSize), leafIndex, treeSize)).map(
          bytesToHex,
        ),
      })),
    ),
    consistency: await Promise.all(
      CONSISTENCIES.map(async ([size1, size2]) => ({
        size1,
        size2,
        proof: (await consistencyProof(portableCrypto, readerOf(tree, size2), size1, size2)).map(bytesToHex),
      })),
    ),
    tiles: TILES.map(([level, index]) => {
      const path = tilePath(level, index, tileWidth(level, index, LEAF_COUNT));
      return { path, sha256: bytesToHex(portableCrypto.sha256(tree.tiles.get(path) as Uint8Array)) };
    }),
    entryBundle: {
      path: entryBundlePath(0, 3),
      bytes: bytesToHex(encodeEntryBundle([leaf(0), leaf(1), leaf(2)])),
    },
    paths: {
      accepted: GOOD_PATHS.map((path) => ({ path, ...parseTilePath(path) })),
      refused: BAD_PATHS.filter((path) => parseTilePath(path) === undefined),
    },
  };
}

function grow(): GrownTree {
  const builder = new TileBuilder(portableCrypto, 0, []);
  const roots = new Map<number, string>();
  const frontiers = new Map<number, string[]>();
  const tiles = new Map<string, Uint8Array>();
  for (let size = 0; size <= LEAF_COUNT; size += 1) {
    if (ROOT_SIZES.includes(size)) {
      roots.set(size, bytesToHex(builder.root()));
      frontiers.set(size, builder.range().hashes().map(bytesToHex));
    }
    if (size < LEAF_COUNT) {
      for (const { level, index, hashes } of builder.append(hashLeaf(portableCrypto, leaf(size)))) {
        tiles.set(tilePath(level, index), hashes);
      }
    }
  }
  for (const [level, hashes] of builder.partialHashes().entries()) {
    const index = Math.floor(LEAF_COUNT / TILE_WIDTH ** (level + 1));
    tiles.set(tilePath(level, index, hashes.length / 32), hashes);
  }
  return { roots, frontiers, tiles };
}

/** Partial tiles of smaller trees are the beginnings of the tiles of the largest one. */
function readerOf(tree: GrownTree, treeSize: number): NodeReader {
  return tileNodeReader(
    portableCrypto,
    async (level, index, width) => {
      const widest = tree.tiles.get(tilePath(level, index, tileWidth(level, index, LEAF_COUNT)));
      return concatBytes((widest as Uint8Array).subarray(0, width * 32));
    },
    treeSize,
  );
}
