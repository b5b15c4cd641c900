/**
 * Every code a verification can report, with what it means. The codes are stable: programs match on them.
 *
 * @see record-format 8
 */
export const FINDING_CODES = {
  UNPARSEABLE: 'the stored bytes are not a JSON record',
  NOT_CANONICAL: 'the stored bytes are not the canonical form of the record',
  SCHEMA: 'the record has other members, or members of another kind, than the format has',
  VERSION: 'the record has a version this verifier does not know',
  SEQ: 'a record is missing, or carries another number than its place',
  CHAIN: 'the record does not link to the record before it',
  WRONG_LOG: 'the record was made for another log',
  GENESIS: 'the first record is missing, repeated, malformed, or names another key than the trusted one',
  DUP_ID: 'two records carry the same event id',
  TIME_ORDER: 'the time of the record lies before that of the record before it',
  FUTURE: 'the time of the record lies ahead of the clock',
  BACKDATED: 'the time of the record lies before the outside stamp that precedes it',
  TIME_AFTER_ANCHOR: 'the time of the record lies after the outside stamp that covers it',
  ANCHOR_TIME_REGRESSION: 'a later outside stamp carries an earlier time',
  ROOT_MISMATCH: 'the tree of the records is not the tree that was signed',
  TRUNCATED: 'there are fewer records than were signed',
  UNCHECKPOINTED_TAIL: 'the last records are not signed yet',
  NO_CHECKPOINT: 'nothing was ever signed',
  CHECKPOINT_INVALID: 'the signature or the form of a checkpoint is wrong',
  EQUIVOCATION: 'two roots were signed for one size',
  ORIGIN: 'the log or a checkpoint carries another origin than the configured one',
  STALE: 'the newest checkpoint is too old',
  ROLLBACK: 'the log is smaller than it was when this verifier last saw it',
  FORK_FROM_LAST_SEEN: 'the log is not a continuation of what this verifier saw last',
  WITNESS_QUORUM: 'too few of the configured witnesses signed the newest checkpoint',
  TSA_INVALID: 'a time stamp does not verify',
  TSA_MISSING: 'a time stamp that was promised is missing',
  TSA_NO_CHECKPOINT: 'a time stamp belongs to no checkpoint',
  TILE_MISMATCH: 'a stored tile is missing or differs from the records',
  LEAF_MISMATCH: 'the stored leaf hash differs from the hash of the record',
  HEAD_MISMATCH: 'the stored head differs from the records',
  PROJECTION: 'a query column differs from the record',
  PROJECTION_COUNT: 'a row of query columns is missing or belongs to no event',
  EVENT_ID_INDEX: 'the index of event ids differs from the records',
  SEARCH_PROJECTION: 'a search document differs from the record',
  SEAL_MISSING: 'an envelope is gone and no erasure explains it',
  SEAL_ORPHAN: 'an envelope belongs to no seal of a record',
  SEAL_DUP: 'a seal or its envelope is there twice',
  SEAL_DECRYPT: 'an envelope does not open with its key',
  SEAL_COMMITMENT: 'the content of an envelope is not what the record commits to',
  SEAL_KEY_MISSING: 'the key of an envelope is gone and no erasure explains it',
  SEAL_AFTER_ERASURE: 'a record seals data of a subject that was erased before',
  ERASURE_INCOMPLETE: 'data or a key of an erased subject is still there',
  PRUNE_UNEXPLAINED: 'the text of a record is gone and no prune record explains it',
  PRUNE_RANGE: 'a prune record names other records than are gone',
  PRUNE_NOT_CHECKPOINTED: 'records were pruned before a checkpoint covered them',
  PRUNE_TOO_EARLY: 'records were pruned before their time',
  HOLD_VIOLATED: 'records were pruned although a hold covered them',
  UNREADABLE: 'a file, page or row cannot be read',
} as const satisfies Record<string, string>;

export type FindingCode = keyof typeof FINDING_CODES;

/** One thing that is wrong. Never carries personal data: names of columns and numbers, not their sealed content. */
export interface Finding {
  readonly code: FindingCode;
  /** Sequence number of the record it is about, where there is one. */
  readonly seq?: number;
  /** Event id of that record, where it has one. */
  readonly id?: string;
  /** Column or member that differs. */
  readonly field?: string;
  readonly detail: string;
}

/** Something worth knowing that is not wrong: it is no finding of the report and no reason to fail. */
export interface Notice {
  readonly kind: 'notice';
  readonly finding: Finding;
}

/** How far a verification is. `done` counts records of `total`. */
export interface Progress {
  readonly kind: 'progress';
  readonly done: number;
  readonly total: number;
}

/** Whether something that `verifyLog` yielded is a finding. */
export function isFinding(item: Finding | Notice | Progress): item is Finding {
  return 'code' in item;
}

/** Collects what the checks find between two yields of the verifier. */
export class FindingSink {
  #pending: Finding[] = [];
  #total = 0;

  /** Number of findings so far. */
  get total(): number {
    return this.#total;
  }

  add(finding: Finding): void {
    this.#pending.push(finding);
    this.#total += 1;
  }

  /** The findings since the last call. */
  drain(): readonly Finding[] {
    if (this.#pending.length === 0) return this.#pending;
    const drained = this.#pending;
    this.#pending = [];
    return drained;
  }
}
