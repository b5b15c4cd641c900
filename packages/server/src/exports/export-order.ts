import type { EventQuery } from '@attestry/ledger';
import type { FieldSelection } from '../operations/select-fields.ts';

/** What an export thread is asked for; plain data, it crosses to the thread. */
export interface ExportOrder {
  readonly tenant: string;
  /** Filters and view, compiled; `undefined`: nothing may be seen. */
  readonly query: EventQuery | undefined;
  readonly order: 'asc' | 'desc';
  readonly personal: boolean;
  readonly format: 'ndjson' | 'csv';
  readonly fields: FieldSelection | undefined;
}

/** From the server to the thread: one more chunk may be made. */
export interface ChunkWanted {
  readonly kind: 'more';
}

/** From the thread to the server. */
export type ExportMessage =
  | { readonly kind: 'started' }
  | { readonly kind: 'chunk'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }
  /** `code` when the ledger may manage it later. */
  | { readonly kind: 'failed'; readonly message: string; readonly code?: string };
