import { LedgerError } from '../../errors.ts';
import type { CheckpointStore, StoredCheckpoint } from '../../ports/checkpoint-store.ts';
import type { Fence } from '../../ports/lease-store.ts';
import type { SettingsParts } from './key-store.ts';
import { checkFence } from './lease-store.ts';
import { tableSql } from './schema-names.ts';

type PutOutcome = Awaited<ReturnType<CheckpointStore['put']>>;

const COLUMNS = `size, note, (extract(epoch FROM signed_at) * 1000)::int8 AS "signedAtMs"`;

/** `CheckpointStore` in PostgreSQL. */
export class PostgresCheckpointStore implements CheckpointStore {
  readonly #parts: SettingsParts;
  readonly #table: string;

  constructor(parts: SettingsParts) {
    this.#parts = parts;
    this.#table = tableSql(parts.schema, 'checkpoints');
  }

  async put(tenant: string, checkpoint: StoredCheckpoint, fence?: Fence): Promise<PutOutcome> {
    const { writes, tenants, schema } = this.#parts;
    const tenantNo = await tenants.of(tenant);
    if (tenantNo === undefined) throw unknownLog(tenant);
    const { size, note, signedAtMs } = checkpoint;
    return writes.write('storing a checkpoint', { tenantNos: [tenantNo] }, async (run) => {
      const fenced = fence === undefined ? undefined : checkFence(run, schema, fence);
      const log = run({
        name: 'has-head',
        text: `SELECT FROM ${tableSql(schema, 'heads')} WHERE tenant_no = $1`,
        values: [tenantNo],
      });
      // The same note again is the heartbeat of an idle log: it moves the time of signing and nothing else.
      const put = run({
        name: 'put-checkpoint',
        text: `INSERT INTO ${this.#table} AS c (tenant_no, size, note, signed_at)
          VALUES ($1, $2, $3, to_timestamp($4::float8 / 1000))
          ON CONFLICT (tenant_no, size) DO UPDATE SET signed_at = greatest(c.signed_at, excluded.signed_at)
          WHERE c.note = excluded.note`,
        values: [tenantNo, size, note, signedAtMs],
      });
      const stored = run<StoredCheckpoint>({
        name: 'checkpoint',
        text: `SELECT ${COLUMNS} FROM ${this.#table} WHERE tenant_no = $1 AND size = $2`,
        values: [tenantNo, size],
      });
      const [heads, { rowCount }, { rows }] = await Promise.all([log, put, stored, fenced]);
      if (heads.rowCount === 0) throw unknownLog(tenant);
      if (rowCount === 1) return { kind: 'stored' };
      return { kind: 'exists', stored: rows[0] as StoredCheckpoint };
    });
  }

  async list(
    tenant: string,
    range: Parameters<CheckpointStore['list']>[1],
  ): Promise<readonly StoredCheckpoint[]> {
    const { reads, tenants } = this.#parts;
    const tenantNo = await tenants.of(tenant);
    if (tenantNo === undefined) return [];
    const order = range.order === 'asc' ? 'ASC' : 'DESC';
    const { rows } = await reads.read('reading checkpoints', { tenantNos: [tenantNo] }, (run) =>
      run<StoredCheckpoint>({
        name: `checkpoints-${range.order}`,
        text: `SELECT ${COLUMNS} FROM ${this.#table} WHERE tenant_no = $1 AND size BETWEEN $2 AND $3
          ORDER BY size ${order} LIMIT $4`,
        values: [tenantNo, range.sizeFrom, range.sizeTo, range.limit],
      }),
    );
    return rows;
  }
}

function unknownLog(tenant: string): LedgerError {
  return new LedgerError('unknown_log', `checkpoint: tenant ${tenant} has no log`);
}
