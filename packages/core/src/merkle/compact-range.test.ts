import fc from 'fast-check';
import { expect, it } from 'vitest';
import { portableCrypto } from '../crypto/portable-crypto.ts';
import { utf8Encode } from '../encoding/utf8.ts';
import { CompactRange } from './compact-range.ts';
import { emptyRoot, hashLeaf, hashLeafText, hashNode } from './tree-hash.ts';

const hash = portableCrypto.sha256(Uint8Array.of(1));

it('goes on from a stored head', () => {
  const whole = CompactRange.empty(portableCrypto);
  let resumed = CompactRange.empty(portableCrypto);
  for (let leaf = 0; leaf < 70; leaf += 1) {
    whole.append(portableCrypto.sha256(Uint8Array.of(leaf)));
    resumed = CompactRange.from(portableCrypto, resumed.size, resumed.hashes());
    resumed.append(portableCrypto.sha256(Uint8Array.of(leaf)));
  }
  expect(resumed.size).toBe(70);
  expect(resumed.root()).toEqual(whole.root());
});

it('starts with the hash of nothing', () => {
  expect(CompactRange.empty(portableCrypto).root()).toEqual(emptyRoot());
  expect(emptyRoot()).toEqual(portableCrypto.sha256(new Uint8Array()));
});

it('leaves a copy alone', () => {
  const range = CompactRange.empty(portableCrypto);
  range.append(hash);
  const copy = range.clone();
  range.append(hash);
  copy.hashes().push(hash);
  expect([copy.size, copy.hashes().length]).toEqual([1, 1]);
});

it('refuses heads that no tree has', () => {
  expect(() => CompactRange.from(portableCrypto, 3, [hash])).toThrow(RangeError);
  expect(() => CompactRange.from(portableCrypto, 1, [hash.slice(1)])).toThrow(RangeError);
  expect(() => CompactRange.from(portableCrypto, 2 ** 53, [hash])).toThrow(RangeError);
  expect(() => CompactRange.from(portableCrypto, -1, [])).toThrow(RangeError);
});

it('refuses leaves that are no hashes, and a leaf beyond 2^53-1', () => {
  expect(() => CompactRange.empty(portableCrypto).append(new Uint8Array(31))).toThrow(RangeError);
  const full = CompactRange.from(
    portableCrypto,
    Number.MAX_SAFE_INTEGER,
    Array.from({ length: 53 }, () => hash),
  );
  expect(() => full.append(hash)).toThrow(RangeError);
});

it('tells of every subtree it completes', () => {
  const seen: string[] = [];
  const range = CompactRange.empty(portableCrypto);
  for (let leaf = 0; leaf < 4; leaf += 1) {
    range.append(hash, (level, index) => seen.push(`${level}/${index}`));
  }
  expect(seen).toEqual(['0/0', '0/1', '1/0', '0/2', '0/3', '1/1', '2/0']);
});

it('hashes a text as its bytes, however long (property)', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.nat({ max: 70_000 }).map((length) => 'ä'.repeat(length)),
  );
  fc.assert(
    fc.property(texts, (text) => {
      expect(hashLeafText(portableCrypto, text)).toEqual(hashLeaf(portableCrypto, utf8Encode(text)));
    }),
  );
});

it('trap 9: refuses to hash nodes whose children are no hashes', () => {
  expect(() => hashNode(portableCrypto, new Uint8Array(31), hash)).toThrow(RangeError);
  expect(() => hashNode(portableCrypto, hash, new Uint8Array(33))).toThrow(RangeError);
});
