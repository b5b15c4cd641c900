import { base64ToBytes, bytesToBase64 } from '../encoding/base64.ts';
import { utf8Length } from '../encoding/utf8.ts';
import { PROOF_FILE_BYTES_MAX, PROOF_HASHES_MAX } from '../limits.ts';
import { HASH_BYTES } from '../merkle/tree-hash.ts';
import { isTreeSize } from '../merkle/tree-size.ts';

const HEADER = 'c2sp.org/tlog-proof@v1';
const INDEX_LINE = /^index (0|[1-9][0-9]{0,15})$/;

/** The parts of a proof file: that an entry is at an index of the tree that a checkpoint signs. */
export interface TlogProof {
  /** 0-based index of the entry. */
  readonly index: number;
  /** Inclusion proof from the leaf upwards, 32 bytes each. */
  readonly hashes: readonly Uint8Array[];
  /** The signed note, verbatim. */
  readonly checkpointNote: string;
  /** Opaque bytes that nothing vouches for. */
  readonly extra?: Uint8Array;
}

/** Thrown by `parseTlogProof` and `formatTlogProof`. */
export class ProofFormatError extends Error {
  constructor(detail: string) {
    super(detail);
    this.name = 'ProofFormatError';
  }
}

/**
 * The text of a proof file.
 *
 * @throws {ProofFormatError} when a part cannot be written so that it reads back the same
 * @see https://c2sp.org/tlog-proof
 */
export function formatTlogProof(proof: TlogProof): string {
  const lines = [HEADER];
  if (proof.extra !== undefined) {
    lines.push(`extra ${bytesToBase64(proof.extra)}`);
  }
  lines.push(`index ${proof.index}`, ...proof.hashes.map(bytesToBase64), '');
  const text = `${lines.join('\n')}\n${proof.checkpointNote}`;
  parseTlogProof(text);
  return text;
}

/**
 * Reads a proof file. Nothing in it is verified yet.
 *
 * @throws {ProofFormatError} naming the line that is wrong
 */
export function parseTlogProof(text: string): TlogProof {
  if (utf8Length(text) > PROOF_FILE_BYTES_MAX) {
    throw new ProofFormatError(`a proof file has at most ${PROOF_FILE_BYTES_MAX} bytes`);
  }
  // The first blank line: the checkpoint after it has one of its own.
  const split = text.indexOf('\n\n');
  if (split < 0) {
    throw new ProofFormatError('a proof file has a blank line before its checkpoint');
  }
  const lines = text.slice(0, split).split('\n');
  if (lines.shift() !== HEADER) {
    throw new ProofFormatError(`the first line of a proof file is ${HEADER}`);
  }
  const extra = lines[0]?.startsWith('extra ') ? parseExtra(lines.shift() as string) : undefined;
  const index = parseIndex(lines.shift());
  if (lines.length > PROOF_HASHES_MAX) {
    throw new ProofFormatError(`a proof has at most ${PROOF_HASHES_MAX} hashes, got ${lines.length}`);
  }
  const hashes = lines.map(parseHash);
  const proof = { index, hashes, checkpointNote: text.slice(split + 2) };
  return extra === undefined ? proof : { ...proof, extra };
}

function parseExtra(line: string): Uint8Array {
  const extra = base64ToBytes(line.slice('extra '.length));
  if (extra === undefined) {
    throw new ProofFormatError('the extra data of a proof file is canonical base64');
  }
  return extra;
}

function parseIndex(line: string | undefined): number {
  const index = Number(INDEX_LINE.exec(line ?? '')?.[1]);
  if (!isTreeSize(index)) {
    throw new ProofFormatError(
      'a proof file names its entry as "index <number>", without leading zeros, up to 2^53-1',
    );
  }
  return index;
}

function parseHash(line: string): Uint8Array {
  const hash = base64ToBytes(line);
  if (hash?.length !== HASH_BYTES) {
    throw new ProofFormatError('each hash of a proof file is 32 bytes in canonical base64');
  }
  return hash;
}
