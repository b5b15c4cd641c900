import type { JsonValue } from '../canonical/json-value.ts';
import type { LedgerRecord } from '../record/ledger-record.ts';
import { timeText } from './checkpoint-trail.ts';
import type { FindingSink } from './finding.ts';

const DAY_MS = 86_400_000;

/** Records `first` to `last` (inclusive) whose text is gone. */
interface Hole {
  readonly first: number;
  last: number;
  /** `at` of the last record before it: those that are gone are not older. */
  readonly atBefore: string;
}

interface Span {
  readonly first: number;
  readonly last: number;
}

/**
 * Matches records whose text is gone with the prune records that follow them, and prunes with legal holds and
 * retention. Keeps one small entry per hole that is not explained yet.
 */
export class PruneCheck {
  readonly #sink: FindingSink;
  readonly #from: number;
  #holes: Hole[] = [];
  /** Ranges that each hold covers; a hold that names none covers everything. */
  readonly #holds = new Map<string, readonly Span[] | undefined>();
  #retentionDays: number | undefined;

  /** @param from first record that is read: what was pruned before it is not looked at */
  constructor(sink: FindingSink, from: number) {
    this.#sink = sink;
    this.#from = from;
  }

  /** Whether a record further on may still explain something. */
  get pending(): boolean {
    return this.#holes.length > 0;
  }

  onHole(seq: number, atBefore: string): void {
    const open = this.#holes.at(-1);
    if (open !== undefined && open.last === seq - 1) open.last = seq;
    else this.#holes.push({ first: seq, last: seq, atBefore });
  }

  /** @param signedSize size of the newest valid checkpoint below the record */
  onRecord(seq: number, record: LedgerRecord, signedSize: number): void {
    if (record.type === 'prune') this.#checkPrune(seq, record, signedSize);
    else if (record.type === 'hold') this.#onHold(record);
    else if (record.type === 'genesis' || record.type === 'policy') {
      const days = record.data.retention_days;
      if (typeof days === 'number') this.#retentionDays = days;
    }
  }

  finish(): void {
    for (const hole of this.#holes) {
      const what =
        hole.first === hole.last
          ? 'the text of this record is'
          : `the texts of the records up to ${hole.last} are`;
      this.#sink.add({
        code: 'PRUNE_UNEXPLAINED',
        seq: hole.first,
        detail: `${what} gone, and no prune record names it`,
      });
    }
  }

  #onHold(record: LedgerRecord): void {
    const { hold, state, ranges } = record.data;
    if (typeof hold !== 'string') return;
    if (state === 'released') this.#holds.delete(hold);
    else this.#holds.set(hold, spansOf(ranges));
  }

  #checkPrune(seq: number, record: LedgerRecord, signedSize: number): void {
    const spans = spansOf(record.data.ranges) ?? [];
    const wrong = spansDefect(spans, seq, record.data.count);
    if (wrong !== undefined) this.#sink.add({ code: 'PRUNE_RANGE', seq, detail: wrong });
    this.#checkTime(seq, record);
    for (const span of spans) {
      if (span.first > span.last || span.last >= seq || span.last < this.#from) continue;
      const part = { first: Math.max(span.first, this.#from), last: span.last };
      if (part.last >= signedSize) {
        const detail = `record ${part.last} was pruned before a checkpoint covered it`;
        this.#sink.add({ code: 'PRUNE_NOT_CHECKPOINTED', seq, detail });
      }
      this.#checkHolds(seq, part);
      this.#explain(seq, part, record.data.before);
    }
  }

  #checkTime(seq: number, record: LedgerRecord): void {
    const before = record.data.before as string;
    const atMs = Date.parse(record.at);
    const dueMs = atMs - (this.#retentionDays ?? 0) * DAY_MS;
    if (before <= timeText(dueMs)) return;
    const detail =
      this.#retentionDays === undefined
        ? `it prunes records up to ${before}, which lies ahead of itself`
        : `it prunes records up to ${before}, but they are kept for ${this.#retentionDays} days`;
    this.#sink.add({ code: 'PRUNE_TOO_EARLY', seq, detail });
  }

  #checkHolds(seq: number, span: Span): void {
    for (const [hold, spans] of this.#holds) {
      const held = spans?.find((range) => range.first <= span.last && range.last >= span.first);
      if (spans !== undefined && held === undefined) continue;
      const detail = `records ${span.first} to ${span.last} were pruned while the hold ${hold} covered them`;
      this.#sink.add({ code: 'HOLD_VIOLATED', seq, detail });
    }
  }

  #explain(seq: number, span: Span, before: JsonValue | undefined): void {
    let expected = span.first;
    const left: Hole[] = [];
    for (const hole of this.#holes) {
      if (hole.last < span.first || hole.first > span.last) {
        left.push(hole);
        continue;
      }
      if (hole.first <= expected) expected = Math.max(expected, hole.last + 1);
      if (typeof before === 'string' && hole.atBefore >= before && hole.atBefore !== '') {
        const detail = `records from ${hole.first} on were pruned, and they are not older than ${before}`;
        this.#sink.add({ code: 'PRUNE_TOO_EARLY', seq, detail });
      }
      if (hole.first < span.first) left.push({ ...hole, last: span.first - 1 });
      if (hole.last > span.last) left.push({ ...hole, first: span.last + 1 });
    }
    this.#holes = left;
    if (expected > span.last) return;
    this.#sink.add({
      code: 'PRUNE_RANGE',
      seq,
      detail: `record ${expected} is named as pruned, and is still there`,
    });
  }
}

function spansOf(ranges: JsonValue | undefined): readonly Span[] | undefined {
  if (!Array.isArray(ranges)) return undefined;
  return ranges.flatMap((range: JsonValue) => {
    if (!Array.isArray(range)) return [];
    const [first, last] = range;
    return typeof first === 'number' && typeof last === 'number' ? [{ first, last }] : [];
  });
}

function spansDefect(spans: readonly Span[], seq: number, count: JsonValue | undefined): string | undefined {
  let previousLast = -1;
  let total = 0;
  for (const { first, last } of spans) {
    if (first <= previousLast || first > last)
      return `its ranges are not ascending and disjoint at ${first} to ${last}`;
    if (last >= seq) return `it names record ${last}, which does not come before it`;
    previousLast = last;
    total += last - first + 1;
  }
  return total === count ? undefined : `its count is not the ${total} records that its ranges hold`;
}
