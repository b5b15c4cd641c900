import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { FilterTerms } from '../../src/stores/sqlite/filter-terms.ts';
import { timeKey } from '../../src/stores/sqlite/row-key.ts';
import { VICTIM } from './base-folder.ts';
import type { TamperedFolder } from './tampered-folder.ts';
import type { TamperingCase } from './tampering-case.ts';

/** Row id of the victim in the index of filters. */
function filterKeyOfVictim(folder: TamperedFolder): bigint {
  return timeKey(folder.value<number>('SELECT occurred FROM records WHERE k = ?', folder.k(VICTIM)), VICTIM);
}

/** The victim's term in the index of filters for its severity, and what it would be for another word. */
function severityTerm(folder: TamperedFolder, word: string): string {
  const wordNo = folder.value<number>('SELECT word_no FROM words WHERE word = ?', word);
  return new FilterTerms(folder.logNo).word('severity', wordNo);
}

/** The index of filters of SQLite, which must account for every column and nothing else. */
export const filterCases: readonly TamperingCase<TamperedFolder>[] = [
  {
    name: 'every event taken out of the index of filters',
    tamper: (folder) => folder.db.exec("INSERT INTO filters (filters) VALUES ('delete-all')"),
    finds: { code: 'PROJECTION', seq: 1, field: 'type' },
  },
  {
    name: 'an event added to the index of filters under a term of no column',
    tamper: (folder) =>
      folder.run('INSERT INTO filters (rowid, terms) VALUES (?, ?)', filterKeyOfVictim(folder), 'forged'),
    finds: { code: 'PROJECTION', seq: VICTIM, field: 'filters' },
  },
  {
    name: 'an event added to the index of filters under another severity',
    tamper: (folder) =>
      folder.run(
        'INSERT INTO filters (rowid, terms) VALUES (?, ?)',
        filterKeyOfVictim(folder),
        severityTerm(folder, 'critical'),
      ),
    finds: { code: 'PROJECTION', seq: VICTIM, field: 'severity' },
  },
  {
    name: 'an event that does not exist in the index of filters',
    tamper: (folder) =>
      folder.run('INSERT INTO filters (rowid, terms) VALUES (?, ?)', 12_345, severityTerm(folder, 'low')),
    finds: { code: 'PROJECTION', field: 'severity' },
  },
  {
    name: 'an event that filters by its severity do not find any more',
    tamper: (folder) =>
      folder.run(
        "INSERT INTO filters (filters, rowid, terms) VALUES ('delete', ?, ?)",
        filterKeyOfVictim(folder),
        severityTerm(folder, 'low'),
      ),
    finds: { code: 'PROJECTION', seq: VICTIM, field: 'severity' },
  },
  {
    name: 'a byte flipped in the index of filters',
    tamper: (folder) => {
      folder.db.exec("INSERT INTO filters (filters) VALUES ('optimize')");
      folder.closeDatabase();
      const bare = new DatabaseSync(join(folder.dataDir, 'ledger.db'), { defensive: false });
      const suffix = `.${folder.logNo.toString(36)}`;
      for (const page of bare.prepare('SELECT id, block FROM filters_data WHERE id > 10').all()) {
        const block = page.block as Uint8Array;
        // The first term of a page stands there whole, behind its length; its last digit goes before the suffix.
        const digit = 5 + (block[4] as number) - suffix.length - 1;
        if (Buffer.from(block).toString('latin1', digit + 1, digit + 1 + suffix.length) !== suffix) continue;
        block[digit] = (block[digit] as number) ^ 1;
        bare.prepare('UPDATE filters_data SET block = ? WHERE id = ?').run(block, Number(page.id));
      }
      bare.close();
    },
    finds: { code: 'PROJECTION' },
  },
];
