import {
  type OpenedCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  type WitnessStatement,
} from '../checkpoint/checkpoint.ts';
import { parseNote } from '../checkpoint/note.ts';
import { NoteError } from '../checkpoint/note-error.ts';
import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { equalBytes } from '../encoding/byte-sequence.ts';
import { ANCHOR_TOLERANCE_MS } from '../limits.ts';
import type { FindingSink } from './finding.ts';
import type { Generations } from './generations.ts';
import type { KeyHistory } from './key-history.ts';
import type { RecordPlace } from './record-chain.ts';
import type { SignedTree } from './signed-tree.ts';
import type { SourceCheckpoint } from './verify-source.ts';

const NOTHING_DUE = Number.POSITIVE_INFINITY;

/** The newest checkpoint whose signature holds. */
export interface ValidCheckpoint {
  readonly size: number;
  readonly root: Uint8Array;
  readonly signedAtMs: number;
  /** What the configured witnesses said about it. */
  readonly witnesses: readonly WitnessStatement[];
}

/** By what checkpoints are judged. */
interface CheckpointTrust {
  readonly generations: Generations;
  readonly witnessVkeys: readonly string[];
  /** The verifier's clock, with its tolerance: nothing can have been signed later. */
  readonly latestMs: number;
}

/**
 * Goes through the stored checkpoints along with the records: each must be signed by the key of its time, be of this
 * log, and sign the tree as it is at its size. What witnesses say bounds the times of the records around it.
 */
export class CheckpointTrail {
  readonly #crypto: CryptoProvider;
  readonly #sink: FindingSink;
  readonly #keys: KeyHistory;
  readonly #trust: CheckpointTrust;
  readonly #stampedAtS = new Map<string, number>();
  #due: readonly SourceCheckpoint[] = [];
  #position = 0;
  #checked = 0;
  #newest: ValidCheckpoint | undefined;
  /** When the checkpoint before was signed, in the form of `at`. */
  #signedBefore = '';
  #anchor: { readonly size: number; readonly atMs: number } | undefined;
  /** Records from here on were made after the last stamp, in the form of `at`. */
  #notBefore = '';

  constructor(crypto: CryptoProvider, sink: FindingSink, keys: KeyHistory, trust: CheckpointTrust) {
    this.#crypto = crypto;
    this.#sink = sink;
    this.#keys = keys;
    this.#trust = trust;
  }

  /** Size of the next checkpoint to compare; infinite when no loaded one is left. */
  get dueSize(): number {
    return this.#due[this.#position]?.size ?? NOTHING_DUE;
  }

  /** Checkpoints looked at so far. */
  get checked(): number {
    return this.#checked;
  }

  get newest(): ValidCheckpoint | undefined {
    return this.#newest;
  }

  /** The newest checkpoint that a configured witness has stamped. */
  get anchor(): { readonly size: number; readonly atMs: number } | undefined {
    return this.#anchor;
  }

  /** Takes the checkpoints of the records that come next, ascending. */
  load(checkpoints: readonly SourceCheckpoint[]): void {
    this.#due = checkpoints;
    this.#position = 0;
  }

  /** Compares every checkpoint that is due with the tree. `lastAt` is the time of the tree's last record. */
  compare(tree: SignedTree, lastAt: string): boolean {
    let allSigned = true;
    while (this.dueSize <= tree.size) {
      const stored = this.#due[this.#position] as SourceCheckpoint;
      this.#position += 1;
      const valid = this.#open(stored);
      if (valid === undefined) {
        allSigned = false;
        continue;
      }
      this.#checkEquivocation(valid);
      this.#newest = valid;
      if (!tree.compareSigned(valid.root)) allSigned = false;
      this.#checkStamps(valid, lastAt);
      this.#checkSignedAt(valid, lastAt);
    }
    return allSigned;
  }

