import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import {
  type CheckpointRow,
  type ColumnName,
  type HeadRow,
  type KeyRow,
  type SealPlace,
  TamperedLog,
} from './tampered-log.ts';

const COLUMNS: Readonly<Record<ColumnName, string>> = {
  at: 'recorded_at',
  occurredAtMs: 'occurred_at',
  httpStatus: 'http_status',
  type: 'type',
  category: 'category',
  severity: 'severity',
  status: 'status',
  verb: 'verb',
  project: 'project',
  actorType: 'actor_type',
  targetType: 'target_type',
  trafficLight: 'traffic_light',
  actor: 'actor',
  actorEmail: 'actor_email',
  ip: 'ip',
  ipNet: 'ip_net',
  ipWide: 'ip_wide',
  session: 'session',
  target: 'target',
  requestId: 'request_id',
  correlationId: 'correlation_id',
  parentId: 'parent_id',
  executionId: 'execution_id',
};
const TIMES: ReadonlySet<string> = new Set(['recorded_at', 'occurred_at']);
const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;
const time = (parameter: string): string => `to_timestamp(${parameter}::float8 / 1000)`;

/** A copy of a database of PostgreSQL in the hands of its superuser, with the data folder of a node. */
export class TamperedDatabase extends TamperedLog {
  /** Its triggers are off all the time, which is a finding of its own. */
  override readonly wholeFolder = false;
  readonly parent: string;
  readonly client: pg.Client;
  readonly #undo: () => Promise<void>;

  /**
   * @param base   data folder of the original, of which this one gets a copy
   * @param client of the superuser, in the copy of the database
   * @param undo   takes back what was done to the database, or the database itself
   */
  constructor(base: string, url: string, client: pg.Client, undo: () => Promise<void>) {
    const parent = mkdtempSync(join(tmpdir(), 'attestry-tampered-'));
    cpSync(base, join(parent, 'data'), { recursive: true });
    super(join(parent, 'data'), url);
    this.parent = parent;
    this.client = client;
    this.#undo = undo;
  }

  async run(sql: string, ...values: unknown[]): Promise<void> {
    const { rowCount } = await this.client.query(sql, values);
    if (rowCount === 0) throw new Error(`the case changes nothing: ${sql}`);
  }

  async value<T>(sql: string, ...values: unknown[]): Promise<T> {
    const { rows } = await this.client.query<T[]>({ text: sql, values, rowMode: 'array' });
    if (rows[0] === undefined) throw new Error(`the case finds nothing: ${sql}`);
    return rows[0][0] as T;
  }

  async text(seq: number, tenant = 'default'): Promise<string> {
    const sql = `SELECT convert_from(text, 'UTF8') FROM records WHERE tenant_no = ${NUMBER} AND seq = $2`;
    return this.value(sql, tenant, seq);
  }

  async leafHash(seq: number): Promise<Uint8Array> {
    return this.value(`SELECT hash FROM records WHERE ${OF_LOG} AND seq = $1`, seq);
  }

  async leafHashes(count: number): Promise<readonly Uint8Array[]> {
    const sql = `SELECT hash FROM records WHERE ${OF_LOG} AND seq < $1 ORDER BY seq`;
    const { rows } = await this.client.query<{ hash: Uint8Array }>(sql, [count]);
    return rows.map(({ hash }) => hash);
  }

  async setBytes(seq: number, { text, hash }: { text?: string | null; hash?: Uint8Array }): Promise<void> {
    const where = `WHERE ${OF_LOG} AND seq = $2`;
    if (text !== undefined)
      await this.run(`UPDATE records SET text = $1 ${where}`, text === null ? null : Buffer.from(text), seq);
    if (hash !== undefined) await this.run(`UPDATE records SET hash = $1 ${where}`, hash, seq);
  }

  async deleteRecords(from: number, to: number): Promise<void> {
    await this.run(`DELETE FROM records WHERE ${OF_LOG} AND seq >= $1 AND seq < $2`, from, to);
  }

  async copyRecord(from: number, to: number): Promise<void> {
    const columns = await this.value<string>(
      `SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute
       WHERE attrelid = 'records'::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'seq'`,
    );
    await this.run(
      `INSERT INTO records (seq, ${columns}) SELECT $1, ${columns} FROM records WHERE ${OF_LOG} AND seq = $2`,
      ...[to, from],
    );
  }

