import { equalBytes } from '../encoding/byte-sequence.ts';
import { hexToBytes } from '../encoding/hex.ts';
import { TILE_WIDTH } from '../limits.ts';
import { HASH_BYTES } from '../merkle/tree-hash.ts';
import { parseRecord } from '../record/parse-record.ts';
import type { CheckpointTrail } from './checkpoint-trail.ts';
import type { FindingSink } from './finding.ts';
import type { GuardedSource, ReadRows } from './guarded-source.ts';
import type { KeyHistory } from './key-history.ts';
import type { PruneCheck } from './prune-check.ts';
import { eventIdOf, type RecordChain } from './record-chain.ts';
import type { DetailedRow } from './record-details.ts';
import type { SealCheck } from './seal-check.ts';
import type { SignedTree } from './signed-tree.ts';
import type { LastSeen } from './verify-options.ts';
import type { RowParts, SourceRow } from './verify-source.ts';

/** The checks that need every record in order. */
export interface WalkChecks {
  readonly chain: RecordChain;
  readonly tree: SignedTree;
  readonly trail: CheckpointTrail;
  readonly keys: KeyHistory;
  readonly prunes: PruneCheck;
  readonly seals: SealCheck;
}

/** Takes the records in order through chain, tree, checkpoints, keys, prunes and erasures. */
export class RecordWalk {
  readonly #source: GuardedSource;
  readonly #sink: FindingSink;
  readonly #checks: WalkChecks;
  readonly #lastSeen: LastSeen | undefined;
  #tilesChecked = 0;
  #pruned = 0;
  #firstUnsigned: { readonly seq: number; readonly at: string } | undefined;
  #tile: { readonly index: number; readonly hashes: Uint8Array | undefined } | undefined;

  constructor(source: GuardedSource, sink: FindingSink, checks: WalkChecks, lastSeen: LastSeen | undefined) {
    this.#source = source;
    this.#sink = sink;
    this.#checks = checks;
    this.#lastSeen = lastSeen;
  }

  get tilesChecked(): number {
    return this.#tilesChecked;
  }

  /** Records whose text is gone. */
  get pruned(): number {
    return this.#pruned;
  }

  /** The first record that no checkpoint covers. */
  get firstUnsigned(): { readonly seq: number; readonly at: string } | undefined {
    return this.#firstUnsigned;
  }

