import { base64ToBytes, bytesToBase64 } from '../encoding/base64.ts';
import { concatBytes } from '../encoding/byte-sequence.ts';
import { utf8Decode, utf8Encode, utf8Length } from '../encoding/utf8.ts';
import { NOTE_BYTES_MAX, NOTE_SIGNATURES_MAX } from '../limits.ts';
import { NoteError } from './note-error.ts';
import { isKeyName, KEY_ID_BYTES } from './verifier-key.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;
const SIGNATURE_LINE = /^\u2014 ([^ ]+) ([^ ]+)$/;

/** One signature line of a note, not verified. */
export interface NoteSignature {
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Uint8Array;
  /** What follows the key id; its form depends on the key's algorithm. */
  readonly signature: Uint8Array;
}

export interface ParsedNote {
  /** The signed text, with its final newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Somebody who signs notes. The private key stays with whoever implements this. */
export interface NoteSigner {
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Uint8Array;
  /** The signature field for a text given in UTF-8, without the key id. */
  sign(text: Uint8Array): Uint8Array;
}

/**
 * Splits a signed note into its text and its signatures, verifying none.
 *
 * @param note text, or bytes as they came from outside
 * @throws {NoteError} `malformed` (not UTF-8, control characters, no blank line, lines that are not signatures, base64
 *   that is not canonical) or `too_large` (more than 1 MB or 100 signatures)
 * @see https://c2sp.org/signed-note
 */
export function parseNote(note: string | Uint8Array): ParsedNote {
  const whole = decodeNote(note);
  if (CONTROL.test(whole)) {
    throw new NoteError('malformed', 'a note has no control characters but newlines');
  }
  // The last blank line: the text itself may hold others.
  const split = whole.lastIndexOf('\n\n');
  if (split < 0 || !whole.endsWith('\n') || split + 2 === whole.length) {
    throw new NoteError(
      'malformed',
      'a note is a text, a blank line and signature lines, each ended by a newline',
    );
  }
  const lines = whole.slice(split + 2, -1).split('\n');
  if (lines.length > NOTE_SIGNATURES_MAX) {
    throw new NoteError(
      'too_large',
      `a note has at most ${NOTE_SIGNATURES_MAX} signatures, got ${lines.length}`,
    );
  }
  return { text: whole.slice(0, split + 1), signatures: lines.map(parseSignatureLine) };
}

/**
 * Signs a text.
 *
 * @param text ends with a newline
 * @param signers at least one; their lines come in this order
 * @throws {NoteError} `malformed` when the text cannot be the text of a note
 */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  const bytes = utf8Encode(text);
  const lines = signers.map((signer) =>
    formatSignatureLine({ name: signer.name, keyId: signer.keyId, signature: signer.sign(bytes) }),
  );
  const note = `${text}\n${lines.join('')}`;
  // Reads it back: what is published must be what others can read.
  if (parseNote(note).text !== text) {
    throw new NoteError('malformed', 'the text of a note must end with a newline');
  }
  return note;
}

/** A signature line with its newline. */
export function formatSignatureLine(signature: NoteSignature): string {
  const field = bytesToBase64(concatBytes(signature.keyId, signature.signature));
  return `\u2014 ${signature.name} ${field}\n`;
}

function decodeNote(note: string | Uint8Array): string {
  const bytes = typeof note === 'string' ? utf8Length(note) : note.length;
  if (bytes > NOTE_BYTES_MAX) {
    throw new NoteError('too_large', `a note has at most ${NOTE_BYTES_MAX} bytes, got ${bytes}`);
  }
  const whole = typeof note === 'string' ? note : utf8Decode(note);
  if (!whole?.isWellFormed()) {
    throw new NoteError('malformed', 'a note is UTF-8');
  }
  return whole;
}

function parseSignatureLine(line: string): NoteSignature {
  const [, name = '', field = ''] = SIGNATURE_LINE.exec(line) ?? [];
  const bytes = base64ToBytes(field);
  if (!isKeyName(name) || bytes === undefined || bytes.length <= KEY_ID_BYTES) {
    throw new NoteError(
      'malformed',
      'a signature line is an em dash, a key name and canonical base64 of id and signature',
    );
  }
  return { name, keyId: bytes.slice(0, KEY_ID_BYTES), signature: bytes.slice(KEY_ID_BYTES) };
}
