import type { EventColumns } from '../../projection/event-columns.ts';

/** One row of `records` as it is stored. */
export interface RawRecord {
  readonly seq: number;
  readonly text: string | undefined;
  readonly leafHash: Uint8Array;
  readonly atMs: number;
  /** Absent for a row in which every query column is null, as in all but events. */
  readonly columns: (EventColumns & { readonly at: number }) | undefined;
  readonly seals: readonly RawSeal[];
}

/** One envelope; `sub` and `kid` are absent when its data key does not exist, or is another tenant's. */
export interface RawSeal {
  readonly index: number;
  readonly sub: string | undefined;
  readonly kid: string | undefined;
  readonly envelope: Uint8Array;
}

/** Rows that belong to no log of the database, as a log leaves them that somebody deleted. */
export interface RawLeftovers {
  readonly table: 'logs' | 'records' | 'event_ids' | 'tiles' | 'checkpoints' | 'data_keys' | 'time_marks';
  readonly rows: number;
}
