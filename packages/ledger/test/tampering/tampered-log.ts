import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
import type { EventColumns } from '../../src/projection/event-columns.ts';
import { logNameOf } from './base-folder.ts';

/** A record as a plain object that a case may change. */
export type MutableRecord = { -readonly [Member in keyof LedgerRecord]: LedgerRecord[Member] };

export interface CheckpointRow {
  readonly size: number;
  readonly note: string;
  readonly signedAtMs: number;
}

export interface HeadRow {
  readonly size: number;
  readonly frontier: Uint8Array;
  readonly lastHash: Uint8Array;
  readonly lastAtMs: number;
  readonly origin: string;
}

/** An envelope by its record and its place there. */
export interface SealPlace {
  readonly seq: number;
  readonly index: number;
}

export interface KeyRow {
  readonly subjectIndex: Uint8Array | null;
  readonly wrapped: Uint8Array | null;
  readonly subjectSealed: Uint8Array | null;
}

/** Query columns, and that of the time of the record. */
export type ColumnName = keyof EventColumns | 'at';

/**
 * A copy of an installation in the hands of somebody who owns the database, knows the format and has every tool. What can
 * be done to the log `default`, whatever keeps it.
 */
export abstract class TamperedLog {
  readonly dataDir: string;
  /** URL of the database; `undefined` for the one in the folder. */
  readonly store: string | undefined;
  readonly origin: string;
  /** Whether the store as a whole is verified too, and not the log alone. */
  readonly wholeFolder: boolean = true;

  constructor(dataDir: string, store?: string) {
    this.dataDir = dataDir;
    this.store = store;
    this.origin = `${logNameOf(dataDir)}/t/default`;
  }

  abstract text(seq: number, tenant?: string): Promise<string>;
  /** The stored leaf hashes of the first records. */
  abstract leafHashes(count: number): Promise<readonly Uint8Array[]>;
  abstract leafHash(seq: number): Promise<Uint8Array>;
  abstract setBytes(seq: number, bytes: { text?: string | null; hash?: Uint8Array }): Promise<void>;
  /** Records `from <= seq < to` with the envelopes that are kept in their rows, if they are. */
  abstract deleteRecords(from: number, to: number): Promise<void>;
  /** A second row with all columns of a record, under another number. */
  abstract copyRecord(from: number, to: number): Promise<void>;
  /** Gives two records each other's number. */
  abstract swapRecords(a: number, b: number): Promise<void>;
  abstract head(): Promise<HeadRow>;
  abstract setHead(change: Partial<HeadRow>): Promise<void>;
  abstract checkpoints(tenant?: string): Promise<readonly CheckpointRow[]>;
  abstract setCheckpoint(size: number, change: Partial<CheckpointRow>): Promise<void>;
  /** Those of more than so many records. */
  abstract deleteCheckpoints(above: number): Promise<void>;
  abstract column(seq: number, name: ColumnName): Promise<string | number | bigint | null>;
  abstract setColumn(seq: number, name: ColumnName, value: string | number | bigint | null): Promise<void>;
  /** Those of the records from there on. */
  abstract forgetEventIds(from: number, to: number): Promise<void>;
  abstract redirectEventId(seq: number, to: number): Promise<void>;
  abstract inventEventId(id: Uint8Array, seq: number): Promise<void>;
  abstract seal(place: SealPlace): Promise<{ readonly kid: string; readonly envelope: Uint8Array }>;
  /** `null` takes the envelope away. */
  abstract setSeal(
    place: SealPlace,
    seal: { readonly kid: string; readonly envelope: Uint8Array } | null,
  ): Promise<void>;
  /** Envelopes that are not in the rows of their records, of records from there on. */
  abstract deleteSeals(from: number): Promise<void>;
  abstract key(kid: string): Promise<KeyRow>;
  abstract setKey(kid: string, change: Partial<KeyRow>): Promise<void>;
  abstract deleteKey(kid: string): Promise<void>;
  abstract indexKey(tenant: string): Promise<Uint8Array>;
  abstract setIndexKey(tenant: string, key: Uint8Array | null): Promise<void>;
  /** A setting as its text is stored. */
  abstract insertSetting(kind: string, id: string, value: string): Promise<void>;
  /** Ends the tampering; the installation can be verified. */
  abstract close(): Promise<void>;
  /** Takes everything away. */
  abstract remove(): Promise<void>;

