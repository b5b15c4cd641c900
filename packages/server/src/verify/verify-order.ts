import type { VerificationReport } from '@attestry/core';
import type { LedgerPlace } from '@attestry/ledger';

/** What a verification covers. */
export interface VerifyRange {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** What is compared with the records: `columns`, `seals`, neither (`records`) or both (`full`, the default). */
  readonly depth?: 'full' | 'records' | 'columns' | 'seals' | undefined;
}

/** How far a verification is; `total` is absent until it is known. */
export interface VerifyProgress {
  readonly records: number;
  readonly total?: number;
}

/** What a verification thread is asked for; plain data, it crosses to the thread. */
export interface VerifyOrder {
  readonly source: LedgerPlace;
  readonly tenant: string;
  readonly range: VerifyRange;
  /** How far this machine's clock is ahead of the one by which records are dated. */
  readonly clockSkewMs: number;
  /** Also looks at the database as a whole; see `VerifyFolderOptions`. */
  readonly wholeFolder: boolean;
}

/** From the thread to the server. */
export type VerifyMessage =
  | { readonly kind: 'progress'; readonly progress: VerifyProgress }
  | { readonly kind: 'report'; readonly report: VerificationReport }
  | { readonly kind: 'failed'; readonly message: string };
