import type { AdminStore } from '@attestry/ledger';
import { ApiError } from '../errors/api-error.ts';
import { SCHEMA_VERSIONS_MAX, SCHEMAS_PER_TENANT_MAX } from '../limits.ts';
import { CustomType, type EventSchemaRow } from './custom-type.ts';

const KIND = 'schema';

interface StoredType {
  /** Oldest first; the last one is in force. */
  readonly versions: readonly EventSchemaRow[];
}

/** The custom types of one tenant, ready to check events. */
export class TenantSchemas {
  readonly #types = new Map<
    string,
    { readonly versions: readonly EventSchemaRow[]; readonly revision: number; compiled?: CustomType }
  >();

  get size(): number {
    return this.#types.size;
  }

  /** The type an event names, if it is a custom one; anything else is left to the event model to refuse. */
  find(value: unknown): CustomType | undefined {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const { type } = value as { type?: unknown };
    return typeof type === 'string' ? this.get(type) : undefined;
  }

  get(type: string): CustomType | undefined {
    const entry = this.#types.get(type);
    if (entry === undefined) return undefined;
    if (entry.compiled === undefined) {
      const row = entry.versions.at(-1);
      const compiled = row === undefined ? undefined : CustomType.compile(row);
      // It compiled when it was made: anything else means that the stored row was changed.
      if (compiled === undefined || !(compiled instanceof CustomType))
        throw new Error(`the stored schema of ${type} cannot be compiled`);
      entry.compiled = compiled;
    }
    return entry.compiled;
  }

  versions(type: string): readonly EventSchemaRow[] {
    return this.#types.get(type)?.versions ?? [];
  }

  revision(type: string): number {
    return this.#types.get(type)?.revision ?? 0;
  }

  /** The versions in force, by type. */
  list(): readonly EventSchemaRow[] {
    const rows = [...this.#types.values()]
      .map(({ versions }) => versions.at(-1))
      .filter((row) => row !== undefined);
    return rows.sort((a, b) => (a.type < b.type ? -1 : 1));
  }

  set(type: string, versions: readonly EventSchemaRow[], revision: number): void {
    this.#types.set(type, { versions, revision });
  }
}

/** Custom event types of all tenants: versioned, never changed, checked at ingest by the version in force. */
export class EventSchemas {
  /** Of the rows that are held in memory here. */
  readonly kind = KIND;
  readonly #store: AdminStore;
  readonly #byTenant = new Map<string, TenantSchemas>();

  private constructor(store: AdminStore) {
    this.#store = store;
  }

  static async open(store: AdminStore): Promise<EventSchemas> {
    const schemas = new EventSchemas(store);
    await schemas.reload();
    return schemas;
  }

  /** Takes over types that other nodes have added or changed. */
  async reload(): Promise<void> {
    for (const row of await this.#store.list(KIND)) {
      const types = this.#tenant(row.tenant);
      if (row.revision > types.revision(row.id))
        types.set(row.id, (JSON.parse(row.value) as StoredType).versions, row.revision);
    }
  }

  #tenant(tenant: string): TenantSchemas {
    const existing = this.#byTenant.get(tenant);
    if (existing !== undefined) return existing;
    const created = new TenantSchemas();
    this.#byTenant.set(tenant, created);
    return created;
  }

  /** The tenant's types, or `undefined` when it has none: the common case costs one map lookup per request. */
  of(tenant: string): TenantSchemas | undefined {
    return this.#byTenant.get(tenant);
  }

  /**
   * Adds a type, or a new version of one; it is in force from the next event on.
   *
   * @throws {ApiError} `invalid_request` with the place in the schema, `conflict` when somebody else added one meanwhile
   */
  async add(tenant: string, fields: Omit<EventSchemaRow, 'version'>): Promise<EventSchemaRow> {
    const schemas = this.#tenant(tenant);
    const earlier = schemas.versions(fields.type);
    if (earlier.length === 0 && schemas.size >= SCHEMAS_PER_TENANT_MAX) {
      throw new ApiError('conflict', `A tenant has at most ${SCHEMAS_PER_TENANT_MAX} custom types.`);
    }
    if (earlier.length >= SCHEMA_VERSIONS_MAX)
      throw new ApiError('conflict', `A type has at most ${SCHEMA_VERSIONS_MAX} versions.`);
    const row: EventSchemaRow = { ...fields, version: earlier.length + 1 };
    const compiled = CustomType.compile(row);
    if (!(compiled instanceof CustomType)) {
      throw new ApiError(
        'invalid_request',
        `The schema cannot be used: /schema${compiled.path} ${compiled.detail}.`,
        { path: `/schema${compiled.path}` },
      );
    }
    const versions = [...earlier, row];
    const revision = schemas.revision(fields.type);
    const stored = await this.#store.put(
      { kind: KIND, tenant, id: fields.type, value: JSON.stringify({ versions }) },
      revision,
    );
    if (stored.kind === 'conflict')
      throw new ApiError('conflict', `The type ${fields.type} was changed meanwhile; read it again.`);
    schemas.set(fields.type, versions, revision + 1);
    return row;
  }
}
