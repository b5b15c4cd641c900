import type { LedgerRecord } from '@attestry/core';
import { READ_RECORDS_MAX } from '../limits.ts';
import type { LedgerStore } from '../ports/ledger-store.ts';

/** What was found so far in one log. */
interface Found {
  /** First record that was not looked at. */
  next: number;
  readonly seqBySub: Map<string, number>;
}

/**
 * Finds the record that erased a data subject by reading the log, because the log is what says so. Only reached for
 * events of erased subjects; a log is read once and then followed.
 */
export class ErasureIndex {
  readonly #store: Pick<LedgerStore, 'readRecords' | 'readHead'>;
  readonly #logs = new Map<string, Found>();

  constructor(store: Pick<LedgerStore, 'readRecords' | 'readHead'>) {
    this.#store = store;
  }

  /** Sequence number of the newest erasure record of a subject, or `undefined` when there is none. */
  async erasedAt(tenant: string, sub: string): Promise<number | undefined> {
    const known = this.#logs.get(tenant)?.seqBySub.get(sub);
    if (known !== undefined) return known;
    const found = this.#logs.get(tenant) ?? { next: 0, seqBySub: new Map<string, number>() };
    this.#logs.set(tenant, found);
    const size = (await this.#store.readHead(tenant))?.size ?? 0;
    while (found.next < size) {
      const to = Math.min(found.next + READ_RECORDS_MAX, size);
      for (const { text } of await this.#store.readRecords(tenant, found.next, to)) {
        // Cheap test first: erasures are rare.
        if (text?.includes('"type":"erasure"') !== true) continue;
        const record = JSON.parse(text) as LedgerRecord;
        const { sub } = record.data;
        if (record.type === 'erasure' && typeof sub === 'string') found.seqBySub.set(sub, record.seq);
      }
      found.next = to;
    }
    return found.seqBySub.get(sub);
  }
}
