import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { FilterTerms } from '../../src/stores/sqlite/filter-terms.ts';
import { timeKey } from '../../src/stores/sqlite/row-key.ts';
import { BLIND_COLUMNS, WORD_COLUMNS } from '../../src/stores/sqlite/schema.ts';
import { VICTIM } from './base-folder.ts';
import type { TamperedFolder } from './tampered-folder.ts';
import type { TamperingCase } from './tampering-case.ts';

const wordCases: readonly TamperingCase[] = WORD_COLUMNS.map(([field, column]) => ({
  name: `another word in the column ${column}`,
  tamper: (folder) =>
    folder.run(
      `UPDATE records SET ${column} = (SELECT word_no FROM words WHERE word_no <> ${column} LIMIT 1) WHERE k = ?`,
      folder.k(VICTIM),
    ),
  finds: { code: 'PROJECTION', seq: VICTIM, field },
}));

const blindCases: readonly TamperingCase[] = BLIND_COLUMNS.map(([field, column]) => ({
  name: `another blind index in the column ${column}`,
  tamper: (folder) =>
    folder.run(`UPDATE records SET ${column} = ${column} + 1 WHERE k = ?`, folder.k(VICTIM)),
  finds: { code: 'PROJECTION', seq: VICTIM, field },
}));

/** Row id of the victim in the index of filters. */
function filterKeyOfVictim(folder: TamperedFolder): bigint {
  return timeKey(folder.value<number>('SELECT occurred FROM records WHERE k = ?', folder.k(VICTIM)), VICTIM);
}

/** The victim's term in the index of filters for its severity, and what it would be for another word. */
function severityTerm(folder: TamperedFolder, word: string): string {
  const wordNo = folder.value<number>('SELECT word_no FROM words WHERE word = ?', word);
  return new FilterTerms(folder.logNo).word('severity', wordNo);
}

/** Columns, ids and indexes that differ from the records: queries would answer falsely. */
export const projectionCases: readonly TamperingCase[] = [
  ...wordCases,
  ...blindCases,
  {
    name: 'another time in the column occurred',
    tamper: (folder) =>
      folder.run('UPDATE records SET occurred = occurred + 1 WHERE k = ?', folder.k(VICTIM)),
    finds: { code: 'PROJECTION', seq: VICTIM, field: 'occurredAtMs' },
  },
  {
    name: 'another number in the column http_status',
    tamper: (folder) => folder.run('UPDATE records SET http_status = 500 WHERE k = ?', folder.k(VICTIM)),
    finds: { code: 'PROJECTION', seq: VICTIM, field: 'httpStatus' },
  },
  {
    name: 'another time in the column at',
    tamper: (folder) => folder.run('UPDATE records SET at = at + 1 WHERE k = ?', folder.k(VICTIM)),
    finds: { code: 'PROJECTION', seq: VICTIM },
  },
  {
    name: 'a value in a column that the event leaves empty',
    tamper: (folder) => folder.run('UPDATE records SET http_status = 200 WHERE k = ?', folder.k(0)),
    finds: { code: 'PROJECTION_COUNT', seq: 0 },
  },
  {
    name: 'an event hidden from queries',
    tamper: (folder) => folder.run('UPDATE records SET occurred = NULL WHERE k = ?', folder.k(VICTIM)),
    finds: { code: 'PROJECTION', seq: VICTIM, field: 'occurredAtMs' },
  },
  {
    name: 'a record that is no event made to look like one',
    tamper: (folder) =>
      folder.run(
        'UPDATE records SET (occurred, type, category, severity) = (SELECT occurred, type, category, severity FROM records WHERE k = ?) WHERE k = ?',
        folder.k(VICTIM),
        folder.k(0),
      ),
    finds: { code: 'PROJECTION_COUNT', seq: 0 },
  },
  {
    name: 'an event id forgotten, so that the event could be recorded again',
    tamper: (folder) =>
      folder.run('DELETE FROM event_ids WHERE log_no = ? AND seq = ?', folder.logNo, VICTIM),
    finds: { code: 'EVENT_ID_INDEX', seq: VICTIM },
  },
  {
    name: 'an event id that leads to another event',
    tamper: (folder) =>
      folder.run('UPDATE event_ids SET seq = seq - 1 WHERE log_no = ? AND seq = ?', folder.logNo, VICTIM),
    finds: { code: 'EVENT_ID_INDEX', seq: VICTIM },
  },
  {
    name: 'an event id of no event, so that one can never be recorded',
    tamper: (folder) =>
      folder.run(
        'INSERT INTO event_ids (log_no, id, seq) VALUES (?, ?, ?)',
        folder.logNo,
        new Uint8Array(16),
        VICTIM,
      ),
    finds: { code: 'EVENT_ID_INDEX' },
  },
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
      folder.close();
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
