import { canonicalize } from '@attestry/core';
import { SIZE, VICTIM } from './base-folder.ts';
import type { MutableRecord, TamperedFolder } from './tampered-folder.ts';
import type { TamperingCase } from './tampering-case.ts';

/** The record with another description, its own bytes again canonical. */
function edited(record: MutableRecord): string {
  return canonicalize({ ...record, data: { ...record.data, action: { verb: 'read', status: 'success' } } });
}

function insertCopy(folder: TamperedFolder, from: number, to: number): void {
  const columns = folder.db
    .prepare("SELECT name FROM pragma_table_info('records') WHERE name <> 'k'")
    .all()
    .map(({ name }) => String(name))
    .join(', ');
  folder.run(
    `INSERT INTO records (k, ${columns}) SELECT ?, ${columns} FROM records WHERE k = ?`,
    folder.k(to),
    folder.k(from),
  );
}

/** Records that were edited, removed, added, moved or replaced, with whatever makes them fit without a key. */
export const recordCases: readonly TamperingCase[] = [
  {
    name: 'a character of a record changed',
    tamper: (folder) => folder.setText(VICTIM, folder.text(VICTIM).replace('edit number', 'EDIT number')),
    finds: { code: 'LEAF_MISMATCH', seq: VICTIM },
  },
  {
    name: 'a record changed, and its leaf hash with it',
    tamper: (folder) => folder.replaceText(VICTIM, edited(folder.record(VICTIM))),
    finds: { code: 'CHAIN', seq: VICTIM + 1 },
  },
  {
    name: 'the last record changed, its leaf hash and the head with it',
    tamper: (folder) => {
      folder.replaceText(SIZE - 1, edited(folder.record(SIZE - 1)));
      folder.fitHead(SIZE);
    },
    finds: { code: 'ROOT_MISMATCH', seq: SIZE - 1 },
  },
  {
    name: 'a leaf hash changed beside an untouched record',
    tamper: (folder) =>
      folder.run('UPDATE records SET hash = ? WHERE k = ?', folder.leafHash(VICTIM - 1), folder.k(VICTIM)),
    finds: { code: 'LEAF_MISMATCH', seq: VICTIM },
  },
  {
    name: 'a record re-encoded with a space',
    tamper: (folder) => folder.replaceText(VICTIM, folder.text(VICTIM).replace('"v":1', '"v": 1')),
    finds: { code: 'NOT_CANONICAL', seq: VICTIM },
  },
  {
    name: 'a member given twice, of which readers take the last',
    tamper: (folder) =>
      folder.replaceText(
        VICTIM,
        folder.text(VICTIM).replace('"severity":"low"', '"severity":"low","severity":"high"'),
      ),
    finds: { code: 'NOT_CANONICAL', seq: VICTIM },
  },
  {
    name: 'a record cut off',
    tamper: (folder) => folder.replaceText(VICTIM, folder.text(VICTIM).slice(0, -10)),
    finds: { code: 'UNPARSEABLE', seq: VICTIM },
  },
  {
    name: 'a member added to a record',
    tamper: (folder) => folder.replaceText(VICTIM, canonicalize({ ...folder.record(VICTIM), extra: true })),
    finds: { code: 'SCHEMA', seq: VICTIM },
  },
  {
    name: 'a record of another version',
    tamper: (folder) => folder.replaceText(VICTIM, canonicalize({ ...folder.record(VICTIM), v: 2 })),
    finds: { code: 'VERSION', seq: VICTIM },
  },
  {
    name: 'trap 1: the text of a record gone without a prune record',
    tamper: (folder) => folder.setText(VICTIM, null),
    finds: { code: 'PRUNE_UNEXPLAINED', seq: VICTIM },
  },
  {
    name: 'a record in the middle deleted',
    tamper: (folder) => folder.run('DELETE FROM records WHERE k = ?', folder.k(VICTIM)),
    finds: { code: 'SEQ', seq: VICTIM },
  },
  {
    name: 'trap 8: the last record deleted',
    tamper: (folder) => folder.run('DELETE FROM records WHERE k = ?', folder.k(SIZE - 1)),
    finds: { code: 'HEAD_MISMATCH' },
  },
  {
    name: 'the newest records deleted, head made to fit, checkpoints left',
    tamper: (folder) => folder.truncate(VICTIM),
    finds: { code: 'TRUNCATED' },
  },
  {
    name: 'the newest records deleted, head and checkpoints made to fit',
    tamper: (folder) => {
      folder.truncate(folder.middleCheckpoint().size);
      folder.run('DELETE FROM checkpoints WHERE log_no = ? AND size > ?', folder.logNo, folder.size());
    },
    finds: { code: 'ROLLBACK' },
  },
  {
    name: 'two records swapped',
    tamper: (folder) => {
      folder.run('UPDATE records SET k = -1 WHERE k = ?', folder.k(VICTIM));
      folder.run('UPDATE records SET k = ? WHERE k = ?', folder.k(VICTIM), folder.k(VICTIM + 1));
      folder.run('UPDATE records SET k = ? WHERE k = -1', folder.k(VICTIM + 1));
    },
    finds: { code: 'SEQ', seq: VICTIM },
  },
  {
    name: 'an earlier record replayed in the place of a later one',
    tamper: (folder) => {
      folder.run('DELETE FROM records WHERE k = ?', folder.k(VICTIM));
      insertCopy(folder, VICTIM - 10, VICTIM);
    },
    finds: { code: 'SEQ', seq: VICTIM },
  },
  {
    name: 'a row added after the last record',
    tamper: (folder) => insertCopy(folder, VICTIM, SIZE),
    finds: { code: 'SEQ', seq: SIZE },
  },
  {
    name: 'a well linked record added at the end, head made to fit',
    tamper: (folder) => {
      insertCopy(folder, SIZE - 1, SIZE);
      const record = {
        ...folder.record(SIZE - 1),
        seq: SIZE,
        prev: Buffer.from(folder.leafHash(SIZE - 1)).toString('hex'),
      };
      folder.replaceText(SIZE, canonicalize({ ...record, seals: [] }));
      folder.fitHead(SIZE + 1);
    },
    finds: { code: 'UNCHECKPOINTED_TAIL', seq: SIZE },
  },
  {
    name: 'trap 25: a record of another tenant in the place of one',
    tamper: (folder) => folder.replaceText(VICTIM, folder.text(VICTIM, folder.logNoOf('other'))),
    finds: { code: 'WRONG_LOG', seq: VICTIM },
  },
  {
    name: 'a back-dated record, everything after it linked again',
    tamper: (folder) =>
      folder.rewrite(VICTIM, (record) => {
        record.at = '2025-01-01T00:00:00.000Z';
      }),
    finds: { code: 'TIME_ORDER', seq: VICTIM },
  },
  {
    name: 'a record of the future, everything after it linked again',
    tamper: (folder) =>
      folder.rewrite(SIZE - 1, (record) => {
        record.at = '2099-01-01T00:00:00.000Z';
      }),
    finds: { code: 'FUTURE', seq: SIZE - 1 },
  },
  {
    name: 'an event id used twice, everything after it linked again',
    tamper: (folder) =>
      folder.rewrite(VICTIM, (record) => {
        record.data = { ...record.data, id: folder.record(VICTIM - 5).data.id ?? null };
      }),
    finds: { code: 'DUP_ID', seq: VICTIM },
  },
  {
    name: 'the first record replaced by that of another log',
    tamper: (folder) => folder.replaceText(0, folder.text(0, folder.logNoOf('other'))),
    finds: { code: 'WRONG_LOG', seq: 0 },
  },
  {
    name: 'trap 11: the first record deleted without a record of it',
    tamper: (folder) => folder.run('DELETE FROM records WHERE k = ?', folder.k(0)),
    finds: { code: 'SEQ', seq: 0 },
  },
  {
    name: 'the first record made an event',
    tamper: (folder) =>
      folder.replaceText(0, canonicalize({ ...folder.record(1), seq: 0, prev: '0'.repeat(64), seals: [] })),
    finds: { code: 'GENESIS', seq: 0 },
  },
  {
    name: 'every record deleted',
    tamper: (folder) => folder.run('DELETE FROM records WHERE k >= ? AND k < ?', folder.k(0), folder.k(SIZE)),
    finds: { code: 'GENESIS', seq: 0 },
  },
];
