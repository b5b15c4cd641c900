import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { portableCrypto } from '../crypto/portable-crypto.ts';
import { concatBytes } from '../encoding/byte-sequence.ts';
import { bytesToHex } from '../encoding/hex.ts';
import { utf8Encode } from '../encoding/utf8.ts';
import { CompactRange } from './compact-range.ts';
import { decodeEntryBundle, encodeEntryBundle } from './entry-bundle.ts';
import { type CompletedTile, partialTileWidths, TileBuilder } from './tile-builder.ts';
import { entryBundlePath, parseTilePath, tilePath, tileWidth } from './tile-path.ts';
import { tileNodeReader } from './tile-reader.ts';
import { consistencyProof, inclusionProof } from './tree-proofs.ts';
import { verifyConsistency, verifyInclusion } from './verify-proofs.ts';

const leafHash = (index: number): Uint8Array => portableCrypto.sha256(utf8Encode(`leaf ${index}`));

/** A builder over `size` leaves, its full tiles by path, and the tree beside it. */
function grow(size: number): { builder: TileBuilder; tiles: Map<string, Uint8Array>; range: CompactRange } {
  const builder = new TileBuilder(portableCrypto, 0, []);
  const range = CompactRange.empty(portableCrypto);
  const tiles = new Map<string, Uint8Array>();
  for (let index = 0; index < size; index += 1) {
    range.append(leafHash(index));
    keep(tiles, builder.append(leafHash(index)));
  }
  return { builder, tiles, range };
}

function keep(tiles: Map<string, Uint8Array>, completed: readonly CompletedTile[]): void {
  for (const { level, index, hashes } of completed) {
    expect(hashes).toHaveLength(8_192);
    tiles.set(tilePath(level, index), hashes);
  }
}

describe('tile paths', () => {
  it.each([
    ['tile/0/000', 0, 0, 256],
    ['tile/0/001.p/44', 0, 1, 44],
    ['tile/0/x001/x234/067', 0, 1_234_067, 256],
    ['tile/63/999.p/255', 63, 999, 255],
    ['tile/1/x001/000', 1, 1_000, 256],
    ['tile/entries/000.p/15', 'entries', 0, 15],
    ['tile/entries/x273/112', 'entries', 273_112, 256],
  ] as const)('reads and writes %s', (path, level, index, width) => {
    expect(parseTilePath(path)).toEqual({ level, index, width });
    expect(level === 'entries' ? entryBundlePath(index, width) : tilePath(level, index, width)).toBe(path);
  });

  it.each([
    'tile/0/123/456/078',
    'tile/-1/000',
    'tile/00/000',
    'tile/01/000',
    'tile/0/001.p/0',
    'tile/0/001.p/256',
    'tile/0/001.p/01',
    'tile/64/000',
    'tile/0/x000/001',
    'tile/0/1',
    'tile/0/0001',
    'tile/0/x001',
    'tile/0/000/',
    '/tile/0/000',
    'tile/0/000.p/',
    'tile/0/../000',
    'tile/entries/00',
    'tile/0/x009/x007/x199/x254/x740/992',
    'tile/0/x1/000',
    'tile/0/000\n',
  ])('trap 26: refuses %j', (path) => {
    expect(parseTilePath(path)).toBeUndefined();
  });

  it('refuses addresses that no tile has', () => {
    expect(() => tilePath(64, 0)).toThrow(RangeError);
    expect(() => tilePath(0, -1)).toThrow(RangeError);
    expect(() => tilePath(0, 0, 0)).toThrow(RangeError);
    expect(() => entryBundlePath(0, 257)).toThrow(RangeError);
  });

  it('reads back every address (property)', () => {
    const addresses = fc.record({
      level: fc.oneof(fc.constant('entries' as const), fc.integer({ min: 0, max: 63 })),
      index: fc.maxSafeNat(),
      width: fc.integer({ min: 1, max: 256 }),
    });
    fc.assert(
      fc.property(addresses, ({ level, index, width }) => {
        const path = level === 'entries' ? entryBundlePath(index, width) : tilePath(level, index, width);
        expect(parseTilePath(path)).toEqual({ level, index, width });
      }),
    );
  });

  it('knows the widths of a tree of 70,000 leaves (the example of tlog-tiles)', () => {
    expect(partialTileWidths(70_000)).toEqual([112, 17, 1]);
    expect(tileWidth(0, 272, 70_000)).toBe(256);
    expect(tileWidth(0, 273, 70_000)).toBe(112);
    expect(tileWidth(0, 274, 70_000)).toBe(0);
    expect(partialTileWidths(256)).toEqual([0, 1]);
    expect(partialTileWidths(0)).toEqual([]);
    expect(partialTileWidths(Number.MAX_SAFE_INTEGER)).toEqual([255, 255, 255, 255, 255, 255, 31]);
  });
});

