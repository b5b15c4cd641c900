import type { RecordType, SplitEvent } from '@attestry/core';
import type { LedgerError } from '../errors.ts';
import type { IncomingEvent, RefusalCode } from '../ingest/incoming-event.ts';
import type { PreparedSeal } from '../ingest/prepare-events.ts';
import type { EventColumns } from '../projection/event-columns.ts';

/** What became of a record that was handed to the sequencer. */
export type Settlement =
  | {
      readonly kind: 'written';
      readonly seq: number;
      readonly leafHash: Uint8Array;
      /** `at` of the record, RFC 3339. */
      readonly at: string;
      /** It was in the log before. */
      readonly duplicate: boolean;
    }
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly path: string; readonly detail: string }
  | { readonly kind: 'failed'; readonly error: LedgerError };

/** A record waiting for its number. */
export interface PendingRecord {
  readonly type: RecordType;
  /** Canonical text of `data`. */
  readonly dataJson: string;
  readonly seals: readonly PreparedSeal[];
  /** Only for events. */
  readonly event?: {
    readonly id: string;
    readonly incoming: IncomingEvent;
    readonly split: SplitEvent;
    readonly columns: EventColumns;
  };
  /** Only for a genesis: the origin that it starts, and the size of the log at which alone it may be written. */
  readonly genesis?: { readonly origin: string; readonly atSize: number };
  /** Called exactly once. Must not throw. */
  readonly settle: (settlement: Settlement) => void;
}
