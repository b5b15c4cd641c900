import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { LedgerError } from '../../errors.ts';
import type { NewDataKey, StoredDataKey } from '../../ports/key-store.ts';
import { BoundedMap } from './bounded-map.ts';
import { Dictionary } from './dictionary.ts';
import { FilterTerms } from './filter-terms.ts';
import type { HeadHashes, PackedAppend, PackedLog } from './packed-append.ts';
import { LOG_NO_MAX, recordKey, SEALS_PER_RECORD, SEQS_PER_LOG, sealKey, timeKey } from './row-key.ts';
import { BLIND_COLUMNS, WORD_COLUMNS } from './schema.ts';
import { KEY_NUMBERS_CACHED_MAX } from './sqlite-limits.ts';

const HASH_BYTES = 32;
const WORDS = WORD_COLUMNS.length;
const BLINDS = BLIND_COLUMNS.length;

const RECORD_COLUMNS = [
  ...['k', 'log_no', 'at', 'occurred'],
  ...WORD_COLUMNS.map(([, column]) => column),
  'http_status',
  ...BLIND_COLUMNS.map(([, column]) => column),
  ...['hash', 'text'],
];

/** Position of the first word, the HTTP status and the first blind value among the columns above. */
const FIRST_WORD = 4;
const HTTP_STATUS = FIRST_WORD + WORDS;
const FIRST_BLIND = HTTP_STATUS + 1;

interface RowInsert {
  readonly packed: PackedAppend;
  readonly row: number;
  readonly key: number;
  readonly logNo: number;
  /** Dictionary numbers of `packed.words`. */
  readonly wordNos: readonly number[];
  readonly terms: FilterTerms;
  readonly tenant: string;
  /** Numbers of `packed.kids` in this tenant, filled as they are needed. */
  readonly keyNos: number[];
}

interface FilterRow {
  readonly key: bigint;
  readonly terms: string;
}

/**
 * The prepared statements of the append path and the loops over a packed append. Plain SQL, nothing allocated per row
 * that can be avoided: this is where the writer thread spends its time.
 */
export class AppendStatements {
  readonly begin: StatementSync;
  readonly commit: StatementSync;
  readonly findLog: StatementSync;
  readonly insertTenant: StatementSync;
  readonly findTenant: StatementSync;
  readonly findCheckpoint: StatementSync;
  readonly insertCheckpoint: StatementSync;
  readonly renewCheckpoint: StatementSync;
  readonly #insertLog: StatementSync;
  readonly #advanceLog: StatementSync;
  readonly #insertId: StatementSync;
  readonly #findId: StatementSync;
  readonly #insertRecord: StatementSync;
  readonly #insertFilter: StatementSync;
  readonly #insertSeal: StatementSync;
  readonly #insertTile: StatementSync;
  readonly #insertKey: StatementSync;
  readonly #findLiveKey: StatementSync;
  readonly #findKeyNo: StatementSync;
  readonly #dictionary: Dictionary;
  readonly #keyNos = new BoundedMap<string, number>(KEY_NUMBERS_CACHED_MAX);

