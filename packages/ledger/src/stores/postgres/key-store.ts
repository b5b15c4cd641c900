import { FatalError } from '../../errors.ts';
import type { KeyStore, NewDataKey, StoredDataKey } from '../../ports/key-store.ts';
import type { DestroyedKey } from '../../ports/shared-store.ts';
import type { DataKeyNumbers } from './data-key-numbers.ts';
import type { PostgresPool, Run } from './postgres-pool.ts';
import { tableSql } from './schema-names.ts';
import type { TenantNumbers } from './tenant-numbers.ts';

interface KeyRow {
  readonly key_no: number;
  readonly sub: string;
  readonly kid: string;
  readonly wrapped: Buffer | null;
}

export interface SettingsParts {
  /** Connections that read. */
  readonly reads: PostgresPool;
  /** Connections that write. */
  readonly writes: PostgresPool;
  readonly schema: string;
  readonly tenants: TenantNumbers;
}

export interface KeyStoreParts extends SettingsParts {
  /** Told of every key that was read: an append of what is sealed with it asks for its number next. */
  readonly keys: DataKeyNumbers;
}

function toKey({ sub, kid, wrapped }: KeyRow): StoredDataKey {
  return { sub, kid, wrapped: wrapped === null ? undefined : new Uint8Array(wrapped) };
}

/** `KeyStore` in PostgreSQL. */
export class PostgresKeyStore implements KeyStore {
  readonly #parts: KeyStoreParts;
  readonly #keys: string;
  readonly #tenants: string;
  readonly #mayNeed: string;
  readonly #needed: string;

