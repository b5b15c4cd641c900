import { RecentCache } from '../../keys/recent-cache.ts';
import { TENANT_NUMBERS_CACHED_MAX } from './postgres-limits.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { tableSql } from './schema-names.ts';

/** Numbers of tenants, by which all tables know them. A number never changes, so what is known stays known. */
export class TenantNumbers {
  readonly #pool: PostgresPool;
  readonly #table: string;
  readonly #numbers = new RecentCache<string, number>(TENANT_NUMBERS_CACHED_MAX);
  readonly #names = new RecentCache<number, string>(TENANT_NUMBERS_CACHED_MAX);

  constructor(pool: PostgresPool, schema: string) {
    this.#pool = pool;
    this.#table = tableSql(schema, 'tenants');
  }

  /** The number, or `undefined` for a tenant of whom nothing is stored. */
  async of(tenant: string): Promise<number | undefined> {
    return (await this.ofAll([tenant])).get(tenant);
  }

  /** Numbers of those that have one. */
  async ofAll(tenants: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>();
    const missing: string[] = [];
    for (const tenant of tenants) {
      const known = this.#numbers.get(tenant);
      if (known === undefined) missing.push(tenant);
      else found.set(tenant, known);
    }
    if (missing.length === 0) return found;
    const { rows } = await this.#pool.read('reading tenants', { tenants: missing }, (run) =>
      run<{ tenant: string; tenant_no: number }>({
        name: 'tenant-numbers',
        text: `SELECT tenant, tenant_no FROM ${this.#table} WHERE tenant = ANY ($1)`,
        values: [missing],
      }),
    );
    for (const { tenant, tenant_no } of rows) {
      this.#numbers.set(tenant, tenant_no);
      found.set(tenant, tenant_no);
    }
    return found;
  }

  /** The tenant that has a number. */
  async nameOf(tenantNo: number): Promise<string | undefined> {
    const known = this.#names.get(tenantNo);
    if (known !== undefined) return known;
    const { rows } = await this.#pool.read('reading a tenant', { tenants: '*' }, (run) =>
      run<{ tenant: string }>({
        name: 'tenant-name',
        text: `SELECT tenant FROM ${this.#table} WHERE tenant_no = $1`,
        values: [tenantNo],
      }),
    );
    const name = rows[0]?.tenant;
    if (name !== undefined) this.#names.set(tenantNo, name);
    return name;
  }

  /** The number of a tenant, who gets one when there is none. `pool` must be one that writes. */
  async make(pool: PostgresPool, tenant: string): Promise<number> {
    const known = await this.of(tenant);
    if (known !== undefined) return known;
    await pool.write('storing a tenant', { tenants: [tenant] }, (run) =>
      run({
        text: `INSERT INTO ${this.#table} (tenant) VALUES ($1) ON CONFLICT DO NOTHING`,
        values: [tenant],
      }),
    );
    return (await this.of(tenant)) as number;
  }
}
