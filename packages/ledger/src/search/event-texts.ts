import { type SearchableTexts, searchTexts } from '../followers/search-text.ts';
import type { LogHead, StoredRecord } from '../ports/ledger-store.ts';
import type { LedgerReader } from '../reading/ledger-reader.ts';

/** Makes the texts of the events among some records; the others are left out. */
export function eventTexts(
  ledger: LedgerReader,
): (head: LogHead, records: readonly StoredRecord[]) => Promise<SearchableTexts[]> {
  return async (head, records) => {
    // Canonical records end with their type, so the others are left out without parsing them.
    const events = records.filter((record) => record.text?.endsWith(',"type":"event","v":1}'));
    const opened = await ledger.openEvents(head.tenant, events);
    return opened.map(({ record, members }) => ({ seq: record.seq, ...searchTexts(record.data, members) }));
  };
}
