import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { VICTIM } from './base-folder.ts';
import type { TamperedFolder } from './tampered-folder.ts';
import type { TamperingCase } from './tampering-case.ts';

const PAGE_BYTES = 16_384;

/** Where the text of the victim lies in the file. */
function offsetOfVictim(bytes: Buffer): number {
  const offset = bytes.indexOf(`edit number ${VICTIM - 1}"`);
  if (offset < 0) throw new Error('the victim is not in the file');
  return offset;
}

/** Runs SQL on the search index. */
function onSearch(folder: TamperedFolder, sql: string): void {
  folder.closeDatabase();
  const search = new DatabaseSync(join(folder.dataDir, 'search.db'));
  search.exec(sql);
  search.close();
}

/** Bytes in files, and folders that cannot be read: a finding, never a pass. */
export const fileCases: readonly TamperingCase<TamperedFolder>[] = [
  {
    name: 'a byte of a record flipped in the file',
    tamper: (folder) =>
      folder.changeFile((bytes) => {
        bytes[offsetOfVictim(bytes)] = 'E'.charCodeAt(0);
        return bytes;
      }),
    finds: { code: 'LEAF_MISMATCH', seq: VICTIM },
  },
  {
    name: 'a page of records overwritten with zeros',
    tamper: (folder) =>
      folder.changeFile((bytes) => {
        const page = Math.floor(offsetOfVictim(bytes) / PAGE_BYTES) * PAGE_BYTES;
        return bytes.fill(0, page, page + PAGE_BYTES);
      }),
    finds: { code: 'UNREADABLE' },
  },
  {
    name: 'trap 1: the file cut to half',
    tamper: (folder) => folder.changeFile((bytes) => bytes.subarray(0, Math.floor(bytes.length / 2))),
    finds: { code: 'UNREADABLE' },
  },
  {
    name: 'trap 1: the file replaced by something else',
    tamper: (folder) => folder.changeFile(() => Buffer.from('this is not a database')),
    finds: { code: 'UNREADABLE' },
  },
  {
    name: 'trap 1: the file emptied',
    tamper: (folder) => folder.changeFile(() => Buffer.alloc(0)),
    finds: { code: 'UNREADABLE' },
  },
  {
    name: 'trap 1: the database removed',
    tamper: (folder) => {
      folder.closeDatabase();
      rmSync(join(folder.dataDir, 'ledger.db'));
    },
    finds: { code: 'UNREADABLE' },
  },
  {
    name: 'trap 1: the marker of the folder removed',
    tamper: (folder) => rmSync(join(folder.dataDir, 'attestry.json')),
    finds: { code: 'UNREADABLE' },
  },
  {
    name: 'the master key replaced',
    tamper: (folder) => writeFileSync(join(folder.dataDir, 'master.key'), `${'ab'.repeat(32)}\n`),
    finds: { code: 'UNREADABLE' },
  },
  {
    name: 'a table dropped',
    tamper: (folder) => folder.db.exec('DROP TABLE seals'),
    finds: { code: 'UNREADABLE' },
  },
  {
    name: 'the index of filters emptied',
    tamper: (folder) => {
      folder.closeDatabase();
      // Tables behind a virtual table are written only by whoever switches SQLite's defence off.
      const bare = new DatabaseSync(join(folder.dataDir, 'ledger.db'), { defensive: false });
      bare.exec('DELETE FROM filters_data WHERE id > 10');
      bare.close();
    },
    finds: { code: 'UNREADABLE' },
  },
  {
    name: 'an event taken out of the index of times, so that no page of a query shows it',
    tamper: (folder) => {
      folder.closeDatabase();
      const path = join(folder.dataDir, 'ledger.db');
      const rename = (from: string, to: string): void => {
        const bare = new DatabaseSync(path, { defensive: false });
        const sql = "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE name = 'by_time'";
        bare.exec('PRAGMA writable_schema = ON');
        bare.prepare(sql).run(from, to);
        bare.close();
      };
      const all = 'WHERE occurred IS NOT NULL';
      const others = `${all} AND k <> ${folder.k(VICTIM)}`;
      rename(all, others);
      const bare = new DatabaseSync(path);
      bare.exec('REINDEX by_time');
      bare.close();
      rename(others, all);
    },
    finds: { code: 'UNREADABLE' },
  },
  ...(
    [
      ['ledger.db', 'filters'],
      ['search.db', 'documents'],
    ] as const
  ).map(
    ([file, table]): TamperingCase<TamperedFolder> => ({
      name: `pages of the index ${table} that no query finds any more`,
      tamper: (folder) => {
        folder.closeDatabase();
        const bare = new DatabaseSync(join(folder.dataDir, file), { defensive: false });
        const { changes } = bare.prepare(`DELETE FROM ${table}_idx WHERE pgno > 3`).run();
        bare.close();
        if (changes === 0) throw new Error('the case changes nothing');
      },
      finds: { code: 'UNREADABLE' },
    }),
  ),
  {
    name: 'a search document that says something else',
    tamper: (folder) =>
      onSearch(
        folder,
        `DELETE FROM documents WHERE rowid = ${folder.k(VICTIM)}; INSERT INTO documents (rowid, text) VALUES (${folder.k(VICTIM)}, 'innocent')`,
      ),
    finds: { code: 'SEARCH_PROJECTION', seq: VICTIM },
  },
  {
    name: 'a byte flipped in the search index',
    tamper: (folder) => {
      folder.closeDatabase();
      const bare = new DatabaseSync(join(folder.dataDir, 'search.db'), { defensive: false });
      let changed = 0;
      for (const page of bare.prepare('SELECT id, block FROM documents_data WHERE id > 10').all()) {
        const block = page.block as Uint8Array;
        // A word that stands there whole, because the one before it begins with another letter.
        const at = Buffer.from(block).indexOf('quarterly');
        if (at < 0) continue;
        block[at + 8] = 'z'.charCodeAt(0);
        bare.prepare('UPDATE documents_data SET block = ? WHERE id = ?').run(block, Number(page.id));
        changed += 1;
      }
      if (changed === 0) throw new Error('the case changes nothing');
      bare.close();
    },
    finds: { code: 'SEARCH_PROJECTION', seq: 1 },
  },
  {
    name: 'a search document removed',
    tamper: (folder) => onSearch(folder, `DELETE FROM documents WHERE rowid = ${folder.k(VICTIM)}`),
    finds: { code: 'SEARCH_PROJECTION', seq: VICTIM },
  },
];
