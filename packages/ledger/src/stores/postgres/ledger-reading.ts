import type { LedgerStore, LogHead, StoredRecord } from '../../ports/ledger-store.ts';
import type { DataKeyNumbers } from './data-key-numbers.ts';
import { LEAF_HASHES_PER_READ_MAX, RECORDS_PER_READ_MAX } from './postgres-limits.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { STORED_COLUMNS, type StoredRow, storedRecords } from './record-rows.ts';
import { tableSql } from './schema-names.ts';
import { ANY_TIME, type SeqTimes, type TimeBounds } from './seq-times.ts';
import type { TenantNumbers } from './tenant-numbers.ts';

const HASH_BYTES = 32;
const TILE_HASHES = 256;

interface HeadRow {
  readonly tenant: string;
  readonly origin: string;
  readonly size: number;
  readonly frontier: Buffer;
  readonly last_hash: Buffer;
  readonly last_at_ms: number;
}

function toHead(row: HeadRow): LogHead {
  const frontier = Array.from(
    { length: row.frontier.length / HASH_BYTES },
    (_, i) => new Uint8Array(row.frontier.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES)),
  );
  return {
    tenant: row.tenant,
    origin: row.origin,
    size: row.size,
    frontier,
    lastHash: new Uint8Array(row.last_hash),
    lastAtMs: row.last_at_ms,
  };
}

/** The parts that read what the ledger itself needs. */
export interface ReadingParts {
  readonly pool: PostgresPool;
  readonly schema: string;
  readonly tenants: TenantNumbers;
  readonly keys: DataKeyNumbers;
  readonly times: SeqTimes;
}

/** The reading half of `LedgerStore`. */
export class LedgerReading implements Omit<LedgerStore, 'append'> {
  readonly #parts: ReadingParts;
  readonly #heads: string;
  readonly #records: string;

  constructor(parts: ReadingParts) {
    this.#parts = parts;
    const { schema } = parts;
    this.#heads = `SELECT tenant, origin, size, frontier, last_hash,
      (extract(epoch FROM last_at) * 1000)::int8 AS last_at_ms
      FROM ${tableSql(schema, 'heads')} JOIN ${tableSql(schema, 'tenants')} USING (tenant_no)`;
    this.#records = tableSql(schema, 'records');
  }

  async readHead(tenant: string): Promise<LogHead | undefined> {
    const tenantNo = await this.#parts.tenants.of(tenant);
    if (tenantNo === undefined) return undefined;
    const scope = { tenantNos: [tenantNo], tenants: [tenant] };
    const { rows } = await this.#parts.pool.read('reading a head', scope, (run) =>
      run<HeadRow>({ name: 'head', text: `${this.#heads} WHERE tenant_no = $1`, values: [tenantNo] }),
    );
    return rows[0] === undefined ? undefined : toHead(rows[0]);
  }

  async listHeads(): Promise<readonly LogHead[]> {
    const { rows } = await this.#parts.pool.read(
      'reading all heads',
      { tenantNos: '*', tenants: '*' },
      (run) => run<HeadRow>({ text: `${this.#heads} ORDER BY tenant` }),
    );
    return rows.map(toHead);
  }

  async readRecords(tenant: string, from: number, to: number): Promise<readonly StoredRecord[]> {
    const { tenants, keys } = this.#parts;
    const tenantNo = await tenants.of(tenant);
    const end = Math.min(to, from + RECORDS_PER_READ_MAX);
    if (tenantNo === undefined || end <= from) return [];
    const what = { doing: 'reading records', columns: STORED_COLUMNS };
    const rows = await this.#range<StoredRow>(what, [tenantNo, from, end]);
    return storedRecords(keys, tenantNo, rows);
  }

  async findSeqs(tenant: string, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const tenantNo = await this.#parts.tenants.of(tenant);
    if (tenantNo === undefined || ids.length === 0) return new Map();
    const rows = await this.#select<{ id: string; seq: number }>('reading event ids', tenantNo, {
      name: 'event-ids',
      text: `SELECT id, seq FROM ${tableSql(this.#parts.schema, 'event_ids')}
        WHERE tenant_no = $1 AND id = ANY ($2::uuid[])`,
      values: [ids],
    });
    return new Map(rows.map(({ id, seq }) => [id, seq]));
  }

  async readTile(tenant: string, level: number, index: number): Promise<Uint8Array | undefined> {
    if (level === 0) {
      const hashes = await this.readLeafHashes(tenant, index * TILE_HASHES, (index + 1) * TILE_HASHES);
      return hashes.length === TILE_HASHES * HASH_BYTES ? hashes : undefined;
    }
    const tenantNo = await this.#parts.tenants.of(tenant);
    if (tenantNo === undefined) return undefined;
    const rows = await this.#select<{ hashes: Buffer }>('reading a tile', tenantNo, {
      name: 'tile',
      text: `SELECT hashes FROM ${tableSql(this.#parts.schema, 'tiles')}
        WHERE tenant_no = $1 AND level = $2 AND tile_index = $3`,
      values: [level, index],
    });
    return rows[0] === undefined ? undefined : new Uint8Array(rows[0].hashes);
  }

  async readLeafHashes(tenant: string, from: number, to: number): Promise<Uint8Array> {
    const tenantNo = await this.#parts.tenants.of(tenant);
    const end = Math.min(to, from + LEAF_HASHES_PER_READ_MAX);
    if (tenantNo === undefined || end <= from) return new Uint8Array();
    const what = { doing: 'reading leaf hashes', columns: 'hash' };
    const rows = await this.#range<{ hash: Buffer }>(what, [tenantNo, from, end]);
    return new Uint8Array(Buffer.concat(rows.map(({ hash }) => hash)));
  }

  /**
   * Rows of `records` by number: of the partitions in which they should be; when some are not there that the log has, of
   * those in which they are found. Not prepared by name: a plan for any time would lock every partition.
   */
  async #range<Row extends object>(
    what: { readonly doing: string; readonly columns: string },
    [tenantNo, from, end]: readonly [tenantNo: number, from: number, end: number],
  ): Promise<Row[]> {
    const read = (times: TimeBounds): Promise<Row[]> =>
      this.#select<Row>(what.doing, tenantNo, {
        text: `SELECT ${what.columns} FROM ${this.#records} WHERE tenant_no = $1 AND seq >= $2 AND seq < $3
          AND recorded_at >= $4 AND recorded_at <= $5 ORDER BY seq`,
        values: [from, end, times.from, times.to],
      });
    const { times } = this.#parts;
    const rows = await read(await times.within(tenantNo, from, end));
    if (rows.length === end - from) return rows;
    const last = Math.min(end, await this.#size(tenantNo));
    if (rows.length >= last - from) return rows;
    return read((await times.certain(tenantNo, from, last)) ?? ANY_TIME);
  }

  async #size(tenantNo: number): Promise<number> {
    const [head] = await this.#select<{ size: number }>('reading the size of a log', tenantNo, {
      name: 'size',
      text: `SELECT size FROM ${tableSql(this.#parts.schema, 'heads')} WHERE tenant_no = $1`,
      values: [],
    });
    return head?.size ?? 0;
  }

  /** Rows of one tenant, whose number is the first parameter. */
  async #select<Row extends object>(
    doing: string,
    tenantNo: number,
    statement: { readonly name?: string; readonly text: string; readonly values: readonly unknown[] },
  ): Promise<Row[]> {
    const { pool } = this.#parts;
    const values = [tenantNo, ...statement.values];
    const { rows } = await pool.read(doing, { tenantNos: [tenantNo] }, (run) =>
      run<Row>({ ...statement, values }),
    );
    return rows;
  }
}
