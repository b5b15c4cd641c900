/** Proof that an event is in the log. */
export interface Receipt {
  readonly id: string;
  /** Its place in the log, from 0. */
  readonly seq: number;
  /** Leaf hash of its record, lower-case hex. */
  readonly hash: string;
  readonly recorded_at: string;
  /** It was in the log before: sent twice, kept once. */
  readonly duplicate: boolean;
}
