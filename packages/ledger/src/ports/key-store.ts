/** One data key of one subject, as stored: wrapped by the master key, or destroyed. */
export interface StoredDataKey {
  /** Random handle of (tenant, subject), the `sub` of the record's seals. */
  readonly sub: string;
  readonly kid: string;
  /** Wrapped key; `undefined` once destroyed by an erasure. */
  readonly wrapped: Uint8Array | undefined;
}

/** A key made for a subject that has none yet. */
export interface NewDataKey extends StoredDataKey {
  /** Keyed fingerprint of the subject's id (16 bytes); never the id itself. */
  readonly subjectIndex: Uint8Array;
  readonly wrapped: Uint8Array;
  /** The subject's id, encrypted under its own data key, so that erasure takes it along. */
  readonly subjectSealed: Uint8Array;
}

/**
 * - `ensure` MUST be durable before it resolves. For a subject that already has a live key it MUST return that one
 *   and ignore the offered one, so that concurrent writers agree.
 */
export interface KeyStore {
  ensure(tenant: string, offered: readonly NewDataKey[]): Promise<readonly StoredDataKey[]>;
  /** Live keys of subjects, by fingerprint; absent ones are left out. */
  findBySubject(
    tenant: string,
    subjectIndexes: readonly Uint8Array[],
  ): Promise<readonly (StoredDataKey & { readonly subjectIndex: Uint8Array })[]>;
  /** Keys by `kid`, destroyed ones included. */
  findByKid(tenant: string, kids: readonly string[]): Promise<readonly StoredDataKey[]>;
  /**
   * The tenant's wrapped index key (for blind indexes); the offered one is stored when there is none. Durable. MUST reject
   * with `index_key_lost` when it is gone: what was indexed with it would not be found with another.
   */
  ensureIndexKey(tenant: string, offered: Uint8Array): Promise<Uint8Array>;
  /** Tenants without an index key for whom anything is stored that was made with one: records or data keys. */
  lostIndexKeys(): Promise<readonly string[]>;
}
