import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { TILE_WIDTH } from '@attestry/core/limits';
import { FatalError } from '../../errors.ts';
import type { LogHead, StoredRecord, StoredSeal } from '../../ports/ledger-store.ts';
import { BoundedMap } from './bounded-map.ts';
import { uuidBytes } from './packed-append.ts';
import { recordKey, SEALS_PER_RECORD, sealKey, seqOfKey } from './row-key.ts';
import { KEY_NAMES_CACHED_MAX, LEAF_HASHES_PER_READ_MAX, RECORDS_PER_READ_MAX } from './sqlite-limits.ts';

const HASH_BYTES = 32;
const HEAD_COLUMNS = 'log_no, tenant, origin, size, frontier, last_hash, last_at';

interface HeadRow {
  readonly log_no: number;
  readonly tenant: string;
  readonly origin: string;
  readonly size: number;
  readonly frontier: Uint8Array;
  readonly last_hash: Uint8Array;
  readonly last_at: number;
}

/** The columns of a record that every reader needs. */
export interface RecordRow {
  readonly k: number;
  readonly hash: Uint8Array;
  readonly text: string | null;
}

/** `seal_k`, `key_no`, `envelope`; arrays, because a page has as many seals as records. */
type SealRow = readonly [seal: number, keyNo: number, envelope: Uint8Array];

const SEAL_COLUMNS = 'seal_k, key_no, envelope';

/** What never changes of a data key, also when it is destroyed. */
interface KeyName {
  readonly sub: string;
  readonly kid: string;
}

function toHead(row: HeadRow): LogHead {
  const frontier: Uint8Array[] = [];
  for (let at = 0; at < row.frontier.byteLength; at += HASH_BYTES)
    frontier.push(row.frontier.slice(at, at + HASH_BYTES));
  return {
    tenant: row.tenant,
    origin: row.origin,
    size: row.size,
    frontier,
    lastHash: row.last_hash,
    lastAtMs: row.last_at,
  };
}

/** Reads of the ledger itself on one read-only connection. Synchronous. */
export class RecordReader {
  readonly #head: StatementSync;
  readonly #heads: StatementSync;
  readonly #size: StatementSync;
  readonly #records: StatementSync;
  readonly #seals: StatementSync;
  readonly #sealsOf: StatementSync;
  readonly #findId: StatementSync;
  readonly #tile: StatementSync;
  readonly #leafHashes: StatementSync;
  readonly #keyName: StatementSync;
  readonly #keyNames = new BoundedMap<number, KeyName>(KEY_NAMES_CACHED_MAX);

