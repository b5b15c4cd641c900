import { TILE_WIDTH } from '../limits.ts';
import { assertTreeSize } from './tree-size.ts';

/** Levels that a path can name (C2SP tlog-tiles). A tree of 2^53 leaves has 7. */
const TILE_LEVEL_MAX = 63;
const PATH = /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/** What a tile path names: a tile of hashes, or with level `entries` a bundle of records. */
export interface TileAddress {
  readonly level: number | 'entries';
  readonly index: number;
  /** Hashes or records in it: 256 for a full one, 1 to 255 for a partial one. */
  readonly width: number;
}

/**
 * Path of a tile below the log's prefix: `tile/<L>/<N>[.p/<W>]`.
 *
 * @throws {RangeError} for a level, index or width that no tile has
 * @see https://c2sp.org/tlog-tiles
 */
export function tilePath(level: number, index: number, width: number = TILE_WIDTH): string {
  if (!Number.isInteger(level) || level < 0 || level > TILE_LEVEL_MAX) {
    throw new RangeError(`tile level must be 0 to ${TILE_LEVEL_MAX}, got ${level}`);
  }
  return `tile/${level}/${indexAndWidth(index, width)}`;
}

/** Path of an entry bundle below the log's prefix: `tile/entries/<N>[.p/<W>]`. */
export function entryBundlePath(index: number, width: number = TILE_WIDTH): string {
  return `tile/entries/${indexAndWidth(index, width)}`;
}

/**
 * What a path names, or `undefined` unless it is exactly what `tilePath` or `entryBundlePath` would write: one
 * resource has one path, so caches and rate limits cannot be walked around.
 */
export function parseTilePath(path: string): TileAddress | undefined {
  const match = PATH.exec(path);
  if (match === null) {
    return undefined;
  }
  const level = match[1] === 'entries' ? 'entries' : Number(match[1]);
  const index = Number((match[2] as string).replaceAll(/[x/]/g, ''));
  const width = match[3] === undefined ? TILE_WIDTH : Number(match[3]);
  const inRange = Number.isSafeInteger(index) && (level === 'entries' || level <= TILE_LEVEL_MAX);
  if (!inRange || (match[3] !== undefined && width >= TILE_WIDTH)) {
    return undefined;
  }
  const canonical = level === 'entries' ? entryBundlePath(index, width) : tilePath(level, index, width);
  return canonical === path ? { level, index, width } : undefined;
}

/**
 * Hashes of tile `index` at `level` in a tree of `treeSize` leaves: 256 when it is full, 1 to 255 when partial, 0 when
 * the tree does not reach it. The same for entry bundles with level 0.
 */
export function tileWidth(level: number, index: number, treeSize: number): number {
  const hashes = Math.floor(treeSize / TILE_WIDTH ** level);
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH));
}

function indexAndWidth(index: number, width: number): string {
  assertTreeSize('tile index', index);
  if (!Number.isInteger(width) || width < 1 || width > TILE_WIDTH) {
    throw new RangeError(`tile width must be 1 to ${TILE_WIDTH}, got ${width}`);
  }
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g) as string[];
  const last = groups.pop() as string;
  const leading = groups.map((group) => `x${group}/`).join('');
  return `${leading}${last}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}
