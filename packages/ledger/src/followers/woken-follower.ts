import type { SplitEvent } from '@attestry/core';
import type { LogHead } from '../ports/ledger-store.ts';

/** A follower that wants to know when there is something new. */
export interface WokenFollower {
  committed(head: LogHead, events: readonly (SplitEvent | undefined)[]): void;
  /** Told of logs that another node has made grow. */
  grown?(heads: readonly LogHead[]): void;
  lag(): number | undefined;
}
