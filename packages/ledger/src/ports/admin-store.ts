/** One row of the server's own settings: tenants, API keys, custom schemas, ... Small, read often, cached above. */
export interface AdminRow {
  /** `tenant`, `api_key`, `schema`, `setting`. */
  readonly kind: string;
  /** Owner; `_system` for what belongs to the server as a whole. */
  readonly tenant: string;
  readonly id: string;
  /** JSON text. Secrets are stored only as hashes. */
  readonly value: string;
  /** Increases by one with each change of the row; starts at 1. */
  readonly revision: number;
}

/**
 * - Writes MUST be durable before they resolve; `put` MUST fail with `conflict` when `expectedRevision` is not the
 *   stored one (0: the row must not exist).
 */
export interface AdminStore {
  list(kind: string, tenant?: string): Promise<readonly AdminRow[]>;
  get(kind: string, tenant: string, id: string): Promise<AdminRow | undefined>;
  put(
    row: Omit<AdminRow, 'revision'>,
    expectedRevision: number,
  ): Promise<{ readonly kind: 'stored' } | { readonly kind: 'conflict' }>;
  remove(kind: string, tenant: string, id: string): Promise<void>;
}
