import {
  type Checkpoint,
  parseCheckpoint,
  requireLogSignature,
  type WitnessStatement,
  witnessesOf,
} from '../checkpoint/checkpoint.ts';
import { NoteError, type NoteErrorCode } from '../checkpoint/note-error.ts';
import { openNote } from '../checkpoint/open-note.ts';
import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { hashLeaf } from '../merkle/tree-hash.ts';
import { verifyInclusion } from '../merkle/verify-proofs.ts';
import { ProofFormatError, parseTlogProof } from './tlog-proof.ts';

export interface TlogProofClaim {
  readonly proofText: string;
  /** The entry, byte for byte. */
  readonly recordBytes: Uint8Array;
  /** Keys of logs and witnesses that are trusted, in their text form. */
  readonly vkeys: readonly string[];
}

export type TlogProofVerdict =
  | {
      readonly ok: true;
      readonly index: number;
      readonly checkpoint: Checkpoint;
      /** Of known witnesses, each at most once; a caller that wants a quorum counts them. */
      readonly witnesses: readonly WitnessStatement[];
    }
  | {
      readonly ok: false;
      /** `format`: not a proof file; `inclusion`: not the proof of this entry; else what is wrong with the note. */
      readonly code: 'format' | 'inclusion' | NoteErrorCode;
      readonly detail: string;
    };

/**
 * Verifies, offline, that an entry is in a log: the checkpoint is signed by a trusted key whose name is its origin, and
 * the inclusion proof leads from the entry to its root. The root comes from the signed text alone.
 *
 * @see https://c2sp.org/tlog-proof
 */
export function verifyTlogProof(crypto: CryptoProvider, claim: TlogProofClaim): TlogProofVerdict {
  try {
    const proof = parseTlogProof(claim.proofText);
    const opened = openNote(crypto, proof.checkpointNote, claim.vkeys);
    const checkpoint = parseCheckpoint(opened.text);
    requireLogSignature(opened, checkpoint.origin);
    const included = verifyInclusion(crypto, {
      leafIndex: proof.index,
      treeSize: checkpoint.size,
      leafHash: hashLeaf(crypto, claim.recordBytes),
      proof: proof.hashes,
      root: checkpoint.root,
    });
    return included
      ? { ok: true, index: proof.index, checkpoint, witnesses: witnessesOf(opened) }
      : {
          ok: false,
          code: 'inclusion',
          detail: `the proof does not lead from this entry to the checkpoint's root`,
        };
  } catch (error) {
    if (error instanceof NoteError) {
      return { ok: false, code: error.code, detail: error.message };
    }
    if (error instanceof ProofFormatError) {
      return { ok: false, code: 'format', detail: error.message };
    }
    throw error;
  }
}
