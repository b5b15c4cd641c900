import { isUtf8 } from 'node:buffer';
import type pg from 'pg';
import type { LedgerError } from '../../errors.ts';
import type { RawBounds, RawDataKey } from '../../ports/raw-log.ts';
import { openClient } from './postgres-connection.ts';
import { toStoreError } from './postgres-error.ts';
import { type IndexReport, indexDamage } from './raw-indexes.ts';
import type { RawLeftovers, RawRecord, RawSeal } from './raw-rows.ts';
import { roleDamage } from './role-lines.ts';
import { expectedSchemaLines, schemaDifferences, schemaLines } from './schema-lines.ts';
import { quoteIdentifier, quoteLiteral } from './schema-names.ts';
import { SEARCH_VERSION } from './search-index.ts';
import { EVERY_DOCUMENT } from './text-sql.ts';

export interface RawScanOptions {
  readonly url: string;
  readonly schema: string;
  /** Name of a snapshot that another connection holds open; a new one when absent. */
  readonly snapshot?: string | undefined;
}

const KEY_NAMES_MAX = 20_000;

/** Differences of the schema that are named one by one. */
const DAMAGES_MAX = 20;

/** A count over a whole log of a hundred million records. */
const STATEMENT_MS_MAX = 3_600_000;

const WORDS = [
  'type',
  'category',
  'severity',
  'status',
  'verb',
  'project',
  'actor_type',
  'target_type',
  'traffic_light',
] as const;
const BLINDS = [
  'actor',
  'actor_email',
  'ip',
  'ip_net',
  'ip_wide',
  'session',
  'target',
  'request_id',
  'correlation_id',
  'parent_id',
  'execution_id',
] as const;
/** Microseconds: what is stored has milliseconds, and a change of less is still a change. */
const micros = (column: string): string => `(extract(epoch FROM ${column}) * 1000000)::bigint`;
const RECORD_COLUMNS = [
  'seq',
  micros('recorded_at'),
  'hash',
  'text',
  'seal_key_nos',
  'seal_envelopes',
  micros('occurred_at'),
  'http_status',
  ...WORDS,
  // All 64 bits: the driver's numbers have 53.
  ...BLINDS.map((column) => `${column}::text`),
].join(', ');
const OCCURRED = 6;
const HTTP_STATUS = 7;
const WORD = 8;
const BLIND = WORD + WORDS.length;

type Value = string | number | boolean | Uint8Array | null | readonly unknown[];
type Row = readonly Value[];

interface KeyName {
  readonly sub: string;
  readonly kid: string;
}

/**
 * Every row of one log as it is stored, nothing joined away and nothing left out, for a verifier: one connection, one
 * snapshot, read-only. Calls take a range and return at most what is asked for.
 */
export class PostgresRawScan {
  readonly #client: pg.Client;
  readonly #schemaName: string;
  /** Quoted. */
  readonly #schema: string;
  #keyNames = new Map<number, KeyName | undefined>();
  #failure: LedgerError | undefined;

  private constructor(client: pg.Client, schema: string) {
    this.#client = client;
    this.#schemaName = schema;
    this.#schema = quoteIdentifier(schema);
  }

  static async open({ url, schema, snapshot }: RawScanOptions): Promise<PostgresRawScan> {
    const doing = 'opening a snapshot to verify';
    const client = await openClient({ url, use: 'verify', statementMsMax: STATEMENT_MS_MAX }).catch(
      (error: unknown) => {
        throw toStoreError(error, doing);
      },
    );
    try {
      // Between two reads the verifier works, for longer than a forgotten transaction may last.
      await client.query('SET idle_in_transaction_session_timeout = 0');
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      if (snapshot !== undefined) await client.query(`SET TRANSACTION SNAPSHOT ${quoteLiteral(snapshot)}`);
      await client.query("SET LOCAL attestry.tenant_nos = '*'");
      await client.query("SET LOCAL attestry.tenants = '*'");
    } catch (error) {
      await client.end();
      throw toStoreError(error, doing);
    }
    return new PostgresRawScan(client, schema);
  }

