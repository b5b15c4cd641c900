import { existsSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { FatalError } from '../../errors.ts';
import { APPLICATION_ID, PAGE_BYTES, SCHEMA_SQL, SCHEMA_VERSION, SEED_WORDS } from './schema.ts';
import { schemaDamage } from './schema-check.ts';
import { STORE_BUSY_MS, WAL_PAGES, WRITER_CACHE_KIB } from './sqlite-limits.ts';
import { toStoreError } from './store-error.ts';

/**
 * Refuses a file that is not ours before SQLite may change it (it would replay a foreign journal).
 *
 * The header is read by SQLite, as of a file that nobody changes: no lock, no journal. Never by the file system: when a
 * process closes a file, POSIX takes all its locks on that file away, also those of its other connections. Any outsider
 * (`sqlite3 ledger.db`) would then pass for the only user, and remove the write-ahead log under a running server.
 */
function checkHeader(path: string): void {
  const { application, version } = readHeader(path);
  if (application !== APPLICATION_ID) {
    throw new FatalError('store_foreign', `${path} belongs to another program; choose another data folder`);
  }
  if (version > SCHEMA_VERSION) {
    throw new FatalError(
      'store_newer',
      `${path} has schema version ${version}, this program knows ${SCHEMA_VERSION}; start the newer release that wrote it`,
    );
  }
}

function readHeader(path: string): { readonly application: unknown; readonly version: number } {
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(url, { readOnly: true, defensive: false });
    // A checkpoint that a crash or a full disk has cut off leaves a first page that counts more pages than the file has:
    // the rest is in the write-ahead log. Only in this mode is such a first page read at all.
    db.exec('PRAGMA writable_schema = ON');
    const application = db.prepare('PRAGMA application_id').get()?.['application_id'];
    return { application, version: Number(db.prepare('PRAGMA user_version').get()?.['user_version']) };
  } catch (error) {
    const reason = toStoreError(error, `opening ${path}`);
    if (reason.code !== 'store_corrupt') throw reason;
    throw new FatalError(
      'store_corrupt',
      `${path} is not a database, or its first page is damaged; restore a copy of it`,
    );
  } finally {
    db?.close();
  }
}

/** One transaction in rollback mode: a crash leaves an empty file, which the next start fills. */
function createTables(db: DatabaseSync): void {
  db.exec(`PRAGMA page_size = ${PAGE_BYTES}; BEGIN IMMEDIATE; ${SCHEMA_SQL}`);
  const insert = db.prepare('INSERT INTO words (word) VALUES (?)');
  for (const word of SEED_WORDS) insert.run(word);
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
}

function isFilled(path: string): boolean {
  return existsSync(path) && statSync(path).size > 0;
}

/**
 * Refuses a database whose tables, indexes or triggers are not those of its version: what is appended to it would not be
 * found, or not be protected.
 *
 * @throws {FatalError} `store_schema`
 */
export function checkSchema(db: DatabaseSync, path: string): void {
  const damages = schemaDamage(db);
  if (damages.length === 0) return;
  const more = damages.length > 3 ? `; and ${damages.length - 3} more` : '';
  throw new FatalError(
    'store_schema',
    `${path} was changed by something else than this program: ${damages.slice(0, 3).join('; ')}${more}. Nothing was ` +
      'written. Restore ledger.db from a backup; or make the objects again as spec/sql/sqlite.sql has them, drop what it ' +
      'does not have, empty the table maintenance, and run attestry verify --data on the folder',
  );
}

/**
 * Opens `ledger.db` for writing, creating it when it is absent or empty.
 *
 * @throws {FatalError} `store_foreign`, `store_newer`, `store_corrupt`, `store_schema`
 * @throws {OperationalError} `store_open`, `store_busy`, `store_full`, ...
 */
export function openForWriting(path: string): DatabaseSync {
  const filled = isFilled(path);
  if (filled) checkHeader(path);
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { timeout: STORE_BUSY_MS });
    db.exec('PRAGMA trusted_schema = OFF');
    if (filled) checkSchema(db, path);
    else createTables(db);
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -${WRITER_CACHE_KIB};
      PRAGMA wal_autocheckpoint = ${WAL_PAGES}`);
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    return db;
  } catch (error) {
    db?.close();
    throw toStoreError(error, `opening ${path}`);
  }
}

/**
 * Opens `ledger.db` for reading only. It may be in use by a running server. In a directory that cannot be written
 * SQLite has no place for its shared memory: there the file is opened as immutable, which is right only as long as
 * nobody writes it and its write-ahead log is empty.
 *
 * @throws {FatalError} `store_absent`, `store_foreign`, `store_newer`, `store_corrupt`, `store_wal_pending`
 */
export function openForReading(path: string, cacheKib: number): DatabaseSync {
  if (!isFilled(path))
    throw new FatalError(
      'store_absent',
      `${path} does not exist or is empty; name a data folder of Attestry`,
    );
  checkHeader(path);
  try {
    return probe(new DatabaseSync(path, { readOnly: true, timeout: STORE_BUSY_MS }), cacheKib);
  } catch (error) {
    throwUnlessReadOnlyPlace(error, path);
    const url = immutableUrl(path);
    try {
      return probe(new DatabaseSync(url, { readOnly: true }), cacheKib);
    } catch (second) {
      throw toStoreError(second, `opening ${path}`);
    }
  }
}

/**
 * Adds `search.db` to a connection for reading, as {@link openForReading} opens the ledger.
 *
 * @throws {FatalError} `store_wal_pending`; {OperationalError} it cannot be read
 */
export function attachSearch(db: DatabaseSync, path: string): void {
  const attach = (name: string): void => {
    db.prepare('ATTACH ? AS search').run(name);
    try {
      db.prepare('SELECT count(*) FROM search.sqlite_schema').get();
    } catch (error) {
      db.exec('DETACH search');
      throw error;
    }
  };
  try {
    attach(path);
  } catch (error) {
    throwUnlessReadOnlyPlace(error, path);
    const url = immutableUrl(path);
    try {
      attach(url.href);
    } catch (second) {
      throw toStoreError(second, `opening ${path}`);
    }
  }
}

/** In a directory that cannot be written SQLite finds no place for its shared memory, and says so in these two ways. */
function throwUnlessReadOnlyPlace(error: unknown, path: string): void {
  const reason = toStoreError(error, `opening ${path}`);
  if (reason.code !== 'store_open' && reason.code !== 'store_readonly') throw reason;
}

function immutableUrl(path: string): URL {
  if (isFilled(`${path}-wal`)) {
    throw new FatalError(
      'store_wal_pending',
      `${path} lies in a read-only directory and its last changes are still in ${path}-wal; copy the folder to a place that can be written`,
    );
  }
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  return url;
}

/** The first read is what makes SQLite open the write-ahead log and its shared memory. */
function probe(db: DatabaseSync, cacheKib: number): DatabaseSync {
  try {
    db.exec(`PRAGMA cache_size = -${cacheKib}; PRAGMA query_only = ON; PRAGMA trusted_schema = OFF`);
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
