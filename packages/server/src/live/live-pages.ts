import type { EventQuery, Ledger, RowPosition, StoredRecord } from '@attestry/ledger';
import { LIVE_PAGE_EVENTS, LIVE_PAGE_KEPT_MS } from '../limits.ts';

/** The part of the ledger that streams read. */
export type LiveLedger = Pick<Ledger, 'head' | 'query' | 'readRecords' | 'readEvents'>;

/** Matching events from a place on. */
export interface LivePage {
  readonly events: readonly { readonly seq: number; readonly json: string }[];
  /** First record that was not looked at. */
  readonly next: number;
  /** Records of the log. */
  readonly size: number;
}

/** Records read at a time in search of one that was not pruned. */
const PRUNED_SCAN_RECORDS = 1_000;

/**
 * Reads what follows a place in a log. Streams that watch the same thing ask the same question at the same time, so
 * each answer is read, opened and put into JSON once for all of them.
 */
export class LivePages {
  readonly #ledger: LiveLedger;
  readonly #asked = new Map<string, Promise<LivePage>>();

  constructor(ledger: LiveLedger) {
    this.#ledger = ledger;
  }

  /**
   * @param query `undefined`: nothing can be seen; the place moves on all the same
   * @param next  first record that was not looked at
   */
  read(tenant: string, query: EventQuery | undefined, next: number): Promise<LivePage> {
    const name = `${next} ${query === undefined ? `nothing ${tenant}` : fingerprint(query)}`;
    const asked = this.#asked.get(name);
    if (asked !== undefined) return asked;
    const page = query === undefined ? this.#readNothing(tenant) : this.#read(query, next);
    this.#asked.set(name, page);
    const forget = (): void => {
      this.#asked.delete(name);
    };
    // Kept for a moment: streams are woken together, and come one after the other.
    page.then(() => setTimeout(forget, LIVE_PAGE_KEPT_MS).unref(), forget);
    return page;
  }

  async #readNothing(tenant: string): Promise<LivePage> {
    const size = (await this.#ledger.head(tenant))?.size ?? 0;
    return { events: [], next: size, size };
  }

  async #read(query: EventQuery, next: number): Promise<LivePage> {
    const { tenant } = query;
    // Before the page: everything up to here is in it.
    const size = (await this.#ledger.head(tenant))?.size ?? 0;
    if (next >= size) return { events: [], next, size };
    const position = await this.#positionBefore(tenant, next, size);
    const page = await this.#ledger.query.page(query, {
      order: 'asc',
      limit: LIVE_PAGE_EVENTS,
      ...(position === undefined ? {} : { position }),
    });
    // What the full-text index has not reached was not looked at, even if it was found.
    const until = page.searchedTo ?? Number.POSITIVE_INFINITY;
    const rows = page.rows.filter(({ seq }) => seq >= next && seq < until);
    const last = rows.at(-1)?.seq ?? next - 1;
    // A page that is not full has seen all there was.
    const reached = page.more ? last + 1 : Math.max(size, last + 1);
    const views = await this.#ledger.readEvents(tenant, rows, { personal: query.personal });
    return {
      events: views.map((view) => ({ seq: view.seq, json: JSON.stringify(view) })),
      next: Math.max(next, Math.min(reached, until)),
      size,
    };
  }

  /** The position after which record `next` comes; `undefined` before the first. */
  async #positionBefore(tenant: string, next: number, size: number): Promise<RowPosition | undefined> {
    if (next === 0) return undefined;
    const [before] = await this.#ledger.readRecords(tenant, next - 1, next);
    if (before?.text !== undefined) return { timeMs: timeOf(before.text), seq: next - 1 };
    // A pruned record has lost its time; the next one that is there has one that is as good.
    for (let from = next; from < size; from += PRUNED_SCAN_RECORDS) {
      const rows = await this.#ledger.readRecords(tenant, from, from + PRUNED_SCAN_RECORDS);
      const found = rows.find((row): row is StoredRecord & { text: string } => row.text !== undefined);
      if (found !== undefined) return { timeMs: timeOf(found.text), seq: found.seq - 1 };
    }
    return { timeMs: Number.MAX_SAFE_INTEGER, seq: size - 1 };
  }
}

function timeOf(recordText: string): number {
  return Date.parse((JSON.parse(recordText) as { at: string }).at);
}

/** The same for the same question; blind indexes are bigints, which JSON does not know. */
function fingerprint(query: EventQuery): string {
  return JSON.stringify(query, (_name, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}
