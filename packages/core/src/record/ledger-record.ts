import type { JsonObject } from '../canonical/json-value.ts';
import type { RecordType } from './record-type.ts';

/** The version of the record format that this code reads and writes; the record's member `v`. */
export const RECORD_VERSION = 1;

/** `prev` of record 0. */
export const ZERO_HASH_HEX = '0'.repeat(64);

/** What a record says of one data subject's sealed members. */
export interface SealRef {
  /** Lower-case hex of the commitment to the sealed members. */
  readonly cm: string;
  /** Random handle of the data subject. */
  readonly sub: string;
}

/** A record as it was parsed. Never serialised again to be hashed: the stored text is the record. */
export interface LedgerRecord {
  /** `recorded_at`: UTC with milliseconds, never before the previous record's. */
  readonly at: string;
  readonly data: JsonObject;
  /** Origin of the log. */
  readonly log: string;
  /** Lower-case hex of the leaf hash of the record before; 64 zeros for the first. */
  readonly prev: string;
  readonly seals: readonly SealRef[];
  /** Leaf index, from 0, without gaps. */
  readonly seq: number;
  readonly type: RecordType;
  readonly v: typeof RECORD_VERSION;
}
