import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import type { LedgerRecord } from '../record/ledger-record.ts';
import type { DetailHelpers } from './record-details.ts';
import type { ColumnValues } from './verify-source.ts';

/**
 * How much is compared with the records. Each includes bytes, chain, times, tree, tiles, checkpoints, head, event
 * ids, prunes and holds. `columns` adds query columns and search documents, `seals` adds envelopes and erasures,
 * `all` is both.
 */
export type VerifyDepth = 'records' | 'columns' | 'seals' | 'all';

/** What became of one seal of a record: its members when it was opened, otherwise why it was not. */
export type OpenedSeal =
  | { readonly kind: 'opened'; readonly payload: string }
  | { readonly kind: 'closed' }
  | { readonly kind: 'gone' };

/**
 * Computes the query columns a record must have. Columns that cannot be known (because a seal is closed) are left
 * out and not compared; those of a seal that is gone must be as if its members had never been there.
 */
export type ExpectedColumns = (record: LedgerRecord, seals: readonly OpenedSeal[]) => ColumnValues;

/** What a verifier remembers of a log from the last time, kept outside the log. */
export interface LastSeen {
  readonly size: number;
  /** Root of the tree at that size, 32 bytes. */
  readonly root: Uint8Array;
}

/** Everything the verifier brings along; nothing of it comes from the log that is verified. */
export interface VerifyOptions {
  readonly crypto: CryptoProvider;
  /** The verifier's clock, ms since the epoch. */
  readonly now: () => number;
  /** Origin of the log as configured. The memory (`lastSeen`) belongs to this name, whatever the log says of itself. */
  readonly origin: string;
  /** First record to check; 0 by default. */
  readonly from?: number;
  /** One past the last record to check; the end of the log by default. */
  readonly to?: number;
  /** `all` by default. */
  readonly depth?: VerifyDepth;
  /** A key of the log that is trusted from elsewhere. The log's key history must contain it. */
  readonly vkey?: string;
  /** Witnesses of which `quorum` must have signed the newest checkpoint. */
  readonly witnesses?: { readonly vkeys: readonly string[]; readonly quorum: number };
  readonly lastSeen?: LastSeen;
  /** Age of the newest checkpoint from which on the log counts as `STALE`; not checked when absent. */
  readonly freshWithinMs?: number;
  /** How often the log signs; an unsigned tail older than twice this is a finding. */
  readonly checkpointIntervalMs?: number;
  readonly futureToleranceMs?: number;
  /** Needed by the depths `columns` and `all`; without it columns are not compared. */
  readonly expectedColumns?: ExpectedColumns;
  /** Others who find the details of some chunks; the verifier finds those of the rest. */
  readonly helpers?: DetailHelpers;
}
