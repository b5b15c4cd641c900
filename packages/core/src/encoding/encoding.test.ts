import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64ToBytes, bytesToBase64 } from './base64.ts';
import { concatBytes, equalBytes } from './byte-sequence.ts';
import { bytesToHex, hexToBytes } from './hex.ts';
import { utf8Decode, utf8Encode, utf8Length } from './utf8.ts';

describe('base64', () => {
  it('agrees with the platform and reads back (property)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = bytesToBase64(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64'));
        expect(base64ToBytes(text)).toEqual(bytes);
      }),
    );
  });

  it('accepts a text only when it is the one spelling of its bytes (property)', () => {
    const alphabet = fc.constantFrom(...'ABCwxyz0189+/='.split(''));
    fc.assert(
      fc.property(fc.string({ unit: alphabet, maxLength: 9 }), (text) => {
        const bytes = base64ToBytes(text);
        expect(bytes === undefined || bytesToBase64(bytes) === text).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    'A',
    'AA',
    'AAA',
    'AA=',
    'AB==',
    'AAB=',
    'AAAA=',
    '====',
    'AA==AA==',
    'AAA-',
    ' AAA',
    'AAAA\n',
    'ÄAAA',
  ])('refuses %j', (text) => {
    expect(base64ToBytes(text)).toBeUndefined();
  });
});

describe('hex', () => {
  it('reads back (property)', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(bytesToHex(bytes)).toBe(Buffer.from(bytes).toString('hex'));
        expect(hexToBytes(bytesToHex(bytes))).toEqual(bytes);
      }),
    );
  });

  it.each(['a', 'AA', '0g', 'aa ', '0x'])('refuses %j', (text) => {
    expect(() => hexToBytes(text)).toThrow(RangeError);
  });
});

describe('utf-8', () => {
  it('reads back and counts (property)', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const bytes = utf8Encode(text);
        expect(utf8Decode(bytes)).toBe(text);
        expect(utf8Length(text)).toBe(bytes.length);
      }),
    );
  });

  it('keeps a byte order mark and refuses what is not UTF-8', () => {
    expect(utf8Decode(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('\ufeffa');
    expect(utf8Decode(Uint8Array.of(0xff))).toBeUndefined();
    expect(utf8Decode(Uint8Array.of(0xc0, 0x80))).toBeUndefined();
    expect(utf8Decode(Uint8Array.of(0xed, 0xa0, 0x80))).toBeUndefined();
  });
});

describe('byte sequences', () => {
  it('joins and compares', () => {
    expect(concatBytes(Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3))).toEqual(
      Uint8Array.of(1, 2, 3),
    );
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 0))).toBe(false);
  });
});
