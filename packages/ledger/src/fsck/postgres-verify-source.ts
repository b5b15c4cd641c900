import type {
  ColumnValues,
  LedgerRecord,
  RowParts,
  SealedMembers,
  SourceCheckpoint,
  SourceKey,
  SourceRow,
  SourceState,
  StoreFinding,
} from '@attestry/core';
import { HASH_BYTES, TILE_WIDTH } from '@attestry/core';
import { searchTexts } from '../followers/search-text.ts';
import type { AdminRow } from '../ports/admin-store.ts';
import type { RawRecord } from '../stores/postgres/raw-rows.ts';
import { PostgresRawScan, type RawScanOptions } from '../stores/postgres/raw-scan.ts';
import { documentWords } from '../stores/postgres/search-words.ts';
import { keyFindings } from './key-check.ts';
import { LevelZeroTiles } from './level-zero-tiles.ts';
import type {
  LogSource,
  LogSourceOptions,
  SourceHarvest,
  SourceHelpers,
  VerifiedLedger,
} from './log-source.ts';
import { settingFindings } from './setting-check.ts';
import { keyless, openKeys, splitHashes, timeFinding, toSeal } from './stored-rows.ts';

/** Stray rows named one by one; a table full of them is one damage. */
const STRAYS_MAX = 1_000;

/** Documents kept of events that are not compared after all; more than two chunks of the verifier. */
const DOCUMENTS_MAX = 2_000;

/** Whose finding a leftover is, by its table. */
const LEFTOVER_CODES = {
  logs: 'HEAD_MISMATCH',
  records: 'PROJECTION_COUNT',
  event_ids: 'EVENT_ID_INDEX',
  tiles: 'TILE_MISMATCH',
  checkpoints: 'CHECKPOINT_INVALID',
  data_keys: 'SEAL_ORPHAN',
  time_marks: 'PROJECTION_COUNT',
} as const;

const SEARCH_DETAILS = {
  missing: 'the search index has passed this event and has no document of it, or one of another time',
  stray: 'the search index has a document that belongs to no event',
  other: 'the document of this event in the search index has other words than the event',
} as const;

/** What the sources of several threads have in common. */
interface Beginning {
  readonly snapshot: string;
}

/** One log of a PostgreSQL database, as it is stored, all of it in one snapshot. */
export class PostgresVerifySource implements LogSource {
  readonly #ledger: VerifiedLedger;
  readonly #scan: PostgresRawScan;
  readonly #tenant: string;
  readonly #tiles = new LevelZeroTiles();
  readonly #wholeStore: boolean;
  readonly beginning: Beginning;
  #helpers: SourceHelpers | undefined;
  /** Found while rows were read, told by `readStrays`. */
  readonly #noticed: StoreFinding[] = [];
  #tenantNo: number | undefined;
  /** First record that the index of words had not passed when the snapshot was taken. */
  #searchedTo = 0;
  /** The words of the documents of rows that were read and not compared yet. */
  readonly #documents = new Map<number, string>();
  #otherWords = 0;

  private constructor(parts: {
    readonly ledger: VerifiedLedger;
    readonly scan: PostgresRawScan;
    readonly tenant: string;
    readonly beginning: Beginning;
    readonly wholeStore: boolean;
  }) {
    this.#ledger = parts.ledger;
    this.#scan = parts.scan;
    this.#tenant = parts.tenant;
    this.beginning = parts.beginning;
    this.#wholeStore = parts.wholeStore;
  }

  static async open(
    where: RawScanOptions,
    ledger: VerifiedLedger,
    tenant: string,
    options: LogSourceOptions,
  ): Promise<PostgresVerifySource> {
    const begun = options.begun as Beginning | undefined;
    const scan = await PostgresRawScan.open({ ...where, snapshot: begun?.snapshot });
    const beginning = begun ?? { snapshot: await scan.exportSnapshot() };
    const wholeStore = options.wholeFolder ?? true;
    return new PostgresVerifySource({ ledger, scan, tenant, beginning, wholeStore });
  }

  close(): Promise<void> {
    return this.#scan.close();
  }

