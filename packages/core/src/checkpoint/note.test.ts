import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logSigner, repeatedSeed, witnessSigner } from '../../test/test-signers.ts';
import { portableCrypto } from '../crypto/portable-crypto.ts';
import { bytesToBase64 } from '../encoding/base64.ts';
import { decodeCosignature, encodeCosignature } from './cosignature.ts';
import { formatSignatureLine, type NoteSigner, parseNote, signNote } from './note.ts';
import { openNote } from './open-note.ts';
import { formatVkey, NOTE_ALGORITHM, parseVkey } from './verifier-key.ts';

const log = logSigner('log.example', repeatedSeed(1));
const witness = witnessSigner('witness.example/w', repeatedSeed(2), 1_700_000_000);
const TEXT = 'log.example\n1\ntext\n';

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
}

function fixedSigner(name: string, signature: Uint8Array): NoteSigner {
  return { name, keyId: Uint8Array.of(1, 2, 3, 4), sign: () => signature };
}

describe('signed notes', () => {
  it('open with the keys that signed them (property)', () => {
    const line = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => !/[\p{Cc}\u2028]/u.test(text));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), (lines) => {
        const text = `${lines.join('\n')}\n`;
        const note = signNote(text, [log, witness]);
        const opened = openNote(portableCrypto, note, [witness.vkey, log.vkey]);
        expect(opened.text).toBe(text);
        expect(opened.verified.map(({ key, timestampS }) => [key.name, timestampS])).toEqual([
          ['log.example', undefined],
          ['witness.example/w', 1_700_000_000],
        ]);
        expect(opened.unverified).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it('never open to another text after any change of a character (property)', () => {
    const note = signNote(TEXT, [log]);
    fc.assert(
      fc.property(
        fc.nat({ max: note.length - 1 }),
        fc.constantFrom('A', '\n', '=', ' ', '\u2014', '0'),
        (at, replacement) => {
          const changed = note.slice(0, at) + replacement + note.slice(at + 1);
          fc.pre(changed !== note);
          let text = '';
          try {
            text = openNote(portableCrypto, changed, [log.vkey]).text;
          } catch {
            return;
          }
          expect(text).toBe(TEXT);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('split at the last blank line', () => {
    const text = 'one\n\ntwo\n\nthree\n';
    expect(parseNote(signNote(text, [log])).text).toBe(text);
  });

  it('count each key once, however often it signed', () => {
    const note = signNote(TEXT, [log, log]);
    expect(openNote(portableCrypto, note, [log.vkey]).verified).toHaveLength(1);
  });

  it('ignore unknown keys, also those with the name or the id of a known one', () => {
    const namesake = logSigner('log.example', repeatedSeed(9));
    const sameId: NoteSigner = { name: 'other.example', keyId: log.keyId, sign: (text) => log.sign(text) };
    const opened = openNote(portableCrypto, signNote(TEXT, [namesake, sameId, log]), [log.vkey]);
    expect([opened.verified.length, opened.unverified.length]).toEqual([1, 2]);
    expect(codeOf(() => openNote(portableCrypto, signNote(TEXT, [namesake]), [log.vkey]))).toBe('unverified');
  });

  it('are refused as a whole when a known key signed wrongly', () => {
    const forged: NoteSigner = { name: witness.name, keyId: witness.keyId, sign: () => new Uint8Array(72) };
    const note = signNote(TEXT, [log, forged]);
    expect(codeOf(() => openNote(portableCrypto, note, [log.vkey, witness.vkey]))).toBe('signature');
    expect(openNote(portableCrypto, note, [log.vkey]).verified).toHaveLength(1);
    const short: NoteSigner = { name: witness.name, keyId: witness.keyId, sign: () => new Uint8Array(64) };
    expect(codeOf(() => openNote(portableCrypto, signNote(TEXT, [short]), [witness.vkey]))).toBe('signature');
  });

  it('a cosignature does not verify for another time', () => {
    const note = signNote(TEXT, [witness]);
    const field = parseNote(note).signatures[0]?.signature as Uint8Array;
    const { signature } = decodeCosignature(field) as NonNullable<ReturnType<typeof decodeCosignature>>;
    const later: NoteSigner = {
      name: witness.name,
      keyId: witness.keyId,
      sign: () => encodeCosignature({ timestampS: 1_700_000_001, signature }),
    };
    expect(codeOf(() => openNote(portableCrypto, signNote(TEXT, [later]), [witness.vkey]))).toBe('signature');
  });

  const good = signNote(TEXT, [log]);
  const [body = '', line = ''] = good.split('\n\n');
  it.each<[string, string | Uint8Array, string]>([
    ['an empty text', '', 'malformed'],
    ['no signatures', `${body}\n\n`, 'malformed'],
    ['no blank line', `${body}\n${line}`, 'malformed'],
    ['no newline at the end', good.slice(0, -1), 'malformed'],
    ['a hyphen instead of an em dash', good.replace('\u2014', '-'), 'malformed'],
    ['two spaces', good.replace('\u2014 ', '\u2014  '), 'malformed'],
    ['a name with a no-break space', good.replace('\u2014 log', '\u2014 l\u00a0og'), 'malformed'],
    ['a name with a plus', good.replace('\u2014 log', '\u2014 l+og'), 'malformed'],
    ['a carriage return', good.replaceAll('\n', '\r\n'), 'malformed'],
    ['a tab', good.replace('text', 'te\txt'), 'malformed'],
    ['NUL', good.replace('text', 'te\u0000xt'), 'malformed'],
    ['a lone surrogate', good.replace('text', 'te\ud800xt'), 'malformed'],
    ['base64 without padding', good.replace('=\n', '\n'), 'malformed'],
    ['base64 with spare bits set', `${body}\n\n\u2014 log.example AAAAAAF=\n`, 'malformed'],
    ['a signature of no bytes', `${body}\n\n\u2014 log.example AAAAAA==\n`, 'malformed'],
    ['bytes that are not UTF-8', Uint8Array.of(0x61, 0xff), 'malformed'],
    ['101 signatures', `${body}\n\n${line.repeat(101)}`, 'too_large'],
    ['more than 1 MB', `${'x'.repeat(1_000_000)}${good}`, 'too_large'],
  ])('with %s are refused', (_name, note, code) => {
    expect(codeOf(() => openNote(portableCrypto, note, [log.vkey]))).toBe(code);
  });

  it('accepts 100 signatures', () => {
    expect(parseNote(`${body}\n\n${line.repeat(100)}`).signatures).toHaveLength(100);
  });

  it('are not made of texts that would read back as another', () => {
    const inner = formatSignatureLine({ name: 'x', keyId: new Uint8Array(4), signature: new Uint8Array(1) });
    expect(codeOf(() => signNote('no newline', [log]))).toBe('malformed');
    expect(codeOf(() => signNote('', [log]))).toBe('malformed');
    expect(codeOf(() => signNote('tab\t\n', [log]))).toBe('malformed');
    expect(codeOf(() => signNote(TEXT, []))).toBe('malformed');
    expect(codeOf(() => signNote(TEXT, [fixedSigner('two words', new Uint8Array(64))]))).toBe('malformed');
    expect(parseNote(signNote(`${TEXT}\n${inner}`, [log])).text).toBe(`${TEXT}\n${inner}`);
  });
});

describe('verifier keys', () => {
  it('read back (property)', () => {
    const name = fc.stringMatching(/^[a-z0-9./-]{1,40}$/);
    const publicKey = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(
        name,
        fc.constantFrom(...Object.values(NOTE_ALGORITHM)),
        publicKey,
        (keyName, algorithm, key) => {
          const vkey = formatVkey(portableCrypto, keyName, algorithm, key);
          expect(parseVkey(portableCrypto, vkey)).toMatchObject({ name: keyName, algorithm, publicKey: key });
        },
      ),
    );
  });

  const [name = '', id = '', key = ''] = log.vkey.split('+', 3);
  const rest = log.vkey.slice(name.length + id.length + 2);
  it.each([
    ['nothing', ''],
    ['two parts', `${name}+${id}`],
    ['no name', `+${id}+${rest}`],
    ['a name with a space', `log example+${id}+${rest}`],
    ['another id', `${name}+00000000+${rest}`],
    ['another name', `logs.example+${id}+${rest}`],
    ['an id in capitals', `${name}+${id.toUpperCase()}x+${rest}`],
    ['no key', `${name}+${id}+`],
    ['a key that is too short', `${name}+${id}+${bytesToBase64(Uint8Array.of(1, 2))}`],
    ['an unknown algorithm', `${name}+${id}+${bytesToBase64(new Uint8Array(33).fill(2))}`],
    ['white space', ` ${log.vkey}`],
    ['base64 that is not canonical', `${name}+${id}+${rest.slice(0, -1)}`],
  ])('are refused with %s', (_name, vkey) => {
    expect(key).not.toBe('');
    expect(codeOf(() => parseVkey(portableCrypto, vkey))).toBe('vkey');
  });

  it('are not made for names that cannot stand in a note, or for other keys', () => {
    const publicKey = new Uint8Array(32);
    expect(codeOf(() => formatVkey(portableCrypto, 'a b', NOTE_ALGORITHM.ed25519, publicKey))).toBe('vkey');
    expect(codeOf(() => formatVkey(portableCrypto, '', NOTE_ALGORITHM.ed25519, publicKey))).toBe('vkey');
    expect(codeOf(() => formatVkey(portableCrypto, 'a', NOTE_ALGORITHM.ed25519, new Uint8Array(31)))).toBe(
      'vkey',
    );
  });
});

describe('cosignatures', () => {
  it('carry whole seconds up to 2^53-1', () => {
    const signature = new Uint8Array(64).fill(7);
    for (const timestampS of [0, 1_700_000_000, Number.MAX_SAFE_INTEGER]) {
      expect(decodeCosignature(encodeCosignature({ timestampS, signature }))).toEqual({
        timestampS,
        signature,
      });
    }
    expect(() => encodeCosignature({ timestampS: 0.5, signature })).toThrow(RangeError);
    expect(() => encodeCosignature({ timestampS: -1, signature })).toThrow(RangeError);
    expect(() => encodeCosignature({ timestampS: 1, signature: new Uint8Array(63) })).toThrow(RangeError);
    expect(decodeCosignature(new Uint8Array(72).fill(255))).toBeUndefined();
    expect(decodeCosignature(new Uint8Array(71))).toBeUndefined();
  });
});