  constructor(db: DatabaseSync) {
    // Records come as UTF-8 bytes; the cast says that they are text and copies them as they are.
    const marks = RECORD_COLUMNS.map((column) => (column === 'text' ? 'CAST(? AS TEXT)' : '?')).join(', ');
    this.begin = db.prepare('BEGIN IMMEDIATE');
    this.commit = db.prepare('COMMIT');
    this.findLog = db.prepare(
      `SELECT log_no, size, last_hash FROM logs JOIN tenants USING (tenant_no)
       WHERE tenant = ?`,
    );
    this.insertTenant = db.prepare('INSERT INTO tenants (tenant) VALUES (?) ON CONFLICT DO NOTHING');
    this.findTenant = db.prepare('SELECT tenant_no FROM tenants WHERE tenant = ?');
    this.findCheckpoint = db.prepare('SELECT note, signed_at FROM checkpoints WHERE log_no = ? AND size = ?');
    this.insertCheckpoint = db.prepare(
      'INSERT INTO checkpoints (log_no, size, signed_at, note) VALUES (?, ?, ?, ?)',
    );
    this.renewCheckpoint = db.prepare(
      'UPDATE checkpoints SET signed_at = max(signed_at, ?) WHERE log_no = ? AND size = ?',
    );
    this.#insertLog = db.prepare(
      "INSERT INTO logs (tenant_no, origin, size, frontier, last_hash, last_at) VALUES (?, ?, 0, x'', zeroblob(32), 0)",
    );
    this.#advanceLog = db.prepare(
      'UPDATE logs SET origin = ?, size = ?, frontier = ?, last_hash = ?, last_at = ? WHERE log_no = ? AND size = ?',
    );
    this.#insertId = db.prepare(
      'INSERT INTO event_ids (log_no, id, seq) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.#findId = db.prepare('SELECT seq FROM event_ids WHERE log_no = ? AND id = ?');
    this.#insertRecord = db.prepare(`INSERT INTO records (${RECORD_COLUMNS.join(', ')}) VALUES (${marks})`);
    this.#insertFilter = db.prepare('INSERT INTO filters (rowid, terms) VALUES (?, ?)');
    this.#insertSeal = db.prepare('INSERT INTO seals (seal_k, key_no, envelope) VALUES (?, ?, ?)');
    this.#insertTile = db.prepare(
      'INSERT INTO tiles (log_no, level, tile_index, hashes) VALUES (?, ?, ?, ?)',
    );
    this.#insertKey = db.prepare(
      'INSERT INTO data_keys (tenant_no, kid, sub, subject_index, wrapped, subject_sealed) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#findLiveKey = db.prepare(
      'SELECT kid, sub, wrapped FROM data_keys WHERE tenant_no = ? AND subject_index = ?',
    );
    this.#findKeyNo = db.prepare(
      'SELECT key_no FROM data_keys JOIN tenants USING (tenant_no) WHERE tenant = ? AND kid = ?',
    );
    this.#dictionary = new Dictionary(db, 'write');
  }

  /** Drops caches that may hold numbers of a transaction that was rolled back. */
  forget(): void {
    this.#dictionary.forget();
    this.#keyNos.clear();
  }

  /** Makes an empty log; the only one of its tenant. */
  createLog(tenantNo: number, log: PackedLog): number {
    const logNo = Number(this.#insertLog.run(tenantNo, log.origin).lastInsertRowid);
    if (logNo > LOG_NO_MAX) {
      throw new LedgerError(
        'too_many_logs',
        `${log.origin}: a database holds at most ${LOG_NO_MAX} logs; use PostgreSQL`,
      );
    }
    return logNo;
  }

  /** Moves the head to what it is after the append. */
  advance(logNo: number, log: PackedLog, hashes: HeadHashes): void {
    if (log.afterSize >= SEQS_PER_LOG) {
      throw new LedgerError(
        'log_full',
        `${log.origin}: a log of this store holds at most 2^32 records; use PostgreSQL`,
      );
    }
    this.#advanceLog.run(
      log.origin,
      log.afterSize,
      hashes.frontier,
      hashes.after,
      log.afterAtMs,
      logNo,
      log.beforeSize,
    );
  }

  /** Takes an event id; when it is taken already, the sequence number that has it. */
  claimId(logNo: number, id: Uint8Array, seq: number): number | undefined {
    if (this.#insertId.run(logNo, id, seq).changes === 1) return undefined;
    return (this.#findId.get(logNo, id) as { readonly seq: number }).seq;
  }

  /** Stores a key unless the subject has one. */
  ensureKey(tenantNo: number, key: NewDataKey): StoredDataKey {
    const live = this.#findLiveKey.get(tenantNo, key.subjectIndex) as unknown as StoredDataKey | undefined;
    if (live !== undefined) return { sub: live.sub, kid: live.kid, wrapped: live.wrapped };
    this.#insertKey.run(tenantNo, key.kid, key.sub, key.subjectIndex, key.wrapped, key.subjectSealed);
    return { sub: key.sub, kid: key.kid, wrapped: key.wrapped };
  }

  /** Writes records, seals, filter terms and tiles. */
  insertRows(packed: PackedAppend, logNos: readonly number[]): void {
    const wordNos = packed.words.map((word) => this.#dictionary.ensure(word));
    const filters: FilterRow[] = [];
    const seals = new SealCursor(packed);
    const texts = new TextCursor(packed);
    let row = 0;
    for (const [i, log] of packed.logs.entries()) {
      const logNo = logNos[i] as number;
      const shared = {
        packed,
        logNo,
        tenant: log.tenant,
        wordNos,
        terms: new FilterTerms(logNo),
        keyNos: [],
      };
      for (let n = 0; n < log.count; n += 1, row += 1) {
        const seq = log.beforeSize + n;
        const insert: RowInsert = { ...shared, row, key: recordKey(logNo, seq) };
        const terms = this.#insertRow(insert, texts);
        if (terms !== undefined) filters.push({ key: timeKey(packed.occurredMs[row] as number, seq), terms });
        this.#insertSeals(insert, seals);
      }
      for (const { level, index, hashes } of log.tiles) {
        this.#insertTile.run(logNo, level, index, hashes);
      }
    }
    // Ascending row ids: FTS5 writes one segment per transaction instead of one per step backwards.
    filters.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    for (const { key, terms } of filters) this.#insertFilter.run(key, terms);
  }

  #insertRow(insert: RowInsert, texts: TextCursor): string | undefined {
    const { packed, row, key, logNo } = insert;
    const values: SQLInputValue[] = new Array(RECORD_COLUMNS.length).fill(null);
    const occurred = packed.occurredMs[row] as number;
    values[0] = key;
    values[1] = logNo;
    values[2] = packed.atMs[row] as number;
    values[RECORD_COLUMNS.length - 2] = packed.hashes.subarray(row * HASH_BYTES, (row + 1) * HASH_BYTES);
    values[RECORD_COLUMNS.length - 1] = texts.next();
    const isEvent = !Number.isNaN(occurred);
    let terms = '';
    if (isEvent) {
      values[3] = occurred;
      terms = fillColumns(values, insert);
      for (const name of texts.regulations())
        terms += ` ${insert.terms.regulation(this.#dictionary.ensure(name))}`;
    }
    this.#insertRecord.run(...values);
    return isEvent ? terms : undefined;
  }

  #insertSeals({ packed, row, key, tenant, keyNos }: RowInsert, seals: SealCursor): void {
    const count = packed.sealCounts[row] as number;
    if (count > SEALS_PER_RECORD) {
      throw new LedgerError(
        'too_many_seals',
        `a record may have at most ${SEALS_PER_RECORD} seals, not ${count}`,
      );
    }
    for (let i = 0; i < count; i += 1) {
      const kidNo = packed.sealKids[seals.position] as number;
      keyNos[kidNo] ??= this.#keyNo(tenant, packed.kids[kidNo] as string);
      this.#insertSeal.run(sealKey(key, i), keyNos[kidNo], seals.next());
    }
  }

  #keyNo(tenant: string, kid: string): number {
    const name = `${tenant}\n${kid}`;
    const cached = this.#keyNos.get(name);
    if (cached !== undefined) return cached;
    const row = this.#findKeyNo.get(tenant, kid) as { readonly key_no: number } | undefined;
    if (row === undefined)
      throw new LedgerError(
        'unknown_key',
        `append: tenant ${tenant} has no data key ${kid}; ensure it first`,
      );
    this.#keyNos.set(name, row.key_no);
    return row.key_no;
  }
}

