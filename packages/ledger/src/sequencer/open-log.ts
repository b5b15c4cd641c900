import {
  assembleRecord,
  assembleSeals,
  bytesToHex,
  type CryptoProvider,
  equalBytes,
  hashLeafText,
  RECORD_BYTES_MAX,
  sealAdditionalData,
  sealEnvelope,
  TileBuilder,
  utf8Length,
} from '@attestry/core';
import { errorText, FatalError, LedgerError } from '../errors.ts';
import type { RandomSource } from '../keys/random-pool.ts';
import type { AppendRecord, LogAppend, LogHead, StoredSeal } from '../ports/ledger-store.ts';
import type { PendingRecord, Settlement } from './pending-record.ts';

const NONCE_BYTES = 12;

/** The head of a log that does not exist yet. */
export function emptyHead(tenant: string, origin: string): LogHead {
  return { tenant, origin, size: 0, frontier: [], lastHash: new Uint8Array(32), lastAtMs: 0 };
}

/** Records that got their numbers, and those that could not. */
export interface LinkedBatch {
  readonly append: LogAppend;
  /** `at` of all of them. */
  readonly at: string;
  /** Those that are in `append`, in the same order. */
  readonly linked: readonly PendingRecord[];
  readonly rejected: readonly { readonly record: PendingRecord; readonly settlement: Settlement }[];
}

/**
 * A log being written: where it will stand when everything sent so far has been committed, and what waits to be sent.
 * Only the sequencer touches it. Linking moves it ahead of the store; when a batch fails it is thrown away and opened
 * anew from the stored head (trap 6: the chain's tip lives in the store, this is only a copy).
 */
export class OpenLog {
  readonly tenant: string;
  /** Waiting for a number, oldest first. */
  queue: PendingRecord[] = [];
  /** Batches sent and not yet settled. */
  inFlight = 0;
  readonly #crypto: CryptoProvider;
  readonly #random: RandomSource;
  #committed: LogHead;
  #expected: LogHead;
  #tree: TileBuilder;

  /**
   * @param head as stored
   * @param partials hashes of the rightmost tile of each level
   * @throws {FatalError} `head_mismatch` when the stored tiles do not give the stored head
   */
  constructor(
    parts: { readonly crypto: CryptoProvider; readonly random: RandomSource },
    head: LogHead,
    partials: readonly Uint8Array[],
  ) {
    this.tenant = head.tenant;
    this.#crypto = parts.crypto;
    this.#random = parts.random;
    this.#committed = head;
    this.#expected = head;
    this.#tree = openTree(parts.crypto, head, partials);
  }

  /** The head after the last commit that is known. */
  get committed(): LogHead {
    return this.#committed;
  }

