import type { Receipt } from '@attestry/ledger';
import type { ErrorCode } from '../errors/error-codes.ts';

/** Why one event of a request was not taken. `status` is what it would have got alone. */
export interface RefusedEvent {
  readonly index: number;
  readonly answer: ErrorCode;
  /** The precise code: of the event model, or `answer` itself. */
  readonly code: string;
  readonly path: string;
  readonly detail: string;
}

/** What became of each event of a request, by position. */
export type EventOutcome = { readonly receipt: Receipt } | { readonly refused: RefusedEvent };
