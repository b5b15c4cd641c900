import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { type SharedPostgres, sharedPostgres } from './postgres/shared-postgres.ts';

/** What a data folder holds of its logs when they are not in PostgreSQL. */
const FOLDER_STORE = ['ledger.db', 'search.db'] as const;

interface TestDatabase {
  readonly name: string;
  readonly url: string;
  drop(): Promise<void>;
}

/** The run's server of PostgreSQL, as long as a test of this process has a database on it. */
let server: Promise<SharedPostgres> | undefined;
const databases = new Map<string, Promise<TestDatabase>>();

/** Read once: tests that run a command in this process change its environment. */
const onPostgres = process.env.ATTESTRY_TEST_STORE === 'postgres';

/** Whether this run of the tests keeps records in PostgreSQL: `ATTESTRY_TEST_STORE=postgres`. */
export function isOnPostgres(): boolean {
  return onPostgres;
}

/**
 * What a server in a data folder is told of its store: nothing in an ordinary run; in one on PostgreSQL the URL of a
 * database that belongs to this folder, made when it is asked for first.
 */
export async function storeEnvironment(dataDir: string): Promise<Readonly<Record<string, string>>> {
  if (!isOnPostgres()) return {};
  let database = databases.get(dataDir);
  if (database === undefined) {
    server ??= sharedPostgres();
    database = server.then((running) => running.createDatabase());
    databases.set(dataDir, database);
  }
  return { ATTESTRY_STORE: (await database).url };
}

/** Drops the database of a data folder, when it has one. */
export async function dropStore(dataDir: string): Promise<void> {
  const database = databases.get(dataDir);
  if (database === undefined) return;
  databases.delete(dataDir);
  await (await database).drop();
  if (databases.size > 0) return;
  const idle = server;
  server = undefined;
  (await idle)?.release();
}

/** Copies a data folder that no server is on, and the database that belongs to it. */
export async function copyData(from: string, to: string): Promise<void> {
  cpSync(from, to, { recursive: true });
  await copyDatabase(from, to);
}

/** Puts the logs of a copy in the place of a folder's own, as a restore from a backup does; the folder keeps the rest. */
export async function restoreStore(copy: string, dataDir: string): Promise<void> {
  if (databases.has(dataDir)) {
    await dropStore(dataDir);
    await copyDatabase(copy, dataDir);
    return;
  }
  for (const name of FOLDER_STORE) rmSync(join(dataDir, name), { force: true });
  cpSync(join(copy, FOLDER_STORE[0]), join(dataDir, FOLDER_STORE[0]));
}

async function copyDatabase(from: string, to: string): Promise<void> {
  const original = databases.get(from);
  if (original === undefined || server === undefined) return;
  const [{ name }, running] = await Promise.all([original, server]);
  databases.set(to, running.createDatabase(name));
  await databases.get(to);
}

/**
 * Changes the bytes of stored records as whoever owns the database can, triggers or not.
 *
 * @returns how many records were changed
 */
export async function changeStoredText(dataDir: string, from: string, to: string): Promise<number> {
  const database = await databases.get(dataDir);
  if (database === undefined) return changeInFile(join(dataDir, 'ledger.db'), from, to);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query('ALTER TABLE attestry.records DISABLE TRIGGER append_only');
    const { rowCount } = await client.query(
      `UPDATE attestry.records SET text = convert_to(replace(convert_from(text, 'UTF8'), $1, $2), 'UTF8')
       WHERE strpos(convert_from(text, 'UTF8'), $1) > 0`,
      [from, to],
    );
    // As it was: a server does not start over tables that somebody has changed.
    await client.query('ALTER TABLE attestry.records ENABLE ALWAYS TRIGGER append_only');
    return rowCount ?? 0;
  } finally {
    await client.end();
  }
}

function changeInFile(path: string, from: string, to: string): number {
  // The server writes to it too, now and then.
  const file = new DatabaseSync(path, { timeout: 5_000 });
  try {
    const triggers = file.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all();
    for (const { name } of triggers) file.exec(`DROP TRIGGER ${String(name)}`);
    const sql = 'UPDATE records SET text = replace(text, ?, ?) WHERE instr(text, ?) > 0';
    const { changes } = file.prepare(sql).run(from, to, from);
    // As it was: a server does not start over tables that somebody has changed.
    for (const trigger of triggers) file.exec(String(trigger['sql']));
    return Number(changes);
  } finally {
    file.close();
  }
}

/** Everything that is kept of a data folder's logs, as bytes (latin1): what somebody reads who has the database. */
export async function storedBytes(dataDir: string): Promise<string> {
  const database = await databases.get(dataDir);
  if (database === undefined) return readFileSync(join(dataDir, 'ledger.db'), 'latin1');
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      `SELECT oid::regclass::text AS name FROM pg_class
       WHERE relnamespace = 'attestry'::regnamespace AND relkind = 'r'`,
    );
    const parts: string[] = [];
    for (const { name } of tables.rows) {
      const { rows } = await client.query<unknown[]>({ text: `SELECT * FROM ${name}`, rowMode: 'array' });
      for (const value of rows.flat(2))
        parts.push(Buffer.isBuffer(value) ? value.toString('latin1') : String(value));
    }
    return parts.join('\n');
  } finally {
    await client.end();
  }
}

/** The first value that a statement gives in a database, as its superuser. */
export async function valueIn(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}

/** Runs statements in a session of a database that stays open, with its locks, until it is told to end. */
export async function openSession(
  url: string,
): Promise<{ run(sql: string): Promise<unknown>; end(): Promise<void> }> {
  const client = new pg.Client({ connectionString: url });
  // It may be ended by the server, as by a test that stops it.
  client.on('error', () => undefined);
  await client.connect();
  return { run: (sql) => client.query(sql), end: () => client.end() };
}
