import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { openSqliteStores } from '../src/stores/sqlite/sqlite-stores.ts';

describe('the tables of ledger.db', () => {
  it('are those of spec/sql/sqlite.sql', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'attestry-'));
    const path = join(folder, 'ledger.db');
    await (await openSqliteStores({ path, searchPath: join(folder, 'search.db') })).close();
    const db = new DatabaseSync(path, { readOnly: true });
    const pragma = (name: string): string =>
      `PRAGMA ${name} = ${Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]};`;
    const pragmas = ['application_id', 'user_version', 'page_size', 'journal_mode'].map(pragma);
    const statements = db
      .prepare(
        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'filters_%' ORDER BY rowid",
      )
      .all()
      .map(({ sql }) => `${sql};`);
    const words = db.prepare('SELECT word_no, word FROM words ORDER BY word_no').all();
    const seeds = words.map(({ word_no, word }) => `INSERT INTO words VALUES (${word_no}, '${word}');`);
    db.close();
    rmSync(folder, { recursive: true });
    const text = `${[pragmas.join('\n'), ...statements, seeds.join('\n')].join('\n\n')}\n`;
    await expect(text).toMatchFileSnapshot('../../../spec/sql/sqlite.sql');
  });
});
