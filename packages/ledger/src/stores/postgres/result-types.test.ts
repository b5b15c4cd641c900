import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { RESULT_TYPES } from './result-types.ts';

const parse = (oid: number, text: string): unknown => RESULT_TYPES.getTypeParser(oid)(text);

test('arrays of numbers and of bytes are what the server wrote, missing elements included', () => {
  expect(parse(1007, '{}')).toEqual([]);
  expect(parse(1007, '{7}')).toEqual([7]);
  expect(parse(1007, '{1,-2,2147483647}')).toEqual([1, -2, 2147483647]);
  expect(parse(1007, '{1,NULL}')).toEqual([1, null]);
  expect(parse(1001, '{}')).toEqual([]);
  expect(parse(1001, String.raw`{"\\x","\\x00ff10"}`)).toEqual([Buffer.alloc(0), Buffer.from([0, 255, 16])]);
  expect(parse(1001, String.raw`{"\\x01",NULL}`)).toEqual([Buffer.from([1]), null]);
});

test('counts are numbers, other types are as the driver reads them', () => {
  expect(parse(20, '9007199254740991')).toBe(9_007_199_254_740_991);
  expect(parse(17, String.raw`\x0a0b`)).toEqual(Buffer.from([10, 11]));
  expect(parse(16, 't')).toBe(true);
});
