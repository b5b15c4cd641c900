import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { recordKey, sealKey } from '../../src/stores/sqlite/row-key.ts';
import { BLIND_COLUMNS, WORD_COLUMNS } from '../../src/stores/sqlite/schema.ts';
import {
  type CheckpointRow,
  type ColumnName,
  type HeadRow,
  type KeyRow,
  type SealPlace,
  TamperedLog,
} from './tampered-log.ts';

type Value = string | number | bigint | Uint8Array | null;

const COLUMNS: ReadonlyMap<string, string> = new Map<string, string>([
  ...WORD_COLUMNS,
  ...BLIND_COLUMNS,
  ['at', 'at'],
  ['occurredAtMs', 'occurred'],
  ['httpStatus', 'http_status'],
]);
const WORDS: ReadonlySet<string> = new Set(WORD_COLUMNS.map(([field]) => field));

/** A copy of a data folder with the embedded store. */
export class TamperedFolder extends TamperedLog {
  readonly parent: string;
  readonly db: DatabaseSync;
  readonly logNo: number;

  constructor(base: string) {
    const parent = mkdtempSync(join(tmpdir(), 'attestry-tampered-'));
    cpSync(base, join(parent, 'data'), { recursive: true });
    super(join(parent, 'data'));
    this.parent = parent;
    this.db = new DatabaseSync(join(this.dataDir, 'ledger.db'));
    // Triggers stop mistakes, not somebody who owns the file.
    this.db.exec("INSERT INTO maintenance VALUES ('tampering')");
    this.db.exec('PRAGMA foreign_keys = OFF');
    this.logNo = this.logNoOf('default');
  }

  logNoOf(tenant: string): number {
    const sql = 'SELECT log_no FROM logs JOIN tenants USING (tenant_no) WHERE tenant = ?';
    return Number(this.db.prepare(sql).get(tenant)?.log_no);
  }

  /** Row id of a record of `default`. */
  k(seq: number): number {
    return recordKey(this.logNo, seq);
  }

  run(sql: string, ...values: Value[]): void {
    const { changes } = this.db.prepare(sql).run(...values);
    if (changes === 0) throw new Error(`the case changes nothing: ${sql}`);
  }

  value<T>(sql: string, ...values: Value[]): T {
    const row = this.db.prepare(sql).get(...values);
    if (row === undefined) throw new Error(`the case finds nothing: ${sql}`);
    return Object.values(row)[0] as T;
  }

  async text(seq: number, tenant = 'default'): Promise<string> {
    return this.value('SELECT text FROM records WHERE k = ?', recordKey(this.logNoOf(tenant), seq));
  }

  async leafHash(seq: number): Promise<Uint8Array> {
    return this.value('SELECT hash FROM records WHERE k = ?', this.k(seq));
  }

  async leafHashes(count: number): Promise<readonly Uint8Array[]> {
    const rows = this.db
      .prepare('SELECT hash FROM records WHERE k >= ? AND k < ? ORDER BY k')
      .all(this.k(0), this.k(count));
    return rows.map(({ hash }) => hash as Uint8Array);
  }

  async setBytes(seq: number, { text, hash }: { text?: string | null; hash?: Uint8Array }): Promise<void> {
    if (text !== undefined) this.run('UPDATE records SET text = ? WHERE k = ?', text, this.k(seq));
    if (hash !== undefined) this.run('UPDATE records SET hash = ? WHERE k = ?', hash, this.k(seq));
  }

  async deleteRecords(from: number, to: number): Promise<void> {
    this.run('DELETE FROM records WHERE k >= ? AND k < ?', this.k(from), this.k(to));
  }

  async copyRecord(from: number, to: number): Promise<void> {
    const columns = this.db
      .prepare("SELECT name FROM pragma_table_info('records') WHERE name <> 'k'")
      .all()
      .map(({ name }) => String(name))
      .join(', ');
    const sql = `INSERT INTO records (k, ${columns}) SELECT ?, ${columns} FROM records WHERE k = ?`;
    this.run(sql, this.k(to), this.k(from));
  }

  async swapRecords(a: number, b: number): Promise<void> {
    this.run('UPDATE records SET k = -1 WHERE k = ?', this.k(a));
    this.run('UPDATE records SET k = ? WHERE k = ?', this.k(a), this.k(b));
    this.run('UPDATE records SET k = ? WHERE k = -1', this.k(b));
  }

  async head(): Promise<HeadRow> {
    const sql = `SELECT size, frontier, last_hash AS lastHash, last_at AS lastAtMs, origin FROM logs WHERE log_no = ?`;
    return this.db.prepare(sql).get(this.logNo) as unknown as HeadRow;
  }

  async setHead(change: Partial<HeadRow>): Promise<void> {
    const { size, frontier, lastHash, lastAtMs, origin } = { ...(await this.head()), ...change };
    this.run(
      'UPDATE logs SET size = ?, frontier = ?, last_hash = ?, last_at = ?, origin = ? WHERE log_no = ?',
      ...[size, frontier, lastHash, lastAtMs, origin, this.logNo],
    );
  }

  async checkpoints(tenant = 'default'): Promise<readonly CheckpointRow[]> {
    const sql = 'SELECT size, note, signed_at AS signedAtMs FROM checkpoints WHERE log_no = ? ORDER BY size';
    return this.db.prepare(sql).all(this.logNoOf(tenant)) as unknown as readonly CheckpointRow[];
  }