  async swapRecords(a: number, b: number): Promise<void> {
    const sql = `UPDATE records SET seq = $1 WHERE ${OF_LOG} AND seq = $2`;
    await this.run(sql, -1, a);
    await this.run(sql, a, b);
    await this.run(sql, b, -1);
  }

  async head(): Promise<HeadRow> {
    const sql = `SELECT size::float8, frontier, last_hash AS "lastHash", ${ms('last_at')} AS "lastAtMs", origin
      FROM heads WHERE ${OF_LOG}`;
    return (await this.client.query(sql)).rows[0] as HeadRow;
  }

  async setHead(change: Partial<HeadRow>): Promise<void> {
    const { size, frontier, lastHash, lastAtMs, origin } = { ...(await this.head()), ...change };
    await this.run(
      `UPDATE heads SET size = $1, frontier = $2, last_hash = $3, last_at = ${time('$4')}, origin = $5 WHERE ${OF_LOG}`,
      ...[size, frontier, lastHash, lastAtMs, origin],
    );
  }

  async checkpoints(tenant = 'default'): Promise<readonly CheckpointRow[]> {
    const sql = `SELECT size::float8, note, ${ms('signed_at')} AS "signedAtMs" FROM checkpoints
      WHERE tenant_no = ${NUMBER} ORDER BY size`;
    return (await this.client.query(sql, [tenant])).rows as CheckpointRow[];
  }

  async setCheckpoint(size: number, change: Partial<CheckpointRow>): Promise<void> {
    const row = (await this.checkpoints()).find((one) => one.size === size);
    const { note, signedAtMs, size: other } = { ...(row as CheckpointRow), ...change };
    await this.run(
      `UPDATE checkpoints SET size = $1, note = $2, signed_at = ${time('$3')} WHERE ${OF_LOG} AND size = $4`,
      ...[other, note, signedAtMs, size],
    );
  }

  async deleteCheckpoints(above: number): Promise<void> {
    await this.run(`DELETE FROM checkpoints WHERE ${OF_LOG} AND size > $1`, above);
  }

  async column(seq: number, name: ColumnName): Promise<string | number | bigint | null> {
    const column = COLUMNS[name];
    const sql = `SELECT ${TIMES.has(column) ? ms(column) : column} FROM records WHERE ${OF_LOG} AND seq = $1`;
    return this.value(sql, seq);
  }

  async setColumn(seq: number, name: ColumnName, value: string | number | bigint | null): Promise<void> {
    const column = COLUMNS[name];
    const to = TIMES.has(column) ? time('$1') : '$1';
    await this.run(
      `UPDATE records SET ${column} = ${to} WHERE ${OF_LOG} AND seq = $2`,
      ...[typeof value === 'bigint' ? String(value) : value, seq],
    );
  }

  async forgetEventIds(from: number, to: number): Promise<void> {
    await this.run(`DELETE FROM event_ids WHERE ${OF_LOG} AND seq >= $1 AND seq < $2`, from, to);
  }

  async redirectEventId(seq: number, to: number): Promise<void> {
    await this.run(`UPDATE event_ids SET seq = $1 WHERE ${OF_LOG} AND seq = $2`, to, seq);
  }

  async inventEventId(id: Uint8Array, seq: number): Promise<void> {
    const uuid = Buffer.from(id).toString('hex');
    const sql = `INSERT INTO event_ids (tenant_no, id, seq) VALUES ((SELECT tenant_no FROM tenants WHERE tenant = 'default'), $1, $2)`;
    await this.run(sql, uuid, seq);
  }

  async seal({ seq, index }: SealPlace): Promise<{ readonly kid: string; readonly envelope: Uint8Array }> {
    const sql = `SELECT kid, seal_envelopes[$2] AS envelope FROM records AS r JOIN data_keys AS k
      ON k.key_no = seal_key_nos[$2] WHERE r.${OF_LOG} AND seq = $1`;
    const { rows } = await this.client.query(sql, [seq, index + 1]);
    if (rows[0] === undefined) throw new Error('the case finds no envelope');
    return rows[0] as { readonly kid: string; readonly envelope: Uint8Array };
  }

  async setSeal(
    { seq, index }: SealPlace,
    seal: { readonly kid: string; readonly envelope: Uint8Array } | null,
  ): Promise<void> {
    await this.run(
      `UPDATE records SET seal_envelopes[$2::integer] = $3, seal_key_nos[$2::integer] =
         (SELECT key_no FROM data_keys WHERE kid = $4) WHERE ${OF_LOG} AND seq = $1`,
      ...[seq, index + 1, seal?.envelope ?? null, seal?.kid ?? null],
    );
  }