  constructor(parts: KeyStoreParts) {
    this.#parts = parts;
    this.#keys = tableSql(parts.schema, 'data_keys');
    this.#tenants = tableSql(parts.schema, 'tenants');
    // Blind indexes come with events that have an actor, in nearly every log among the first ones.
    // Asked of logs with events only, which their ids tell: it looks into every partition.
    this.#mayNeed = `(EXISTS (SELECT FROM ${this.#keys} AS k WHERE k.tenant_no = t.tenant_no)
      OR EXISTS (SELECT FROM ${tableSql(parts.schema, 'event_ids')} AS i WHERE i.tenant_no = t.tenant_no))`;
    this.#needed = `(EXISTS (SELECT FROM ${this.#keys} AS k WHERE k.tenant_no = t.tenant_no AND k.subject_index IS NOT NULL)
      OR EXISTS (SELECT FROM ${tableSql(parts.schema, 'records')} AS r WHERE r.tenant_no = t.tenant_no
        AND num_nonnulls(r.actor, r.actor_email, r.ip, r.ip_net, r.ip_wide, r.session, r.target, r.request_id,
          r.correlation_id, r.parent_id, r.execution_id) > 0))`;
  }

  async ensure(tenant: string, offered: readonly NewDataKey[]): Promise<readonly StoredDataKey[]> {
    const { writes, tenants } = this.#parts;
    if (offered.length === 0) return [];
    const tenantNo = await tenants.make(writes, tenant);
    // In one order for everybody, so that two calls with the same subjects cannot wait for each other.
    const sorted = offered.toSorted((a, b) => Buffer.compare(a.subjectIndex, b.subjectIndex));
    const rows = await writes.write('storing data keys', { tenantNos: [tenantNo] }, async (run) => {
      const columns = [
        sorted.map(({ kid }) => kid),
        sorted.map(({ sub }) => sub),
        sorted.map(({ subjectIndex }) => Buffer.from(subjectIndex)),
        sorted.map(({ wrapped }) => Buffer.from(wrapped)),
        sorted.map(({ subjectSealed }) => Buffer.from(subjectSealed)),
      ];
      const inserted = run({
        name: 'ensure-keys',
        text: `INSERT INTO ${this.#keys} (tenant_no, kid, sub, subject_index, wrapped, subject_sealed)
          SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bytea[], $5::bytea[], $6::bytea[])
          ON CONFLICT (tenant_no, subject_index) WHERE subject_index IS NOT NULL DO NOTHING`,
        values: [tenantNo, ...columns],
      });
      const found = run<KeyRow & { subject_index: Buffer }>({
        name: 'keys-of-subjects',
        text: `SELECT key_no, sub, kid, wrapped, subject_index FROM ${this.#keys}
          WHERE tenant_no = $1 AND subject_index = ANY ($2)`,
        values: [tenantNo, columns[2]],
      });
      return (await Promise.all([found, inserted]))[0].rows;
    });
    this.#remember(tenantNo, rows);
    const bySubject = new Map(rows.map((row) => [row.subject_index.toString('hex'), toKey(row)]));
    return offered.map(
      ({ subjectIndex }) => bySubject.get(Buffer.from(subjectIndex).toString('hex')) as StoredDataKey,
    );
  }

  /** See `SharedStore.adoptDestroyedKeys`. */
  async adoptDestroyed(tenant: string, keys: readonly DestroyedKey[]): Promise<void> {
    const { writes, tenants } = this.#parts;
    const tenantNo = await tenants.make(writes, tenant);
    const bytes = (value: Uint8Array | null): Buffer | null => (value === null ? null : Buffer.from(value));
    await writes.write('storing destroyed data keys', { tenantNos: [tenantNo] }, (run) =>
      run({
        text: `INSERT INTO ${this.#keys} (tenant_no, kid, sub, subject_index, wrapped, subject_sealed)
          SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bytea[], $5::bytea[], $6::bytea[]) ON CONFLICT DO NOTHING`,
        values: [
          tenantNo,
          keys.map(({ kid }) => kid),
          keys.map(({ sub }) => sub),
          keys.map(({ subjectIndex }) => bytes(subjectIndex)),
          keys.map(({ wrapped }) => bytes(wrapped)),
          keys.map(({ subjectSealed }) => bytes(subjectSealed)),
        ],
      }),
    );
  }

  async findBySubject(
    tenant: string,
    subjectIndexes: readonly Uint8Array[],
  ): Promise<readonly (StoredDataKey & { readonly subjectIndex: Uint8Array })[]> {
    const rows = await this.#select<KeyRow & { subject_index: Buffer }>(tenant, {
      name: 'find-subjects',
      text: `SELECT key_no, sub, kid, wrapped, subject_index FROM ${this.#keys}
        WHERE tenant_no = $1 AND subject_index = ANY ($2) AND wrapped IS NOT NULL`,
      values: [subjectIndexes.map((index) => Buffer.from(index))],
    });
    return rows.map((row) => ({ ...toKey(row), subjectIndex: new Uint8Array(row.subject_index) }));
  }

  async findByKid(tenant: string, kids: readonly string[]): Promise<readonly StoredDataKey[]> {
    const rows = await this.#select<KeyRow>(tenant, {
      name: 'find-kids',
      text: `SELECT key_no, sub, kid, wrapped FROM ${this.#keys} WHERE tenant_no = $1 AND kid = ANY ($2)`,
      values: [kids],
    });
    return rows.map(toKey);
  }

  async ensureIndexKey(tenant: string, offered: Uint8Array): Promise<Uint8Array> {
    const known = await this.findIndexKey(tenant);
    if (known !== undefined) return known;
    const { writes, tenants } = this.#parts;
    const tenantNo = await tenants.make(writes, tenant);
    const scope = { tenantNos: [tenantNo], tenants: [tenant] };
    return writes.write('storing an index key', scope, async (run) => {
      // Locked first: of two that come at once, the second one sees what the first has stored.
      const { rows } = await run<{ index_key: Buffer | null; needed: boolean }>({
        text: `SELECT index_key, index_key IS NULL AND ${this.#mayNeed} AS needed
          FROM ${this.#tenants} AS t WHERE tenant_no = $1 FOR UPDATE`,
        values: [tenantNo],
      });
      const row = rows[0];
      if (row?.needed === true && (await this.#lost(run, tenant))) {
        throw new FatalError('index_key_lost', `the index key of tenant ${tenant} is gone from the database`);
      }
      if (row?.index_key) return new Uint8Array(row.index_key);
      await run({
        text: `UPDATE ${this.#tenants} SET index_key = $2 WHERE tenant_no = $1`,
        values: [tenantNo, Buffer.from(offered)],
      });
      return offered;
    });
  }

  /** The tenant's wrapped index key, or `undefined` when it has none. */
  async findIndexKey(tenant: string): Promise<Uint8Array | undefined> {
    const { rows } = await this.#parts.reads.read('reading an index key', { tenants: [tenant] }, (run) =>
      run<{ index_key: Buffer | null }>({
        name: 'index-key',
        text: `SELECT index_key FROM ${this.#tenants} WHERE tenant = $1`,
        values: [tenant],
      }),
    );
    return rows[0]?.index_key ? new Uint8Array(rows[0].index_key) : undefined;
  }

  async lostIndexKeys(): Promise<readonly string[]> {
    const scope = { tenantNos: '*', tenants: '*' } as const;
    const { rows } = await this.#parts.reads.read('reading index keys', scope, (run) =>
      run<{ tenant: string }>({
        text: `SELECT tenant FROM ${this.#tenants} AS t WHERE index_key IS NULL AND ${this.#mayNeed} ORDER BY tenant`,
      }),
    );
    const lost: string[] = [];
    for (const { tenant } of rows) {
      if (await this.#parts.reads.read('reading index keys', scope, (run) => this.#lost(run, tenant)))
        lost.push(tenant);
    }
    return lost;
  }

  /** Whether a tenant without an index key has something that was made with one. */
  async #lost(run: Run, tenant: string): Promise<boolean> {
    const { rows } = await run<{ needed: boolean }>({
      text: `SELECT ${this.#needed} AS needed FROM ${this.#tenants} AS t WHERE tenant = $1`,
      values: [tenant],
    });
    return rows[0]?.needed === true;
  }

  #remember(tenantNo: number, rows: readonly KeyRow[]): void {
    for (const { key_no: keyNo, sub, kid } of rows) this.#parts.keys.remember(tenantNo, { sub, kid, keyNo });
  }

  async #select<Row extends KeyRow>(
    tenant: string,
    statement: { readonly name: string; readonly text: string; readonly values: readonly unknown[] },
  ): Promise<readonly Row[]> {
    const { reads, tenants } = this.#parts;
    const tenantNo = await tenants.of(tenant);
    if (tenantNo === undefined) return [];
    const values = [tenantNo, ...statement.values];
    const { rows } = await reads.read('reading data keys', { tenantNos: [tenantNo] }, (run) =>
      run<Row>({ ...statement, values }),
    );
    this.#remember(tenantNo, rows);
    return rows;
  }
}
