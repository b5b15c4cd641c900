import type { AppendRecord, LogAppend } from '../../ports/ledger-store.ts';
import { regulationsIn } from './filter-terms.ts';
import { BLIND_COLUMNS, WORD_COLUMNS } from './schema.ts';

/**
 * Appends in the form in which they travel to the writer thread: few large arrays instead of many small objects,
 * because a structured clone costs per object.
 */
export interface PackedAppend extends PackedArrays {
  readonly logs: readonly PackedLog[];
  /** The different words of all records; `wordRefs` counts from 1, 0 is an absent word. Nine per record. */
  readonly words: readonly string[];
  readonly kids: readonly string[];
  /** Regulations that records name, in the order of the records. Most have none. */
  readonly regulations: readonly { readonly row: number; readonly name: string }[];
}

/** The arrays of a packed append, all of them views of one buffer. */
interface PackedArrays {
  readonly atMs: Float64Array;
  /** NaN for a record without query columns. */
  readonly occurredMs: Float64Array;
  /** Eleven per record; bit `i` of `blindMask` says that the i-th is there. */
  readonly blinds: BigInt64Array;
  readonly wordRefs: Uint32Array;
  /** -1 when absent. */
  readonly httpStatus: Int32Array;
  readonly sealKids: Uint32Array;
  readonly sealLengths: Uint32Array;
  /** Bytes of each record's text. */
  readonly textLengths: Uint32Array;
  readonly blindMask: Uint16Array;
  /** 32 bytes per record. */
  readonly hashes: Uint8Array;
  /** Event ids, 16 bytes per record; all zero for a record without one. */
  readonly ids: Uint8Array;
  readonly sealCounts: Uint8Array;
  /** All envelopes one after the other. */
  readonly envelopes: Uint8Array;
  /** Of each log the last hash before, the last hash after, and the frontier after. */
  readonly heads: Uint8Array;
  /** All records one after the other, UTF-8: as bytes they are nobody's garbage on their way. */
  readonly texts: Uint8Array;
}

/** One log's part: `count` records of the arrays, in order. */
export interface PackedLog {
  readonly tenant: string;
  readonly origin: string;
  readonly count: number;
  readonly beforeSize: number;
  readonly afterSize: number;
  readonly afterAtMs: number;
  /** Hashes of the frontier after. */
  readonly frontierHashes: number;
  /** Level 1 and above. */
  readonly tiles: readonly { readonly level: number; readonly index: number; readonly hashes: Uint8Array }[];
}

/** A packed append on its way: one buffer, because each array of its own costs 3 µs on its way to another thread. */
export interface PackedMessage {
  readonly logs: readonly PackedLog[];
  readonly words: readonly string[];
  readonly kids: readonly string[];
  readonly regulations: PackedAppend['regulations'];
  readonly sizes: PackedSizes;
  readonly buffer: ArrayBuffer;
}

/** How many there are of what makes the arrays long. */
interface PackedSizes {
  readonly records: number;
  readonly seals: number;
  readonly envelopeBytes: number;
  readonly headBytes: number;
  readonly textBytes: number;
}

const HASH_BYTES = 32;
const ID_BYTES = 16;

/** Gives every different string a number from 1. */
class StringTable {
  readonly strings: string[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.strings.push(text);
    this.#numbers.set(text, this.strings.length);
    return this.strings.length;
  }
}

/** The 16 bytes of a UUID written into `target` at `offset`. */
function writeUuid(target: Uint8Array, offset: number, id: string): void {
  let at = offset;
  for (let i = 0; i < 36; i += 2) {
    if (i === 8 || i === 13 || i === 18 || i === 23) i += 1;
    target[at] = (hexDigit(id.charCodeAt(i)) << 4) | hexDigit(id.charCodeAt(i + 1));
    at += 1;
  }
}

function hexDigit(code: number): number {
  return code < 58 ? code - 48 : (code | 32) - 87;
}

/** The 16 bytes of a UUID. */
export function uuidBytes(id: string): Uint8Array {
  const bytes = new Uint8Array(ID_BYTES);
  writeUuid(bytes, 0, id);
  return bytes;
}

/** The lower-case UUID of 16 bytes. */
export function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Cuts the buffer into its arrays, the widest elements first, so that each is aligned. */
function arraysOf(buffer: ArrayBuffer, sizes: PackedSizes): PackedArrays {
  const { records, seals, envelopeBytes, headBytes, textBytes } = sizes;
  let offset = 0;
  const cut = <View>(
    make: { new (buffer: ArrayBuffer, offset: number, length: number): View; BYTES_PER_ELEMENT: number },
    length: number,
  ): View => {
    const view = new make(buffer, offset, length);
    offset += length * make.BYTES_PER_ELEMENT;
    return view;
  };
  return {
    atMs: cut(Float64Array, records),
    occurredMs: cut(Float64Array, records),
    blinds: cut(BigInt64Array, records * BLIND_COLUMNS.length),
    wordRefs: cut(Uint32Array, records * WORD_COLUMNS.length),
    httpStatus: cut(Int32Array, records),
    sealKids: cut(Uint32Array, seals),
    sealLengths: cut(Uint32Array, seals),
    textLengths: cut(Uint32Array, records),
    blindMask: cut(Uint16Array, records),
    hashes: cut(Uint8Array, records * HASH_BYTES),
    ids: cut(Uint8Array, records * ID_BYTES),
    sealCounts: cut(Uint8Array, records),
    envelopes: cut(Uint8Array, envelopeBytes),
    heads: cut(Uint8Array, headBytes),
    texts: cut(Uint8Array, textBytes),
  };
}