  async deleteSeals(): Promise<void> {
    // They are in the rows of their records.
  }

  async key(kid: string): Promise<KeyRow> {
    const sql = `SELECT subject_index AS "subjectIndex", wrapped, subject_sealed AS "subjectSealed"
      FROM data_keys WHERE kid = $1`;
    return (await this.client.query(sql, [kid])).rows[0] as KeyRow;
  }

  async setKey(kid: string, change: Partial<KeyRow>): Promise<void> {
    const { subjectIndex, wrapped, subjectSealed } = { ...(await this.key(kid)), ...change };
    await this.run(
      'UPDATE data_keys SET subject_index = $1, wrapped = $2, subject_sealed = $3 WHERE kid = $4',
      ...[subjectIndex, wrapped, subjectSealed, kid],
    );
  }

  async deleteKey(kid: string): Promise<void> {
    await this.run('DELETE FROM data_keys WHERE kid = $1', kid);
  }

  async indexKey(tenant: string): Promise<Uint8Array> {
    return this.value('SELECT index_key FROM tenants WHERE tenant = $1', tenant);
  }

  async setIndexKey(tenant: string, key: Uint8Array | null): Promise<void> {
    await this.run('UPDATE tenants SET index_key = $1 WHERE tenant = $2', key, tenant);
  }

  async insertSetting(kind: string, id: string, value: string): Promise<void> {
    await this.run("INSERT INTO admin VALUES ($1, 'default', $2, $3, 1)", kind, id, value);
  }

  async close(): Promise<void> {
    // What was done is committed; the client goes on with the next case.
  }

  async remove(): Promise<void> {
    await this.#undo();
    rmSync(this.parent, { recursive: true, force: true });
  }
}

/** Triggers stop whoever is not the owner or the superuser. */
export async function switchTriggers(client: pg.Client, to: 'on' | 'off'): Promise<void> {
  const { rows } = await client.query<{ table: string; name: string }>(
    `SELECT tgrelid::regclass::text AS table, quote_ident(tgname) AS name FROM pg_trigger
     WHERE NOT tgisinternal AND tgparentid = 0
       AND tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'attestry'::regnamespace)`,
  );
  const action = to === 'on' ? 'ENABLE ALWAYS' : 'DISABLE';
  const statements = rows.map(({ table, name }) => `ALTER TABLE ${table} ${action} TRIGGER ${name}`);
  await client.query(statements.join('; '));
}

/** Tables with everything that a case may change, in an order in which they can be filled. */
const TABLES = ['tenants', 'heads', 'records', 'event_ids', 'data_keys', 'tiles', 'checkpoints', 'admin'];

/** Keeps a copy of every row, in the same database. */
export async function saveRows(client: pg.Client): Promise<void> {
  await client.query('CREATE SCHEMA saved');
  for (const table of TABLES) await client.query(`CREATE TABLE saved.${table} AS TABLE attestry.${table}`);
  // As it is now, for the case that replaces it.
  await client.query(`CREATE TABLE saved.function AS
    SELECT pg_get_functiondef('attestry.refuse_change'::regproc) AS definition;
    CREATE FUNCTION saved.restore_function() RETURNS void LANGUAGE plpgsql AS
    'BEGIN EXECUTE (SELECT definition FROM saved.function); END'`);
}

/** Puts back what differs from the rows that were saved. */
export async function restoreRows(client: pg.Client): Promise<void> {
  const changes = TABLES.flatMap((table) => [
    `DELETE FROM attestry.${table} AS now WHERE now::text NOT IN (SELECT kept::text FROM saved.${table} AS kept)`,
    `INSERT INTO attestry.${table} OVERRIDING SYSTEM VALUE TABLE saved.${table} EXCEPT ALL TABLE attestry.${table}`,
  ]);
  // A row may go for a moment although others refer to it.
  await client.query(`BEGIN; SET LOCAL session_replication_role = replica; ${changes.join('; ')}; COMMIT`);
}

const NUMBER = '(SELECT tenant_no FROM tenants WHERE tenant = $1)';
const OF_LOG = "tenant_no = (SELECT tenant_no FROM tenants WHERE tenant = 'default')";
