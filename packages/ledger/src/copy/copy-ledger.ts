import {
  bytesToHex,
  type CryptoProvider,
  equalBytes,
  type LedgerRecord,
  type SourceRow,
  TileBuilder,
} from '@attestry/core';
import { FatalError, LedgerError } from '../errors.ts';
import type { LogSource } from '../fsck/log-source.ts';
import { GROUP_EVENTS_MAX } from '../limits.ts';
import type { NewDataKey } from '../ports/key-store.ts';
import type { AppendRecord, LogAppend, LogHead, StoredSeal } from '../ports/ledger-store.ts';
import type { ReadOnlyStores, Stores } from '../ports/stores.ts';
import type { EventColumns } from '../projection/event-columns.ts';
import { LogTiles } from '../reading/log-tiles.ts';
import { emptyHead } from '../sequencer/open-log.ts';
import type { CopiedKey, CopySource } from './copy-source.ts';

/** Data keys, checkpoints: as many at a time. */
const PAGE = 500;

export interface CopyParts {
  readonly crypto: CryptoProvider;
  readonly from: {
    readonly stores: ReadOnlyStores;
    readonly rows: CopySource;
    openLogSource(tenant: string): Promise<LogSource>;
  };
  readonly to: Stores;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What a copy has done; `found` was there from an earlier run. */
export interface CopyReport {
  readonly logs: number;
  readonly records: number;
  readonly found: number;
  readonly checkpoints: number;
  readonly settings: number;
}

/**
 * Copies every log with its bytes, seals, columns, keys and checkpoints, and the settings, into an empty store or one that
 * an earlier run began to fill: each log goes on where it ends there, if it ends there as the original does.
 *
 * @throws {LedgerError} `copy_diverged` when the target has something else
 */
export async function copyLedger(parts: CopyParts): Promise<CopyReport> {
  const heads = await parts.from.stores.ledger.listHeads();
  const total = heads.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  let found = 0;
  let checkpoints = 0;
  for (const head of heads) {
    await copyKeys(parts, head.tenant);
    found += await copyLog(parts, head, (records) => {
      done += records;
      parts.onProgress?.(done, total);
    });
    checkpoints += await copyCheckpoints(parts, head.tenant);
  }
  // Last, so that nobody is let in to logs that are not there yet.
  const settings = await copySettings(parts);
  return { logs: heads.length, records: total, found, checkpoints, settings };
}

async function copyKeys({ from, to }: CopyParts, tenant: string): Promise<void> {
  const indexKey = await from.rows.indexKey(tenant);
  if (indexKey !== undefined && !equalBytes(await to.keys.ensureIndexKey(tenant, indexKey), indexKey))
    throw diverged(tenant, 'another index key');
  for (let after = ''; ; ) {
    const page = await from.rows.dataKeys(tenant, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) return;
    const live = page.filter(isLive);
    const destroyed = page.filter((key) => !isLive(key));
    const stored = await to.keys.ensure(tenant, live);
    if (stored.some(({ kid }, i) => kid !== live[i]?.kid)) throw diverged(tenant, 'other data keys');
    await copyDestroyed(to, tenant, destroyed);
    after = last.kid;
  }
}

function isLive(key: CopiedKey): key is NewDataKey {
  return key.wrapped !== null && key.subjectIndex !== null && key.subjectSealed !== null;
}

/** The keys of erased persons stay destroyed: what they sealed is as closed in the copy as in the original. */
async function copyDestroyed(
  { keys, shared }: Stores,
  tenant: string,
  destroyed: readonly CopiedKey[],
): Promise<void> {
  if (destroyed.length === 0) return;
  const kids = destroyed.map(({ kid }) => kid);
  await shared?.adoptDestroyedKeys(tenant, destroyed);
  const there = new Map((await keys.findByKid(tenant, kids)).map((key) => [key.kid, key]));
  const isSame = ({ kid, sub }: CopiedKey): boolean =>
    there.get(kid)?.sub === sub && there.get(kid)?.wrapped === undefined;
  if (!destroyed.every(isSame)) throw diverged(tenant, 'other data keys');
}

/** @returns how many records were there already */
async function copyLog(
  { crypto, from, to }: CopyParts,
  head: LogHead,
  onRecords: (records: number) => void,
): Promise<number> {
  const { tenant } = head;
  const stored = await to.ledger.readHead(tenant);
  let before = stored ?? emptyHead(tenant, head.origin);
  await assertBeginning(from.stores, before);
  const found = before.size;
  onRecords(found);
  const partials = await new LogTiles(to.ledger, crypto).partials(tenant, before.size);
  const tree = new TileBuilder(crypto, before.size, partials);
  const source = await from.openLogSource(tenant);
  try {
    await source.readState();
    while (before.size < head.size) {
      const end = Math.min(before.size + GROUP_EVENTS_MAX, head.size);
      const rows = await source.readRows(before.size, end, 'all');
      const append = toAppend(before, rows, { tree, erasedKids: await erasedKids(source, rows) });
      if (append.after.size !== end) throw unreadable(tenant, append.after.size);
      await appendOnce(to, append);
      onRecords(rows.length);
      before = append.after;
    }
  } finally {
    await source.close();
  }
  const isSame =
    before.origin === head.origin &&
    equalBytes(before.lastHash, head.lastHash) &&
    before.frontier.map(bytesToHex).join() === head.frontier.map(bytesToHex).join();
  if (!isSame) throw diverged(tenant, `another head after ${head.size} records`);
  return found;
}

/** What the target has must be the beginning of the original. */
async function assertBeginning(original: ReadOnlyStores, before: LogHead): Promise<void> {
  if (before.size === 0) return;
  const { tenant, size, lastHash } = before;
  const leaf = await original.ledger.readLeafHashes(tenant, size - 1, size);
  if (leaf.length === 0 || !equalBytes(leaf, lastHash))
    throw diverged(tenant, `other records (it has ${size})`);
}

/** A commit whose answer was lost is found by the head, never made twice. */
async function appendOnce(to: Stores, append: LogAppend): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const { tenant, lastHash } = append.after;
    try {
      const outcome = await to.ledger.append([append]);
      if (outcome.kind === 'committed') return;
      if (outcome.kind === 'duplicate') throw diverged(tenant, 'event ids of other records');
    } catch (error) {
      if (attempt === 5 || error instanceof FatalError) throw error;
    }
    const head = await to.ledger.readHead(tenant);
    if (head !== undefined && equalBytes(head.lastHash, lastHash)) return;
    if ((head?.size ?? 0) !== append.before.size)
      throw diverged(tenant, `grown meanwhile, to ${head?.size ?? 0} records`);
  }
}

