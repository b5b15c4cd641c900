import type { JsonObject, SealPolicy } from '@attestry/core';
import { LedgerError } from '../errors.ts';
import { RecentCache } from '../keys/recent-cache.ts';
import { INDEX_KEYS_CACHED_MAX } from '../limits.ts';
import type { AdminStore } from '../ports/admin-store.ts';

/** Kind of the rows that hold them. */
export const SEAL_POLICIES_KIND = 'setting';
const ID = 'seals';

/** What a tenant seals until it says otherwise. */
export const DEFAULT_SEAL_POLICY: SealPolicy = Object.freeze({ seals: 'default', sealFreeText: false });

interface StoredPolicy {
  readonly seals: SealPolicy['seals'];
  readonly seal_free_text: boolean;
}

/**
 * The tenants' choices of what is sealed. The choice is a `policy` record of the log; the row kept here is what new
 * events are prepared by. It is written first, so that a crash between the two leaves a stricter or laxer setting that
 * is visible and simply set again, never a record that nothing follows.
 */
export class SealPolicies {
  readonly #admin: Pick<AdminStore, 'get' | 'put'>;
  readonly #cached = new RecentCache<string, SealPolicy>(INDEX_KEYS_CACHED_MAX);

  constructor(admin: Pick<AdminStore, 'get' | 'put'>) {
    this.#admin = admin;
  }

  /** Reads everything again when it is next asked for. */
  forget(): void {
    this.#cached.clear();
  }

  async of(tenant: string): Promise<SealPolicy> {
    const known = this.#cached.get(tenant);
    if (known !== undefined) return known;
    const row = await this.#admin.get(SEAL_POLICIES_KIND, tenant, ID);
    const policy =
      row === undefined ? DEFAULT_SEAL_POLICY : fromStored(JSON.parse(row.value) as StoredPolicy);
    this.#cached.set(tenant, policy);
    return policy;
  }

  /** @throws {LedgerError} `setting_conflict` when somebody else changed it at the same time */
  async set(tenant: string, policy: SealPolicy): Promise<void> {
    const row = await this.#admin.get(SEAL_POLICIES_KIND, tenant, ID);
    const stored: StoredPolicy = { seals: policy.seals, seal_free_text: policy.sealFreeText };
    const outcome = await this.#admin.put(
      { kind: SEAL_POLICIES_KIND, tenant, id: ID, value: JSON.stringify(stored) },
      row?.revision ?? 0,
    );
    if (outcome.kind === 'conflict') {
      throw new LedgerError(
        'setting_conflict',
        `the seal policy of tenant ${tenant} was just changed by somebody else; look and try again`,
      );
    }
    this.#cached.set(tenant, policy);
  }
}

/** `data` of the policy record. */
export function policyData(policy: SealPolicy): JsonObject {
  return { policy: 'seals', seal_free_text: policy.sealFreeText, seals: policy.seals };
}

function fromStored(stored: StoredPolicy): SealPolicy {
  return { seals: stored.seals, sealFreeText: stored.seal_free_text };
}