  async setCheckpoint(size: number, change: Partial<CheckpointRow>): Promise<void> {
    const row = (await this.checkpoints()).find((one) => one.size === size);
    const { note, signedAtMs, size: other } = { ...(row as CheckpointRow), ...change };
    this.run(
      'UPDATE checkpoints SET size = ?, note = ?, signed_at = ? WHERE log_no = ? AND size = ?',
      ...[other, note, BigInt(Math.round(signedAtMs)), this.logNo, size],
    );
  }

  async deleteCheckpoints(above: number): Promise<void> {
    this.run('DELETE FROM checkpoints WHERE log_no = ? AND size > ?', this.logNo, above);
  }

  async column(seq: number, name: ColumnName): Promise<string | number | bigint | null> {
    const statement = this.db.prepare(`SELECT ${COLUMNS.get(name)} AS value FROM records WHERE k = ?`);
    statement.setReadBigInts(true);
    const { value } = statement.get(this.k(seq)) as { value: bigint | null };
    if (value === null || !WORDS.has(name)) return value;
    return this.value('SELECT word FROM words WHERE word_no = ?', value);
  }

  async setColumn(seq: number, name: ColumnName, value: string | number | bigint | null): Promise<void> {
    const stored = typeof value === 'string' ? this.wordNo(value) : value;
    this.run(`UPDATE records SET ${COLUMNS.get(name)} = ? WHERE k = ?`, stored, this.k(seq));
  }

  /** Number of a word, which is made when there is none. */
  wordNo(word: string): number {
    this.db.prepare('INSERT OR IGNORE INTO words (word) VALUES (?)').run(word);
    return this.value('SELECT word_no FROM words WHERE word = ?', word);
  }

  async forgetEventIds(from: number, to: number): Promise<void> {
    const sql = 'DELETE FROM event_ids WHERE log_no = ? AND seq >= ? AND seq < ?';
    this.run(sql, this.logNo, from, to);
  }

  async redirectEventId(seq: number, to: number): Promise<void> {
    this.run('UPDATE event_ids SET seq = ? WHERE log_no = ? AND seq = ?', to, this.logNo, seq);
  }

  async inventEventId(id: Uint8Array, seq: number): Promise<void> {
    this.run('INSERT INTO event_ids (log_no, id, seq) VALUES (?, ?, ?)', this.logNo, id, seq);
  }

  async seal(place: SealPlace): Promise<{ readonly kid: string; readonly envelope: Uint8Array }> {
    const sql = 'SELECT kid, envelope FROM seals JOIN data_keys USING (key_no) WHERE seal_k = ?';
    const row = this.db.prepare(sql).get(this.#sealK(place));
    if (row === undefined) throw new Error('the case finds no envelope');
    return row as unknown as { readonly kid: string; readonly envelope: Uint8Array };
  }

  async setSeal(
    place: SealPlace,
    seal: { readonly kid: string; readonly envelope: Uint8Array } | null,
  ): Promise<void> {
    this.db.prepare('DELETE FROM seals WHERE seal_k = ?').run(this.#sealK(place));
    if (seal === null) return;
    this.run(
      'INSERT INTO seals (seal_k, key_no, envelope) SELECT ?, key_no, ? FROM data_keys WHERE kid = ?',
      ...[this.#sealK(place), seal.envelope, seal.kid],
    );
  }

  async deleteSeals(from: number): Promise<void> {
    const range = [sealKey(this.k(from), 0), sealKey(this.k(2 ** 32), 0)];
    this.run('DELETE FROM seals WHERE seal_k >= ? AND seal_k < ?', ...range);
  }

  async key(kid: string): Promise<KeyRow> {
    const sql =
      'SELECT subject_index AS subjectIndex, wrapped, subject_sealed AS subjectSealed FROM data_keys WHERE kid = ?';
    return this.db.prepare(sql).get(kid) as unknown as KeyRow;
  }

  async setKey(kid: string, change: Partial<KeyRow>): Promise<void> {
    const { subjectIndex, wrapped, subjectSealed } = { ...(await this.key(kid)), ...change };
    this.run(
      'UPDATE data_keys SET subject_index = ?, wrapped = ?, subject_sealed = ? WHERE kid = ?',
      ...[subjectIndex, wrapped, subjectSealed, kid],
    );
  }

  async deleteKey(kid: string): Promise<void> {
    this.run('DELETE FROM data_keys WHERE kid = ?', kid);
  }

  async indexKey(tenant: string): Promise<Uint8Array> {
    return this.value('SELECT index_key FROM tenants WHERE tenant = ?', tenant);
  }

  async setIndexKey(tenant: string, key: Uint8Array | null): Promise<void> {
    this.run('UPDATE tenants SET index_key = ? WHERE tenant = ?', key, tenant);
  }

  async insertSetting(kind: string, id: string, value: string): Promise<void> {
    this.run("INSERT INTO admin VALUES (?, 'default', ?, ?, 1)", kind, id, value);
  }

  /** Changes bytes of the database file, past SQLite. The database is closed before. */
  changeFile(change: (bytes: Buffer) => Buffer): void {
    this.closeDatabase();
    const path = join(this.dataDir, 'ledger.db');
    writeFileSync(path, change(readFileSync(path)));
    for (const suffix of ['-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
  }

  closeDatabase(): void {
    if (!this.db.isOpen) return;
    this.db.exec('DELETE FROM maintenance');
    this.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.db.close();
  }

  async close(): Promise<void> {
    this.closeDatabase();
  }

  async remove(): Promise<void> {
    this.closeDatabase();
    rmSync(this.parent, { recursive: true, force: true });
  }

  #sealK({ seq, index }: SealPlace): number {
    return sealKey(this.k(seq), index);
  }
}
