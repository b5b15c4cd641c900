/** What the server knows of the state of the whole log: `GET /v1/integrity`. */
export interface LogState {
  readonly status: 'verified' | 'checking' | 'unchecked' | 'damaged' | 'unknown' | 'loading';
  readonly size: number;
  readonly checked_at?: string;
  /** Records that the newest finished verification read. */
  readonly checked_size?: number;
  readonly findings_total?: number;
  /** The verification that found damage, else the newest that somebody asked for: its report is at /v1/verify/{job}. */
  readonly job?: string;
  /** The server's own check, again and again. */
  readonly continuous?: ContinuousCheck;
  /** The newest checkpoint that somebody outside has confirmed; `null` where nobody does. */
  readonly anchor?: null;
}

export interface ContinuousCheck {
  readonly enabled: boolean;
  readonly interval_s?: number;
  readonly last_at?: string;
  readonly next_at?: string;
  readonly last_status?: 'ok' | 'damaged' | 'failed';
  /** Why the last one could not be finished. */
  readonly last_error?: string;
}
