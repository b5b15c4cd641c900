import type {
  ColumnValues,
  LedgerRecord,
  RowParts,
  SealedMembers,
  SourceCheckpoint,
  SourceKey,
  SourceRow,
  SourceSeal,
  SourceState,
  StoreFinding,
} from '@attestry/core';
import type { DataPaths } from '../data-dir/data-folder.ts';
import { errorText } from '../errors.ts';
import { type SearchTexts, searchTexts } from '../followers/search-text.ts';
import { RawBoundsReader } from '../stores/sqlite/raw-bounds.ts';
import { FilterCheck, type FilterSums } from '../stores/sqlite/raw-filters.ts';
import type { RawRecord, RawSeal } from '../stores/sqlite/raw-scan.ts';
import { type SearchBeginning, SearchCheck, type SearchSums } from '../stores/sqlite/raw-search.ts';
import type { SqliteReadOnlyStores } from '../stores/sqlite/read-only.ts';
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
import { folderFindings } from './sqlite-folder-check.ts';
import { keyless, openKeys, splitHashes, timeFinding, toSeal } from './stored-rows.ts';

/** Stray rows named one by one; a table full of them is one damage. */
const STRAYS_MAX = 1_000;
/** Sentences of SQLite about a damaged file: one page can give hundreds. */
const FILE_DAMAGES_MAX = 20;
const CHECKPOINTS_PER_READ = 1_000;

/** What the sources of several threads have in common. */
interface Beginning {
  readonly filterSeed: Uint8Array | undefined;
  readonly search: SearchBeginning | undefined;
}

/** `sums` of a harvest. */
interface Sums {
  readonly filters: FilterSums | undefined;
  readonly search: SearchSums | undefined;
}

/** Where the rows and the keys are. */
interface SqliteLog {
  readonly ledger: VerifiedLedger;
  readonly stores: SqliteReadOnlyStores;
  readonly paths: Pick<DataPaths, 'ledger' | 'search'>;
}

const NO_SEALS: RawSeal[] = [];

const SEARCH_DETAILS = {
  missing: 'the search index has passed this event and has no document of it',
  stray: 'the search index has a document that belongs to no event',
  other: 'the document of this event in the search index has other words than the event',
} as const;

/** One log of a data folder, as it is stored: what the verifier reads when it is given a folder. */
export class SqliteVerifySource implements LogSource {
  readonly #ledger: VerifiedLedger;
  readonly #stores: SqliteReadOnlyStores;
  readonly #paths: SqliteLog['paths'];
  readonly #bounds: RawBoundsReader;
  readonly #tenant: string;
  readonly #tiles = new LevelZeroTiles();
  readonly #begun: Beginning | undefined;
  readonly #wholeFolder: boolean;
  #helpers: SourceHelpers | undefined;
  /** Found while rows were read, told by `readStrays`. */
  readonly #noticed: StoreFinding[] = [];
  #logNo: number | undefined;
  #search: SearchCheck | undefined;
  #filters: FilterCheck | undefined;
  /** One past the last record, when the bounds were read. */
  #end = 0;

  constructor({ ledger, stores, paths }: SqliteLog, tenant: string, options: LogSourceOptions) {
    this.#ledger = ledger;
    this.#stores = stores;
    this.#paths = paths;
    this.#tenant = tenant;
    this.#begun = options.begun as Beginning | undefined;
    this.#wholeFolder = options.wholeFolder ?? true;
    this.#bounds = new RawBoundsReader(paths.ledger);
  }

  async close(): Promise<void> {
    this.#bounds.close();
    this.#search?.close();
  }

