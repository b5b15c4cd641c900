import type { LedgerRecord } from '../record/ledger-record.ts';
import type { Finding } from './finding.ts';
import type { RecordPlace } from './record-chain.ts';
import type { SourceRow } from './verify-source.ts';

/** A row with the record in it. */
export interface DetailedRow {
  readonly place: RecordPlace;
  readonly row: SourceRow;
  /** `undefined` when there is no record in the row, or none that can be read. */
  readonly record: LedgerRecord | undefined;
}

/** A seal that a later erasure record has to explain. */
export interface UnexplainedSeal {
  readonly sub: string;
  readonly seq: number;
  /** Its envelope is gone, or only its key. */
  readonly what: 'gone' | 'keyless';
}

/**
 * What a chunk of records shows without the others: its columns and seals. Plain data, so that it can be found in
 * another thread.
 */
export interface RecordDetails {
  readonly findings: readonly Finding[];
  /** Rows of query columns that were compared. */
  readonly columns: number;
  readonly seals: { readonly checked: number; readonly verified: number; readonly sealed: number };
  readonly unexplained: readonly UnexplainedSeal[];
}

/** Details while they are being found. */
export interface DetailTally {
  readonly findings: Finding[];
  columns: number;
  readonly seals: { checked: number; verified: number; sealed: number };
  readonly unexplained: UnexplainedSeal[];
}

/**
 * Finds the details of records somewhere else, to save time: `take` is asked for every chunk in order.
 *
 * - It MUST find what `DetailCheck` finds in the rows of the same log.
 * - `undefined`, at once or later, leaves the chunk to the verifier.
 */
export interface DetailHelpers {
  take(from: number, to: number): Promise<RecordDetails | undefined> | undefined;
}
