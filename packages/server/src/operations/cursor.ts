import { hash } from 'node:crypto';
import { invalidParameter } from '../errors/api-error.ts';

const VERSION = 1;
const BYTES = 1 + 1 + 8 + 8 + 8;

/** Where a page begins, and in which direction it is read. */
export interface Cursor {
  readonly timeMs: number;
  readonly seq: number;
  /** True for `previous_cursor`: the page that ends before this position. */
  readonly backwards: boolean;
}

/** A fingerprint of the query a cursor belongs to: the filters and the order, but not the page size. */
export function queryFingerprint(query: object): Buffer {
  return hash('sha256', JSON.stringify(query), 'buffer').subarray(0, 8);
}

/** Encodes a position as opaque text (base64url). It carries no values of the event besides its time and number. */
export function encodeCursor(cursor: Cursor, fingerprint: Buffer): string {
  const bytes = Buffer.alloc(BYTES);
  bytes.writeUInt8(VERSION, 0);
  bytes.writeUInt8(cursor.backwards ? 1 : 0, 1);
  bytes.writeDoubleBE(cursor.timeMs, 2);
  bytes.writeDoubleBE(cursor.seq, 10);
  fingerprint.copy(bytes, 18, 0, 8);
  return bytes.toString('base64url');
}

/**
 * Reads a cursor back.
 *
 * @throws {ApiError} `invalid_parameter` when it is damaged, or belongs to another query (trap 35: a cursor that is
 *   silently ignored shows page 1 again)
 */
export function decodeCursor(text: string, fingerprint: Buffer): Cursor {
  const bytes = Buffer.from(text, 'base64url');
  if (
    bytes.length !== BYTES ||
    bytes.toString('base64url') !== text ||
    bytes[0] !== VERSION ||
    (bytes[1] ?? 2) > 1
  ) {
    throw invalidParameter(
      'cursor',
      'The cursor is not one of this server; take it from an answer as it is.',
    );
  }
  if (!bytes.subarray(18).equals(fingerprint)) {
    throw invalidParameter(
      'cursor',
      'The cursor belongs to another query; keep all other parameters as they were.',
    );
  }
  const timeMs = bytes.readDoubleBE(2);
  const seq = bytes.readDoubleBE(10);
  if (!Number.isSafeInteger(timeMs) || !Number.isSafeInteger(seq) || seq < 0) {
    throw invalidParameter(
      'cursor',
      'The cursor is not one of this server; take it from an answer as it is.',
    );
  }
  return { timeMs, seq, backwards: bytes[1] === 1 };
}