/** Bytes of one record, and of one seal beside its envelope, in the arrays. */
const RECORD_BYTES =
  8 + 8 + 8 * BLIND_COLUMNS.length + 4 * WORD_COLUMNS.length + 4 + 4 + 2 + HASH_BYTES + ID_BYTES + 1;
const SEAL_BYTES = 4 + 4;

function packColumns(arrays: PackedArrays, records: readonly AppendRecord[]): readonly string[] {
  const { occurredMs, httpStatus, wordRefs, blinds, blindMask } = arrays;
  const words = new StringTable();
  for (let row = 0; row < records.length; row += 1) {
    const columns = records[row]?.columns;
    httpStatus[row] = columns?.httpStatus ?? -1;
    occurredMs[row] = columns?.occurredAtMs ?? Number.NaN;
    if (columns === undefined) continue;
    for (let i = 0; i < WORD_COLUMNS.length; i += 1) {
      const word = columns[(WORD_COLUMNS[i] as (typeof WORD_COLUMNS)[number])[0]];
      if (word !== null) wordRefs[row * WORD_COLUMNS.length + i] = words.numberOf(word);
    }
    let mask = 0;
    for (let i = 0; i < BLIND_COLUMNS.length; i += 1) {
      const blind = columns[(BLIND_COLUMNS[i] as (typeof BLIND_COLUMNS)[number])[0]];
      if (blind === null) continue;
      mask |= 1 << i;
      blinds[row * BLIND_COLUMNS.length + i] = blind;
    }
    blindMask[row] = mask;
  }
  return words.strings;
}

function packSeals(arrays: PackedArrays, records: readonly AppendRecord[]): readonly string[] {
  const kids = new StringTable();
  let seal = 0;
  let offset = 0;
  for (let row = 0; row < records.length; row += 1) {
    const seals = (records[row] as AppendRecord).seals;
    arrays.sealCounts[row] = seals.length;
    for (const { kid, envelope } of seals) {
      arrays.sealKids[seal] = kids.numberOf(kid) - 1;
      arrays.sealLengths[seal] = envelope.length;
      arrays.envelopes.set(envelope, offset);
      offset += envelope.length;
      seal += 1;
    }
  }
  return kids.strings;
}

function packHeads({ heads }: PackedArrays, batches: readonly LogAppend[]): void {
  let offset = 0;
  for (const { before, after } of batches) {
    for (const hash of [before.lastHash, after.lastHash, ...after.frontier]) {
      heads.set(hash, offset);
      offset += HASH_BYTES;
    }
  }
}

function packLog({ before, after, records, tiles }: LogAppend): PackedLog {
  return {
    tenant: after.tenant,
    origin: after.origin,
    count: records.length,
    beforeSize: before.size,
    afterSize: after.size,
    afterAtMs: after.lastAtMs,
    frontierHashes: after.frontier.length,
    // Those of level 0 are not stored: they are the hashes of 256 records.
    tiles: tiles.filter(({ level }) => level > 0),
  };
}

function sizesOf(batches: readonly LogAppend[], records: readonly AppendRecord[]): PackedSizes {
  let seals = 0;
  let envelopeBytes = 0;
  let textBytes = 0;
  for (const record of records) {
    textBytes += Buffer.byteLength(record.text);
    seals += record.seals.length;
    for (const { envelope } of record.seals) envelopeBytes += envelope.length;
  }
  const hashes = batches.reduce((count, { after }) => count + 2 + after.frontier.length, 0);
  return { records: records.length, seals, envelopeBytes, headBytes: hashes * HASH_BYTES, textBytes };
}

/** Packs one group of appends for the writer thread. */
export function packAppend(batches: readonly LogAppend[]): PackedMessage {
  const records =
    batches.length === 1 && batches[0] !== undefined ? batches[0].records : batches.flatMap((b) => b.records);
  const sizes = sizesOf(batches, records);
  const buffer = new ArrayBuffer(
    sizes.records * RECORD_BYTES +
      sizes.seals * SEAL_BYTES +
      sizes.envelopeBytes +
      sizes.headBytes +
      sizes.textBytes,
  );
  const arrays = arraysOf(buffer, sizes);
  const textBytes = Buffer.from(buffer, arrays.texts.byteOffset, arrays.texts.length);
  const regulations: { row: number; name: string }[] = [];
  let offset = 0;
  for (let row = 0; row < records.length; row += 1) {
    const record = records[row] as AppendRecord;
    const length = textBytes.write(record.text, offset);
    arrays.textLengths[row] = length;
    offset += length;
    for (const name of regulationsIn(record.text)) regulations.push({ row, name });
    arrays.atMs[row] = record.atMs;
    arrays.hashes.set(record.leafHash, row * HASH_BYTES);
    if (record.id !== undefined) writeUuid(arrays.ids, row * ID_BYTES, record.id);
  }
  const words = packColumns(arrays, records);
  const kids = packSeals(arrays, records);
  packHeads(arrays, batches);
  return { logs: batches.map(packLog), words, kids, regulations, sizes, buffer };
}

/** The other end of `packAppend`. */
export function unpackAppend({ logs, words, kids, regulations, sizes, buffer }: PackedMessage): PackedAppend {
  return { logs, words, kids, regulations, ...arraysOf(buffer, sizes) };
}

/** What a log's head is made of before and after an append. */
export interface HeadHashes {
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  readonly frontier: Uint8Array;
}

/** The hashes of each log, cut out of `heads`. */
export function headHashes({ logs, heads }: PackedAppend): readonly HeadHashes[] {
  let offset = 0;
  const take = (hashes: number): Uint8Array => {
    const from = offset;
    offset += hashes * HASH_BYTES;
    return heads.subarray(from, offset);
  };
  return logs.map((log) => ({ before: take(1), after: take(1), frontier: take(log.frontierHashes) }));
}
