import { Buffer } from 'node:buffer';
import pg from 'pg';

const OID = { int8: 20, byteaArray: 1001, int4Array: 1007 } as const;

/** Begins an element of `bytea[]` as text: a quote, an escaped backslash, `x`; then hexadecimal digits and a quote. */
const BYTES_START = String.raw`"\\x`;

const INT4_ARRAY = /^\{-?\d+(?:,-?\d+)*\}$/;
const BYTEA_ARRAY = /^\{"\\\\x[0-9a-f]*"(?:,"\\\\x[0-9a-f]*")*\}$/;

type Parse<Value> = (text: string) => Value;

const parseAnyInts: Parse<readonly (number | null)[]> = pg.types.getTypeParser(
  OID.int4Array as number,
  'text',
);
const parseAnyBytes: Parse<readonly (Buffer | null)[]> = pg.types.getTypeParser(
  OID.byteaArray as number,
  'text',
);

function parseInts(text: string): readonly (number | null)[] {
  return INT4_ARRAY.test(text) ? text.slice(1, -1).split(',').map(Number) : parseAnyInts(text);
}

function parseBytes(text: string): readonly (Buffer | null)[] {
  if (!BYTEA_ARRAY.test(text)) return parseAnyBytes(text);
  const elements = text.slice(1, -1).split(',');
  return elements.map((element) => Buffer.from(element.slice(BYTES_START.length, -1), 'hex'));
}

function parserOf(oid: number): Parse<unknown> | undefined {
  switch (oid) {
    // Numbers of this database stay far below 2^53; blind indexes, which do not, are asked for as text.
    case OID.int8:
      return Number;
    // The driver reads arrays character by character, which took half the time of a page.
    case OID.int4Array:
      return parseInts;
    case OID.byteaArray:
      return parseBytes;
    default:
      return undefined;
  }
}

/** How values of results become those of JavaScript. */
export const RESULT_TYPES = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    parserOf(oid) ?? pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};
