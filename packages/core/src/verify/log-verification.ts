import { parseNote } from '../checkpoint/note.ts';
import { isKeyOf, parseVkey } from '../checkpoint/verifier-key.ts';
import { equalBytes } from '../encoding/byte-sequence.ts';
import { CHECKPOINT_INTERVAL_MS, FUTURE_TOLERANCE_MS, VERIFY_CHUNK_RECORDS } from '../limits.ts';
import { parseRecord } from '../record/parse-record.ts';
import { CheckpointTrail, timeText } from './checkpoint-trail.ts';
import { DetailCheck } from './detail-check.ts';
import { EventIdCheck } from './event-id-check.ts';
import { type Finding, FindingSink } from './finding.ts';
import { Generations } from './generations.ts';
import { GuardedSource } from './guarded-source.ts';
import { KeyHistory } from './key-history.ts';
import { PruneCheck } from './prune-check.ts';
import { RecordChain } from './record-chain.ts';
import type { DetailedRow, RecordDetails } from './record-details.ts';
import { RecordWalk } from './record-walk.ts';
import { SealCheck } from './seal-check.ts';
import type { ReadKeys } from './seal-opening.ts';
import { SignedTree } from './signed-tree.ts';
import { treePrefix } from './tree-prefix.ts';
import type { CheckedCounts, ReportHead, SealCounts } from './verification-report.ts';
import { VerifiedTree } from './verified-tree.ts';
import type { VerifyOptions } from './verify-options.ts';
import type { RowParts, SourceState, VerifySource } from './verify-source.ts';

/** Records that a run checks (`from <= seq < to`), and where the log ends. */
export interface VerifyRange {
  readonly from: number;
  readonly to: number;
  readonly end: number;
}

const NOTHING_CHECKED: SealCounts = { verified: 0, sealed: 0, erased: 0 };

/** One verification in progress: sets the checks up, feeds them, and draws the conclusions that need the end. */
export class LogVerification {
  readonly sink = new FindingSink();
  readonly notices: Finding[] = [];
  readonly #options: VerifyOptions;
  readonly #nowMs: number;
  readonly #source: GuardedSource;
  readonly #generations: Generations;
  readonly #keys: KeyHistory;
  readonly #trail: CheckpointTrail;
  readonly #seals: SealCheck;
  readonly #ids: EventIdCheck;
  /** `undefined` when neither columns nor seals are wanted. */
  readonly #details: DetailCheck | undefined;
  readonly #sealsWanted: boolean;
  #state: SourceState | undefined;
  #range: VerifyRange = { from: 0, to: 0, end: 0 };
  #chain: RecordChain | undefined;
  #tree: SignedTree | undefined;
  #prunes: PruneCheck | undefined;
  #walk: RecordWalk | undefined;
  #records = 0;
  #columns = 0;
  #root: Uint8Array | undefined;

