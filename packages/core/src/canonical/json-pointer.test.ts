import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatPointer, parsePointer } from './json-pointer.ts';

it('reads back what it writes (property)', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (tokens) => {
      expect(parsePointer(formatPointer(tokens))).toEqual(tokens);
    }),
  );
});

it('reads the examples of RFC 6901', () => {
  expect(parsePointer('')).toEqual([]);
  expect(parsePointer('/')).toEqual(['']);
  expect(parsePointer('/a~1b/m~0n/~01')).toEqual(['a/b', 'm~n', '~1']);
});

it.each(['a', 'a/b', '/~', '/~2', '/a~'])('refuses %j', (text) => {
  expect(parsePointer(text)).toBeUndefined();
});
