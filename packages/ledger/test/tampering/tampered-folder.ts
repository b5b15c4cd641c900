import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  CompactRange,
  canonicalize,
  formatCheckpoint,
  hashLeafText,
  type LedgerRecord,
  parseCheckpoint,
  parseNote,
  signNote,
} from '@attestry/core';
import { nodeCrypto } from '../../src/keys/node-crypto.ts';
import { parseSigningKeys, type SigningKey } from '../../src/keys/signing-key.ts';
import { recordKey, sealKey } from '../../src/stores/sqlite/row-key.ts';
import { logNameOf } from './base-folder.ts';

/** A record as a plain object that a case may change. */
export type MutableRecord = { -readonly [Member in keyof LedgerRecord]: LedgerRecord[Member] };

interface CheckpointRow {
  readonly size: number;
  readonly note: string;
}

/** A copy of a data folder in the hands of somebody who has the disk, knows the format and owns every tool. */
export class TamperedFolder {
  readonly parent: string;
  readonly dataDir: string;
  readonly db: DatabaseSync;
  readonly logNo: number;
  readonly origin: string;

  constructor(base: string) {
    this.parent = mkdtempSync(join(tmpdir(), 'attestry-tampered-'));
    this.dataDir = join(this.parent, 'data');
    cpSync(base, this.dataDir, { recursive: true });
    this.db = new DatabaseSync(join(this.dataDir, 'ledger.db'));
    // Triggers stop mistakes, not somebody who owns the file.
    this.db.exec("INSERT INTO maintenance VALUES ('tampering')");
    this.db.exec('PRAGMA foreign_keys = OFF');
    this.logNo = this.logNoOf('default');
    this.origin = `${logNameOf(base)}/t/default`;
  }

  logNoOf(tenant: string): number {
    const sql = 'SELECT log_no FROM logs JOIN tenants USING (tenant_no) WHERE tenant = ?';
    return Number(this.db.prepare(sql).get(tenant)?.log_no);
  }

  /** Row id of a record of `default`. */
  k(seq: number): number {
    return recordKey(this.logNo, seq);
  }

  /** Row id of a seal of `default`. */
  sealK(seq: number, index: number): number {
    return sealKey(this.k(seq), index);
  }

  run(sql: string, ...values: (string | number | bigint | Uint8Array | null)[]): void {
    const { changes } = this.db.prepare(sql).run(...values);
    if (changes === 0) throw new Error(`the case changes nothing: ${sql}`);
  }

  value<T>(sql: string, ...values: (string | number)[]): T {
    const row = this.db.prepare(sql).get(...values);
    if (row === undefined) throw new Error(`the case finds nothing: ${sql}`);
    return Object.values(row)[0] as T;
  }

  text(seq: number, logNo = this.logNo): string {
    return this.value<string>('SELECT text FROM records WHERE k = ?', recordKey(logNo, seq));
  }

  record(seq: number): MutableRecord {
    return JSON.parse(this.text(seq)) as MutableRecord;
  }

  size(): number {
    return this.value<number>('SELECT size FROM logs WHERE log_no = ?', this.logNo);
  }

  /** Other bytes beside the leaf hash of the old ones. */
  setText(seq: number, text: string | null): void {
    this.run('UPDATE records SET text = ? WHERE k = ?', text, this.k(seq));
  }

  /** Other bytes together with their leaf hash. */
  replaceText(seq: number, text: string): void {
    this.run(
      'UPDATE records SET text = ?, hash = ? WHERE k = ?',
      text,
      hashLeafText(nodeCrypto, text),
      this.k(seq),
    );
  }

  /**
   * Changes a record and makes everything after it fit again: links, leaf hashes, head.
   *
   * @param change the new record; it is made canonical
   */
  rewrite(seq: number, change: (record: MutableRecord) => void): void {
    const first = this.record(seq);
    change(first);
    this.replaceText(seq, canonicalize(first));
    for (let at = seq + 1; at < this.size(); at += 1) {
      const record = this.record(at);
      record.prev = Buffer.from(this.leafHash(at - 1)).toString('hex');
      this.replaceText(at, canonicalize(record));
    }
    this.fitHead(this.size());
  }