/** Data keys of the subjects whose envelopes an erasure has removed, by the subject's handle. */
async function erasedKids(
  source: LogSource,
  rows: readonly SourceRow[],
): Promise<ReadonlyMap<string, string>> {
  const subs = new Set<string>();
  for (const { text, seals } of rows) {
    // Nearly all records have all their envelopes, or end with those that are gone.
    const isGapless = seals.every(({ index }, i) => index === i);
    if (isGapless || text === undefined) continue;
    for (const { sub } of (JSON.parse(text) as LedgerRecord).seals) subs.add(sub);
  }
  if (subs.size === 0) return new Map();
  const keys = await source.readKeys('sub', [...subs]);
  return new Map(keys.filter(({ access }) => access.kind === 'destroyed').map(({ sub, kid }) => [sub, kid]));
}

/** Envelopes at their places; one that is gone before others is an empty one under its destroyed key. */
function sealsOf(row: SourceRow, record: LedgerRecord, erased: ReadonlyMap<string, string>): StoredSeal[] {
  const last = row.seals.at(-1)?.index ?? -1;
  return record.seals.slice(0, last + 1).map(({ sub: subject }, at) => {
    const seal = row.seals.find(({ index }) => index === at);
    const kid = seal?.kid ?? erased.get(subject);
    if (kid === undefined)
      throw new FatalError('store_damaged', `record ${row.seq} lacks an envelope, and no erasure says why`);
    return { sub: seal?.sub ?? subject, kid, envelope: seal?.envelope ?? new Uint8Array() };
  });
}

function toAppend(
  before: LogHead,
  rows: readonly SourceRow[],
  {
    tree,
    erasedKids: erased,
  }: { readonly tree: TileBuilder; readonly erasedKids: ReadonlyMap<string, string> },
): LogAppend {
  const { tenant } = before;
  const records: AppendRecord[] = [];
  const tiles: LogAppend['tiles'][number][] = [];
  let { origin, lastHash, lastAtMs } = before;
  for (const row of rows) {
    if (row.seq !== before.size + records.length || row.text === undefined || row.leafHash === undefined)
      throw unreadable(tenant, before.size + records.length);
    const record = JSON.parse(row.text) as LedgerRecord;
    const atMs = Date.parse(record.at);
    tiles.push(...tree.append(row.leafHash));
    records.push({
      text: row.text,
      leafHash: row.leafHash,
      atMs,
      seals: sealsOf(row, record, erased),
      ...(record.type === 'event' ? { id: record.data.id as string, columns: columnsOf(row) } : {}),
    });
    ({ log: origin } = record);
    lastHash = row.leafHash;
    lastAtMs = atMs;
  }
  const frontier = tree.range().hashes();
  return {
    before,
    records,
    tiles,
    after: { tenant, origin, size: before.size + records.length, frontier, lastHash, lastAtMs },
  };
}

function columnsOf({ seq, columns }: SourceRow): EventColumns {
  if (columns === undefined) throw new FatalError('store_damaged', `the event ${seq} has no query columns`);
  const { at: _at, ...rest } = columns;
  return rest as unknown as EventColumns;
}

async function copyCheckpoints({ from, to }: CopyParts, tenant: string): Promise<number> {
  let copied = 0;
  for (let sizeFrom = 0; ; ) {
    const range = { sizeFrom, sizeTo: Number.MAX_SAFE_INTEGER, order: 'asc', limit: PAGE } as const;
    const page = await from.stores.checkpoints.list(tenant, range);
    for (const checkpoint of page) {
      const outcome = await to.checkpoints.put(tenant, checkpoint);
      if (outcome.kind === 'exists' && outcome.stored.note !== checkpoint.note)
        throw diverged(tenant, `another checkpoint of ${checkpoint.size} records`);
    }
    copied += page.length;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return copied;
    sizeFrom = last.size + 1;
  }
}

async function copySettings({ from, to }: CopyParts): Promise<number> {
  const rows = await from.rows.adminRows();
  for (const { kind, tenant, id, value } of rows) {
    const outcome = await to.admin.put({ kind, tenant, id, value }, 0);
    if (outcome.kind === 'stored') continue;
    const there = await to.admin.get(kind, tenant, id);
    if (there?.value !== value) throw diverged(tenant, `another setting ${kind} ${id}`);
  }
  return rows.length;
}

function diverged(tenant: string, what: string): LedgerError {
  return new LedgerError(
    'copy_diverged',
    `the database is not empty and not a part of this copy: of tenant ${tenant} it has ${what}. Take an empty database or schema`,
  );
}

function unreadable(tenant: string, seq: number): FatalError {
  return new FatalError(
    'store_damaged',
    `record ${seq} of tenant ${tenant} is missing or cannot be read: run attestry verify --data on the folder first`,
  );
}
