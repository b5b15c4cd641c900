import type { RecordDetails } from '@attestry/core';
import type { LedgerPlace } from '../ledger-place.ts';
import type { SourceHarvest } from './log-source.ts';

/** What a helper begins with. */
export interface HelperBeginning {
  readonly place: LedgerPlace;
  readonly tenant: string;
  /** Whether query columns are compared. */
  readonly columns: boolean;
  /** `beginning` of the verifier's own source. */
  readonly begun: unknown;
}

/** From the verifier. */
export type HelperOrder =
  | { readonly kind: 'chunk'; readonly from: number; readonly to: number }
  | { readonly kind: 'harvest' }
  | { readonly kind: 'damage'; readonly limit: number }
  | { readonly kind: 'stop' };

/** To the verifier, one for each order but the last, in their order. */
export type HelperAnswer =
  | { readonly kind: 'details'; readonly details: RecordDetails | undefined }
  | { readonly kind: 'harvest'; readonly harvest: SourceHarvest }
  | { readonly kind: 'damage'; readonly damages: readonly string[] | undefined };
