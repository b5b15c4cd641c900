import { Buffer } from 'node:buffer';

/** PostgreSQL counts microseconds from 2000-01-01T00:00:00Z. */
const EPOCH_MS = 946_684_800_000;
const START_BYTES = 1_024;
/** Room for the array's head and for the types and lengths of all columns of a row is looked for once. */
const HEAD_BYTES = 20;
const FIXED_BYTES_PER_COLUMN = 24;
const WORD_CHARS_MAX = 64;
const WORDS_REMEMBERED_MAX = 4_096;

/** Object ids of PostgreSQL's own types (pg_type.dat); they never change. */
export const TYPE_OID = {
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  byteaArray: 1001,
  int4Array: 1007,
  timestamptz: 1184,
  uuid: 2950,
} as const;

const WORDS = new Map<string, Buffer>();

/** UTF-8 of a short text; types, categories and the like come again with every event. */
function wordBytes(word: string): Buffer {
  let bytes = WORDS.get(word);
  if (bytes === undefined) {
    bytes = Buffer.from(word, 'utf8');
    if (word.length > WORD_CHARS_MAX) return bytes;
    if (WORDS.size >= WORDS_REMEMBERED_MAX) WORDS.clear();
    WORDS.set(word, bytes);
  }
  return bytes;
}

/** Value of a hexadecimal digit by its character code. */
const NIBBLES = new Uint8Array(128);
for (const [value, digit] of Array.from('0123456789abcdef').entries()) NIBBLES[digit.charCodeAt(0)] = value;

/**
 * Writes an array of rows in PostgreSQL's binary format: `array_recv` around `record_recv`, all integers big-endian.
 * One such parameter carries a whole batch, is read by the server without parsing text, and costs a tenth of what the
 * same rows cost as separate parameters.
 *
 * @see src/backend/utils/adt/arrayfuncs.c and rowtypes.c of PostgreSQL
 */
export class RowArrayWriter {
  #buffer: Buffer;
  #view: DataView;
  #at = HEAD_BYTES;
  #rows = 0;
  #rowStart = 0;
  readonly #columns: number;