  async record(seq: number): Promise<MutableRecord> {
    return JSON.parse(await this.text(seq)) as MutableRecord;
  }

  async size(): Promise<number> {
    return (await this.head()).size;
  }

  /** Other bytes beside the leaf hash of the old ones. */
  setText(seq: number, text: string | null): Promise<void> {
    return this.setBytes(seq, { text });
  }

  /** Other bytes together with their leaf hash. */
  replaceText(seq: number, text: string): Promise<void> {
    return this.setBytes(seq, { text, hash: hashLeafText(nodeCrypto, text) });
  }

  /**
   * Changes a record and makes everything after it fit again: links, leaf hashes, head.
   *
   * @param change the new record; it is made canonical
   */
  async rewrite(seq: number, change: (record: MutableRecord) => void): Promise<void> {
    const size = await this.size();
    const first = await this.record(seq);
    change(first);
    let text = canonicalize(first);
    await this.replaceText(seq, text);
    for (let at = seq + 1; at < size; at += 1) {
      const record = await this.record(at);
      record.prev = Buffer.from(hashLeafText(nodeCrypto, text)).toString('hex');
      text = canonicalize(record);
      await this.replaceText(at, text);
    }
    await this.fitHead(size);
  }

  /** The tree over the stored leaf hashes of the first records. */
  async tree(size: number): Promise<CompactRange> {
    const tree = CompactRange.empty(nodeCrypto);
    for (const hash of await this.leafHashes(size)) tree.append(hash);
    return tree;
  }

  /** Makes the head row that of the first `size` records. */
  async fitHead(size: number): Promise<void> {
    await this.setHead({
      size,
      frontier: Buffer.concat((await this.tree(size)).hashes()),
      lastHash: await this.leafHash(size - 1),
      lastAtMs: Date.parse((await this.record(size - 1)).at),
    });
  }

  /** Removes the newest records with all that belongs to them, and makes the head fit. Checkpoints stay. */
  async truncate(size: number): Promise<void> {
    const end = await this.size();
    await this.deleteSeals(size);
    await this.deleteRecords(size, end);
    await this.forgetEventIds(size, end);
    await this.fitHead(size);
  }

  /** A checkpoint in the middle of the log. */
  async middleCheckpoint(): Promise<CheckpointRow> {
    const found = (await this.checkpoints()).find(({ size }) => size > 100);
    if (found === undefined) throw new Error('the base folder has no checkpoint in its middle');
    return found;
  }

  async newestCheckpoint(): Promise<CheckpointRow> {
    const found = (await this.checkpoints()).at(-1);
    if (found === undefined) throw new Error('the base folder has no checkpoint');
    return found;
  }

  setNote(size: number, note: string): Promise<void> {
    return this.setCheckpoint(size, { note });
  }

  /** The note that a key would sign for a size of the log as it is now. */
  async signedNote(key: SigningKey, size: number, root?: Uint8Array): Promise<string> {
    const signed = root ?? (await this.tree(size)).root();
    const text = formatCheckpoint({ origin: this.origin, size, root: signed });
    return signNote(text, [key.signer(this.origin)]);
  }

  /** Signs every checkpoint again over the records as they are now. */
  async resign(key: SigningKey): Promise<void> {
    for (const { size } of await this.checkpoints())
      await this.setNote(size, await this.signedNote(key, size));
  }

  /** The stolen key. */
  signingKey(): SigningKey {
    const text = readFileSync(join(this.dataDir, 'signing.key'), 'utf8');
    return parseSigningKeys(nodeCrypto, text, 'signing.key').current;
  }

  async kidOf(seq: number, index: number): Promise<string> {
    return (await this.seal({ seq, index })).kid;
  }

  /** Other bytes in an envelope. */
  async setEnvelope(seq: number, envelope: Uint8Array): Promise<void> {
    const { kid } = await this.seal({ seq, index: 0 });
    await this.setSeal({ seq, index: 0 }, { kid, envelope });
  }

  /** Takes an envelope from one place and puts it in another. */
  async moveSeal(from: SealPlace, to: SealPlace): Promise<void> {
    const seal = await this.seal(from);
    await this.setSeal(from, null);
    await this.setSeal(to, seal);
  }
}

/** The root that a note signs. */
export function rootOf(note: string): Uint8Array {
  return parseCheckpoint(parseNote(note).text).root;
}
