import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { utf8Encode } from '../encoding/utf8.ts';
import { cosignatureMessage, decodeCosignature } from './cosignature.ts';
import { type NoteSignature, parseNote } from './note.ts';
import { NoteError } from './note-error.ts';
import { isKeyOf, NOTE_ALGORITHM, parseVkey, type VerifierKey } from './verifier-key.ts';

/** A signature that a known key made over the note. */
export interface VerifiedSignature {
  readonly key: VerifierKey;
  /** Seconds since the epoch, as the witness said; only for cosignatures. */
  readonly timestampS?: number;
}

export interface OpenedNote {
  readonly text: string;
  /** At least one; each key at most once. */
  readonly verified: readonly VerifiedSignature[];
  /** Lines of keys that are not among the given ones. */
  readonly unverified: readonly NoteSignature[];
}

/**
 * Verifies a signed note. Signatures of other (name, id) pairs are ignored; one of a known key that fails refuses the
 * whole note; the text is handed out only when at least one known key signed it.
 *
 * @param note text, or bytes as they came from outside
 * @param vkeys verifier keys in their text form
 * @throws {NoteError} `malformed`, `too_large`, `vkey`, `signature` or `unverified`
 * @see https://c2sp.org/signed-note
 */
export function openNote(
  crypto: CryptoProvider,
  note: string | Uint8Array,
  vkeys: readonly string[],
): OpenedNote {
  const keys = vkeys.map((vkey) => parseVkey(crypto, vkey));
  const { text, signatures } = parseNote(note);
  const textBytes = utf8Encode(text);
  const verified: VerifiedSignature[] = [];
  const unverified: NoteSignature[] = [];
  for (const signature of signatures) {
    const key = keys.find((known) => isKeyOf(known, signature));
    if (key === undefined) {
      unverified.push(signature);
      continue;
    }
    const opened = verifySignature(crypto, key, textBytes, signature);
    if (opened === undefined) {
      throw new NoteError('signature', `the signature of ${key.name} on the note does not verify`);
    }
    // A key that signed twice counts once, or one witness could fill a quorum.
    if (!verified.some((earlier) => earlier.key === key)) {
      verified.push(opened);
    }
  }
  if (verified.length === 0) {
    throw new NoteError('unverified', 'the note has no signature of a known key');
  }
  return { text, verified, unverified };
}

function verifySignature(
  crypto: CryptoProvider,
  key: VerifierKey,
  text: Uint8Array,
  signature: NoteSignature,
): VerifiedSignature | undefined {
  if (key.algorithm === NOTE_ALGORITHM.ed25519) {
    return crypto.ed25519Verify(key.publicKey, text, signature.signature) ? { key } : undefined;
  }
  const cosignature = decodeCosignature(signature.signature);
  if (cosignature === undefined) {
    return undefined;
  }
  const { timestampS } = cosignature;
  const message = cosignatureMessage(timestampS, text);
  return crypto.ed25519Verify(key.publicKey, message, cosignature.signature)
    ? { key, timestampS }
    : undefined;
}
