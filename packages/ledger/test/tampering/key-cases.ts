import { VICTIM } from './base-folder.ts';
import type { TamperedFolder } from './tampered-folder.ts';
import type { TamperingCase } from './tampering-case.ts';

/** Number of the data key under which the victim's first seal is. */
function victimsKey(folder: TamperedFolder): number {
  return folder.value<number>('SELECT key_no FROM seals WHERE seal_k = ?', folder.sealK(VICTIM, 0));
}

function anotherKey(folder: TamperedFolder): number {
  return folder.value<number>('SELECT key_no FROM seals WHERE seal_k = ?', folder.sealK(VICTIM + 1, 0));
}

function set(column: string, value: Uint8Array | null): (folder: TamperedFolder) => void {
  return (folder) =>
    folder.run(`UPDATE data_keys SET ${column} = ? WHERE key_no = ?`, value, victimsKey(folder));
}

function take(column: string): TamperingCase['tamper'] {
  return (folder) => {
    const others = folder.value<Uint8Array>(
      `SELECT ${column} FROM data_keys WHERE key_no = ?`,
      anotherKey(folder),
    );
    folder.run(`UPDATE data_keys SET ${column} = NULL WHERE key_no = ?`, anotherKey(folder));
    set(column, others)(folder);
  };
}

/** The table of keys: whom a key belongs to, and the key of the blind indexes. */
export const keyCases: readonly TamperingCase[] = [
  {
    name: 'a live key that its subject does not find any more',
    tamper: set('subject_index', null),
    finds: { code: 'SEAL_KEY_MISSING', field: 'subject_index' },
  },
  {
    name: 'a live key that nobody finds',
    tamper: set('subject_index', new Uint8Array(16).fill(7)),
    finds: { code: 'SEAL_KEY_MISSING', field: 'subject_index' },
  },
  {
    name: 'a live key that another subject finds',
    tamper: take('subject_index'),
    finds: { code: 'SEAL_KEY_MISSING', field: 'subject_index' },
  },
  {
    name: 'a live key without the name of its subject',
    tamper: set('subject_sealed', null),
    finds: { code: 'SEAL_DECRYPT', field: 'subject_sealed' },
  },
  {
    name: 'a live key with garbage for the name of its subject',
    tamper: set('subject_sealed', new Uint8Array(40)),
    finds: { code: 'SEAL_DECRYPT', field: 'subject_sealed' },
  },
  {
    name: 'a live key with less than a nonce for the name of its subject',
    tamper: set('subject_sealed', new Uint8Array(3)),
    finds: { code: 'SEAL_DECRYPT', field: 'subject_sealed' },
  },
  {
    name: 'a live key with the name of another subject',
    tamper: take('subject_sealed'),
    finds: { code: 'SEAL_DECRYPT', field: 'subject_sealed' },
  },
  {
    name: 'a destroyed key that still names its subject',
    tamper: set('wrapped', null),
    finds: { code: 'ERASURE_INCOMPLETE', field: 'subject_index' },
  },
  {
    name: 'the key of the blind indexes removed',
    tamper: (folder) => folder.run("UPDATE tenants SET index_key = NULL WHERE tenant = 'default'"),
    finds: { code: 'SEAL_KEY_MISSING', field: 'index_key' },
  },
  {
    name: 'the key of the blind indexes of another tenant',
    tamper: (folder) =>
      folder.run(
        "UPDATE tenants SET index_key = (SELECT index_key FROM tenants WHERE tenant = 'other') WHERE tenant = 'default'",
      ),
    finds: { code: 'SEAL_KEY_MISSING', field: 'index_key' },
  },
];
