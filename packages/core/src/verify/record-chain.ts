import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { equalBytes } from '../encoding/byte-sequence.ts';
import { bytesToHex, hexToBytes } from '../encoding/hex.ts';
import { hashLeafText } from '../merkle/tree-hash.ts';
import { type LedgerRecord, ZERO_HASH_HEX } from '../record/ledger-record.ts';
import { parseRecord } from '../record/parse-record.ts';
import type { FindingSink } from './finding.ts';
import type { Generations } from './generations.ts';
import type { SourceRow } from './verify-source.ts';

/** What a row holds after its bytes were checked. */
export interface ChainedRecord {
  /** `undefined` when the text is pruned or is not a record. */
  readonly record: LedgerRecord | undefined;
  /** Hash of the stored text; `undefined` when it is pruned. */
  readonly leafHash: Uint8Array | undefined;
}

/** Where a finding belongs. */
export interface RecordPlace {
  readonly seq: number;
  readonly id?: string;
}

/**
 * Checks each record by itself and against the one before it: bytes, number, link, origin, time.
 * Keeps nothing but the hash and the time of the record before.
 */
export class RecordChain {
  readonly #crypto: CryptoProvider;
  readonly #sink: FindingSink;
  readonly #generations: Generations;
  /** Root of the records so far. */
  readonly #root: () => Uint8Array | undefined;
  /** The latest time that is not in the future, in the form of `at`: fixed width, so the order of texts is the order of times. */
  readonly #latestAt: string;
  /** `undefined` when the record before is unknown, so that one hole is not reported twice. */
  #previousHex: string | undefined;
  #previousAt = '';

  constructor(
    crypto: CryptoProvider,
    sink: FindingSink,
    expected: {
      generations: Generations;
      root: () => Uint8Array | undefined;
      latestAt: string;
      from: number;
    },
  ) {
    this.#crypto = crypto;
    this.#sink = sink;
    this.#generations = expected.generations;
    this.#root = expected.root;
    this.#latestAt = expected.latestAt;
    this.#previousHex = expected.from === 0 ? ZERO_HASH_HEX : undefined;
  }

  /** Latest `at` so far; empty before the first. */
  get lastAt(): string {
    return this.#previousAt;
  }

  /** Leaf hash of the last record; `undefined` when it is unknown. */
  get lastHash(): Uint8Array | undefined {
    return this.#previousHex === undefined ? undefined : hexToBytes(this.#previousHex);
  }

  /** Says that the record before the next one cannot be known. */
  skip(): void {
    this.#previousHex = undefined;
  }

  check(row: SourceRow): ChainedRecord {
    if (row.text === undefined) {
      this.#previousHex = row.leafHash === undefined ? undefined : bytesToHex(row.leafHash);
      return { record: undefined, leafHash: undefined };
    }
    const leafHash = hashLeafText(this.#crypto, row.text);
    const parsed = parseRecord(row.text);
    const place = parsed.ok ? placeOf(row.seq, parsed.record) : { seq: row.seq };
    if (row.leafHash === undefined || !equalBytes(row.leafHash, leafHash)) {
      this.#sink.add({
        code: 'LEAF_MISMATCH',
        ...place,
        detail: 'the stored leaf hash is not the hash of the stored text',
      });
    }
    if (parsed.ok) {
      this.#checkIdentity(place, parsed.record);
      this.#checkLink(place, parsed.record);
      this.#checkTime(place, parsed.record);
    } else {
      this.#sink.add({ code: parsed.code, ...place, detail: parsed.detail });
    }
    this.#previousHex = bytesToHex(leafHash);
    return { record: parsed.ok ? parsed.record : undefined, leafHash };
  }

  #checkIdentity(place: RecordPlace, record: LedgerRecord): void {
    if (record.seq !== place.seq) {
      this.#sink.add({
        code: 'SEQ',
        ...place,
        detail: `the record at place ${place.seq} says that it is number ${record.seq}`,
      });
    }
    this.#checkGenesis(place, record);
    if (record.log !== this.#generations.current) {
      this.#sink.add({
        code: 'WRONG_LOG',
        ...place,
        detail: `the record was made for the log ${record.log}`,
      });
    }
  }

  #checkGenesis(place: RecordPlace, record: LedgerRecord): void {
    if (place.seq === 0) {
      if (record.type === 'genesis') return;
      this.#sink.add({ code: 'GENESIS', ...place, detail: `the first record is of type ${record.type}` });
      return;
    }
    if (record.type !== 'genesis') return;
    const root = this.#root();
    const rootHex = root === undefined ? undefined : bytesToHex(root);
    const detail = this.#generations.begin(place.seq, record, rootHex);
    if (detail !== undefined) this.#sink.add({ code: 'GENESIS', ...place, detail });
  }

  #checkLink(place: RecordPlace, record: LedgerRecord): void {
    if (this.#previousHex === undefined || record.prev === this.#previousHex) return;
    const detail =
      place.seq === 0
        ? 'the first record does not link to 64 zeros'
        : `the record does not link to the one stored as number ${place.seq - 1}`;
    this.#sink.add({ code: 'CHAIN', ...place, detail });
  }

  #checkTime(place: RecordPlace, record: LedgerRecord): void {
    if (record.at > this.#latestAt) {
      this.#sink.add({ code: 'FUTURE', ...place, detail: `${record.at} lies ahead of the verifier's clock` });
    }
    if (record.at < this.#previousAt) {
      this.#sink.add({
        code: 'TIME_ORDER',
        ...place,
        detail: `${record.at} lies before ${this.#previousAt} of an earlier record`,
      });
      return;
    }
    this.#previousAt = record.at;
  }
}

/** The event id that a record of type `event` carries. */
export function eventIdOf(record: LedgerRecord): string | undefined {
  return record.type === 'event' && typeof record.data.id === 'string' ? record.data.id : undefined;
}

/** Where findings about a record belong. */
export function placeOf(seq: number, record: LedgerRecord): RecordPlace {
  const id = eventIdOf(record);
  return id === undefined ? { seq } : { seq, id };
}
