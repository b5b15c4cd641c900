import { parseRecord } from '../record/parse-record.ts';
import type { FindingSink } from './finding.ts';
import { eventIdOf } from './record-chain.ts';
import type { SourceRow } from './verify-source.ts';

/** The verifier's guarded ways to the source. */
export interface EventIdReads {
  find(ids: readonly string[]): Promise<ReadonlyMap<string, number> | undefined>;
  row(seq: number): Promise<SourceRow | undefined>;
}

/**
 * Compares event ids with the index that makes them unique. The index names one record per id, so a second record
 * with the id is found without remembering any.
 */
export class EventIdCheck {
  readonly #sink: FindingSink;
  readonly #reads: EventIdReads;
  #checked = 0;

  constructor(sink: FindingSink, reads: EventIdReads) {
    this.#sink = sink;
    this.#reads = reads;
  }

  /** Ids compared so far. */
  get checked(): number {
    return this.#checked;
  }

  /** @param events id and number of each event of a chunk */
  async check(events: readonly { readonly id: string; readonly seq: number }[]): Promise<void> {
    if (events.length === 0) return;
    const found = await this.#reads.find(events.map(({ id }) => id));
    if (found === undefined) return;
    this.#checked += events.length;
    for (const { id, seq } of events) {
      const named = found.get(id);
      if (named === seq) continue;
      if (named === undefined) {
        this.#sink.add({
          code: 'EVENT_ID_INDEX',
          seq,
          id,
          detail: 'the index of event ids does not have this id',
        });
      } else if (await this.#carries(named, id)) {
        this.#sink.add({
          code: 'DUP_ID',
          seq: Math.max(seq, named),
          id,
          detail: `record ${Math.min(seq, named)} has the same event id`,
        });
      } else {
        this.#sink.add({
          code: 'EVENT_ID_INDEX',
          seq,
          id,
          detail: `the index of event ids names record ${named} for this id`,
        });
      }
    }
  }

  /** Reports rows of the index that belong to no event. Only for a run over the whole log. */
  checkTotal(rows: number, pruned: number): void {
    // Pruned events keep their ids or lose them, depending on the store; both are right.
    if (rows >= this.#checked && rows <= this.#checked + pruned) return;
    const detail = `the index of event ids has ${rows} rows, the log has ${this.#checked} events`;
    this.#sink.add({ code: 'EVENT_ID_INDEX', detail });
  }

  async #carries(seq: number, id: string): Promise<boolean> {
    const row = await this.#reads.row(seq);
    if (row?.text === undefined) return false;
    const parsed = parseRecord(row.text);
    return parsed.ok && eventIdOf(parsed.record) === id;
  }
}
