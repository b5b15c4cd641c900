import { ed25519 } from '@noble/curves/ed25519.js';
import { describe, expect, it } from 'vitest';
import {
  base64ToBytes,
  bytesToBase64,
  CompactRange,
  decodeEntryBundle,
  encodeEntryBundle,
  hashLeaf,
  hexToBytes,
  NoteError,
  openNote,
  parseCheckpoint,
  parseNote,
  parseTilePath,
  parseVkey,
  portableCrypto,
  signNote,
  utf8Encode,
} from '../src/index.ts';
import { hasSharedVectors, readJsonVectors, sharedSuite } from './shared-vectors.ts';
import { logSigner } from './test-signers.ts';

interface ValidNote {
  readonly desc: string;
  readonly vkeys: readonly string[];
  readonly note: string;
  readonly verified: number;
  readonly unverified?: number;
  readonly checkpoint?: { readonly origin: string; readonly size: number };
}

interface NoteVectors {
  readonly skeys: Readonly<Record<string, string>>;
  readonly valid: readonly ValidNote[];
  readonly malformed: readonly string[];
  readonly malformedRawHex: readonly string[];
  readonly invalidSignature: readonly { readonly vkeys: readonly string[]; readonly note: string }[];
  readonly noVerifiable: readonly { readonly vkeys: readonly string[]; readonly note: string }[];
  readonly badVkeys: readonly string[];
  readonly treeText: {
    readonly good: string;
    readonly rootIsLeafHashOf: string;
    readonly bad: readonly string[];
  };
  readonly tesseraLog: { readonly leaves: readonly string[] };
  readonly tilePaths: {
    readonly ok: readonly {
      readonly path: string;
      readonly L?: number;
      readonly N: number;
      readonly W?: number;
    }[];
    readonly bad: readonly string[];
  };
}

const vectors = (
  hasSharedVectors ? readJsonVectors<NoteVectors>('notes/note-vectors.json') : {}
) as NoteVectors;
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';

describe.skipIf(!hasSharedVectors)(sharedSuite('published signed notes'), () => {
  const { valid, malformed, malformedRawHex, invalidSignature, noVerifiable, badVkeys, treeText, tilePaths } =
    vectors;

  it('opens the 25 valid notes', () => {
    expect(valid).toHaveLength(25);
    for (const { desc, vkeys, note, verified, unverified, checkpoint } of valid) {
      const opened = openNote(portableCrypto, note, vkeys);
      expect([desc, opened.verified.length, opened.unverified.length]).toEqual([
        desc,
        verified,
        unverified ?? 0,
      ]);
      expect(note.startsWith(opened.text)).toBe(true);
      expect(openNote(portableCrypto, utf8Encode(note), vkeys).text).toBe(opened.text);
      if (checkpoint !== undefined) {
        expect(parseCheckpoint(opened.text)).toMatchObject(checkpoint);
      }
    }
  });

  it('refuses the malformed notes', () => {
    expect(malformed.length).toBeGreaterThan(6);
    for (const note of malformed) {
      expect(() => openNote(portableCrypto, note, [PETER])).toThrow(NoteError);
      expect(() => parseNote(note)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/malformed|too_large/) }),
      );
    }
    for (const raw of malformedRawHex) {
      expect(() => parseNote(hexToBytes(raw))).toThrow(expect.objectContaining({ code: 'malformed' }));
    }
  });

  it('refuses a known key whose signature fails, and notes of unknown keys only', () => {
    for (const { note, vkeys } of invalidSignature) {
      expect(() => openNote(portableCrypto, note, vkeys)).toThrow(
        expect.objectContaining({ code: 'signature' }),
      );
    }
    for (const { note, vkeys } of noVerifiable) {
      expect(() => openNote(portableCrypto, note, vkeys)).toThrow(
        expect.objectContaining({ code: 'unverified' }),
      );
    }
  });

  it('refuses the bad verifier keys', () => {
    for (const vkey of badVkeys) {
      expect(() => parseVkey(portableCrypto, vkey)).toThrow(expect.objectContaining({ code: 'vkey' }));
    }
  });

  it('reads the tree text of sumdb and refuses the bad ones', () => {
    const { root, size } = parseCheckpoint(treeText.good);
    expect(size).toBe(123_456_789_012);
    expect(root).toEqual(hashLeaf(portableCrypto, utf8Encode(treeText.rootIsLeafHashOf)));
    for (const text of treeText.bad) {
      expect(() => parseCheckpoint(text)).toThrow(expect.objectContaining({ code: 'checkpoint' }));
    }
  });

  it('decides the tile paths', () => {
    for (const { path, L, N, W } of tilePaths.ok) {
      expect(parseTilePath(path)).toEqual({ level: L ?? 'entries', index: N, width: W ?? 256 });
    }
    for (const path of tilePaths.bad) {
      expect(parseTilePath(path)).toBeUndefined();
    }
  });

  it('computes the roots of the Tessera log and signs its checkpoints to the same bytes', () => {
    const { skeys, tesseraLog } = vectors;
    const signer = logSigner('example.com/log/testdata', seedOf(skeys.tesseraTestdata as string));
    const range = CompactRange.empty(portableCrypto);
    for (const leaf of ['', ...tesseraLog.leaves]) {
      if (leaf !== '') {
        range.append(hashLeaf(portableCrypto, utf8Encode(leaf)));
      }
      const expected = valid.find(({ desc }) => desc === `tessera checkpoint size ${range.size}`);
      const text = `${signer.name}\n${range.size}\n${bytesToBase64(range.root())}\n`;
      expect(signNote(text, [signer])).toBe(expected?.note);
    }
    const leaves = tesseraLog.leaves.map(utf8Encode);
    expect(decodeEntryBundle(encodeEntryBundle(leaves))).toEqual(leaves);
  });

  it('signs the note of sumdb to the same bytes', () => {
    const { skeys } = vectors;
    const seed = seedOf(skeys.PeterNeumann as string);
    const note = valid[0] as ValidNote;
    const { text } = parseNote(note.note);
    expect(logSigner('PeterNeumann', seed).vkey).toBe(PETER);
    expect(signNote(text, [logSigner('PeterNeumann', seed)])).toBe(note.note);
    expect(ed25519.getPublicKey(seed)).toEqual(parseVkey(portableCrypto, PETER).publicKey);
  });
});

/** Seed of a private key in the text form of Go's note package: PRIVATE+KEY+name+id+base64(1 || seed). */
function seedOf(skey: string): Uint8Array {
  const body = base64ToBytes(skey.split('+').slice(4).join('+'));
  if (body === undefined) {
    throw new Error('not a private key');
  }
  return body.slice(1);
}
