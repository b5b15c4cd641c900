import type { EventFilters } from '@attestry/ledger';
import type { View } from '../auth/rights.ts';
import type { FieldSelection } from '../operations/select-fields.ts';

/** What an export thread is asked for; plain data, it crosses to the thread. */
export interface ExportOrder {
  readonly tenant: string;
  /** `undefined`: nothing may be seen. */
  readonly view: View | undefined;
  readonly filters: EventFilters;
  readonly order: 'asc' | 'desc';
  readonly personal: boolean;
  readonly format: 'ndjson' | 'csv';
  readonly fields?: FieldSelection;
}

/** From the server to the thread: one more chunk may be made. */
export interface ChunkWanted {
  readonly kind: 'more';
}

/** From the thread to the server. */
export type ExportMessage =
  | { readonly kind: 'started' }
  /** A parameter could not be compiled; nothing was sent yet. */
  | { readonly kind: 'refused'; readonly parameter: string; readonly detail: string }
  | { readonly kind: 'chunk'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly message: string };
