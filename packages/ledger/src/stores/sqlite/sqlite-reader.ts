import type { DatabaseSync } from 'node:sqlite';
import { EventReader } from './event-reader.ts';
import { openForReading } from './open-database.ts';
import { RecordReader } from './record-reader.ts';
import { SettingsReader } from './settings-reader.ts';
import { READER_CACHE_KIB } from './sqlite-limits.ts';

/** All reads of one database on one read-only connection, in the calling thread. */
export class SqliteReader {
  readonly records: RecordReader;
  readonly settings: SettingsReader;
  readonly events: EventReader;
  /** The connection itself, for raw scans by a verifier. */
  readonly db: DatabaseSync;

  /** Opens the files; see `openForReading` for what is refused. Without `searchPath` text conditions are refused. */
  constructor(options: { readonly path: string; readonly searchPath?: string }) {
    this.db = openForReading(options.path, READER_CACHE_KIB);
    this.records = new RecordReader(this.db);
    this.settings = new SettingsReader(this.db);
    this.events = new EventReader(this.db, this.records, options.searchPath);
  }

  /** Closes the connection. */
  close(): void {
    if (this.db.isOpen) this.db.close();
  }
}
