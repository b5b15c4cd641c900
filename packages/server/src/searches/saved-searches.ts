import { randomUUID } from 'node:crypto';
import type { AdminStore } from '@attestry/ledger';
import { ApiError, notFound } from '../errors/api-error.ts';
import { SAVED_SEARCHES_PER_TENANT_MAX } from '../limits.ts';

const KIND = 'saved_search';

/** A search that somebody comes back to. */
export interface SavedSearch {
  readonly id: string;
  readonly name: string;
  /** Parameters of `GET /v1/events`, as in an address. */
  readonly query: string;
  /** For everybody of the tenant who reads events; otherwise for its owner alone. */
  readonly shared: boolean;
  /** Id of the key, or of the person of an identity provider. */
  readonly owner: string;
  readonly ownerName: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** The saved searches of all tenants, read from the admin store each time: they are few, and asked for by people. */
export class SavedSearches {
  readonly #store: AdminStore;
  readonly #now: () => number;

  constructor(store: AdminStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** By name. */
  async list(tenant: string): Promise<readonly SavedSearch[]> {
    const rows = await this.#store.list(KIND, tenant);
    const searches = rows.map(({ value }) => JSON.parse(value) as SavedSearch);
    return searches.sort((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));
  }

  async get(tenant: string, id: string): Promise<SavedSearch | undefined> {
    const row = await this.#store.get(KIND, tenant, id);
    return row === undefined ? undefined : (JSON.parse(row.value) as SavedSearch);
  }

  /** @throws {ApiError} `conflict` when the tenant has too many */
  async add(
    tenant: string,
    fields: Omit<SavedSearch, 'id' | 'createdAtMs' | 'updatedAtMs'>,
  ): Promise<SavedSearch> {
    if ((await this.#store.list(KIND, tenant)).length >= SAVED_SEARCHES_PER_TENANT_MAX)
      throw new ApiError('conflict', `A tenant has at most ${SAVED_SEARCHES_PER_TENANT_MAX} saved searches.`);
    const nowMs = this.#now();
    const search: SavedSearch = { ...fields, id: randomUUID(), createdAtMs: nowMs, updatedAtMs: nowMs };
    await this.#put(tenant, search, 0);
    return search;
  }

  /** @throws {ApiError} `not_found`, `conflict` when somebody else changed it meanwhile */
  async change(
    tenant: string,
    id: string,
    fields: Pick<SavedSearch, 'name' | 'query' | 'shared'>,
  ): Promise<SavedSearch> {
    const row = await this.#store.get(KIND, tenant, id);
    if (row === undefined) throw notFound(`Saved search ${id}`);
    const search = { ...(JSON.parse(row.value) as SavedSearch), ...fields, updatedAtMs: this.#now() };
    await this.#put(tenant, search, row.revision);
    return search;
  }

  remove(tenant: string, id: string): Promise<void> {
    return this.#store.remove(KIND, tenant, id);
  }

  async #put(tenant: string, search: SavedSearch, revision: number): Promise<void> {
    const row = { kind: KIND, tenant, id: search.id, value: JSON.stringify(search) };
    const outcome = await this.#store.put(row, revision);
    if (outcome.kind === 'conflict')
      throw new ApiError('conflict', `Saved search ${search.id} was changed meanwhile; read it again.`);
  }
}