  constructor(db: DatabaseSync) {
    this.#head = db.prepare(
      `SELECT ${HEAD_COLUMNS} FROM logs JOIN tenants USING (tenant_no) WHERE tenant = ?`,
    );
    this.#heads = db.prepare(`SELECT ${HEAD_COLUMNS} FROM logs JOIN tenants USING (tenant_no)`);
    this.#size = db.prepare('SELECT size FROM logs WHERE log_no = ?');
    this.#records = db.prepare('SELECT k, hash, text FROM records WHERE k >= ? AND k < ? ORDER BY k');
    this.#seals = db.prepare(
      `SELECT ${SEAL_COLUMNS} FROM seals WHERE seal_k >= ? AND seal_k < ? ORDER BY seal_k`,
    );
    this.#sealsOf = db.prepare(
      `SELECT ${SEAL_COLUMNS} FROM json_each(?) AS asked
       CROSS JOIN seals ON seal_k >= asked.value * ${SEALS_PER_RECORD} AND seal_k < (asked.value + 1) * ${SEALS_PER_RECORD}`,
    );
    for (const statement of [this.#seals, this.#sealsOf]) statement.setReturnArrays(true);
    this.#keyName = db.prepare('SELECT sub, kid FROM data_keys WHERE key_no = ?');
    this.#findId = db.prepare('SELECT seq FROM event_ids WHERE log_no = ? AND id = ?');
    this.#tile = db.prepare('SELECT hashes FROM tiles WHERE log_no = ? AND level = ? AND tile_index = ?');
    this.#leafHashes = db.prepare('SELECT hash FROM records WHERE k >= ? AND k < ? ORDER BY k');
  }

  /** Number of the tenant's current log, the one place where a tenant's name becomes a range of rows. */
  logNo(tenant: string): number | undefined {
    return (this.#head.get(tenant) as HeadRow | undefined)?.log_no;
  }

  /** Records in the log, as its head says. */
  size(logNo: number): number {
    return (this.#size.get(logNo) as { readonly size: number } | undefined)?.size ?? 0;
  }

  /** See `LedgerStore.readHead`. */
  readHead(tenant: string): LogHead | undefined {
    const row = this.#head.get(tenant) as HeadRow | undefined;
    return row === undefined ? undefined : toHead(row);
  }

  /** See `LedgerStore.listHeads`. */
  listHeads(): LogHead[] {
    const heads = (this.#heads.all() as unknown as HeadRow[]).map(toHead);
    return heads.sort((a, b) => (a.tenant < b.tenant ? -1 : 1));
  }

  /** See `LedgerStore.readRecords`. */
  readRecords(tenant: string, from: number, to: number): StoredRecord[] {
    const logNo = this.logNo(tenant);
    const last = Math.min(to, from + RECORDS_PER_READ_MAX);
    if (logNo === undefined || last <= from) return [];
    const rows = this.#records.all(recordKey(logNo, from), recordKey(logNo, last)) as unknown as RecordRow[];
    const seals = this.#bySealedRecord(
      this.#seals.all(
        sealKey(recordKey(logNo, from), 0),
        sealKey(recordKey(logNo, last), 0),
      ) as unknown as SealRow[],
    );
    return rows.map((row) => toStoredRecord(row, seals.get(row.k) ?? []));
  }

  /** Stored records of rows that were found one by one, in their order. */
  withSeals<Row extends RecordRow>(rows: readonly Row[]): (StoredRecord & { readonly row: Row })[] {
    // One statement for all rows: a call per row costs more than what it reads.
    const keys = JSON.stringify(rows.map((row) => row.k));
    const seals = this.#bySealedRecord(this.#sealsOf.all(keys) as unknown as SealRow[]);
    return rows.map((row) => ({ ...toStoredRecord(row, seals.get(row.k) ?? []), row }));
  }

  /** See `LedgerStore.findSeqs`. */
  findSeqs(tenant: string, ids: readonly string[]): Map<string, number> {
    const found = new Map<string, number>();
    const logNo = this.logNo(tenant);
    if (logNo === undefined) return found;
    for (const id of ids) {
      const row = this.#findId.get(logNo, uuidBytes(id)) as { readonly seq: number } | undefined;
      if (row !== undefined) found.set(id, row.seq);
    }
    return found;
  }

  /** See `LedgerStore.readTile`. */
  readTile(tenant: string, level: number, index: number): Uint8Array | undefined {
    const logNo = this.logNo(tenant);
    if (logNo === undefined) return undefined;
    if (level === 0) return this.#leafTile(logNo, tenant, index);
    return (this.#tile.get(logNo, level, index) as { readonly hashes: Uint8Array } | undefined)?.hashes;
  }

  /** Tiles of level 0 are not stored a second time: they are the leaf hashes of 256 records. */
  #leafTile(logNo: number, tenant: string, index: number): Uint8Array | undefined {
    const from = index * TILE_WIDTH;
    if (from + TILE_WIDTH > this.size(logNo)) return undefined;
    const hashes = this.readLeafHashes(tenant, from, from + TILE_WIDTH);
    if (hashes.byteLength !== TILE_WIDTH * HASH_BYTES) {
      throw new FatalError(
        'store_inconsistent',
        `records from ${from} on: some of the ${TILE_WIDTH} rows of a full tile are missing`,
      );
    }
    return hashes;
  }

  /** See `LedgerStore.readLeafHashes`. */
  readLeafHashes(tenant: string, from: number, to: number): Uint8Array {
    const logNo = this.logNo(tenant);
    const last = Math.min(to, from + LEAF_HASHES_PER_READ_MAX);
    if (logNo === undefined || last <= from) return new Uint8Array(0);
    const rows = this.#leafHashes.all(
      recordKey(logNo, from),
      recordKey(logNo, last),
    ) as unknown as RecordRow[];
    const hashes = new Uint8Array(rows.length * HASH_BYTES);
    for (const [i, row] of rows.entries()) hashes.set(row.hash, i * HASH_BYTES);
    return hashes;
  }

  /** Seals by the row id of their record. */
  #bySealedRecord(rows: readonly SealRow[]): Map<number, StoredSeal[]> {
    const seals = new Map<number, StoredSeal[]>();
    for (const [sealed, keyNo, envelope] of rows) {
      const key = Math.floor(sealed / SEALS_PER_RECORD);
      const { sub, kid } = this.#nameOfKey(keyNo, key);
      const seal = { sub, kid, envelope };
      const before = seals.get(key);
      if (before === undefined) seals.set(key, [seal]);
      else before.push(seal);
    }
    return seals;
  }

  #nameOfKey(keyNo: number, recordKey: number): KeyName {
    const known = this.#keyNames.get(keyNo);
    if (known !== undefined) return known;
    const name = this.#keyName.get(keyNo) as KeyName | undefined;
    if (name === undefined) {
      throw new FatalError(
        'store_inconsistent',
        `record ${seqOfKey(recordKey)}: a seal names a data key that does not exist`,
      );
    }
    this.#keyNames.set(keyNo, name);
    return name;
  }
}

function toStoredRecord(row: RecordRow, seals: readonly StoredSeal[]): StoredRecord {
  return { seq: seqOfKey(row.k), text: row.text ?? undefined, leafHash: row.hash, seals };
}
