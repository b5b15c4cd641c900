import type { AdminStore } from '@attestry/ledger';
import { ApiError } from '../errors/api-error.ts';
import { TENANTS_MAX } from '../limits.ts';

const KIND = 'tenant';
const TENANT_PATTERN = /^(?!\.{1,2}$)[A-Za-z0-9.-][A-Za-z0-9._-]{0,99}$/;

/** The tenant of a first start. */
export const DEFAULT_TENANT = 'default';
/** The server's own log: start, stop, unknown keys, tenants made. Nobody can make or name a tenant like this. */
export const SYSTEM_TENANT = '_system';

/** A tenant: one log, its keys and settings. */
export interface Tenant {
  readonly id: string;
  readonly name?: string;
  readonly createdAtMs: number;
  readonly createdBy: string;
}

/** True for an id as in event.md: `[A-Za-z0-9._-]{1,100}`, not `.` or `..`, not beginning with `_` (trap 26). */
export function isTenantId(id: string): boolean {
  return TENANT_PATTERN.test(id);
}

/** The tenants of this server, held in memory. */
export class Tenants {
  /** Of the rows that are held in memory here. */
  readonly kind = KIND;
  readonly #store: AdminStore;
  readonly #byId = new Map<string, Tenant>();

  private constructor(store: AdminStore) {
    this.#store = store;
  }

  static async open(store: AdminStore): Promise<Tenants> {
    const tenants = new Tenants(store);
    await tenants.reload();
    return tenants;
  }

  /** Takes over tenants that other nodes have made. */
  async reload(): Promise<void> {
    for (const row of await this.#store.list(KIND)) {
      if (!this.#byId.has(row.id)) this.#byId.set(row.id, JSON.parse(row.value) as Tenant);
    }
  }

  /** Also true for `_system`, which is always there. */
  has(id: string): boolean {
    return this.#byId.has(id) || id === SYSTEM_TENANT;
  }

  get(id: string): Tenant | undefined {
    return this.#byId.get(id);
  }

  /** All tenants by id; `_system` is not one of them. */
  list(): readonly Tenant[] {
    return [...this.#byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Writes the tenant down. Its log is made by the caller before, so that a tenant without a log is never seen. */
  async add(tenant: Tenant): Promise<void> {
    if (!isTenantId(tenant.id)) throw new TypeError(`not a tenant id: ${tenant.id}`);
    if (this.#byId.size >= TENANTS_MAX)
      throw new ApiError('conflict', `A server has at most ${TENANTS_MAX} tenants.`);
    const row = { kind: KIND, tenant: SYSTEM_TENANT, id: tenant.id, value: JSON.stringify(tenant) };
    const outcome = await this.#store.put(row, 0);
    if (outcome.kind === 'conflict')
      throw new ApiError('conflict', `Tenant ${tenant.id} exists.`, { path: '/id' });
    this.#byId.set(tenant.id, tenant);
  }
}
