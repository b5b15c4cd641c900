import type { Fence } from './lease-store.ts';

/** A checkpoint as it was signed (C2SP signed note), kept for ever and never recomputed. */
export interface StoredCheckpoint {
  readonly size: number;
  /** The whole note; witness lines may be added to it, its text and the log's own line never change. */
  readonly note: string;
  readonly signedAtMs: number;
}

/**
 * - `put` MUST be durable before it resolves, and MUST NOT replace a checkpoint of the same (origin, size): it answers
 *   `exists` with the stored one. This is what keeps a log from ever signing two roots for one size.
 * - A `fence` MUST be checked as `LeaseStore` says. A store without leases is never given one.
 */
export interface CheckpointStore {
  put(
    tenant: string,
    checkpoint: StoredCheckpoint,
    fence?: Fence,
  ): Promise<{ readonly kind: 'stored' } | { readonly kind: 'exists'; readonly stored: StoredCheckpoint }>;
  /** Checkpoints with `sizeFrom <= size <= sizeTo`, at most `limit`, in the asked order. */
  list(
    tenant: string,
    range: {
      readonly sizeFrom: number;
      readonly sizeTo: number;
      readonly order: 'asc' | 'desc';
      readonly limit: number;
    },
  ): Promise<readonly StoredCheckpoint[]>;
}
