import { canonicalize } from '@attestry/core';
import { SIZE, VICTIM } from './base-folder.ts';
import type { MutableRecord } from './tampered-log.ts';
import type { TamperingCase } from './tampering-case.ts';

/** The record with another description, its own bytes again canonical. */
function edited(record: MutableRecord): string {
  return canonicalize({ ...record, data: { ...record.data, action: { verb: 'read', status: 'success' } } });
}

/** Records that were edited, removed, added, moved or replaced, with whatever makes them fit without a key. */
export const recordCases: readonly TamperingCase[] = [
  {
    name: 'a character of a record changed',
    tamper: async (log) =>
      log.setText(VICTIM, (await log.text(VICTIM)).replace('edit number', 'EDIT number')),
    finds: { code: 'LEAF_MISMATCH', seq: VICTIM },
  },
  {
    name: 'a record changed, and its leaf hash with it',
    tamper: async (log) => log.replaceText(VICTIM, edited(await log.record(VICTIM))),
    finds: { code: 'CHAIN', seq: VICTIM + 1 },
  },
  {
    name: 'the last record changed, its leaf hash and the head with it',
    tamper: async (log) => {
      await log.replaceText(SIZE - 1, edited(await log.record(SIZE - 1)));
      await log.fitHead(SIZE);
    },
    finds: { code: 'ROOT_MISMATCH', seq: SIZE - 1 },
  },
  {
    name: 'a leaf hash changed beside an untouched record',
    tamper: async (log) => log.setBytes(VICTIM, { hash: await log.leafHash(VICTIM - 1) }),
    finds: { code: 'LEAF_MISMATCH', seq: VICTIM },
  },
  {
    name: 'a record re-encoded with a space',
    tamper: async (log) => log.replaceText(VICTIM, (await log.text(VICTIM)).replace('"v":1', '"v": 1')),
    finds: { code: 'NOT_CANONICAL', seq: VICTIM },
  },
  {
    name: 'a member given twice, of which readers take the last',
    tamper: async (log) =>
      log.replaceText(
        VICTIM,
        (await log.text(VICTIM)).replace('"severity":"low"', '"severity":"low","severity":"high"'),
      ),
    finds: { code: 'NOT_CANONICAL', seq: VICTIM },
  },
  {
    name: 'a record cut off',
    tamper: async (log) => log.replaceText(VICTIM, (await log.text(VICTIM)).slice(0, -10)),
    finds: { code: 'UNPARSEABLE', seq: VICTIM },
  },
  {
    name: 'a member added to a record',
    tamper: async (log) =>
      log.replaceText(VICTIM, canonicalize({ ...(await log.record(VICTIM)), extra: true })),
    finds: { code: 'SCHEMA', seq: VICTIM },
  },
  {
    name: 'a record of another version',
    tamper: async (log) => log.replaceText(VICTIM, canonicalize({ ...(await log.record(VICTIM)), v: 2 })),
    finds: { code: 'VERSION', seq: VICTIM },
  },
  {
    name: 'trap 1: the text of a record gone without a prune record',
    tamper: (log) => log.setText(VICTIM, null),
    finds: { code: 'PRUNE_UNEXPLAINED', seq: VICTIM },
  },
  {
    name: 'a record in the middle deleted',
    tamper: (log) => log.deleteRecords(VICTIM, VICTIM + 1),
    finds: { code: 'SEQ', seq: VICTIM },
  },
  {
    name: 'trap 8: the last record deleted',
    tamper: (log) => log.deleteRecords(SIZE - 1, SIZE),
    finds: { code: 'HEAD_MISMATCH' },
  },
  {
    name: 'the newest records deleted, head made to fit, checkpoints left',
    tamper: (log) => log.truncate(VICTIM),
    finds: { code: 'TRUNCATED' },
  },
  {
    name: 'the newest records deleted, head and checkpoints made to fit',
    tamper: async (log) => {
      const { size } = await log.middleCheckpoint();
      await log.truncate(size);
      await log.deleteCheckpoints(size);
    },
    finds: { code: 'ROLLBACK' },
  },
  {
    name: 'two records swapped',
    tamper: (log) => log.swapRecords(VICTIM, VICTIM + 1),
    finds: { code: 'SEQ', seq: VICTIM },
  },
  {
    name: 'an earlier record replayed in the place of a later one',
    tamper: async (log) => {
      await log.deleteRecords(VICTIM, VICTIM + 1);
      await log.copyRecord(VICTIM - 10, VICTIM);
    },
    finds: { code: 'SEQ', seq: VICTIM },
  },
  {
    name: 'a row added after the last record',
    tamper: (log) => log.copyRecord(VICTIM, SIZE),
    finds: { code: 'SEQ', seq: SIZE },
  },
  {
    name: 'a well linked record added at the end, head made to fit',
    tamper: async (log) => {
      await log.copyRecord(SIZE - 1, SIZE);
      const record = {
        ...(await log.record(SIZE - 1)),
        seq: SIZE,
        prev: Buffer.from(await log.leafHash(SIZE - 1)).toString('hex'),
      };
      await log.replaceText(SIZE, canonicalize({ ...record, seals: [] }));
      await log.fitHead(SIZE + 1);
    },
    finds: { code: 'UNCHECKPOINTED_TAIL', seq: SIZE },
  },
  {
    name: 'trap 25: a record of another tenant in the place of one',
    tamper: async (log) => log.replaceText(VICTIM, await log.text(VICTIM, 'other')),
    finds: { code: 'WRONG_LOG', seq: VICTIM },
  },
  {
    name: 'a back-dated record, everything after it linked again',
    tamper: (log) =>
      log.rewrite(VICTIM, (record) => {
        record.at = '2025-01-01T00:00:00.000Z';
      }),
    finds: { code: 'TIME_ORDER', seq: VICTIM },
  },
  {
    name: 'a record of the future, everything after it linked again',
    tamper: (log) =>
      log.rewrite(SIZE - 1, (record) => {
        record.at = '2099-01-01T00:00:00.000Z';
      }),
    finds: { code: 'FUTURE', seq: SIZE - 1 },
  },
  {
    name: 'an event id used twice, everything after it linked again',
    tamper: async (log) => {
      const { data } = await log.record(VICTIM - 5);
      await log.rewrite(VICTIM, (record) => {
        record.data = { ...record.data, id: data.id ?? null };
      });
    },
    finds: { code: 'DUP_ID', seq: VICTIM },
  },
  {
    name: 'the first record replaced by that of another log',
    tamper: async (log) => log.replaceText(0, await log.text(0, 'other')),
    finds: { code: 'WRONG_LOG', seq: 0 },
  },
  {
    name: 'trap 11: the first record deleted without a record of it',
    tamper: (log) => log.deleteRecords(0, 1),
    finds: { code: 'SEQ', seq: 0 },
  },
  {
    name: 'the first record made an event',
    tamper: async (log) =>
      log.replaceText(0, canonicalize({ ...(await log.record(1)), seq: 0, prev: '0'.repeat(64), seals: [] })),
    finds: { code: 'GENESIS', seq: 0 },
  },
  {
    name: 'every record deleted',
    tamper: (log) => log.deleteRecords(0, SIZE),
    finds: { code: 'GENESIS', seq: 0 },
  },
];
