import {
  bytesToHex,
  type CryptoProvider,
  consistencyProof,
  type EventView,
  encodeEntryBundle,
  formatTlogProof,
  inclusionProof,
  utf8Encode,
} from '@attestry/core';
import { LedgerError } from '../errors.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { CheckpointStore, StoredCheckpoint } from '../ports/checkpoint-store.ts';
import type { EventQuery, EventQueryStore } from '../ports/event-query-store.ts';
import type { LedgerStore, LogHead, StoredRecord } from '../ports/ledger-store.ts';
import { compileFilters } from '../query/compile-filters.ts';
import type { EventFilters } from '../query/event-filters.ts';
import { EventReader, type OpenedEvent } from './event-reader.ts';
import { LogTiles } from './log-tiles.ts';

/** What reading needs of the stores. */
export interface ReadStores {
  readonly ledger: Omit<LedgerStore, 'append'>;
  readonly checkpoints: Pick<CheckpointStore, 'list'>;
  readonly query: EventQueryStore;
}

/** An event found by its id. */
export interface FoundEvent {
  readonly view: EventView;
  readonly seq: number;
  readonly leafHashHex: string;
  /** The stored record, from which the leaf hash can be computed again. */
  readonly text: string;
}

/** A range of checkpoints by size, both ends included. */
export type CheckpointRange = Parameters<CheckpointStore['list']>[1];

/** Everything that can be read of the logs: events, proofs, tiles, checkpoints. Writes nothing. */
export class LedgerReader {
  readonly query: EventQueryStore;
  protected readonly tiles: LogTiles;
  protected readonly events: EventReader;
  protected readonly crypto: CryptoProvider;
  protected readonly keys: KeyRing;
  readonly #stores: ReadStores;

  constructor(parts: {
    readonly stores: ReadStores;
    readonly crypto: CryptoProvider;
    readonly keys: KeyRing;
  }) {
    this.#stores = parts.stores;
    this.query = parts.stores.query;
    this.crypto = parts.crypto;
    this.keys = parts.keys;
    this.tiles = new LogTiles(parts.stores.ledger, parts.crypto);
    this.events = new EventReader(parts.crypto, parts.keys, parts.stores.ledger);
  }

  /** The last committed head, or `undefined` for a tenant without a log. */
  head(tenant: string): Promise<LogHead | undefined> {
    return this.#stores.ledger.readHead(tenant);
  }

  /** Heads of all logs, by tenant. */
  heads(): Promise<readonly LogHead[]> {
    return this.#stores.ledger.listHeads();
  }

  /** Records `from <= seq < to`, at most 1,000 of them. */
  readRecords(tenant: string, from: number, to: number): Promise<readonly StoredRecord[]> {
    return this.#stores.ledger.readRecords(tenant, from, to);
  }

  /**
   * The events in stored records, whole for those who may see personal data, otherwise without it and with the
   * pointers of what is missing in `redacted`. Rows without an event are left out.
   */
  readEvents(
    tenant: string,
    rows: readonly StoredRecord[],
    options: { readonly personal: boolean },
  ): Promise<readonly EventView[]> {
    return this.events.views(tenant, rows, options);
  }

  /** The events in stored records with their seals opened apart; rows without an event are left out. */
  async openEvents(tenant: string, rows: readonly StoredRecord[]): Promise<readonly OpenedEvent[]> {
    return (await this.events.open(tenant, rows)).filter((event) => event !== undefined);
  }

