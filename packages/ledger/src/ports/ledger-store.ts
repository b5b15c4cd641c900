import type { EventColumns } from '../projection/event-columns.ts';

/** State of one log after its last committed record. */
export interface LogHead {
  readonly tenant: string;
  /** `<name>/t/<tenant>`, with `/g<n>` after a rollback was accepted. */
  readonly origin: string;
  /** Number of records; the next record gets this as its `seq`. */
  readonly size: number;
  /** Compact range of the tree: roots of its perfect subtrees, largest first, 32 bytes each. */
  readonly frontier: readonly Uint8Array[];
  /** Leaf hash of record `size - 1`; 32 zero bytes for an empty log. */
  readonly lastHash: Uint8Array;
  /** `at` of the last record, milliseconds since the epoch; 0 for an empty log. */
  readonly lastAtMs: number;
}

/** One sealed envelope, kept beside its record (record-format 7). */
export interface StoredSeal {
  readonly sub: string;
  readonly kid: string;
  readonly envelope: Uint8Array;
}

/** One linked record, ready to be written. */
export interface AppendRecord {
  /** The exact canonical text that was hashed. */
  readonly text: string;
  readonly leafHash: Uint8Array;
  readonly atMs: number;
  /** Event id (lower-case UUID) for records of type `event`; absent for all others. */
  readonly id?: string;
  readonly seals: readonly StoredSeal[];
  /** Query columns, for records of type `event`. */
  readonly columns?: EventColumns;
}

/** What one transaction adds to one log. */
export interface LogAppend {
  /** The fence: the append happens only if the stored head still has this size and last hash. */
  readonly before: LogHead;
  readonly records: readonly AppendRecord[];
  /** Full tiles (256 hashes, 8,192 bytes) that these records complete, all levels. */
  readonly tiles: readonly { readonly level: number; readonly index: number; readonly hashes: Uint8Array }[];
  readonly after: LogHead;
}

export type AppendOutcome =
  | { readonly kind: 'committed' }
  /** Somebody else moved at least one head; nothing was written. */
  | { readonly kind: 'moved'; readonly tenants: readonly string[] }
  /** Some event ids are already in their logs; nothing was written. */
  | { readonly kind: 'duplicate'; readonly ids: readonly { tenant: string; id: string; seq: number }[] };

export interface StoredRecord {
  readonly seq: number;
  /** The stored bytes as text; `undefined` when the record was pruned. */
  readonly text: string | undefined;
  readonly leafHash: Uint8Array;
  readonly seals: readonly StoredSeal[];
}

/**
 * The seam between the ledger and a database. Every implementation passes the same conformance suite.
 *
 * - `append` MUST be atomic over all its logs, and MUST be durable (fsync or the database's equivalent) before it
 *   resolves. It MUST refuse, writing nothing, when a head is not `before` (`moved`) or an id exists (`duplicate`).
 *   When it rejects, the batch MAY have been applied: the caller finds out by `readHead`.
 * - Concurrent `append`s MUST behave as if executed one after the other, in the order they were called from one
 *   process. A later append in the same process MUST NOT overtake an earlier one.
 * - Reads MUST show every append that resolved before the read was called, and never part of one.
 * - An unreadable row MUST reject; it MUST NOT be left out.
 */
export interface LedgerStore {
  /** The head, or `undefined` for a tenant without a log. */
  readHead(tenant: string): Promise<LogHead | undefined>;
  /** Heads of all logs, ordered by tenant. */
  listHeads(): Promise<readonly LogHead[]>;
  /** Writes one group of batches in one transaction. A log whose `before.size` is 0 is created by it. */
  append(batches: readonly LogAppend[]): Promise<AppendOutcome>;
  /** Records `from <= seq < to` in order; at most 1,000 per call (`to` is clamped). Missing rows are simply absent. */
  readRecords(tenant: string, from: number, to: number): Promise<readonly StoredRecord[]>;
  /** Sequence numbers of those of the event ids that are in the log. */
  findSeqs(tenant: string, ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** A full tile, or `undefined` when that tile is not complete yet. */
  readTile(tenant: string, level: number, index: number): Promise<Uint8Array | undefined>;
  /** Leaf hashes `from <= seq < to` (at most 256 per call), 32 bytes each, concatenated; survives pruning. */
  readLeafHashes(tenant: string, from: number, to: number): Promise<Uint8Array>;
}