  /**
   * @param rowTypeOid object id of the row type of the table
   * @param columns columns of the row type, all of which are written in order
   * @param bytes about what all rows will take; a buffer that has to grow is copied
   */
  constructor(rowTypeOid: number, columns: number, bytes = 0) {
    this.#columns = columns;
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(START_BYTES, bytes));
    this.#view = new DataView(this.#buffer.buffer);
    this.#view.setInt32(0, 1); // dimensions
    this.#view.setInt32(4, 0); // no row is null
    this.#view.setUint32(8, rowTypeOid);
    this.#view.setInt32(16, 1); // lower bound
  }

  get rows(): number {
    return this.#rows;
  }

  /** Everything written so far; the writer must not be used afterwards. */
  finish(): Buffer {
    if (this.#rows === 0) {
      this.#view.setInt32(0, 0);
      return this.#buffer.subarray(0, 12);
    }
    this.#view.setInt32(12, this.#rows);
    return this.#buffer.subarray(0, this.#at);
  }

  /** Room is made here for all values of a fixed length; the others make room for themselves, and for what follows. */
  beginRow(): void {
    this.#reserve(0);
    this.#rowStart = this.#at;
    this.#view.setInt32(this.#at + 4, this.#columns);
    this.#at += 8;
  }

  endRow(): void {
    this.#view.setInt32(this.#rowStart, this.#at - this.#rowStart - 4);
    this.#rows += 1;
  }

  nothing(typeOid: number): void {
    this.#header(typeOid, -1);
  }

  int2(value: number | null): void {
    if (value === null) {
      this.nothing(TYPE_OID.int2);
      return;
    }
    this.#header(TYPE_OID.int2, 2);
    this.#view.setInt16(this.#at, value);
    this.#at += 2;
  }

  int4(value: number): void {
    this.#header(TYPE_OID.int4, 4);
    this.#view.setInt32(this.#at, value);
    this.#at += 4;
  }

  /** A count or position, exact up to 2^53. */
  int8(value: number): void {
    this.#header(TYPE_OID.int8, 8);
    this.#int64(value);
  }

  bigint(value: bigint | null): void {
    if (value === null) {
      this.nothing(TYPE_OID.int8);
      return;
    }
    this.#header(TYPE_OID.int8, 8);
    this.#view.setBigInt64(this.#at, value);
    this.#at += 8;
  }

  /** @param ms milliseconds since 1970 */
  time(ms: number): void {
    this.#header(TYPE_OID.timestamptz, 8);
    const micros = (ms - EPOCH_MS) * 1_000;
    if (Number.isSafeInteger(micros)) {
      this.#int64(micros);
    } else {
      this.#view.setBigInt64(this.#at, BigInt(ms - EPOCH_MS) * 1_000n);
      this.#at += 8;
    }
  }

  word(value: string | null): void {
    if (value === null) this.nothing(TYPE_OID.text);
    else this.#counted(TYPE_OID.text, wordBytes(value));
  }

  /** Text as its UTF-8 bytes. */
  utf8(text: string): void {
    this.#reserve(text.length * 3);
    this.#header(TYPE_OID.bytea, 0);
    const length = this.#buffer.write(text, this.#at, 'utf8');
    this.#view.setInt32(this.#at - 4, length);
    this.#at += length;
  }

  bytes(value: Uint8Array): void {
    this.#counted(TYPE_OID.bytea, value);
  }

  /** @param hex lower-case, with hyphens */
  uuid(hex: string): void {
    this.#header(TYPE_OID.uuid, 16);
    let at = this.#at;
    for (let i = 0; i < hex.length; i += 2) {
      if (hex.charCodeAt(i) === 0x2d) i += 1;
      const high = NIBBLES[hex.charCodeAt(i)] as number;
      this.#buffer[at] = (high << 4) | (NIBBLES[hex.charCodeAt(i + 1)] as number);
      at += 1;
    }
    this.#at += 16;
  }

  int4Array(values: readonly number[]): void {
    const bytes = 20 + values.length * 8;
    this.#reserve(bytes);
    this.#header(TYPE_OID.int4Array, bytes);
    this.#arrayHeader(TYPE_OID.int4, values.length);
    for (const value of values) {
      this.#view.setInt32(this.#at, 4);
      this.#view.setInt32(this.#at + 4, value);
      this.#at += 8;
    }
  }

  byteaArray(values: readonly Uint8Array[]): void {
    let bytes = 20;
    for (const value of values) bytes += 4 + value.length;
    this.#reserve(bytes);
    this.#header(TYPE_OID.byteaArray, bytes);
    this.#arrayHeader(TYPE_OID.bytea, values.length);
    for (const value of values) {
      this.#view.setInt32(this.#at, value.length);
      this.#buffer.set(value, this.#at + 4);
      this.#at += 4 + value.length;
    }
  }

  #counted(typeOid: number, bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#header(typeOid, bytes.length);
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #arrayHeader(elementOid: number, length: number): void {
    const [view, at] = [this.#view, this.#at];
    view.setInt32(at, 1);
    view.setInt32(at + 4, 0);
    view.setUint32(at + 8, elementOid);
    view.setInt32(at + 12, length);
    view.setInt32(at + 16, 1);
    this.#at += 20;
  }

  #int64(value: number): void {
    const high = Math.floor(value / 2 ** 32);
    this.#view.setInt32(this.#at, high);
    this.#view.setUint32(this.#at + 4, value - high * 2 ** 32);
    this.#at += 8;
  }

  /** Type and length of a value. */
  #header(typeOid: number, length: number): void {
    this.#view.setUint32(this.#at, typeOid);
    this.#view.setInt32(this.#at + 4, length);
    this.#at += 8;
  }

  /** Makes room for so many bytes and, behind them, for everything of fixed length that the row still has. */
  #reserve(bytes: number): void {
    const end = this.#at + bytes + HEAD_BYTES + this.#columns * FIXED_BYTES_PER_COLUMN;
    if (end <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, end));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
    this.#view = new DataView(larger.buffer);
  }
}