  constructor(source: VerifySource, options: VerifyOptions) {
    const { crypto, origin, vkey } = options;
    const depth = options.depth ?? 'all';
    this.#options = options;
    this.#nowMs = options.now();
    this.#source = new GuardedSource(source, this.sink);
    const generations = new Generations(origin);
    this.#generations = generations;
    this.#keys = new KeyHistory(crypto, this.sink, { generations, vkey });
    const witnessVkeys = options.witnesses?.vkeys ?? [];
    const latestMs = this.#nowMs + (options.futureToleranceMs ?? FUTURE_TOLERANCE_MS);
    this.#trail = new CheckpointTrail(crypto, this.sink, this.#keys, { generations, witnessVkeys, latestMs });
    this.#sealsWanted = depth === 'all' || depth === 'seals';
    const readKeys: ReadKeys = (by, names) => this.#source.keys(by, names);
    this.#seals = new SealCheck(this.sink, readKeys);
    this.#ids = new EventIdCheck(this.sink, {
      find: (ids) => this.#source.eventIds(ids),
      row: async (seq) => (await this.#source.rows(seq, seq + 1)).rows.at(0),
    });
    const columnsWanted = depth === 'all' || depth === 'columns';
    const expectedColumns = columnsWanted ? options.expectedColumns : undefined;
    this.#details =
      this.#sealsWanted || expectedColumns !== undefined
        ? new DetailCheck(crypto, readKeys, expectedColumns)
        : undefined;
  }

  /** Number of records of the log. */
  get size(): number {
    return this.#range.end;
  }

  /** Root over the records up to the end of the range; `undefined` when it cannot be computed. */
  get root(): Uint8Array | undefined {
    return this.#root;
  }

  get checked(): CheckedCounts {
    return {
      records: this.#records,
      columns: this.#columns,
      ids: this.#ids.checked,
      tiles: this.#walk?.tilesChecked ?? 0,
      checkpoints: this.#trail.checked,
      seals: this.#seals.checked,
      from: this.#range.from,
      to: this.#range.to,
    };
  }

  get seals(): SealCounts {
    return this.#sealsWanted ? this.#seals.counts : NOTHING_CHECKED;
  }

  get head(): ReportHead {
    const { newest, anchor } = this.#trail;
    return {
      checkpoint_size: newest?.size ?? 0,
      signed_at: newest === undefined ? null : timeText(newest.signedAtMs),
      last_outside_anchor: anchor === undefined ? null : timeText(anchor.atMs),
      unanchored_records: Math.max(0, this.size - (anchor?.size ?? 0)),
    };
  }

  /** Whether records after the range are needed: for the checkpoint that covers it, or to explain what is gone. */
  get needsMore(): boolean {
    const covered = (this.#trail.newest?.size ?? 0) >= this.#range.to;
    const uncoverable = (this.#state?.checkpointSize ?? 0) < this.#range.to;
    return !(covered || uncoverable) || this.#seals.pending || this.#prunes?.pending === true;
  }

  /** Reads the bounds and sets the checks up. Returns `undefined` when there is nothing to check, and says so. */
  async begin(): Promise<VerifyRange | undefined> {
    const state = await this.#source.state();
    if (state === 'unreadable') return undefined;
    if (state === undefined) {
      this.sink.add(this.#noLog());
      return undefined;
    }
    this.#state = state;
    if (state.origin !== this.#options.origin) {
      const detail = `the stored log is named ${state.origin}, and ${this.#options.origin} was to be verified`;
      this.sink.add({ code: 'ORIGIN', detail });
    }
    const end = state.lastSeq + 1;
    this.#range = { from: this.#options.from ?? 0, to: Math.min(this.#options.to ?? end, end), end };
    if (!this.#checkRange()) return undefined;
    const { lastSeen } = this.#options;
    if (lastSeen !== undefined && lastSeen.size > end) {
      const detail = `the log had ${lastSeen.size} records when this verifier last saw it, now it has ${end}`;
      this.sink.add({ code: 'ROLLBACK', seq: end, detail });
    }
    await this.#startAt(this.#range.from);
    return this.#range;
  }

  /** Checks the next records in full. */
  async checkChunk(from: number, to: number): Promise<void> {
    const helped = this.#details === undefined ? undefined : this.#options.helpers?.take(from, to);
    const walked = await this.#walkRows(from, to, helped === undefined ? 'all' : 'records');
    for (const { row } of walked) if (row.text !== undefined) this.#records += 1;
    if (this.#details !== undefined) await this.#checkDetails(from, to, walked, helped);
    await this.#seals.settle();
    const events = walked.flatMap(({ place: { id, seq } }) => (id === undefined ? [] : [{ id, seq }]));
    await this.#ids.check(events);
    if (to === this.#range.to) this.#root = this.#tree?.root();
  }

  async #checkDetails(
    from: number,
    to: number,
    walked: readonly DetailedRow[],
    helped: Promise<RecordDetails | undefined> | undefined,
  ): Promise<void> {
    let details = await helped;
    if (details === undefined) {
      const rows = helped === undefined ? walked : await this.#rowsAgain(from, to, walked);
      details = await this.#details?.check(rows);
    }
    if (details === undefined) return;
    for (const finding of details.findings) this.sink.add(finding);
    this.#columns += details.columns;
    this.#seals.take(details);
    for (const { place, record } of walked) this.#seals.checkOrder(place, record);
  }

  /** Rows with everything, for a chunk of which only the records were read because a helper wanted to do the rest. */
  async #rowsAgain(
    from: number,
    to: number,
    walked: readonly DetailedRow[],
  ): Promise<readonly DetailedRow[]> {
    const known = new Map(walked.map((one) => [one.place.seq, one]));
    const { rows } = await this.#source.rows(from, to);
    return rows.map((row) => {
      const { place, record } = known.get(row.seq) ?? { place: { seq: row.seq }, record: undefined };
      return { place, row, record };
    });
  }

  /** Takes records after the range, as far as the checks of the range need them. */
  async walkChunk(from: number, to: number): Promise<void> {
    await this.#walkRows(from, to, 'records');
    await this.#seals.settle();
  }

  /** Draws the conclusions that need everything that was to be read. */
  async finish(): Promise<void> {
    const { from, to, end } = this.#range;
    this.#seals.finish();
    this.#prunes?.finish();
    if (from === 0) this.#keys.finish();
    if (to === end) {
      await this.#checkBeyond();
      this.#checkTail();
      this.#checkHead();
      if (from === 0 && this.#state?.eventIds !== undefined) {
        this.#ids.checkTotal(this.#state.eventIds, this.#walk?.pruned ?? 0);
      }
    }
    for await (const stray of this.#source.strays(from, to)) {
      const { isNotice, ...finding } = stray;
      if (isNotice === true) this.notices.push(finding);
      else this.sink.add(finding);
    }
  }

  #noLog(): Finding {
    const { origin, lastSeen } = this.#options;
    if (lastSeen === undefined) return { code: 'UNREADABLE', detail: `there is no log ${origin}` };
    return { code: 'ROLLBACK', detail: `the log ${origin}, seen with size ${lastSeen.size}, is gone` };
  }

  #checkRange(): boolean {
    const { from, end } = this.#range;
    const to = this.#options.to ?? end;
    if (end === 0) {
      this.sink.add({ code: 'GENESIS', seq: 0, detail: 'the log has no records at all' });
      return false;
    }
    if (Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 0 && from < to && to <= end)
      return true;
    const detail = `records ${from} to ${to} were to be verified, and the log has ${end}: nothing of that range is left unchecked silently`;
    this.sink.add({ code: 'UNREADABLE', seq: Math.max(0, Math.min(from, end)), detail });
    return from < this.#range.to && from >= 0;
  }

  async #startAt(from: number): Promise<void> {
    if (from > 0 && this.#generations.isSingle && (await this.#quickStart(from))) return;
    this.#setUp(0, new VerifiedTree(this.#options.crypto));
    for (let at = 0; at < from; at += VERIFY_CHUNK_RECORDS) {
      await this.#walkRows(at, Math.min(at + VERIFY_CHUNK_RECORDS, from), 'records');
    }
  }

  /** Starts from tiles; not possible when tiles are missing, or when a key signs that only earlier records name. */
  async #quickStart(from: number): Promise<boolean> {
    const genesis = (await this.#source.rows(0, 1)).rows.at(0)?.text;
    const parsed = genesis === undefined ? undefined : parseRecord(genesis);
    if (parsed?.ok !== true || parsed.record.type !== 'genesis') return false;
    if (!(await this.#isSignedBy(parsed.record.data.vkey))) return false;
    const tree = await treePrefix(this.#options.crypto, this.#source, from);
    if (tree === undefined) return false;
    this.#keys.onRecord(0, parsed.record);
    this.#setUp(from, tree);
    return true;
  }

  async #isSignedBy(vkey: unknown): Promise<boolean> {
    if (typeof vkey !== 'string') return false;
    const size = this.#state?.checkpointSize ?? 0;
    try {
      const key = parseVkey(this.#options.crypto, vkey);
      const newest = await this.#source.checkpoints(size, size);
      return newest.every(({ note }) =>
        parseNote(note).signatures.some((signature) => isKeyOf(key, signature)),
      );
    } catch {
      // Malformed: the walk from the start says where and why.
      return false;
    }
  }

  #setUp(from: number, tree: VerifiedTree): void {
    const { crypto, futureToleranceMs } = this.#options;
    const generations = this.#generations;
    const latestAt = timeText(this.#nowMs + (futureToleranceMs ?? FUTURE_TOLERANCE_MS));
    const signed = new SignedTree(crypto, this.sink, tree, from);
    const chain = new RecordChain(crypto, this.sink, {
      generations,
      root: () => signed.root(),
      latestAt,
      from,
    });
    const prunes = new PruneCheck(this.sink, from);
    this.#chain = chain;
    this.#tree = signed;
    this.#prunes = prunes;
    const checks = { chain, tree: signed, prunes, trail: this.#trail, keys: this.#keys, seals: this.#seals };
    this.#walk = new RecordWalk(this.#source, this.sink, checks, this.#options.lastSeen);
  }

  async #walkRows(from: number, to: number, parts: RowParts): Promise<readonly DetailedRow[]> {
    if (this.#walk === undefined) throw new Error('begin() comes before any chunk');
    return this.#walk.take(from, to, parts);
  }

  /** Checkpoints that sign more than there is. */
  async #checkBeyond(): Promise<void> {
    const { end } = this.#range;
    const size = this.#state?.checkpointSize ?? 0;
    if (size <= end) return;
    for (const stored of await this.#source.checkpoints(size, size)) this.#trail.compareBeyond(stored, end);
  }

  #checkTail(): void {
    const { newest } = this.#trail;
    const intervalMs = this.#options.checkpointIntervalMs ?? CHECKPOINT_INTERVAL_MS;
    const unsigned = this.#walk?.firstUnsigned;
    if (unsigned !== undefined && (newest?.size ?? 0) < this.#range.end) {
      const none = newest === undefined && this.#trail.checked === 0;
      const finding: Finding = none
        ? { code: 'NO_CHECKPOINT', detail: 'no checkpoint of this log is stored' }
        : {
            code: 'UNCHECKPOINTED_TAIL',
            seq: unsigned.seq,
            detail: `the records from this one on are not signed, since ${unsigned.at}`,
          };
      if (unsigned.at < timeText(this.#nowMs - 2 * intervalMs)) this.sink.add(finding);
      else this.notices.push(finding);
    }
    this.#checkFreshness();
    this.#checkQuorum();
  }

  #checkFreshness(): void {
    const { freshWithinMs } = this.#options;
    const { newest } = this.#trail;
    if (freshWithinMs === undefined || newest === undefined) return;
    if (newest.signedAtMs >= this.#nowMs - freshWithinMs) return;
    const detail = `the newest checkpoint was signed at ${timeText(newest.signedAtMs)}`;
    this.sink.add({ code: 'STALE', seq: Math.max(0, newest.size - 1), detail });
  }

  #checkQuorum(): void {
    const { witnesses } = this.#options;
    const { newest } = this.#trail;
    if (witnesses === undefined) return;
    const signed = new Set(newest?.witnesses.map(({ name }) => name)).size;
    if (signed >= witnesses.quorum) return;
    const detail = `${signed} of ${witnesses.quorum} required witnesses signed the newest checkpoint`;
    this.sink.add({ code: 'WITNESS_QUORUM', seq: Math.max(0, (newest?.size ?? 1) - 1), detail });
  }

  #checkHead(): void {
    const state = this.#state;
    if (state === undefined) return;
    const { end } = this.#range;
    const mismatch = (field: string, detail: string): void =>
      this.sink.add({ code: 'HEAD_MISMATCH', seq: end - 1, field, detail });
    if (state.size !== end) {
      mismatch('size', `the head row says ${state.size} records, there are ${end}`);
      return;
    }
    const frontier = this.#tree?.frontier();
    if (frontier !== undefined && state.frontier !== undefined && !equalHashes(frontier, state.frontier)) {
      mismatch('frontier', 'the compact range of the head row is not that of the records');
    }
    if (state.lastHash !== undefined && this.#chain?.lastHash !== undefined) {
      if (!equalBytes(state.lastHash, this.#chain.lastHash)) {
        mismatch('last_hash', 'the last hash of the head row is not that of the last record');
      }
    }
    const lastAt = this.#chain?.lastAt ?? '';
    if (state.lastAtMs !== undefined && lastAt !== '' && state.lastAtMs !== Date.parse(lastAt)) {
      mismatch('last_at', `the head row says ${timeText(state.lastAtMs)}, the last record says ${lastAt}`);
    }
  }
}

function equalHashes(left: readonly Uint8Array[], right: readonly Uint8Array[]): boolean {
  return (
    left.length === right.length && left.every((hash, index) => equalBytes(hash, right[index] as Uint8Array))
  );
}