  /** An event by its id, or `undefined` when it is not in this tenant's log or was pruned. */
  async findEvent(
    tenant: string,
    id: string,
    options: { readonly personal: boolean },
  ): Promise<FoundEvent | undefined> {
    const seq = (await this.#stores.ledger.findSeqs(tenant, [id])).get(id);
    if (seq === undefined) return undefined;
    const rows = await this.readRecords(tenant, seq, seq + 1);
    const [row] = rows;
    const [view] = await this.readEvents(tenant, rows, options);
    if (row?.text === undefined || view === undefined) return undefined;
    return { view, seq, leafHashHex: bytesToHex(row.leafHash), text: row.text };
  }

  /** The newest checkpoint that was signed, or `undefined` before the first. */
  async latestCheckpoint(tenant: string): Promise<StoredCheckpoint | undefined> {
    const range = { sizeFrom: 0, sizeTo: Number.MAX_SAFE_INTEGER, order: 'desc', limit: 1 } as const;
    return (await this.listCheckpoints(tenant, range))[0];
  }

  /** The checkpoint of exactly this size, when one was signed. */
  async checkpointAt(tenant: string, size: number): Promise<StoredCheckpoint | undefined> {
    return (await this.listCheckpoints(tenant, { sizeFrom: size, sizeTo: size, order: 'asc', limit: 1 }))[0];
  }

  listCheckpoints(tenant: string, range: CheckpointRange): Promise<readonly StoredCheckpoint[]> {
    return this.#stores.checkpoints.list(tenant, range);
  }

  /**
   * Proves that a record is in the tree of the log's first `size` records.
   *
   * @param seq 0-based number of the record
   * @returns sibling hashes from the leaf upwards, 32 bytes each
   * @throws {LedgerError} `log_unknown`, `size_unknown` (larger than the log), `seq_unknown` (not below `size`)
   * @see RFC 9162, 2.1.3.1
   */
  async inclusionProof(tenant: string, seq: number, size: number): Promise<readonly Uint8Array[]> {
    await this.#assertSize(tenant, size);
    if (!Number.isSafeInteger(seq) || seq < 0 || seq >= size) {
      throw new LedgerError('seq_unknown', `record ${seq} is not among the first ${size} records`);
    }
    return inclusionProof(this.crypto, this.tiles.nodes(tenant, size), seq, size);
  }

  /**
   * Proves that the log's first `from` records are still the first of its first `to` records.
   *
   * @throws {LedgerError} `log_unknown`, `size_unknown`
   * @see RFC 9162, 2.1.4.1
   */
  async consistencyProof(tenant: string, from: number, to: number): Promise<readonly Uint8Array[]> {
    await this.#assertSize(tenant, to);
    if (!Number.isSafeInteger(from) || from < 1 || from > to) {
      throw new LedgerError('size_unknown', `${from} is not a size between 1 and ${to}`);
    }
    return consistencyProof(this.crypto, this.tiles.nodes(tenant, to), from, to);
  }

  /**
   * The proof file of a record under the newest checkpoint, or `undefined` while none covers it.
   *
   * @see https://c2sp.org/tlog-proof
   */
  async proofFile(tenant: string, seq: number): Promise<string | undefined> {
    const checkpoint = await this.latestCheckpoint(tenant);
    if (checkpoint === undefined || checkpoint.size <= seq) return undefined;
    const hashes = await this.inclusionProof(tenant, seq, checkpoint.size);
    return formatTlogProof({ index: seq, hashes, checkpointNote: checkpoint.note });
  }

  /**
   * The first `width` hashes of a tile, 32 bytes each, or `undefined` while the log is not that long.
   *
   * @see https://c2sp.org/tlog-tiles
   */
  tile(tenant: string, level: number, index: number, width: number): Promise<Uint8Array | undefined> {
    return this.tiles.read(tenant, level, index, width);
  }

  /** The first `width` records of an entry bundle, or `undefined` while the log is not that long or when one was pruned. */
  async entryBundle(tenant: string, index: number, width: number): Promise<Uint8Array | undefined> {
    const from = index * 256;
    const rows = await this.readRecords(tenant, from, from + width);
    const texts = rows.flatMap(({ text }) => (text === undefined ? [] : [text]));
    return texts.length === width ? encodeEntryBundle(texts.map(utf8Encode)) : undefined;
  }

  /**
   * Compiles filters as people write them into the conditions of a query.
   *
   * @param options what the reader may see; without `personal`, sealed members are neither searched nor compared
   * @throws {FilterError} naming the parameter that is wrong
   */
  async compileQuery(
    tenant: string,
    filters: EventFilters,
    options: { readonly personal: boolean },
  ): Promise<EventQuery> {
    const { blind } = await this.keys.indexer(tenant);
    return { tenant, personal: options.personal, ...(await compileFilters(filters, blind)) };
  }

  async #assertSize(tenant: string, size: number): Promise<void> {
    const head = await this.head(tenant);
    if (head === undefined)
      throw new LedgerError('log_unknown', `tenant ${JSON.stringify(tenant)} has no log`);
    if (!Number.isSafeInteger(size) || size < 1 || size > head.size) {
      throw new LedgerError('size_unknown', `the log has ${head.size} records: there is no tree of ${size}`);
    }
  }
}