  /**
   * Takes over a state that the store has confirmed. It may be one that is passed already: a batch whose answer was
   * lost is found to be in the log after the batch that follows it was confirmed.
   */
  confirm(head: LogHead): void {
    if (head.size > this.#committed.size) this.#committed = head;
  }

  /** Starts again from the stored head, forgetting what was linked and not committed. */
  reopen(head: LogHead, partials: readonly Uint8Array[]): void {
    this.#tree = openTree(this.#crypto, head, partials);
    this.#committed = head;
    this.#expected = head;
  }

  /**
   * Numbers, links and seals records. A record that fails here is left out and has no number: its neighbours follow
   * each other as if it had never been there.
   *
   * @param nowMs the clock; the log's own time never goes back, whatever the clock does
   */
  link(records: readonly PendingRecord[], nowMs: number): LinkedBatch {
    const before = this.#expected;
    const atMs = Math.max(nowMs, before.lastAtMs);
    const at = new Date(atMs).toISOString();
    const link = { at, atMs, origin: before.origin, seq: before.size, prev: before.lastHash };
    const linked: PendingRecord[] = [];
    const rows: AppendRecord[] = [];
    const tiles: LogAppend['tiles'][number][] = [];
    const rejected: { record: PendingRecord; settlement: Settlement }[] = [];
    for (const record of records) {
      const origin = record.genesis?.origin ?? link.origin;
      const row = this.#linkOne(record, { ...link, origin });
      if ('kind' in row) {
        rejected.push({ record, settlement: row });
        continue;
      }
      link.origin = origin;
      tiles.push(...this.#tree.append(row.leafHash));
      link.prev = row.leafHash;
      link.seq += 1;
      rows.push(row);
      linked.push(record);
    }
    const after: LogHead = {
      tenant: this.tenant,
      origin: link.origin,
      size: link.seq,
      frontier: this.#tree.range().hashes(),
      lastHash: link.prev,
      lastAtMs: rows.length === 0 ? before.lastAtMs : atMs,
    };
    this.#expected = after;
    return { append: { before, records: rows, tiles, after }, at, linked, rejected };
  }

  /** Changes nothing; either the row or why there is none. */
  #linkOne(record: PendingRecord, link: Link): AppendRecord | Settlement {
    const { seq } = link;
    if (record.genesis !== undefined ? record.genesis.atSize !== seq : seq === 0) {
      return failed(
        'log_moved',
        `a ${record.type} record cannot be record ${seq} of the log of tenant ${this.tenant}`,
      );
    }
    try {
      const text = assembleRecord({
        at: link.at,
        dataJson: record.dataJson,
        log: link.origin,
        prevHex: bytesToHex(link.prev),
        sealsJson: assembleSeals(record.seals.map(({ cmHex, sub }) => ({ cm: cmHex, sub }))),
        seq,
        type: record.type,
      });
      // A UTF-16 unit has at most three bytes, so most records need not be counted.
      const bytes = text.length * 3 <= RECORD_BYTES_MAX ? 0 : utf8Length(text);
      if (bytes > RECORD_BYTES_MAX) return tooLarge(bytes);
      const row = {
        text,
        leafHash: hashLeafText(this.#crypto, text),
        atMs: link.atMs,
        seals: this.#sealAll(record, link),
      };
      return record.event === undefined
        ? row
        : { ...row, id: record.event.id, columns: record.event.columns };
    } catch (error) {
      return failed('record_unlinkable', `the record cannot be written: ${errorText(error)}`, error);
    }
  }

  #sealAll(record: PendingRecord, link: Link): StoredSeal[] {
    return record.seals.map((seal, index) => {
      const { sub, kid, cmHex, key, r, payload } = seal;
      const additionalData = sealAdditionalData({
        origin: link.origin,
        seq: link.seq,
        index,
        sub,
        kid,
        cmHex,
      });
      const nonce = this.#random(NONCE_BYTES);
      return { sub, kid, envelope: sealEnvelope(this.#crypto, { key, nonce, r, payload, additionalData }) };
    });
  }
}

/** Where the next record goes. */
interface Link {
  readonly at: string;
  readonly atMs: number;
  readonly origin: string;
  readonly seq: number;
  readonly prev: Uint8Array;
}

function openTree(crypto: CryptoProvider, head: LogHead, partials: readonly Uint8Array[]): TileBuilder {
  const tree = new TileBuilder(crypto, head.size, partials);
  const frontier = tree.range().hashes();
  const same =
    frontier.length === head.frontier.length &&
    frontier.every((hash, i) => equalBytes(hash, head.frontier[i] as Uint8Array));
  if (!same) {
    throw new FatalError(
      'head_mismatch',
      `the stored head of tenant ${head.tenant} (size ${head.size}) does not belong to its stored tiles: ` +
        'run attestry verify --data on the folder and restore it from a backup',
    );
  }
  return tree;
}

function tooLarge(bytes: number): Settlement {
  return {
    kind: 'refused',
    code: 'record_too_large',
    path: '',
    detail: `The record has ${bytes} bytes, at most ${RECORD_BYTES_MAX} are possible: shorten its free members.`,
  };
}

function failed(code: string, message: string, cause?: unknown): Settlement {
  return { kind: 'failed', error: new LedgerError(code, message, { cause }) };
}
