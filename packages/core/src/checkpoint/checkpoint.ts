import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { base64ToBytes, bytesToBase64 } from '../encoding/base64.ts';
import { HASH_BYTES } from '../merkle/tree-hash.ts';
import { isTreeSize } from '../merkle/tree-size.ts';
import { NoteError } from './note-error.ts';
import { type OpenedNote, openNote } from './open-note.ts';
import { NOTE_ALGORITHM } from './verifier-key.ts';

const SIZE = /^(?:0|[1-9][0-9]{0,15})$/;
const CONTROL = /\p{Cc}/u;

/** What a log signs: the state of its tree. */
export interface Checkpoint {
  /** Identity of the log: the first line. */
  readonly origin: string;
  /** Number of leaves. */
  readonly size: number;
  /** Root of the tree, 32 bytes. */
  readonly root: Uint8Array;
}

/** When a witness says that it saw a checkpoint, in agreement with all that it had seen of the log before. */
export interface WitnessStatement {
  readonly name: string;
  /** Seconds since the epoch. */
  readonly timestampS: number;
}

export interface OpenedCheckpoint {
  readonly checkpoint: Checkpoint;
  /** Of known witnesses, each at most once. */
  readonly witnesses: readonly WitnessStatement[];
}

/** What a verifier was configured with, never what the log says of itself. */
export interface CheckpointTrust {
  readonly origin: string;
  /** Keys of the log: the current one, and those it replaced. Their name is the origin. */
  readonly logVkeys: readonly string[];
  readonly witnessVkeys?: readonly string[];
}

/**
 * The text of a checkpoint: origin, size and base64 root, a line each.
 *
 * @throws {NoteError} `checkpoint` when a part cannot be written so that it reads back the same
 * @see https://c2sp.org/tlog-checkpoint
 */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  const text = `${checkpoint.origin}\n${checkpoint.size}\n${bytesToBase64(checkpoint.root)}\n`;
  parseCheckpoint(text);
  return text;
}

/**
 * Reads the text of a checkpoint. The text must come from a verified note.
 *
 * @throws {NoteError} `checkpoint` for extension lines, leading zeros, sizes above 2^53-1, roots that are not 32 bytes
 *   in canonical base64, and control characters
 */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split('\n');
  const [origin = '', sizeText = '', rootText = '', end] = lines;
  if (lines.length !== 4 || end !== '') {
    throw new NoteError(
      'checkpoint',
      'a checkpoint has three lines: origin, size and root; extension lines are refused',
    );
  }
  if (origin === '' || CONTROL.test(origin) || !origin.isWellFormed()) {
    throw new NoteError('checkpoint', 'the origin of a checkpoint is a text without control characters');
  }
  const size = Number(sizeText);
  if (!SIZE.test(sizeText) || !isTreeSize(size)) {
    throw new NoteError(
      'checkpoint',
      'the size of a checkpoint is a decimal number up to 2^53-1, without leading zeros',
    );
  }
  const root = base64ToBytes(rootText);
  if (root?.length !== HASH_BYTES) {
    throw new NoteError('checkpoint', 'the root of a checkpoint is 32 bytes in base64');
  }
  return { origin, size, root };
}

/**
 * Verifies a checkpoint of a log: the log's own signature must be there and right, the origin must be the expected one,
 * and no known witness may have signed wrongly.
 *
 * @throws {NoteError} with the code of what is wrong
 */
export function openCheckpoint(
  crypto: CryptoProvider,
  note: string | Uint8Array,
  trust: CheckpointTrust,
): OpenedCheckpoint {
  const opened = openNote(crypto, note, [...trust.logVkeys, ...(trust.witnessVkeys ?? [])]);
  const checkpoint = parseCheckpoint(opened.text);
  if (checkpoint.origin !== trust.origin) {
    throw new NoteError('origin', `this is a checkpoint of ${checkpoint.origin}, not of ${trust.origin}`);
  }
  requireLogSignature(opened, trust.origin);
  return { checkpoint, witnesses: witnessesOf(opened) };
}

/**
 * A witness alone does not speak for a log, and one log's key not for another's origin.
 *
 * @throws {NoteError} `unverified` unless a verified signature is by a key named like the origin
 */
export function requireLogSignature(opened: OpenedNote, origin: string): void {
  if (!opened.verified.some(({ key }) => key.algorithm === NOTE_ALGORITHM.ed25519 && key.name === origin)) {
    throw new NoteError('unverified', `the checkpoint is not signed by a known key of ${origin}`);
  }
}

/** What the known witnesses among the signers of a note say. */
export function witnessesOf(opened: OpenedNote): WitnessStatement[] {
  return opened.verified.flatMap(({ key, timestampS }) =>
    timestampS === undefined ? [] : [{ name: key.name, timestampS }],
  );
}
