/** What the server knows of the state of the whole log. */
export interface LogState {
  readonly status: 'verified' | 'checking' | 'unchecked' | 'damaged' | 'unknown';
  readonly size: number;
  readonly checked_at?: string;
  /** Records that the newest finished verification read. */
  readonly checked_size?: number;
  readonly findings_total?: number;
  /** The newest verification: its report is at /v1/verify/{job}. */
  readonly job?: string;
}