describe('TileBuilder', () => {
  it.each([0, 1, 255, 256, 257, 511, 512, 1_000])('is the tree of %d leaves', (size) => {
    const { builder, tiles, range } = grow(size);
    expect(builder.size).toBe(size);
    expect(bytesToHex(builder.root())).toBe(bytesToHex(range.root()));
    expect(builder.range().hashes()).toEqual(range.hashes());
    expect(tiles.size).toBe(Math.floor(size / 256) + Math.floor(size / 65_536));
    expect(builder.partialHashes().map((hashes) => hashes.length / 32)).toEqual(
      Array.from(
        { length: builder.partialHashes().length },
        (_, level) => Math.floor(size / 256 ** level) % 256,
      ),
    );
  });

  it('completes a tile of level 1 with the 65,536th leaf, and goes on from stored partial tiles', () => {
    const { builder, tiles, range } = grow(65_535);
    const resumed = new TileBuilder(portableCrypto, 65_535, builder.partialHashes());
    const completed = resumed.append(leafHash(65_535));
    range.append(leafHash(65_535));
    expect(completed.map(({ level, index }) => [level, index])).toEqual([
      [0, 255],
      [1, 0],
    ]);
    keep(tiles, completed);
    expect(tiles.size).toBe(257);
    expect(resumed.root()).toEqual(range.root());
    expect(bytesToHex((completed[1] as CompletedTile).hashes.slice(0, 32))).toBe(
      bytesToHex(rootOf(tiles.get('tile/0/000') as Uint8Array)),
    );
    expect(resumed.append(leafHash(65_536))).toEqual([]);
  });

  it('leaves a copy alone', () => {
    const { builder } = grow(300);
    const copy = builder.clone();
    builder.append(leafHash(300));
    expect(copy.size).toBe(300);
    expect(copy.root()).toEqual(grow(300).range.root());
  });

  it('refuses partial tiles that are not those of the size', () => {
    const { builder } = grow(257);
    expect(() => new TileBuilder(portableCrypto, 258, builder.partialHashes())).toThrow(RangeError);
    expect(() => new TileBuilder(portableCrypto, 257, [leafHash(256)])).toThrow(RangeError);
    expect(() => new TileBuilder(portableCrypto, 1, [new Uint8Array(31)])).toThrow(RangeError);
    expect(() => new TileBuilder(portableCrypto, 0, [new Uint8Array(32)])).toThrow(RangeError);
  });
});

describe('tileNodeReader', () => {
  it('proves from tiles alone (property)', async () => {
    const grown = grow(1_500);
    const leaves = Array.from({ length: 1_500 }, (_, index) => leafHash(index));
    const readTile = async (level: number, index: number, width: number): Promise<Uint8Array> => {
      const full = grown.tiles.get(tilePath(level, index));
      if (full !== undefined) {
        return full.slice(0, width * 32);
      }
      return level === 0
        ? concatBytes(...leaves.slice(index * 256, index * 256 + width))
        : concatBytes(
            ...Array.from({ length: width }, (_, at) =>
              rootOf(grown.tiles.get(tilePath(0, at)) as Uint8Array),
            ),
          );
    };
    const size = fc.integer({ min: 1, max: 1_500 });
    await fc.assert(
      fc.asyncProperty(size, size, async (one, other) => {
        const [size1, size2] = one <= other ? [one, other] : [other, one];
        const reader = tileNodeReader(portableCrypto, readTile, size2);
        const [root1, root2] = [
          rootOf(concatBytes(...leaves.slice(0, size1))),
          rootOf(concatBytes(...leaves.slice(0, size2))),
        ];
        const consistency = await consistencyProof(portableCrypto, reader, size1, size2);
        expect(verifyConsistency(portableCrypto, { size1, size2, root1, root2, proof: consistency })).toBe(
          true,
        );
        const proof = await inclusionProof(portableCrypto, reader, size1 - 1, size2);
        expect(
          verifyInclusion(portableCrypto, {
            leafIndex: size1 - 1,
            treeSize: size2,
            leafHash: leaves[size1 - 1] as Uint8Array,
            proof,
            root: root2,
          }),
        ).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('refuses tiles of the wrong length and nodes beyond the tree', async () => {
    const reader = tileNodeReader(portableCrypto, async () => new Uint8Array(64), 3);
    await expect(reader.node(0, 0)).rejects.toThrow('tile/0/000.p/3 must have 96 bytes, got 64');
    const exact = tileNodeReader(portableCrypto, async () => new Uint8Array(96), 3);
    await expect(exact.node(2, 0)).rejects.toThrow(RangeError);
    await expect(exact.node(0, 256)).rejects.toThrow(RangeError);
    await expect(exact.node(0, 2)).resolves.toHaveLength(32);
  });
});

describe('entry bundles', () => {
  it('reads back what it writes (property)', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 256 }), (records) => {
        expect(decodeEntryBundle(encodeEntryBundle(records)).map((record) => [...record])).toEqual(
          records.map((record) => [...record]),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('writes lengths as big-endian 16-bit numbers', () => {
    const record = new Uint8Array(258).fill(7);
    expect([...encodeEntryBundle([record]).slice(0, 3)]).toEqual([1, 2, 7]);
  });

  it('refuses what no bundle can be', () => {
    expect(() => encodeEntryBundle([new Uint8Array(65_536)])).toThrow(RangeError);
    expect(() => encodeEntryBundle(Array.from({ length: 257 }, () => new Uint8Array()))).toThrow(RangeError);
    expect(() => decodeEntryBundle(Uint8Array.of(0))).toThrow('within the length of record 0');
    expect(() => decodeEntryBundle(Uint8Array.of(0, 2, 1))).toThrow('within record 0');
    expect(() => decodeEntryBundle(new Uint8Array(2 * 257))).toThrow(RangeError);
  });
});

/** Root of the subtree over concatenated hashes. */
function rootOf(hashes: Uint8Array): Uint8Array {
  const range = CompactRange.empty(portableCrypto);
  for (let at = 0; at < hashes.length; at += 32) {
    range.append(hashes.slice(at, at + 32));
  }
  return range.root();
}