  leafHash(seq: number): Uint8Array {
    return this.value<Uint8Array>('SELECT hash FROM records WHERE k = ?', this.k(seq));
  }

  /** The tree over the stored leaf hashes of the first records. */
  tree(size: number): CompactRange {
    const tree = CompactRange.empty(nodeCrypto);
    for (let seq = 0; seq < size; seq += 1) tree.append(this.leafHash(seq));
    return tree;
  }

  /** Makes the head row that of the first `size` records. */
  fitHead(size: number): void {
    this.run(
      'UPDATE logs SET size = ?, frontier = ?, last_hash = ?, last_at = ? WHERE log_no = ?',
      size,
      Buffer.concat(this.tree(size).hashes()),
      this.leafHash(size - 1),
      Date.parse(this.record(size - 1).at),
      this.logNo,
    );
  }

  /** Removes the newest records with all that belongs to them, and makes the head fit. Checkpoints stay. */
  truncate(size: number): void {
    this.run('DELETE FROM records WHERE k >= ? AND k < ?', this.k(size), this.k(0) + 2 ** 32);
    this.run('DELETE FROM event_ids WHERE log_no = ? AND seq >= ?', this.logNo, size);
    this.run(
      'DELETE FROM seals WHERE seal_k >= ? AND seal_k < ?',
      this.sealK(size, 0),
      this.sealK(2 ** 32, 0),
    );
    this.fitHead(size);
  }

  checkpoints(): readonly CheckpointRow[] {
    const rows = this.db
      .prepare('SELECT size, note FROM checkpoints WHERE log_no = ? ORDER BY size')
      .all(this.logNo);
    return rows as unknown as readonly CheckpointRow[];
  }

  /** A checkpoint in the middle of the log. */
  middleCheckpoint(): CheckpointRow {
    const found = this.checkpoints().find(({ size }) => size > 100);
    if (found === undefined) throw new Error('the base folder has no checkpoint in its middle');
    return found;
  }

  newestCheckpoint(): CheckpointRow {
    const found = this.checkpoints().at(-1);
    if (found === undefined) throw new Error('the base folder has no checkpoint');
    return found;
  }

  setNote(size: number, note: string): void {
    this.run('UPDATE checkpoints SET note = ? WHERE log_no = ? AND size = ?', note, this.logNo, size);
  }

  /** The note that a key would sign for a size of the log as it is now. */
  signedNote(key: SigningKey, size: number, root = this.tree(size).root()): string {
    return signNote(formatCheckpoint({ origin: this.origin, size, root }), [key.signer(this.origin)]);
  }

  /** Signs every checkpoint again over the records as they are now. */
  resign(key: SigningKey): void {
    for (const { size } of this.checkpoints()) this.setNote(size, this.signedNote(key, size));
  }

  /** The stolen key. */
  signingKey(): SigningKey {
    const text = readFileSync(join(this.dataDir, 'signing.key'), 'utf8');
    return parseSigningKeys(nodeCrypto, text, 'signing.key').current;
  }

  /** Changes bytes of the database file, past SQLite. The database is closed before. */
  changeFile(change: (bytes: Buffer) => Buffer): void {
    this.close();
    const path = join(this.dataDir, 'ledger.db');
    writeFileSync(path, change(readFileSync(path)));
    for (const suffix of ['-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
  }

  close(): void {
    if (!this.db.isOpen) return;
    this.db.exec('DELETE FROM maintenance');
    this.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.db.close();
  }

  remove(): void {
    this.close();
    rmSync(this.parent, { recursive: true, force: true });
  }
}

/** The root that a note signs. */
export function rootOf(note: string): Uint8Array {
  return parseCheckpoint(parseNote(note).text).root;
}