  /** Checks a checkpoint that signs more records than there are. */
  compareBeyond(stored: SourceCheckpoint, recordCount: number): void {
    const valid = this.#open(stored);
    if (valid === undefined) return;
    this.#newest = valid;
    this.#sink.add({
      code: 'TRUNCATED',
      seq: recordCount,
      detail: `a checkpoint signs ${valid.size} records, and there are ${recordCount}`,
    });
  }

  /** Checks a record against the last outside stamp before it. */
  onRecord(place: RecordPlace, at: string): void {
    if (at >= this.#notBefore) return;
    this.#sink.add({
      code: 'BACKDATED',
      ...place,
      detail: `${at} lies before the outside stamp of the checkpoint below the record`,
    });
  }

  #open(stored: SourceCheckpoint): ValidCheckpoint | undefined {
    this.#checked += 1;
    const seq = Math.max(0, stored.size - 1);
    try {
      const { checkpoint, witnesses } = this.#openSigned(stored);
      if (checkpoint.size === stored.size) {
        return { size: stored.size, root: checkpoint.root, signedAtMs: stored.signedAtMs, witnesses };
      }
      const detail = `the checkpoint of size ${checkpoint.size} is filed under size ${stored.size}`;
      this.#sink.add({ code: 'CHECKPOINT_INVALID', seq, detail });
    } catch (error) {
      if (!(error instanceof NoteError)) throw error;
      const foreign = foreignOrigin(stored.note, this.#trust.generations.current);
      if (foreign === undefined) {
        const detail = `the checkpoint of size ${stored.size}: ${error.message}`;
        this.#sink.add({ code: 'CHECKPOINT_INVALID', seq, detail });
      } else {
        const detail = `the checkpoint filed under size ${stored.size} is of the log ${foreign}`;
        this.#sink.add({ code: 'ORIGIN', seq, detail });
      }
    }
    return undefined;
  }

  /** Tries the keys that may sign at this place, the newest first. */
  #openSigned(stored: SourceCheckpoint): OpenedCheckpoint {
    const trust = { origin: this.#trust.generations.current, witnessVkeys: this.#trust.witnessVkeys };
    let refusal = new NoteError('unverified', 'the log has named no key by which it could be signed');
    for (const vkey of this.#keys.candidates(stored.size)) {
      try {
        const opened = openCheckpoint(this.#crypto, stored.note, { ...trust, logVkeys: [vkey] });
        this.#keys.onSigned(vkey);
        return opened;
      } catch (error) {
        if (!(error instanceof NoteError)) throw error;
        refusal = error;
      }
    }
    throw refusal;
  }

  #checkEquivocation(valid: ValidCheckpoint): void {
    if (this.#newest?.size !== valid.size || equalBytes(this.#newest.root, valid.root)) return;
    this.#sink.add({
      code: 'EQUIVOCATION',
      seq: Math.max(0, valid.size - 1),
      detail: `two validly signed checkpoints of size ${valid.size} have different roots`,
    });
  }

  /** No signature covers the time of signing: it can only be compared with the times around it. */
  #checkSignedAt(valid: ValidCheckpoint, lastAt: string): void {
    const signedAt = timeText(valid.signedAtMs);
    const why =
      valid.signedAtMs > this.#trust.latestMs
        ? 'lies in the future'
        : signedAt < lastAt
          ? `lies before the last record that it covers, of ${lastAt}`
          : signedAt < this.#signedBefore
            ? `lies before that of a smaller checkpoint, of ${this.#signedBefore}`
            : undefined;
    if (why === undefined) {
      this.#signedBefore = signedAt;
      return;
    }
    const detail = `the time of signing of the checkpoint of size ${valid.size}, ${signedAt}, ${why}`;
    this.#sink.add({
      code: 'CHECKPOINT_INVALID',
      seq: Math.max(0, valid.size - 1),
      field: 'signed_at',
      detail,
    });
  }

  #checkStamps(valid: ValidCheckpoint, lastAt: string): void {
    const seq = Math.max(0, valid.size - 1);
    let earliestS = Number.POSITIVE_INFINITY;
    for (const { name, timestampS } of valid.witnesses) {
      if (timestampS < (this.#stampedAtS.get(name) ?? 0)) {
        const detail = `${name} stamped size ${valid.size} earlier than a smaller one`;
        this.#sink.add({ code: 'ANCHOR_TIME_REGRESSION', seq, detail });
      }
      this.#stampedAtS.set(name, timestampS);
      earliestS = Math.min(earliestS, timestampS);
    }
    if (earliestS === Number.POSITIVE_INFINITY) return;
    const stampMs = earliestS * 1_000;
    // A stamp counts whole seconds, so it may lie up to a second before the moment it was made.
    if (lastAt > timeText(stampMs + 1_000 + ANCHOR_TOLERANCE_MS)) {
      const detail = `${lastAt} lies after the outside stamp of the checkpoint over the record`;
      this.#sink.add({ code: 'TIME_AFTER_ANCHOR', seq, detail });
    }
    this.#anchor = { size: valid.size, atMs: stampMs };
    this.#notBefore = timeText(stampMs - ANCHOR_TOLERANCE_MS);
  }
}

const TIME_MS_MAX = 253_402_300_799_999;

/** RFC 3339 as in records; clamped to the years it can write, because a witness may claim any number. */
export function timeText(ms: number): string {
  return new Date(Math.min(TIME_MS_MAX, Math.max(0, ms))).toISOString();
}

function foreignOrigin(note: string, origin: string): string | undefined {
  try {
    const named = parseCheckpoint(parseNote(note).text).origin;
    return named === origin ? undefined : named;
  } catch (error) {
    // Not even the form is right: then it is not another log's checkpoint, but none.
    if (error instanceof NoteError) return undefined;
    throw error;
  }
}
