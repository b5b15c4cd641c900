import { createCipheriv, createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { portableCrypto } from './portable-crypto.ts';

const bytes = fc.uint8Array({ maxLength: 200 });
const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
const nonce = fc.uint8Array({ minLength: 12, maxLength: 12 });

describe('portableCrypto agrees with OpenSSL', () => {
  it('in SHA-256 and HMAC (property)', () => {
    fc.assert(
      fc.property(key, bytes, (secret, data) => {
        expect(Buffer.from(portableCrypto.sha256(data))).toEqual(createHash('sha256').update(data).digest());
        expect(Buffer.from(portableCrypto.hmacSha256(secret, data))).toEqual(
          createHmac('sha256', secret).update(data).digest(),
        );
      }),
    );
  });

  it('in AES-256-GCM, which opens with the right key, nonce and data only (property)', () => {
    fc.assert(
      fc.property(key, nonce, bytes, bytes, (raw, iv, additional, plaintext) => {
        const imported = portableCrypto.importAesKey(raw);
        const sealed = portableCrypto.aes256GcmSeal(imported, iv, additional, plaintext);
        const cipher = createCipheriv('aes-256-gcm', raw, iv).setAAD(additional);
        const expected = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
        expect(Buffer.from(sealed)).toEqual(expected);
        expect(portableCrypto.aes256GcmOpen(imported, iv, additional, sealed)).toEqual(plaintext);
        const other = portableCrypto.importAesKey(raw.map((byte) => byte ^ 1));
        expect(portableCrypto.aes256GcmOpen(other, iv, additional, sealed)).toBeUndefined();
        expect(
          portableCrypto.aes256GcmOpen(imported, iv, Uint8Array.of(...additional, 0), sealed),
        ).toBeUndefined();
        expect(portableCrypto.aes256GcmOpen(imported, iv, additional, sealed.slice(1))).toBeUndefined();
      }),
    );
  });

  it('in Ed25519', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const raw = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32));
    const message = Uint8Array.of(1, 2, 3);
    const signature = new Uint8Array(sign(null, message, privateKey));
    expect(portableCrypto.ed25519Verify(raw, message, signature)).toBe(true);
    expect(portableCrypto.ed25519Verify(raw, Uint8Array.of(1, 2), signature)).toBe(false);
  });
});

describe('portableCrypto never throws on what comes from outside', () => {
  it.each([
    [0, 64],
    [31, 64],
    [32, 0],
    [32, 63],
    [33, 65],
  ])('a key of %d and a signature of %d bytes are not valid', (keyBytes, signatureBytes) => {
    const verified = portableCrypto.ed25519Verify(
      new Uint8Array(keyBytes).fill(255),
      new Uint8Array(3),
      new Uint8Array(signatureBytes).fill(255),
    );
    expect(verified).toBe(false);
  });

  it('data shorter than a tag does not open', () => {
    const imported = portableCrypto.importAesKey(new Uint8Array(32));
    expect(
      portableCrypto.aes256GcmOpen(imported, new Uint8Array(12), new Uint8Array(), new Uint8Array(15)),
    ).toBeUndefined();
  });
});

it('refuses keys of other sizes and of other providers', () => {
  expect(() => portableCrypto.importAesKey(new Uint8Array(16))).toThrow(RangeError);
  expect(() =>
    portableCrypto.aes256GcmSeal({}, new Uint8Array(12), new Uint8Array(), new Uint8Array()),
  ).toThrow(TypeError);
});

it('keeps its own copy of a key', () => {
  const raw = new Uint8Array(32).fill(1);
  const imported = portableCrypto.importAesKey(raw);
  const seal = (): Uint8Array =>
    portableCrypto.aes256GcmSeal(imported, new Uint8Array(12), new Uint8Array(), Uint8Array.of(1));
  const before = seal();
  raw.fill(0);
  expect(seal()).toEqual(before);
});
