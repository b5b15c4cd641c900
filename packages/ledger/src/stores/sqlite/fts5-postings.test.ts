import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { COLUMN_PLACES, readPostings } from './fts5-postings.ts';

const TABLES = {
  none: "CREATE VIRTUAL TABLE t USING fts5 (text, content = '', columnsize = 0, detail = none)",
  full: "CREATE VIRTUAL TABLE t USING fts5 (text, more, content = '', contentless_delete = 1)",
} as const;

function openTable(detail: 'none' | 'full'): DatabaseSync {
  const db = new DatabaseSync(':memory:');
  db.exec(TABLES[detail]);
  // Small pages and few segments before a merge, so that lists run over pages and levels fill.
  db.exec("INSERT INTO t (t, rank) VALUES ('pgsz', 64)");
  return db;
}

/** Every entry as a text with how often it counts. */
function entriesOf(db: DatabaseSync, detail: 'none' | 'full'): Map<string, number> {
  const entries = new Map<string, number>();
  let term = '';
  readPostings(
    db,
    { name: 't', detail },
    {
      onTerm: (bytes) => {
        term = Buffer.from(bytes).toString();
        return true;
      },
      onEntry: (high, low, place, sign) => {
        const name = `${term} ${(BigInt(high) << 32n) | BigInt(low)} ${place}`;
        entries.set(name, (entries.get(name) ?? 0) + sign);
      },
    },
  );
  return new Map([...entries].filter(([, count]) => count !== 0).sort());
}

/** The same by SQLite's own table of entries. */
function entriesBySqlite(db: DatabaseSync): Map<string, number> {
  db.exec("CREATE VIRTUAL TABLE temp.entries USING fts5vocab('main', 't', 'instance')");
  const statement = db.prepare('SELECT term, doc, col, offset FROM temp.entries');
  statement.setReadBigInts(true);
  return new Map(
    statement
      .all()
      .map(({ term, doc, col, offset }) => {
        const place = Number(offset ?? 0) + (col === 'more' ? COLUMN_PLACES : 0);
        return [`${term} ${doc} ${place}`, 1] as const;
      })
      .sort(),
  );
}

function text(n: number): string {
  const rare = `item${n} 'Zürich' ${'x'.repeat(n % 90)}`;
  return `${'the same word again '.repeat(1 + (n % 40))} ${rare} ${n % 3 === 0 ? 'third' : ''}`;
}

describe.each(['none', 'full'] as const)('the entries of an FTS5 table with detail %s', (detail) => {
  const insert = 'INSERT INTO t (rowid, text) VALUES (?, ?)';

  it('are those that SQLite names, over pages, segments and merges, for row ids of 64 bits', () => {
    const db = openTable(detail);
    for (let n = 0; n < 300; n += 1) {
      const rowid = BigInt(n) * (n % 2 === 0 ? 1n : 2n ** 54n);
      db.prepare(insert).run(rowid, text(n));
    }
    const entries = entriesOf(db, detail);
    expect(entries.size).toBeGreaterThan(1_000);
    expect(entries).toEqual(entriesBySqlite(db));
  });

  it('are those that SQLite names after rows were deleted and written again', () => {
    const db = openTable(detail);
    for (let n = 1; n <= 60; n += 1) db.prepare(insert).run(n, text(n));
    for (let n = 1; n <= 60; n += 7) {
      if (detail === 'none')
        db.prepare("INSERT INTO t (t, rowid, text) VALUES ('delete', ?, ?)").run(n, text(n));
      else db.prepare('DELETE FROM t WHERE rowid = ?').run(n);
      if (n % 2 === 0) db.prepare(insert).run(n, 'other words');
    }
    const entries = entriesOf(db, detail);
    expect(entries).toEqual(entriesBySqlite(db));
    expect([...entries.keys()].some((name) => name.startsWith('other '))).toBe(true);
  });

  it('are those that SQLite names while segments are being merged', () => {
    const db = openTable(detail);
    for (let n = 1; n <= 120; n += 1) {
      db.prepare(insert).run(n, text(n));
      if (n % 10 === 0) {
        db.exec("INSERT INTO t (t, rank) VALUES ('merge', 3)");
        entriesOf(db, detail);
      }
    }
    expect(entriesOf(db, detail)).toEqual(entriesBySqlite(db));
  });

  it('are none in an empty table', () => {
    expect(entriesOf(openTable(detail), detail).size).toBe(0);
  });

  it('cannot be read when a page is missing or cut', () => {
    const db = openTable(detail);
    db.enableDefensive?.(false);
    for (let n = 1; n <= 60; n += 1) db.prepare(insert).run(n, text(n));
    db.exec('BEGIN; DELETE FROM t_idx WHERE pgno = (SELECT max(pgno) FROM t_idx)');
    expect(() => entriesOf(db, detail)).toThrow('does not list all pages');
    db.exec('ROLLBACK');
    const ids = db.prepare('SELECT max(id) AS id FROM t_data').get() as { id: number };
    db.prepare("UPDATE t_data SET block = x'00' WHERE id = ?").run(ids.id);
    expect(() => entriesOf(db, detail)).toThrow('malformed');
    db.prepare('DELETE FROM t_data WHERE id = ?').run(ids.id);
    expect(() => entriesOf(db, detail)).toThrow('lacks pages');
  });
});

it('names the columns of words, over pages that end anywhere', () => {
  const db = openTable('full');
  const insert = db.prepare('INSERT INTO t (rowid, text, more) VALUES (?, ?, ?)');
  for (let n = 1; n <= 400; n += 1) insert.run(n, n % 3 === 0 ? '' : text(n), n % 5 === 0 ? '' : text(n + 1));
  const entries = entriesOf(db, 'full');
  expect([...entries.keys()].filter((name) => name.endsWith(` ${COLUMN_PLACES}`)).length).toBe(320);
  expect(entries).toEqual(entriesBySqlite(db));
});
