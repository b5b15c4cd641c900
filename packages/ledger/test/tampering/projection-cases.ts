import { BLIND_COLUMNS, WORD_COLUMNS } from '../../src/stores/sqlite/schema.ts';
import { VICTIM } from './base-folder.ts';
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
];
