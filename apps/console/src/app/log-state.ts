import type { FoundDamage } from '../integrity/found-damage.ts';

/** What is known of the state of the whole log: what `GET /v1/integrity` says, and what this browser found. */
export interface LogState {
  readonly status: 'verified' | 'checking' | 'unchecked' | 'damaged' | 'unknown' | 'loading';
  readonly size: number;
  readonly checked_at?: string;
  /** Records from the first on that were read since the server started. */
  readonly checked_size?: number;
  readonly findings_total?: number;
  /** The verification that found damage, else the newest that somebody asked for: its report is at /v1/verify/{job}. */
  readonly job?: string;
  /** The server's own check, again and again. */
  readonly continuous?: ContinuousCheck;
  /** The newest checkpoint that somebody outside has confirmed; `null` where nobody does. */
  readonly anchor?: null;
  /** What came to light in this browser and was not verified since. */
  readonly found?: FoundDamage;
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
