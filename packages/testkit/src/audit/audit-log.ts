import {
  bytesToHex,
  CompactRange,
  type CryptoProvider,
  equalBytes,
  hashLeaf,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  parseRecord,
  utf8Encode,
} from '@attestry/core';
import type { LedgerReader, LogHead, Receipt } from '@attestry/ledger';

const PAGE_RECORDS = 1_000;

/** What a log is audited against. */
export interface AuditOptions {
  readonly crypto: CryptoProvider;
  readonly vkeys: (origin: string) => readonly string[];
  /** Receipts that were handed out: each must be in the log, once, as it says. */
  readonly receipts: readonly Receipt[];
}

/** What an audit found out about a log that passed. */
export interface AuditReport {
  readonly size: number;
  /** Event ids in the log, by sequence number. */
  readonly seqById: ReadonlyMap<string, number>;
  readonly checkpoints: number;
}

/**
 * Reads a whole log and checks it by the format alone, independently of the code that wrote it and of the verifier:
 * numbers, links, times, leaf hashes, ids, the root of every checkpoint with its signature, and the receipts.
 *
 * @throws {Error} naming the first thing that is wrong
 */
export async function auditLog(
  reader: LedgerReader,
  tenant: string,
  options: AuditOptions,
): Promise<AuditReport> {
  const head = await reader.head(tenant);
  if (head === undefined) throw new Error(`tenant ${tenant} has no log`);
  const { crypto } = options;
  const range = CompactRange.empty(crypto);
  const rootHexBySize = new Map<number, string>();
  const signed = await allCheckpoints(reader, tenant, options);
  const seqById = new Map<string, number>();
  const hashBySeq: string[] = [];
  let previous = { hashHex: '0'.repeat(64), at: '' };
  for (let from = 0; from < head.size; from += PAGE_RECORDS) {
    const rows = await reader.readRecords(tenant, from, Math.min(from + PAGE_RECORDS, head.size));
    for (const [i, row] of rows.entries()) {
      const seq = from + i;
      const parsed = parseRecord(row.text ?? '');
      if (!parsed.ok) throw new Error(`record ${seq}: ${parsed.code} ${parsed.detail}`);
      const { record } = parsed;
      const leafHash = hashLeaf(crypto, utf8Encode(row.text as string));
      if (record.seq !== seq || row.seq !== seq) throw new Error(`record ${seq} says it is ${record.seq}`);
      if (record.prev !== previous.hashHex) throw new Error(`record ${seq} does not follow the one before`);
      if (record.at < previous.at) throw new Error(`record ${seq} is older than the one before`);
      if (!equalBytes(leafHash, row.leafHash)) throw new Error(`record ${seq} has another leaf hash`);
      if (record.type === 'event') {
        const { id } = record.data;
        if (typeof id !== 'string') throw new Error(`record ${seq} is an event without an id`);
        if (seqById.has(id)) throw new Error(`event ${id} is record ${seqById.get(id)} and record ${seq}`);
        seqById.set(id, seq);
      }
      range.append(leafHash);
      hashBySeq.push(bytesToHex(leafHash));
      if (signed.has(seq + 1)) rootHexBySize.set(seq + 1, bytesToHex(range.root()));
      previous = { hashHex: bytesToHex(leafHash), at: record.at };
    }
  }
  if (range.size !== head.size)
    throw new Error(`the head says ${head.size} records, there are ${range.size}`);
  checkHead(head, range);
  for (const [size, rootHex] of signed) {
    if (rootHexBySize.get(size) !== rootHex)
      throw new Error(`the checkpoint of ${size} records has another root`);
  }
  checkReceipts(options.receipts, seqById, hashBySeq);
  return { size: head.size, seqById, checkpoints: signed.size };
}

async function allCheckpoints(
  reader: LedgerReader,
  tenant: string,
  options: AuditOptions,
): Promise<ReadonlyMap<number, string>> {
  const roots = new Map<number, string>();
  for (let sizeFrom = 0; ; ) {
    const page = await reader.listCheckpoints(tenant, {
      sizeFrom,
      sizeTo: Number.MAX_SAFE_INTEGER,
      order: 'asc',
      limit: 500,
    });
    for (const { size, note } of page) {
      const { origin } = parseCheckpoint(parseNote(note).text);
      const { checkpoint } = openCheckpoint(options.crypto, note, {
        origin,
        logVkeys: options.vkeys(origin),
      });
      if (checkpoint.size !== size)
        throw new Error(`the checkpoint filed under ${size} is of ${checkpoint.size}`);
      roots.set(size, bytesToHex(checkpoint.root));
    }
    const last = page.at(-1);
    if (last === undefined) return roots;
    sizeFrom = last.size + 1;
  }
}

function checkHead(head: LogHead, range: CompactRange): void {
  const same = range.hashes().every((hash, i) => equalBytes(hash, head.frontier[i] as Uint8Array));
  if (!same || head.frontier.length !== range.hashes().length)
    throw new Error('the head has another frontier');
}

function checkReceipts(
  receipts: readonly Receipt[],
  seqById: ReadonlyMap<string, number>,
  hashBySeq: readonly string[],
): void {
  for (const { id, seq, hash } of receipts) {
    if (seqById.get(id) !== seq) {
      throw new Error(`event ${id} was acknowledged as record ${seq}, it is ${seqById.get(id) ?? 'missing'}`);
    }
    if (hashBySeq[seq] !== hash) throw new Error(`event ${id} was acknowledged with another hash`);
  }
}
