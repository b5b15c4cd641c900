import { TILE_WIDTH } from '../limits.ts';

const LENGTH_BYTES = 2;
const ENTRY_BYTES_MAX = 0xffff;

/**
 * The bytes of an entry bundle: each record after its length as a big-endian 16-bit number.
 *
 * @throws {RangeError} for more than 256 records, or one above 65,535 bytes
 * @see https://c2sp.org/tlog-tiles
 */
export function encodeEntryBundle(records: readonly Uint8Array[]): Uint8Array {
  if (records.length > TILE_WIDTH) {
    throw new RangeError(`an entry bundle has at most ${TILE_WIDTH} records, got ${records.length}`);
  }
  let length = 0;
  for (const record of records) {
    if (record.length > ENTRY_BYTES_MAX) {
      throw new RangeError(`an entry has at most ${ENTRY_BYTES_MAX} bytes, got ${record.length}`);
    }
    length += LENGTH_BYTES + record.length;
  }
  const bundle = new Uint8Array(length);
  let at = 0;
  for (const record of records) {
    bundle[at] = Math.floor(record.length / 256);
    bundle[at + 1] = record.length % 256;
    bundle.set(record, at + LENGTH_BYTES);
    at += LENGTH_BYTES + record.length;
  }
  return bundle;
}

/**
 * The records of an entry bundle, as views into its bytes.
 *
 * @throws {RangeError} when the bytes end within a length or a record, or hold more than 256 records
 */
export function decodeEntryBundle(bundle: Uint8Array): Uint8Array[] {
  const records: Uint8Array[] = [];
  let at = 0;
  while (at < bundle.length) {
    const high = bundle[at];
    const low = bundle[at + 1];
    if (high === undefined || low === undefined) {
      throw new RangeError(`entry bundle ends within the length of record ${records.length}`);
    }
    const from = at + LENGTH_BYTES;
    at = from + high * 256 + low;
    if (at > bundle.length) {
      throw new RangeError(`entry bundle ends within record ${records.length}`);
    }
    if (records.length === TILE_WIDTH) {
      throw new RangeError(`an entry bundle has at most ${TILE_WIDTH} records`);
    }
    records.push(bundle.subarray(from, at));
  }
  return records;
}
