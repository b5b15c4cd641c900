/** Why a note, a key or a checkpoint is refused. */
export type NoteErrorCode =
  /** The bytes are not a signed note. */
  | 'malformed'
  /** More bytes or signatures than a note may have. */
  | 'too_large'
  /** A verifier key text is not one, or is of an algorithm that is not supported. */
  | 'vkey'
  /** The signature of a known key does not verify. */
  | 'signature'
  /** No signature of a key that had to sign. */
  | 'unverified'
  /** The text of the note is not a checkpoint. */
  | 'checkpoint'
  /** A checkpoint of another log than the one that was asked for. */
  | 'origin';

/** Thrown by everything in this folder that reads notes, keys or checkpoints. */
export class NoteError extends Error {
  readonly code: NoteErrorCode;

  constructor(code: NoteErrorCode, detail: string) {
    super(detail);
    this.name = 'NoteError';
    this.code = code;
  }
}