  /** Takes an event of which the verifier opened every seal: its search document must have the same words. */
  onWholeEvent({ seq, data }: LedgerRecord, members: readonly SealedMembers[]): void {
    if (this.#search?.covers(seq) === true) this.#search.add(seq, searchTexts(data, members));
  }

  async readState(): Promise<SourceState | undefined> {
    this.#logNo = this.#stores.scan.logNo(this.#tenant);
    const bounds = this.#logNo === undefined ? undefined : this.#bounds.bounds(this.#logNo);
    if (bounds === undefined) return undefined;
    const { origin, size, lastHash, lastAtMs, lastSeq, checkpointSize, eventIds } = bounds;
    this.#end = lastSeq + 1;
    this.#begin(this.#knownLog());
    const frontier = splitHashes(bounds.frontier);
    return { origin, size, frontier, lastHash, lastAtMs, lastSeq, checkpointSize, eventIds };
  }

  async readRows(from: number, to: number, parts: RowParts): Promise<readonly SourceRow[]> {
    if (parts === 'records') return this.#readTexts(from, to);
    const { scan } = this.#stores;
    const logNo = this.#knownLog();
    const rows: SourceRow[] = [];
    const seals = scan.seals(logNo, from, to);
    let at = 0;
    const before = (seq: number): RawSeal[] => {
      const start = at;
      while (at < seals.length && (seals[at] as RawSeal).seq < seq) at += 1;
      return start === at ? NO_SEALS : seals.slice(start, at);
    };
    const records = scan.records(logNo, from, to);
    for (const record of records) {
      rows.push(...bareSeals(before(record.seq)));
      rows.push(this.#row(record, before(record.seq + 1)));
      this.#tiles.add(record.seq, record.leafHash);
    }
    rows.push(...bareSeals(before(Number.POSITIVE_INFINITY)));
    this.#filters?.add({ from, to }, records);
    return rows;
  }

  #readTexts(from: number, to: number): readonly SourceRow[] {
    return this.#stores.scan.texts(this.#knownLog(), from, to).map(({ seq, text, leafHash }) => {
      this.#tiles.add(seq, leafHash);
      return { seq, text, leafHash, columns: undefined, seals: [] };
    });
  }

  async readTile(level: number, index: number): Promise<Uint8Array | undefined> {
    const assembled = level === 0 ? this.#tiles.get(index) : undefined;
    return assembled ?? this.#stores.ledger.readTile(this.#tenant, level, index);
  }

  async readCheckpoints(sizeFrom: number, sizeTo: number): Promise<readonly SourceCheckpoint[]> {
    const found: SourceCheckpoint[] = [];
    let from = sizeFrom;
    for (;;) {
      const page = await this.#stores.checkpoints.list(this.#tenant, {
        sizeFrom: from,
        sizeTo,
        order: 'asc',
        limit: CHECKPOINTS_PER_READ,
      });
      found.push(...page);
      const last = page.at(-1);
      if (last === undefined || page.length < CHECKPOINTS_PER_READ) return found;
      from = last.size + 1;
    }
  }

  async findEventIds(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#stores.scan.eventIds(this.#knownLog(), ids);
  }

  async readKeys(by: 'kid' | 'sub', names: readonly string[]): Promise<readonly SourceKey[]> {
    if (by === 'sub') {
      return this.#bounds.keysOfSubjects(this.#tenant, names).map(({ kid, sub, destroyed }) => ({
        kid,
        sub,
        access: { kind: destroyed ? 'destroyed' : 'locked' },
      }));
    }
    const stored = await this.#stores.keys.findByKid(this.#tenant, names);
    const opened = await openKeys(
      this.#ledger.keyRing,
      this.#tenant,
      stored.map(({ kid }) => kid),
    );
    const keys: SourceKey[] = [];
    for (const { kid, sub } of stored) {
      const key = opened.get(kid);
      if (key?.kind === 'live') keys.push({ kid, sub, access: { kind: 'key', key: key.key } });
      else if (key !== undefined) keys.push({ kid, sub, access: { kind: 'destroyed' } });
    }
    return keys;
  }

  async fileDamage(limit: number): Promise<readonly string[]> {
    return this.#bounds.fileDamage(limit);
  }

  helpedBy(helpers: SourceHelpers): void {
    this.#helpers = helpers;
  }

  async *readStrays(from: number, _to: number): AsyncGenerator<StoreFinding, void> {
    for (const harvest of (await this.#helpers?.harvests()) ?? []) this.#merge(harvest);
    yield* this.#noticed.splice(0);
    const logNo = this.#knownLog();
    const whole = from === 0 && this.#wholeFolder;
    const damages = whole ? this.#helpers?.fileDamage(FILE_DAMAGES_MAX) : undefined;
    for (const seq of this.#bounds.sealsBeyond(logNo, this.#end, STRAYS_MAX)) {
      yield { code: 'SEAL_ORPHAN', seq, detail: 'an envelope is stored for a record that does not exist' };
    }
    if (from > 0) return;
    if (whole) yield* folderFindings(this.#bounds);
    for (const { seq } of this.#bounds.eventIdsOfNothing(logNo, STRAYS_MAX)) {
      yield { code: 'EVENT_ID_INDEX', seq, detail: 'the index of event ids names a record that is no event' };
    }
    const { keyRing } = this.#ledger;
    const tenant = this.#tenant;
    yield* settingFindings(keyRing.settingTags, this.#bounds.settings(tenant));
    const rows = {
      hasIndexKey: () => this.#bounds.hasIndexKey(tenant),
      needsIndexKey: () => this.#bounds.needsIndexKey(tenant),
      dataKeys: (after: string, limit: number) => this.#bounds.dataKeys(tenant, after, limit),
    };
    yield* keyFindings({ keyRing, rows, tenant });
    yield* this.#searchStrays();
    yield* this.#filterStrays();
    if (!whole) return;
    const strangers = this.#filters?.strangers ?? 0;
    if (strangers > 0) {
      const detail = `the index of filters has entries that belong to no log of this folder (${strangers})`;
      yield { code: 'PROJECTION', field: 'filters', detail };
    }
    for (const damage of (await damages) ?? (await this.fileDamage(FILE_DAMAGES_MAX))) {
      yield { code: 'UNREADABLE', detail: `the database file is damaged: ${damage}` };
    }
  }

  *#filterStrays(): Generator<StoreFinding, void> {
    for (const { seq, field, kind } of this.#filters?.differences(STRAYS_MAX) ?? []) {
      const place = seq === undefined ? { field } : { seq, field };
      const detail =
        kind === 'missing'
          ? 'the index of filters lacks this event under the value of this column'
          : 'the index of filters has an entry that the columns of no event account for';
      yield { code: 'PROJECTION', ...place, detail };
    }
  }

  /** Before any record is read, so that no document of a later record is expected. */
  #begin(logNo: number): void {
    this.#filters ??= new FilterCheck(this.#paths.ledger, logNo, this.#begun?.filterSeed);
    try {
      this.#search ??= new SearchCheck(this.#paths, logNo, this.#begun?.search);
    } catch (error) {
      this.#noticed.push({ code: 'UNREADABLE', detail: errorText(error) });
    }
  }

  get beginning(): Beginning {
    return { filterSeed: this.#filters?.seed, search: this.#search?.beginning };
  }

  harvest(): SourceHarvest {
    const sums: Sums = { filters: this.#filters?.sums(), search: this.#search?.sums() };
    return { noticed: this.#noticed.splice(0), sums };
  }

  /** Takes what was seen in rows that a helper read. */
  #merge({ noticed, sums }: SourceHarvest): void {
    this.#noticed.push(...noticed);
    const { filters, search } = (sums ?? {}) as Partial<Sums>;
    if (filters !== undefined) this.#filters?.merge(filters);
    if (search !== undefined) this.#search?.merge(search);
  }

  async *#searchStrays(): AsyncGenerator<StoreFinding, void> {
    const passed = this.#search?.beginning.end ?? this.#end;
    if (passed < this.#end) {
      const detail = `the search index was not compared from this event on: it is absent or behind (it has ${passed} of ${this.#end} records)`;
      yield { code: 'SEARCH_PROJECTION', seq: passed, detail, isNotice: true };
    }
    for (const damage of this.#search?.damage() ?? []) {
      yield { code: 'UNREADABLE', detail: `the search index is damaged: ${damage}` };
    }
    const misplaced = this.#search?.misplaced(STRAYS_MAX) ?? [];
    const missing = new Set(misplaced.map(({ seq }) => seq));
    const changed = await this.#search?.changed((from, to) => this.#searchTexts(from, to), STRAYS_MAX);
    for (const { seq, kind } of [...misplaced, ...(changed?.filter(({ seq }) => !missing.has(seq)) ?? [])]) {
      yield { code: 'SEARCH_PROJECTION', seq, detail: SEARCH_DETAILS[kind] };
    }
  }

  /** Texts of the events of a range that can be opened; the others have findings of their own. */
  async #searchTexts(from: number, to: number): Promise<ReadonlyMap<number, SearchTexts>> {
    const texts = new Map<number, SearchTexts>();
    try {
      const records = await this.#ledger.readRecords(this.#tenant, from, to);
      for (const { record, members } of await this.#ledger.openEvents(this.#tenant, records))
        texts.set(record.seq, searchTexts(record.data, members));
    } catch {
      if (to - from === 1) return texts;
      const middle = from + Math.floor((to - from) / 2);
      for (const half of [await this.#searchTexts(from, middle), await this.#searchTexts(middle, to)]) {
        for (const [seq, text] of half) texts.set(seq, text);
      }
    }
    return texts;
  }

  #row({ seq, text, leafHash, columns, atMs }: RawRecord, seals: readonly RawSeal[]): SourceRow {
    const finding = columns === undefined && text !== undefined ? timeFinding(seq, text, atMs) : undefined;
    if (finding !== undefined) this.#noticed.push(finding);
    return {
      seq,
      text,
      leafHash,
      columns: columns as unknown as ColumnValues | undefined,
      seals:
        seals.length === 0
          ? []
          : seals.map((seal) => (seal.kid === undefined ? keyless(seal, text) : toSeal(seal))),
    };
  }

  #knownLog(): number {
    if (this.#logNo === undefined) throw new Error('readState comes before any other read');
    return this.#logNo;
  }
}

/** Rows of envelopes without a record. */
function bareSeals(seals: readonly RawSeal[]): SourceRow[] {
  const rows = new Map<number, SourceSeal[]>();
  for (const seal of seals) rows.set(seal.seq, [...(rows.get(seal.seq) ?? []), toSeal(seal)]);
  return [...rows].map(([seq, some]) => {
    return { seq, text: undefined, leafHash: undefined, columns: undefined, seals: some };
  });
}
