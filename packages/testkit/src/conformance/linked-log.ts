import {
  assembleRecord,
  assembleSeals,
  bytesToHex,
  canonicalize,
  formatTime,
  hashLeaf,
  type JsonObject,
  portableCrypto,
  TileBuilder,
  utf8Encode,
} from '@attestry/core';
import type { AppendRecord, EventColumns, LogAppend, LogHead, StoredSeal } from '@attestry/ledger';

/** One record to be linked: an event with its columns, or any other record without. */
export interface UnlinkedRecord {
  readonly data: JsonObject;
  readonly id?: string;
  readonly columns?: EventColumns;
  readonly seals?: readonly StoredSeal[];
}

/** Links records into a real log (text, chain, tree), without sequencer or keys: what a store is given. */
export class LinkedLog {
  #head: LogHead;
  #tree = new TileBuilder(portableCrypto, 0, []);

  constructor(tenant: string) {
    const lastHash = new Uint8Array(32);
    this.#head = {
      tenant,
      origin: `conformance.test/t/${tenant}`,
      size: 0,
      frontier: [],
      lastHash,
      lastAtMs: 0,
    };
  }

  /** The head after everything that was linked. */
  get head(): LogHead {
    return this.#head;
  }

  /** A copy that goes on by itself: two writers that do not know of each other. */
  fork(): LinkedLog {
    const copy = new LinkedLog(this.#head.tenant);
    copy.#head = this.#head;
    copy.#tree = new TileBuilder(portableCrypto, this.#head.size, this.#tree.partialHashes());
    return copy;
  }

  /** Links the records after the head, all with the same time, and moves the head. */
  link(atMs: number, records: readonly UnlinkedRecord[]): LogAppend {
    const before = this.#head;
    const tiles: LogAppend['tiles'][number][] = [];
    let lastHash = before.lastHash;
    const linked = records.map((record, i): AppendRecord => {
      const text = assembleRecord({
        at: formatTime(atMs),
        dataJson: canonicalize(record.data),
        log: before.origin,
        prevHex: bytesToHex(lastHash),
        sealsJson: assembleSeals((record.seals ?? []).map(({ sub }) => ({ cm: '0'.repeat(64), sub }))),
        seq: before.size + i,
        type: record.columns === undefined ? 'note' : 'event',
      });
      lastHash = hashLeaf(portableCrypto, utf8Encode(text));
      tiles.push(...this.#tree.append(lastHash));
      const { id, columns } = record;
      return {
        text,
        leafHash: lastHash,
        atMs,
        seals: record.seals ?? [],
        ...(id === undefined ? {} : { id }),
        ...(columns === undefined ? {} : { columns }),
      };
    });
    this.#head = {
      ...before,
      size: before.size + records.length,
      frontier: this.#tree.range().hashes(),
      lastHash,
      lastAtMs: records.length === 0 ? before.lastAtMs : atMs,
    };
    return { before, records: linked, tiles, after: this.#head };
  }
}
