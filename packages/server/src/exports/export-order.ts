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

/** Where the threads find the data; the master key opens sealed members. */
export interface ExportSource {
  readonly dataDir: string;
  readonly masterKey?: string;
  /** When the signing key is kept outside the folder. */
  readonly signingKeyFile?: string;
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
  | { readonly kind: 'failed'; readonly message: string };
