import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { TamperedFolder } from './tampered-folder.ts';
import type { TamperingCase } from './tampering-case.ts';

/** Changes what the database is made of, and what must be said of it. */
export const schemaChanges = [
  ['an index dropped', 'DROP INDEX by_time', /index by_time is missing/],
  ['a trigger dropped', 'DROP TRIGGER records_no_update', /trigger records_no_update is missing/],
  [
    'a trigger that refuses nothing',
    `DROP TRIGGER records_no_update;
     CREATE TRIGGER records_no_update BEFORE UPDATE ON records WHEN 0 BEGIN SELECT 1; END`,
    /trigger records_no_update is not the one/,
  ],
  [
    'a trigger that changes what is appended',
    "CREATE TRIGGER later AFTER INSERT ON event_ids BEGIN DELETE FROM admin WHERE kind = 'x'; END",
    /trigger later is no part/,
  ],
  ['a table added', 'CREATE TABLE notes (text TEXT)', /table notes is no part/],
  ['a column added', 'ALTER TABLE records ADD COLUMN note TEXT', /table records is not the one/],
  ['a view added', 'CREATE VIEW everything AS SELECT * FROM records', /view everything is no part/],
  ['a row left in maintenance', "INSERT INTO maintenance VALUES ('x')", /table maintenance holds a row/],
] as const;

/** Runs SQL past the folder, which takes its own row out of `maintenance` when it closes. */
function run(folder: TamperedFolder, sql: string): void {
  folder.closeDatabase();
  const bare = new DatabaseSync(join(folder.dataDir, 'ledger.db'));
  bare.exec(sql);
  bare.close();
}

export const schemaCases: readonly TamperingCase<TamperedFolder>[] = schemaChanges.map(
  ([name, sql, detail]) => ({
    name,
    tamper: (folder) => run(folder, sql),
    finds: { code: 'UNREADABLE', detail },
  }),
);
