import type { Finding } from './finding.ts';

/** What was counted while checking: how many of each were compared with the records `from <= seq < to`. */
export interface CheckedCounts {
  readonly records: number;
  readonly columns: number;
  readonly ids: number;
  readonly tiles: number;
  readonly checkpoints: number;
  readonly seals: number;
  readonly from: number;
  readonly to: number;
}

/** State of the seals that were checked: opened and right, closed because no key may be read, erased lawfully. */
export interface SealCounts {
  readonly verified: number;
  readonly sealed: number;
  readonly erased: number;
}

/** The newest valid checkpoint, and what no outside party has signed. */
export interface ReportHead {
  /** Records covered by the newest valid checkpoint; 0 when there is none. */
  readonly checkpoint_size: number;
  /** When it was signed, as the log says (RFC 3339); `null` when there is none. */
  readonly signed_at: string | null;
  /** Time of the newest stamp of a configured witness (RFC 3339); `null` when there is none. */
  readonly last_outside_anchor: string | null;
  readonly unanchored_records: number;
}

/**
 * Result of a verification: one shape for the API, `attestry verify --json`, bundles and pages.
 * `ok` is true only if everything that was asked for could be read and nothing was found.
 */
export interface VerificationReport {
  readonly ok: boolean;
  readonly origin: string;
  /** Number of records of the log. */
  readonly size: number;
  /** Root of the tree over the records up to `checked.to`, lower-case hex; `null` when it cannot be computed. */
  readonly root: string | null;
  readonly checked: CheckedCounts;
  readonly seals: SealCounts;
  readonly head: ReportHead;
  /** The first findings, at most `FINDINGS_LISTED_MAX`. */
  readonly findings: readonly Finding[];
  readonly findings_total: number;
  /** Worth knowing and no reason to fail, e.g. what could not be compared; absent when there is nothing. */
  readonly notices?: readonly Finding[];
  readonly duration_ms: number;
}
