import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logSigner, repeatedSeed, witnessSigner } from '../../test/test-signers.ts';
import { portableCrypto } from '../crypto/portable-crypto.ts';
import { bytesToBase64 } from '../encoding/base64.ts';
import { formatCheckpoint, openCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { signNote } from './note.ts';

const ORIGIN = 'audit.example.com/t/acme';
const log = logSigner(ORIGIN, repeatedSeed(1));
const nextLog = logSigner(ORIGIN, repeatedSeed(4));
const witness = witnessSigner('witness.example/w', repeatedSeed(2), 1_700_000_000);
const root = new Uint8Array(32).fill(5);
const text = formatCheckpoint({ origin: ORIGIN, size: 7, root });
const rootText = bytesToBase64(root);

describe('checkpoint texts', () => {
  it('read back (property)', () => {
    const origin = fc.stringMatching(/^[a-zA-Z0-9./ äß-]{1,60}$/);
    fc.assert(
      fc.property(
        origin,
        fc.maxSafeNat(),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (name, size, hash) => {
          const checkpoint = { origin: name, size, root: hash };
          expect(parseCheckpoint(formatCheckpoint(checkpoint))).toEqual(checkpoint);
        },
      ),
    );
  });

  it.each([
    ['a leading zero', `o\n07\n${rootText}\n`],
    ['a sign', `o\n+7\n${rootText}\n`],
    ['an exponent', `o\n1e3\n${rootText}\n`],
    ['no size', `o\n\n${rootText}\n`],
    ['a size above 2^53-1', `o\n9007199254740992\n${rootText}\n`],
    ['a size above 2^64', `o\n99999999999999999999\n${rootText}\n`],
    ['a root of 31 bytes', `o\n7\n${bytesToBase64(new Uint8Array(31))}\n`],
    ['a root in hex', `o\n7\n${'05'.repeat(32)}\n`],
    ['base64 that is not canonical', `o\n7\n${rootText.replace('U=', 'V=')}\n`],
    ['an extension line', `o\n7\n${rootText}\nmore\n`],
    ['an empty extension line', `o\n7\n${rootText}\n\n`],
    ['no newline at the end', `o\n7\n${rootText}`],
    ['no origin', `\n7\n${rootText}\n`],
    ['a carriage return in the origin', `o\r\n7\n${rootText}\n`],
    ['DEL in the origin', `o\u007f\n7\n${rootText}\n`],
    ['two lines', `o\n7\n`],
    ['nothing', ''],
  ])('with %s are refused', (_name, wrong) => {
    expect(() => parseCheckpoint(wrong)).toThrow(expect.objectContaining({ code: 'checkpoint' }));
  });

  it('are not made of parts that would not read back', () => {
    expect(() => formatCheckpoint({ origin: 'a\nb', size: 1, root })).toThrow();
    expect(() => formatCheckpoint({ origin: 'a', size: 1.5, root })).toThrow();
    expect(() => formatCheckpoint({ origin: 'a', size: 2 ** 60, root })).toThrow();
    expect(() => formatCheckpoint({ origin: 'a', size: 1, root: new Uint8Array(20) })).toThrow();
  });
});

describe('openCheckpoint', () => {
  const trust = { origin: ORIGIN, logVkeys: [log.vkey, nextLog.vkey], witnessVkeys: [witness.vkey] };

  it('gives the checkpoint and who witnessed it', () => {
    const note = signNote(text, [log, witness]);
    expect(openCheckpoint(portableCrypto, note, trust)).toEqual({
      checkpoint: { origin: ORIGIN, size: 7, root },
      witnesses: [{ name: 'witness.example/w', timestampS: 1_700_000_000 }],
    });
    expect(openCheckpoint(portableCrypto, note, { origin: ORIGIN, logVkeys: [log.vkey] }).witnesses).toEqual(
      [],
    );
  });

  it('accepts any of the keys the log has had', () => {
    expect(openCheckpoint(portableCrypto, signNote(text, [nextLog]), trust).checkpoint.size).toBe(7);
  });

  it('refuses a checkpoint that only a witness signed', () => {
    expect(() => openCheckpoint(portableCrypto, signNote(text, [witness]), trust)).toThrow(
      expect.objectContaining({ code: 'unverified' }),
    );
  });

  it('refuses the checkpoint of another log, even by the same key', () => {
    const other = formatCheckpoint({ origin: 'audit.example.com/t/other', size: 7, root });
    expect(() => openCheckpoint(portableCrypto, signNote(other, [log]), trust)).toThrow(
      expect.objectContaining({ code: 'origin' }),
    );
  });

  it('refuses a key of the log that is not named like it', () => {
    const misnamed = logSigner('audit.example.com', repeatedSeed(1));
    const note = signNote(text, [misnamed]);
    expect(() => openCheckpoint(portableCrypto, note, { origin: ORIGIN, logVkeys: [misnamed.vkey] })).toThrow(
      expect.objectContaining({ code: 'unverified' }),
    );
  });

  it('refuses a signed note that is no checkpoint', () => {
    expect(() => openCheckpoint(portableCrypto, signNote('hello\n', [log]), trust)).toThrow(
      expect.objectContaining({ code: 'checkpoint' }),
    );
  });
});