  /**
   * Takes the records `from <= seq < to`; `from` must be where the last call ended.
   *
   * @param parts `records` when nothing is wanted of columns and seals
   */
  async take(from: number, to: number, parts: RowParts): Promise<readonly DetailedRow[]> {
    const { tree, trail } = this.#checks;
    trail.load(await this.#source.checkpoints(from === 0 ? 0 : from + 1, to));
    const read = await this.#source.rows(from, to, parts);
    const walked: DetailedRow[] = [];
    for (const row of read.rows) {
      if (row.text === undefined && row.leafHash === undefined) {
        // Something lies beside a record that is not there.
        walked.push({ place: { seq: row.seq }, row, record: undefined });
        continue;
      }
      if (row.seq > tree.size) await this.#fillGap(row.seq, read, row);
      walked.push(this.#takeRow(row));
    }
    if (tree.size < to) {
      const [next] = (await this.#source.rows(to, to + 1, 'records')).rows;
      await this.#fillGap(to, read, next);
    }
    await this.#checkTiles();
    return walked;
  }

  #takeRow(row: SourceRow): DetailedRow {
    const { chain, tree, trail, keys, prunes, seals } = this.#checks;
    const { record, leafHash } = chain.check(row);
    const id = record === undefined ? undefined : eventIdOf(record);
    const place = id === undefined ? { seq: row.seq } : { seq: row.seq, id };
    if (row.text === undefined) {
      this.#pruned += 1;
      prunes.onHole(row.seq, chain.lastAt);
    }
    if (record !== undefined) {
      trail.onRecord(place, record.at);
      if (record.type !== 'event') {
        keys.onRecord(row.seq, record);
        prunes.onRecord(row.seq, record, trail.newest?.size ?? 0);
        seals.onErasure(row.seq, record);
      }
    }
    this.#firstUnsigned ??= { seq: row.seq, at: record?.at ?? chain.lastAt };
    tree.append(leafHash, row.leafHash);
    this.#compareRoots();
    return { place, row, record };
  }

  #compareRoots(): void {
    const { chain, tree, trail } = this.#checks;
    if (trail.dueSize <= tree.size) {
      trail.compare(tree, chain.lastAt);
      if (trail.newest?.size === tree.size) this.#firstUnsigned = undefined;
    }
    if (this.#lastSeen?.size !== tree.size) return;
    const root = tree.root();
    if (root === undefined || equalBytes(root, this.#lastSeen.root)) return;
    this.#sink.add({
      code: 'FORK_FROM_LAST_SEEN',
      seq: tree.size - 1,
      detail: `the tree of the first ${tree.size} records is another one than this verifier saw at that size`,
    });
  }

  /** Passes over missing records up to `end`, with what the record after them and stored tiles still say of them. */
  async #fillGap(end: number, read: ReadRows, next: SourceRow | undefined): Promise<void> {
    const { tree, chain } = this.#checks;
    this.#reportGap(tree.size, end, read);
    while (tree.size < end) {
      const linked = tree.size === end - 1 ? linkOf(next) : undefined;
      tree.append(undefined, linked ?? (await this.#tileLeaf(tree.size)));
      this.#compareRoots();
    }
    chain.skip();
  }

  #reportGap(from: number, end: number, read: ReadRows): void {
    let first = from;
    const known = read.unreadable.filter((range) => range.to > from && range.from < end);
    for (const range of [...known, { from: end, to: end }]) {
      const last = range.from - 1;
      if (first <= last) {
        const detail = first === last ? 'this record is missing' : `the records up to ${last} are missing`;
        this.#sink.add({ code: 'SEQ', seq: first, detail });
      }
      first = Math.max(first, range.to);
    }
  }

  async #tileLeaf(seq: number): Promise<Uint8Array | undefined> {
    const index = Math.floor(seq / TILE_WIDTH);
    if (this.#tile?.index !== index) {
      const tile = await this.#source.tile(0, index);
      this.#tile = { index, hashes: tile instanceof Uint8Array ? tile : undefined };
    }
    const at = (seq % TILE_WIDTH) * HASH_BYTES;
    const hash = this.#tile.hashes?.slice(at, at + HASH_BYTES);
    return hash?.length === HASH_BYTES ? hash : undefined;
  }

  async #checkTiles(): Promise<void> {
    for (const { level, index, hashes } of this.#checks.tree.takeTiles()) {
      const stored = await this.#source.tile(level, index);
      if (stored === 'unreadable') continue;
      this.#tilesChecked += 1;
      const place = { code: 'TILE_MISMATCH', seq: index * TILE_WIDTH ** (level + 1) } as const;
      if (stored === undefined) {
        this.#sink.add({ ...place, detail: `tile ${index} of level ${level} is missing` });
      } else if (!equalBytes(stored, hashes)) {
        const seq = place.seq + firstDifference(stored, hashes) * TILE_WIDTH ** level;
        this.#sink.add({ ...place, seq, detail: `tile ${index} of level ${level} differs from the records` });
      }
    }
  }
}

/** The leaf hash that a record names as that of the record before it. */
function linkOf(row: SourceRow | undefined): Uint8Array | undefined {
  if (row?.text === undefined) return undefined;
  const parsed = parseRecord(row.text);
  return parsed.ok ? hexToBytes(parsed.record.prev) : undefined;
}

/** Index of the first hash in which two tiles differ. */
function firstDifference(stored: Uint8Array, computed: Uint8Array): number {
  const at = computed.findIndex((byte, index) => byte !== stored[index]);
  return at < 0 ? 0 : Math.floor(at / HASH_BYTES);
}
