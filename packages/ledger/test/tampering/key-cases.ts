import { VICTIM } from './base-folder.ts';
import type { KeyRow, TamperedLog } from './tampered-log.ts';
import type { TamperingCase } from './tampering-case.ts';

const kidOfVictim = (log: TamperedLog): Promise<string> => log.kidOf(VICTIM, 0);

function set(column: keyof KeyRow, value: Uint8Array | null): TamperingCase['tamper'] {
  return async (log) => log.setKey(await kidOfVictim(log), { [column]: value });
}

/** Takes it from the key of another subject. */
function take(column: keyof KeyRow): TamperingCase['tamper'] {
  return async (log) => {
    const another = await log.kidOf(VICTIM + 1, 0);
    const { [column]: value } = await log.key(another);
    await log.setKey(another, { [column]: null });
    await log.setKey(await kidOfVictim(log), { [column]: value });
  };
}

/** The table of keys: whom a key belongs to, and the key of the blind indexes. */
export const keyCases: readonly TamperingCase[] = [
  {
    name: 'an API key that somebody made in the database',
    tamper: (log) => log.insertSetting('api_key', 'mine', '{"id":"mine","roles":["platform_admin"]}'),
    finds: {
      code: 'UNREADABLE',
      detail: /setting api_key "mine" of tenant default was not written by a server/,
    },
  },
  {
    name: 'a live key that its subject does not find any more',
    tamper: set('subjectIndex', null),
    finds: { code: 'SEAL_KEY_MISSING', field: 'subject_index' },
  },
  {
    name: 'a live key that nobody finds',
    tamper: set('subjectIndex', new Uint8Array(16).fill(7)),
    finds: { code: 'SEAL_KEY_MISSING', field: 'subject_index' },
  },
  {
    name: 'a live key that another subject finds',
    tamper: take('subjectIndex'),
    finds: { code: 'SEAL_KEY_MISSING', field: 'subject_index' },
  },
  {
    name: 'a live key without the name of its subject',
    tamper: set('subjectSealed', null),
    finds: { code: 'SEAL_DECRYPT', field: 'subject_sealed' },
  },
  {
    name: 'a live key with garbage for the name of its subject',
    tamper: set('subjectSealed', new Uint8Array(40)),
    finds: { code: 'SEAL_DECRYPT', field: 'subject_sealed' },
  },
  {
    name: 'a live key with less than a nonce for the name of its subject',
    tamper: set('subjectSealed', new Uint8Array(3)),
    finds: { code: 'SEAL_DECRYPT', field: 'subject_sealed' },
  },
  {
    name: 'a live key with the name of another subject',
    tamper: take('subjectSealed'),
    finds: { code: 'SEAL_DECRYPT', field: 'subject_sealed' },
  },
  {
    name: 'a destroyed key that still names its subject',
    tamper: set('wrapped', null),
    finds: { code: 'ERASURE_INCOMPLETE', field: 'subject_index' },
  },
  {
    name: 'the key of the blind indexes removed',
    tamper: (log) => log.setIndexKey('default', null),
    finds: { code: 'SEAL_KEY_MISSING', field: 'index_key' },
  },
  {
    name: 'the key of the blind indexes of another tenant',
    tamper: async (log) => log.setIndexKey('default', await log.indexKey('other')),
    finds: { code: 'SEAL_KEY_MISSING', field: 'index_key' },
  },
];
