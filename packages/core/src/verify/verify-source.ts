import type { AesKey } from '../crypto/crypto-provider.ts';

/** The head row and the outer bounds of what is stored, as one consistent snapshot. */
export interface SourceState {
  /** Origin that the store carries for this log. */
  readonly origin: string;
  /** Number of records, says the head row. */
  readonly size: number;
  /** Compact range, says the head row: largest perfect subtree first; absent where the source keeps none. */
  readonly frontier?: readonly Uint8Array[];
  readonly lastHash?: Uint8Array;
  readonly lastAtMs?: number;
  /** Highest sequence number for which anything is stored, -1 when there is nothing. */
  readonly lastSeq: number;
  /** Size of the largest stored checkpoint, 0 when there is none. */
  readonly checkpointSize: number;
  /** Number of rows in the index of event ids; absent where the source keeps none. */
  readonly eventIds?: number;
}

/** An envelope as it is stored. */
export interface SourceSeal {
  /** Position among the seals of the record. */
  readonly index: number;
  readonly sub: string;
  readonly kid: string;
  readonly envelope: Uint8Array;
}

export type ColumnValue = string | number | bigint | null;
export type ColumnValues = Readonly<Record<string, ColumnValue>>;

/** What is asked for of a row. */
export type RowParts = 'all' | 'records';

/** Everything that is stored for one sequence number. */
export interface SourceRow {
  readonly seq: number;
  /** Stored text; `undefined` when it was pruned or when there is no row of the record. */
  readonly text: string | undefined;
  /** Stored leaf hash; `undefined` when there is no row of the record. */
  readonly leafHash: Uint8Array | undefined;
  /** Query columns by name; `undefined` when there is no such row. */
  readonly columns: ColumnValues | undefined;
  readonly seals: readonly SourceSeal[];
}

export interface SourceCheckpoint {
  /** Size the row is filed under. */
  readonly size: number;
  readonly note: string;
  readonly signedAtMs: number;
}

/** What the source can say about a data key. */
export type KeyAccess =
  | { readonly kind: 'key'; readonly key: AesKey }
  /** The row is there and its key is destroyed. */
  | { readonly kind: 'destroyed' }
  /** The key is there and cannot be used by this source, which has no authority over keys. */
  | { readonly kind: 'locked' };

export interface SourceKey {
  readonly kid: string;
  readonly sub: string;
  readonly access: KeyAccess;
}

/** A finding that only the store itself can make (rows that no record accounts for, search documents, ...). */
export interface StoreFinding {
  readonly code:
    | 'UNREADABLE'
    | 'PROJECTION'
    | 'PROJECTION_COUNT'
    | 'SEARCH_PROJECTION'
    | 'EVENT_ID_INDEX'
    | 'SEAL_ORPHAN'
    | 'TILE_MISMATCH'
    | 'HEAD_MISMATCH'
    | 'CHECKPOINT_INVALID'
    | 'SEAL_DECRYPT'
    | 'SEAL_KEY_MISSING'
    | 'ERASURE_INCOMPLETE';
  readonly seq?: number;
  readonly id?: string;
  readonly field?: string;
  readonly detail: string;
  /** Worth knowing and not wrong: it becomes a notice of the report. */
  readonly isNotice?: true;
}

/**
 * The seam between the verifier and a place where a log is kept: a database, a folder, a bundle, a server.
 *
 * - It MUST hand out what is stored, byte for byte, and MUST NOT correct, complete or leave out anything.
 * - What cannot be read MUST reject. The verifier narrows a failed range down and reports what is left of it.
 * - It MAY be read while the log grows: everything below `readState().size` MUST already be there, and what is
 *   appended later does not matter.
 * - Results of one call MUST be of one moment. Calls come one after the other and MAY be repeated.
 */
export interface VerifySource {
  /** The bounds of the log, or `undefined` when there is no such log. */
  readState(): Promise<SourceState | undefined>;
  /**
   * Every `from <= seq < to` for which any row exists, ascending; the verifier asks for at most 1,024 at once. With
   * `records` it MAY leave out columns and seals.
   */
  readRows(from: number, to: number, parts: RowParts): Promise<readonly SourceRow[]>;
  /** The stored full tile (256 hashes of 32 bytes), or `undefined`. */
  readTile(level: number, index: number): Promise<Uint8Array | undefined>;
  /** Every stored checkpoint with `sizeFrom <= size <= sizeTo`, ascending. */
  readCheckpoints(sizeFrom: number, sizeTo: number): Promise<readonly SourceCheckpoint[]>;
  /** For each id that the index of event ids has: the sequence number it names. At most 1,024 ids at once. */
  findEventIds(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Data keys by key id or by subject handle; unknown ones are left out. At most 1,024 names at once. */
  readKeys(by: 'kid' | 'sub', names: readonly string[]): Promise<readonly SourceKey[]>;
  /** What the store itself finds wrong with rows that the calls above cannot show, with `from <= seq < to`. */
  readStrays(from: number, to: number): AsyncIterable<StoreFinding>;
}
