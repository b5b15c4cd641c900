import type { AdminRow } from '../ports/admin-store.ts';
import type { NewDataKey } from '../ports/key-store.ts';
import type { DestroyedKey } from '../ports/shared-store.ts';

/** What a copy needs of a store besides its logs: everything as it is stored, wrapped keys included. */
export interface CopySource {
  /** Rows of all kinds and tenants. */
  adminRows(): Promise<readonly AdminRow[]>;
  /** Wrapped; `undefined` for a tenant that has none. */
  indexKey(tenant: string): Promise<Uint8Array | undefined>;
  /** In the order of their ids, at most `limit` of those after `after`. */
  dataKeys(tenant: string, after: string, limit: number): Promise<readonly CopiedKey[]>;
}

/** A data key with everything in it; a destroyed one has no `wrapped`. */
export type CopiedKey = DestroyedKey | NewDataKey;
