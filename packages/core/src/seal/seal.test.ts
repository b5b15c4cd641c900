import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { portableCrypto } from '../crypto/portable-crypto.ts';
import { bytesToHex } from '../encoding/hex.ts';
import { utf8Decode } from '../encoding/utf8.ts';
import { sealCommitment } from './seal-commitment.ts';
import { openEnvelope, type SealPlace, sealAdditionalData, sealEnvelope } from './seal-envelope.ts';
import { parseSealPayload, sealPayload } from './seal-payload.ts';

const key = portableCrypto.importAesKey(new Uint8Array(32).fill(1));
const nonce = new Uint8Array(12).fill(2);
const r = new Uint8Array(32).fill(3);
const payload = sealPayload({ '/actor/id': 'u-1', '/actor/email': 'ada@example.com' });
const cmHex = bytesToHex(sealCommitment(portableCrypto, r, payload));
const place: SealPlace = { origin: 'log.example/t/a', seq: 5, index: 0, sub: 'sub_1', kid: 'dk_1', cmHex };
const additionalData = sealAdditionalData(place);
const envelope = sealEnvelope(portableCrypto, { key, nonce, r, payload, additionalData });

describe('seal payloads', () => {
  it('are the canonical members and read back', () => {
    expect(payload).toBe('{"/actor/email":"ada@example.com","/actor/id":"u-1"}');
    expect(parseSealPayload(payload)).toEqual({ '/actor/email': 'ada@example.com', '/actor/id': 'u-1' });
  });

  it('read back whatever the members are (property)', () => {
    const pointer = fc
      .array(fc.string({ maxLength: 5 }), { minLength: 1, maxLength: 3 })
      .map(
        (tokens) => `/${tokens.map((token) => token.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`,
      );
    const value = fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean(), fc.constant(null));
    fc.assert(
      fc.property(fc.dictionary(pointer, value, { minKeys: 1 }), (members) => {
        expect(parseSealPayload(sealPayload(members))).toEqual({ ...members });
      }),
    );
  });

  it.each([{}, { '': 1 }, { actor: 1 }, { '/a~2': 1 }])('are not made of %j', (members) => {
    expect(() => sealPayload(members)).toThrow(RangeError);
  });

  it.each(['', '{}', '[]', '"x"', '{"a":1}', '{"/b":1,"/a":2}', '{"/a": 1}', '{"/a":1,"/a":1}', '{"/a":'])(
    'are not read from %j',
    (text) => {
      expect(parseSealPayload(text)).toBeUndefined();
    },
  );
});

describe('seal commitments', () => {
  it('are HMAC-SHA-256 under the blinding value, with the domain in front', () => {
    const message = new TextEncoder().encode(`attestry/seal/v1\n${payload}`);
    expect(cmHex).toBe(bytesToHex(portableCrypto.hmacSha256(r, message)));
  });

  it('need 32 random bytes', () => {
    expect(() => sealCommitment(portableCrypto, new Uint8Array(31), payload)).toThrow(RangeError);
  });
});

describe('seal envelopes', () => {
  it('have version, nonce, ciphertext and tag', () => {
    expect(envelope[0]).toBe(1);
    expect(envelope.slice(1, 13)).toEqual(nonce);
    expect(envelope).toHaveLength(1 + 12 + 32 + payload.length + 16);
    expect(utf8Decode(additionalData)).toBe(`attestry/seal/v1\nlog.example/t/a\n5\n0\nsub_1\ndk_1\n${cmHex}`);
  });

  it('open to what was sealed (property)', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.string({ unit: 'grapheme' }),
        (random, text) => {
          const sealed = sealEnvelope(portableCrypto, {
            key,
            nonce,
            r: random,
            payload: text,
            additionalData,
          });
          expect(openEnvelope(portableCrypto, { key, envelope: sealed, additionalData })).toEqual({
            r: random,
            payload: text,
          });
        },
      ),
    );
  });

  it.each<[string, Partial<SealPlace>]>([
    ['log', { origin: 'log.example/t/b' }],
    ['record', { seq: 6 }],
    ['seal', { index: 1 }],
    ['subject', { sub: 'sub_2' }],
    ['key id', { kid: 'dk_2' }],
    ['commitment', { cmHex: '0'.repeat(64) }],
  ])('do not open for another %s', (_name, change) => {
    const moved = sealAdditionalData({ ...place, ...change });
    expect(openEnvelope(portableCrypto, { key, envelope, additionalData: moved })).toBeUndefined();
  });

  it('do not open after any change of a byte', () => {
    for (const at of envelope.keys()) {
      const changed = envelope.map((byte, index) => (index === at ? byte ^ 0x80 : byte));
      expect(openEnvelope(portableCrypto, { key, envelope: changed, additionalData })).toBeUndefined();
    }
  });

  it('do not open with another key, or when cut', () => {
    const other = portableCrypto.importAesKey(new Uint8Array(32));
    expect(openEnvelope(portableCrypto, { key: other, envelope, additionalData })).toBeUndefined();
    for (const length of [0, 1, 13, 60, envelope.length - 1]) {
      expect(
        openEnvelope(portableCrypto, { key, envelope: envelope.slice(0, length), additionalData }),
      ).toBeUndefined();
    }
  });

  it('do not open when what was sealed is not UTF-8', () => {
    const plaintext = new Uint8Array(40).fill(0xff);
    const sealed = portableCrypto.aes256GcmSeal(key, nonce, additionalData, plaintext);
    const whole = Uint8Array.of(1, ...nonce, ...sealed);
    expect(openEnvelope(portableCrypto, { key, envelope: whole, additionalData })).toBeUndefined();
  });

  it('are not made with a nonce, a random value or names of the wrong form', () => {
    const input = { key, nonce, r, payload, additionalData };
    expect(() => sealEnvelope(portableCrypto, { ...input, nonce: new Uint8Array(8) })).toThrow(RangeError);
    expect(() => sealEnvelope(portableCrypto, { ...input, r: new Uint8Array(16) })).toThrow(RangeError);
    expect(() => sealAdditionalData({ ...place, sub: 'a\nb' })).toThrow(RangeError);
  });
});