/** Walks the records' texts of a packed append. */
class TextCursor {
  readonly #packed: PackedAppend;
  #row = -1;
  #offset = 0;
  #regulation = 0;

  constructor(packed: PackedAppend) {
    this.#packed = packed;
  }

  /** Bytes of the next record. */
  next(): Uint8Array {
    this.#row += 1;
    const from = this.#offset;
    this.#offset += this.#packed.textLengths[this.#row] as number;
    return this.#packed.texts.subarray(from, this.#offset);
  }

  /** Regulations that this record names. */
  *regulations(): Generator<string> {
    const { regulations } = this.#packed;
    while (regulations[this.#regulation]?.row === this.#row) {
      yield regulations[this.#regulation]?.name as string;
      this.#regulation += 1;
    }
  }
}

/** Walks the envelopes of a packed append. */
class SealCursor {
  readonly #packed: PackedAppend;
  position = 0;
  #offset = 0;

  constructor(packed: PackedAppend) {
    this.#packed = packed;
  }

  next(): Uint8Array {
    const end = this.#offset + (this.#packed.sealLengths[this.position] as number);
    const envelope = this.#packed.envelopes.subarray(this.#offset, end);
    this.#offset = end;
    this.position += 1;
    return envelope;
  }
}

/** Writes the query columns of one record into `values` and returns its filter terms. */
function fillColumns(values: SQLInputValue[], { packed, row, wordNos, terms }: RowInsert): string {
  let found = '';
  for (let i = 0; i < WORDS; i += 1) {
    const ref = packed.wordRefs[row * WORDS + i] as number;
    if (ref === 0) continue;
    const wordNo = wordNos[ref - 1] as number;
    values[FIRST_WORD + i] = wordNo;
    found += ` ${terms.wordAt(i, wordNo)}`;
  }
  const httpStatus = packed.httpStatus[row] as number;
  if (httpStatus >= 0) {
    values[HTTP_STATUS] = httpStatus;
    found += ` ${terms.http(httpStatus)} ${terms.httpClass(Math.floor(httpStatus / 100))}`;
  }
  const mask = packed.blindMask[row] as number;
  for (let i = 0; i < BLINDS; i += 1) {
    if ((mask & (1 << i)) === 0) continue;
    const blind = packed.blinds[row * BLINDS + i] as bigint;
    values[FIRST_BLIND + i] = blind;
    found += ` ${terms.blindAt(i, blind)}`;
  }
  return found;
}