  /** A name by which another connection reads the same snapshot, as long as this one is open. */
  async exportSnapshot(): Promise<string> {
    const [row] = await this.rows('SELECT pg_export_snapshot()', []);
    return String(row?.[0]);
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  /** Rows of a statement, in which `{name}` stands for a table, qualified and quoted. */
  async rows(sql: string, values: readonly unknown[]): Promise<readonly Row[]> {
    const text = sql.replaceAll(/\{([a-z_]+)\}/g, (_, name: string) => `${this.#schema}.${name}`);
    try {
      const result = await this.#client.query<Value[]>({ text, values: [...values], rowMode: 'array' });
      return result.rows;
    } catch (error) {
      // After the first error of a transaction all others only say that there was one.
      this.#failure ??= toStoreError(error, 'reading stored rows');
      throw this.#failure;
    }
  }

  /** Number of the tenant, which the other calls take. */
  async tenantNo(tenant: string): Promise<number | undefined> {
    const [row] = await this.rows('SELECT tenant_no FROM {tenants} WHERE tenant = $1', [tenant]);
    return row === undefined ? undefined : Number(row[0]);
  }

  async bounds(tenantNo: number): Promise<RawBounds | undefined> {
    const sql = `SELECT origin, size, frontier, last_hash, ${micros('last_at')},
      (SELECT max(seq) FROM {records} WHERE tenant_no = $1),
      (SELECT max(size) FROM {checkpoints} WHERE tenant_no = $1),
      (SELECT count(*) FROM {event_ids} WHERE tenant_no = $1)
      FROM {heads} WHERE tenant_no = $1`;
    const [row] = await this.rows(sql, [tenantNo]);
    if (row === undefined) return undefined;
    return {
      origin: String(row[0]),
      size: Number(row[1]),
      frontier: row[2] as Uint8Array,
      lastHash: row[3] as Uint8Array,
      lastAtMs: Number(row[4]) / 1_000,
      lastSeq: row[5] === null ? -1 : Number(row[5]),
      checkpointSize: Number(row[6] ?? 0),
      eventIds: Number(row[7]),
    };
  }

  /** Rows of `records` with `from <= seq < to`, in order; also those at or after the head's size, also two of one number. */
  async records(tenantNo: number, from: number, to: number): Promise<readonly RawRecord[]> {
    const sql = `SELECT ${RECORD_COLUMNS} FROM {records}
      WHERE tenant_no = $1 AND seq >= $2 AND seq < $3 ORDER BY seq, recorded_at`;
    const rows = await this.rows(sql, [tenantNo, from, to]);
    await this.#nameKeys(tenantNo, rows);
    return rows.map((row) => this.#toRecord(row));
  }

  async texts(
    tenantNo: number,
    from: number,
    to: number,
  ): Promise<readonly Pick<RawRecord, 'seq' | 'text' | 'leafHash'>[]> {
    const sql = `SELECT seq, text, hash FROM {records}
      WHERE tenant_no = $1 AND seq >= $2 AND seq < $3 ORDER BY seq, recorded_at`;
    const rows = await this.rows(sql, [tenantNo, from, to]);
    return rows.map(([seq, text, hash]) => ({
      seq: Number(seq),
      text: textOf(text),
      leafHash: hash as Uint8Array,
    }));
  }

  /** A stored tile of level 1 or above. */
  async tile(tenantNo: number, level: number, index: number): Promise<Uint8Array | undefined> {
    const sql = 'SELECT hashes FROM {tiles} WHERE tenant_no = $1 AND level = $2 AND tile_index = $3';
    const [row] = await this.rows(sql, [tenantNo, level, index]);
    return row?.[0] as Uint8Array | undefined;
  }

  async checkpoints(
    tenantNo: number,
    sizeFrom: number,
    sizeTo: number,
  ): Promise<readonly { readonly size: number; readonly note: string; readonly signedAtMs: number }[]> {
    const sql = `SELECT size, note, ${micros('signed_at')} FROM {checkpoints}
      WHERE tenant_no = $1 AND size >= $2 AND size <= $3 ORDER BY size`;
    const rows = await this.rows(sql, [tenantNo, sizeFrom, sizeTo]);
    return rows.map(([size, note, at]) => ({
      size: Number(size),
      note: String(note),
      signedAtMs: Number(at) / 1_000,
    }));
  }

  /** For each id that the index of event ids has: the number it names. */
  async eventIds(tenantNo: number, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const sql = 'SELECT id, seq FROM {event_ids} WHERE tenant_no = $1 AND id = ANY ($2::uuid[])';
    return new Map((await this.rows(sql, [tenantNo, ids])).map(([id, seq]) => [String(id), Number(seq)]));
  }

  /** Rows of the index of event ids that name no event, at most `limit`. */
  async eventIdsOfNothing(tenantNo: number, limit: number): Promise<readonly number[]> {
    const sql = `SELECT seq FROM {event_ids} AS ids WHERE tenant_no = $1 AND NOT EXISTS
      (SELECT FROM {records} AS r WHERE r.tenant_no = $1 AND r.seq = ids.seq AND r.occurred_at IS NOT NULL)
      LIMIT $2`;
    return (await this.rows(sql, [tenantNo, limit])).map(([seq]) => Number(seq));
  }

  /** Marks of time that are not those of the record before their number, at most `limit`. */
  async wrongMarks(tenantNo: number, limit: number): Promise<readonly number[]> {
    const sql = `SELECT m.seq FROM {time_marks} AS m WHERE m.tenant_no = $1 AND NOT EXISTS (SELECT FROM {records} AS r
      WHERE r.tenant_no = $1 AND r.seq = m.seq - 1 AND r.recorded_at = m.last_at) LIMIT $2`;
    return (await this.rows(sql, [tenantNo, limit])).map(([seq]) => Number(seq));
  }

  /** Data keys by one of their names. */
  async keys(
    tenantNo: number,
    by: 'kid' | 'sub',
    names: readonly string[],
  ): Promise<readonly { readonly kid: string; readonly sub: string; readonly isDestroyed: boolean }[]> {
    const sql = `SELECT kid, sub, wrapped IS NULL FROM {data_keys} WHERE tenant_no = $1 AND ${by} = ANY ($2::text[])`;
    const rows = await this.rows(sql, [tenantNo, names]);
    return rows.map(([kid, sub, destroyed]) => ({
      kid: String(kid),
      sub: String(sub),
      isDestroyed: Boolean(destroyed),
    }));
  }

  /** Data keys of a tenant in the order of their ids, at most `limit` of those after `after`. */
  async dataKeys(tenantNo: number, after: string, limit: number): Promise<readonly RawDataKey[]> {
    const sql = `SELECT kid, sub, subject_index, wrapped, subject_sealed FROM {data_keys}
      WHERE tenant_no = $1 AND kid > $2 ORDER BY kid LIMIT $3`;
    return (await this.rows(sql, [tenantNo, after, limit])).map((row) => ({
      kid: String(row[0]),
      sub: String(row[1]),
      subjectIndex: row[2] as Uint8Array | null,
      wrapped: row[3] as Uint8Array | null,
      subjectSealed: row[4] as Uint8Array | null,
    }));
  }

  async hasIndexKey(tenantNo: number): Promise<boolean> {
    const sql = 'SELECT FROM {tenants} WHERE tenant_no = $1 AND index_key IS NOT NULL';
    return (await this.rows(sql, [tenantNo])).length > 0;
  }

  /** Whether anything is stored that was made with the index key of a tenant. */
  async needsIndexKey(tenantNo: number): Promise<boolean> {
    const sql = `SELECT EXISTS (SELECT FROM {records} WHERE tenant_no = $1 AND occurred_at IS NOT NULL)
      OR EXISTS (SELECT FROM {data_keys} WHERE tenant_no = $1)`;
    return (await this.rows(sql, [tenantNo]))[0]?.[0] === true;
  }

  /** In what the tables, indexes, triggers, policies and functions differ from those of this version. */
  async schemaDamage(): Promise<readonly string[]> {
    // The verifier's own statements name their tables in full.
    await this.rows(`SET LOCAL search_path = ${this.#schema}, pg_temp`, []);
    const found = await schemaLines((sql, values) => this.rows(sql, values), this.#schemaName);
    await this.rows('SET LOCAL search_path = pg_catalog, pg_temp', []);
    const versions = await this.rows('SELECT FROM {search_version}', []);
    // Without it no document is compared.
    const lost = versions.length === 1 ? [] : ['table search_version has lost its row'];
    const roles = await roleDamage((sql, values) => this.rows(sql, values), this.#schema);
    const differences = schemaDifferences(found, await expectedSchemaLines(), DAMAGES_MAX);
    // Rights that are too many, one line for each table, hide nothing that was done with them.
    return [...lost, ...differences, ...roles].slice(0, DAMAGES_MAX);
  }

  /** In what the indexes differ from their tables. */
  async indexDamage(): Promise<IndexReport> {
    const [row] = await this.rows('SELECT coalesce(array_agg(tenant_no), $1)::text FROM {tenants}', ['{}']);
    // Documents are shown to who names their tenants and asks for something.
    await this.rows(`SET LOCAL attestry.tenant_nos = ${quoteLiteral(String(row?.[0]))}`, []);
    await this.rows(`SET LOCAL attestry.search = ${quoteLiteral(EVERY_DOCUMENT)}`, []);
    await this.rows(`SET LOCAL search_path = ${this.#schema}, pg_temp`, []);
    const report = await indexDamage(
      (sql, values) => this.rows(sql, values),
      this.#schemaName,
      EVERY_DOCUMENT,
    );
    await this.rows('SET LOCAL search_path = pg_catalog, pg_temp', []);
    await this.rows("SET LOCAL attestry.tenant_nos = '*'", []);
    return report;
  }

  /** First record that the index of words has not passed; 0 when its documents were made by another version. */
  async searchedTo(tenantNo: number): Promise<number> {
    const sql = `SELECT next_seq FROM {cursors} WHERE follower = 'search' AND tenant_no = $1
      AND (SELECT version FROM {search_version}) = $2`;
    return Number((await this.rows(sql, [tenantNo, SEARCH_VERSION]))[0]?.[0] ?? 0);
  }

  /** The words of the documents of a range, by number. */
  async documents(tenantNo: number, from: number, to: number): Promise<ReadonlyMap<number, string>> {
    const sql = 'SELECT seq, words FROM {search_documents} WHERE tenant_no = $1 AND seq >= $2 AND seq < $3';
    const rows = await this.#amongDocuments(tenantNo, sql, [tenantNo, from, to]);
    return new Map(rows.map(([seq, words]) => [Number(seq), String(words)]));
  }

  /** Events before `end` without a document, and documents that belong to no event or have another time; at most `limit`. */
  async misplacedDocuments(
    tenantNo: number,
    end: number,
    limit: number,
  ): Promise<readonly { readonly seq: number; readonly kind: 'missing' | 'stray' }[]> {
    const sql = `SELECT coalesce(r.seq, d.seq), d.seq IS NULL FROM
      (SELECT seq, recorded_at, occurred_at FROM {records}
        WHERE tenant_no = $1 AND seq < $2 AND occurred_at IS NOT NULL) AS r
      FULL JOIN (SELECT seq, recorded_at, occurred_at FROM {search_documents} WHERE tenant_no = $1) AS d
        ON d.seq = r.seq AND d.recorded_at = r.recorded_at AND d.occurred_at = r.occurred_at
      WHERE (r.seq IS NULL OR d.seq IS NULL) LIMIT $3`;
    const rows = await this.#amongDocuments(tenantNo, sql, [tenantNo, end, limit]);
    return rows.map(([seq, missing]) => ({
      seq: Number(seq),
      kind: missing === true ? 'missing' : 'stray',
    }));
  }

  /** Documents are shown to who names their tenant and asks for something; the statements travel together. */
  async #amongDocuments(tenantNo: number, sql: string, values: readonly unknown[]): Promise<readonly Row[]> {
    const shown = this.rows(`SET LOCAL attestry.tenant_nos = '{${tenantNo}}'`, []);
    const asked = this.rows(`SET LOCAL attestry.search = ${quoteLiteral(EVERY_DOCUMENT)}`, []);
    const found = this.rows(sql, values);
    const again = this.rows("SET LOCAL attestry.tenant_nos = '*'", []);
    const [, , rows] = await Promise.all([shown, asked, found, again]);
    return rows;
  }

  /** Rows that belong to no log. */
  async leftovers(): Promise<readonly RawLeftovers[]> {
    const found: RawLeftovers[] = [];
    const tables = [
      ['logs', 'heads', 'tenants'],
      ['records', 'records', 'heads'],
      ['event_ids', 'event_ids', 'heads'],
      ['tiles', 'tiles', 'heads'],
      ['checkpoints', 'checkpoints', 'heads'],
      ['time_marks', 'time_marks', 'heads'],
      ['data_keys', 'data_keys', 'tenants'],
    ] as const;
    for (const [name, table, owner] of tables) {
      // One step of the index for each number that is there.
      const sql = `WITH RECURSIVE present AS (
          SELECT min(tenant_no) AS n FROM {${table}}
          UNION ALL SELECT (SELECT min(tenant_no) FROM {${table}} WHERE tenant_no > n) FROM present WHERE n IS NOT NULL)
        SELECT coalesce(sum((SELECT count(*) FROM {${table}} WHERE tenant_no = n)), 0) FROM present
        WHERE n IS NOT NULL AND NOT EXISTS (SELECT FROM {${owner}} AS o WHERE o.tenant_no = n)`;
      const rows = Number((await this.rows(sql, []))[0]?.[0] ?? 0);
      if (rows > 0) found.push({ table: name, rows });
    }
    return found;
  }

  /** Handles and ids of the keys that these rows name by number; the same few keys come again. */
  async #nameKeys(tenantNo: number, rows: readonly Row[]): Promise<void> {
    const missing = new Set<number>();
    for (const row of rows) {
      for (const keyNo of arrayOf(row[4])) {
        if (typeof keyNo === 'number' && !this.#keyNames.has(keyNo)) missing.add(keyNo);
      }
    }
    if (missing.size === 0) return;
    if (this.#keyNames.size > KEY_NAMES_MAX) {
      this.#keyNames = new Map();
      return this.#nameKeys(tenantNo, rows);
    }
    for (const keyNo of missing) this.#keyNames.set(keyNo, undefined);
    const sql =
      'SELECT key_no, sub, kid FROM {data_keys} WHERE tenant_no = $1 AND key_no = ANY ($2::integer[])';
    for (const [keyNo, sub, kid] of await this.rows(sql, [tenantNo, [...missing]]))
      this.#keyNames.set(Number(keyNo), { sub: String(sub), kid: String(kid) });
  }

  #toRecord(row: Row): RawRecord {
    const atMs = Number(row[1]) / 1_000;
    return {
      seq: Number(row[0]),
      text: textOf(row[3]),
      leafHash: row[2] as Uint8Array,
      atMs,
      columns: row.slice(OCCURRED).every((value) => value === null) ? undefined : toColumns(row, atMs),
      seals: this.#toSeals(arrayOf(row[4]), arrayOf(row[5])),
    };
  }

  #toSeals(keyNos: readonly unknown[], envelopes: readonly unknown[]): RawSeal[] {
    const seals: RawSeal[] = [];
    for (const [index, envelope] of envelopes.entries()) {
      // An empty one stands for one that an erasure has removed from before others.
      if (!(envelope instanceof Uint8Array) || envelope.length === 0) continue;
      const name = this.#keyNames.get(Number(keyNos[index]));
      seals.push({ index, sub: name?.sub, kid: name?.kid, envelope });
    }
    return seals;
  }
}

function arrayOf(value: Value | undefined): readonly unknown[] {
  return Array.isArray(value) ? value.flat(8) : [];
}

/** What is no UTF-8 shows as bytes that no record has, never as the text it might be taken for. */
function textOf(value: Value | undefined): string | undefined {
  if (value === null || value === undefined) return undefined;
  const bytes = value as Buffer;
  return isUtf8(bytes) ? bytes.toString('utf8') : `\u0000${bytes.toString('latin1')}`;
}

function toColumns(row: Row, at: number): RawRecord['columns'] {
  const occurred = row[OCCURRED];
  const word = (place: number): string | null => row[WORD + place] as string | null;
  const blind = (place: number): bigint | null => {
    const value = row[BLIND + place];
    return value === null || value === undefined ? null : BigInt(value as string);
  };
  return {
    at,
    // An event without a time is not one that queries find: it shows as a difference.
    occurredAtMs: (occurred === null ? null : Number(occurred) / 1_000) as number,
    httpStatus: row[HTTP_STATUS] as number | null,
    type: word(0) as string,
    category: word(1) as string,
    severity: word(2) as string,
    status: word(3),
    verb: word(4),
    project: word(5),
    actorType: word(6),
    targetType: word(7),
    trafficLight: word(8),
    actor: blind(0),
    actorEmail: blind(1),
    ip: blind(2),
    ipNet: blind(3),
    ipWide: blind(4),
    session: blind(5),
    target: blind(6),
    requestId: blind(7),
    correlationId: blind(8),
    parentId: blind(9),
    executionId: blind(10),
  };
}