  /** Takes an event of which the verifier opened every seal: its search document must have the same words. */
  onWholeEvent({ seq, data }: LedgerRecord, members: readonly SealedMembers[]): void {
    const words = this.#documents.get(seq);
    this.#documents.delete(seq);
    // A document that is not there is found by `readStrays`.
    if (words === undefined || this.#otherWords === STRAYS_MAX) return;
    if (words === documentWords(searchTexts(data, members))) return;
    this.#otherWords += 1;
    this.#noticed.push({ code: 'SEARCH_PROJECTION', seq, detail: SEARCH_DETAILS.other });
  }

  helpedBy(helpers: SourceHelpers): void {
    this.#helpers = helpers;
  }

  harvest(): SourceHarvest {
    return { noticed: this.#noticed.splice(0) };
  }

  /** Pages that cannot be read fail the reads that need them. */
  async fileDamage(): Promise<readonly string[]> {
    return [];
  }

  async readState(): Promise<SourceState | undefined> {
    this.#tenantNo = await this.#scan.tenantNo(this.#tenant);
    if (this.#tenantNo === undefined) return undefined;
    const bounds = await this.#scan.bounds(this.#tenantNo);
    this.#searchedTo = await this.#scan.searchedTo(this.#tenantNo);
    return bounds && { ...bounds, frontier: splitHashes(bounds.frontier) };
  }

  async readRows(from: number, to: number, parts: RowParts): Promise<readonly SourceRow[]> {
    const tenantNo = this.#knownTenant();
    if (parts === 'records') {
      return (await this.#scan.texts(tenantNo, from, to)).map(({ seq, text, leafHash }) => {
        this.#tiles.add(seq, leafHash);
        return { seq, text, leafHash, columns: undefined, seals: [] };
      });
    }
    const [records, documents] = await Promise.all([
      this.#scan.records(tenantNo, from, to),
      from < this.#searchedTo
        ? this.#scan.documents(tenantNo, from, Math.min(to, this.#searchedTo))
        : new Map<number, string>(),
    ]);
    // Events that cannot be opened are not compared.
    if (this.#documents.size > DOCUMENTS_MAX) this.#documents.clear();
    for (const [seq, words] of documents) this.#documents.set(seq, words);
    return records.map((record) => this.#row(record));
  }

  async readTile(level: number, index: number): Promise<Uint8Array | undefined> {
    if (level > 0) return this.#scan.tile(this.#knownTenant(), level, index);
    const assembled = this.#tiles.get(index);
    if (assembled !== undefined) return assembled;
    const from = index * TILE_WIDTH;
    const rows = await this.#scan.texts(this.#knownTenant(), from, from + TILE_WIDTH);
    const isWhole =
      rows.length === TILE_WIDTH && rows.every(({ leafHash }) => leafHash.length === HASH_BYTES);
    return isWhole ? Buffer.concat(rows.map(({ leafHash }) => leafHash)) : undefined;
  }

  readCheckpoints(sizeFrom: number, sizeTo: number): Promise<readonly SourceCheckpoint[]> {
    return this.#scan.checkpoints(this.#knownTenant(), sizeFrom, sizeTo);
  }

  findEventIds(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#scan.eventIds(this.#knownTenant(), ids);
  }

  async readKeys(by: 'kid' | 'sub', names: readonly string[]): Promise<readonly SourceKey[]> {
    const stored = await this.#scan.keys(this.#knownTenant(), by, names);
    if (by === 'sub') {
      return stored.map(({ kid, sub, isDestroyed }) => ({
        kid,
        sub,
        access: { kind: isDestroyed ? 'destroyed' : 'locked' },
      }));
    }
    const kids = stored.map(({ kid }) => kid);
    const opened = await openKeys(this.#ledger.keyRing, this.#tenant, kids);
    const keys: SourceKey[] = [];
    for (const { kid, sub } of stored) {
      const key = opened.get(kid);
      if (key?.kind === 'live') keys.push({ kid, sub, access: { kind: 'key', key: key.key } });
      else if (key !== undefined) keys.push({ kid, sub, access: { kind: 'destroyed' } });
    }
    return keys;
  }

  async *readStrays(from: number, _to: number): AsyncGenerator<StoreFinding, void> {
    for (const { noticed } of (await this.#helpers?.harvests()) ?? []) this.#noticed.push(...noticed);
    yield* this.#noticed.splice(0);
    if (from > 0) return;
    const tenantNo = this.#knownTenant();
    if (this.#wholeStore) yield* this.#storeFindings();
    for (const seq of await this.#scan.eventIdsOfNothing(tenantNo, STRAYS_MAX)) {
      yield { code: 'EVENT_ID_INDEX', seq, detail: 'the index of event ids names a record that is no event' };
    }
    for (const seq of await this.#scan.wrongMarks(tenantNo, STRAYS_MAX)) {
      const detail = 'the mark of time before this record is not the time of the record before it';
      yield { code: 'PROJECTION', seq, field: 'time_marks', detail };
    }
    yield* this.#searchStrays(tenantNo);
    yield* settingFindings(this.#ledger.keyRing.settingTags, await this.#settings());
    const rows = {
      hasIndexKey: () => this.#scan.hasIndexKey(tenantNo),
      needsIndexKey: () => this.#scan.needsIndexKey(tenantNo),
      dataKeys: (after: string, limit: number) => this.#scan.dataKeys(tenantNo, after, limit),
    };
    yield* keyFindings({ keyRing: this.#ledger.keyRing, rows, tenant: this.#tenant });
  }

  /** This tenant's settings as they are stored. */
  async #settings(): Promise<readonly Omit<AdminRow, 'revision'>[]> {
    const sql = 'SELECT kind, tenant, id, value FROM {admin} WHERE tenant = $1 ORDER BY kind, id';
    const rows = await this.#scan.rows(sql, [this.#tenant]);
    return rows.map((row) => {
      const [kind = '', tenant = '', id = '', value = ''] = row.map(String);
      return { kind, tenant, id, value };
    });
  }

  async *#searchStrays(tenantNo: number): AsyncGenerator<StoreFinding, void> {
    const size = (await this.#scan.bounds(tenantNo))?.size ?? 0;
    const passed = this.#searchedTo;
    if (passed < size) {
      const detail = `the search index was not compared from this event on: it is absent or behind (it has ${passed} of ${size} records)`;
      yield { code: 'SEARCH_PROJECTION', seq: passed, detail, isNotice: true };
    }
    // Documents of another version are all made anew.
    if (passed === 0) return;
    for (const { seq, kind } of await this.#scan.misplacedDocuments(tenantNo, passed, STRAYS_MAX))
      yield { code: 'SEARCH_PROJECTION', seq, detail: SEARCH_DETAILS[kind] };
  }

  async *#storeFindings(): AsyncGenerator<StoreFinding, void> {
    for (const damage of await this.#scan.schemaDamage()) {
      yield { code: 'UNREADABLE', detail: `the database was changed by something else: ${damage}` };
    }
    const { damages, unread } = await this.#scan.indexDamage();
    for (const damage of damages) yield { code: 'UNREADABLE', detail: `the database is damaged: ${damage}` };
    if (unread.length > 0) {
      const detail = `not compared with their tables, because this user cannot read them alone: ${unread.join(', ')}`;
      yield { code: 'UNREADABLE', detail: `indexes ${detail}`, isNotice: true };
    }
    for (const { table, rows } of await this.#scan.leftovers()) {
      const what =
        rows === 1 ? `a row of the table ${table} belongs` : `${rows} rows of the table ${table} belong`;
      yield { code: LEFTOVER_CODES[table], detail: `${what} to no log of this database` };
    }
  }

  #row({ seq, text, leafHash, columns, atMs, seals }: RawRecord): SourceRow {
    const finding = columns === undefined && text !== undefined ? timeFinding(seq, text, atMs) : undefined;
    if (finding !== undefined) this.#noticed.push(finding);
    this.#tiles.add(seq, leafHash);
    return {
      seq,
      text,
      leafHash,
      columns: columns as unknown as ColumnValues | undefined,
      seals: seals.map((seal) => (seal.kid === undefined ? keyless(seal, text) : toSeal(seal))),
    };
  }

  #knownTenant(): number {
    if (this.#tenantNo === undefined) throw new Error('readState comes before any other read');
    return this.#tenantNo;
  }
}
