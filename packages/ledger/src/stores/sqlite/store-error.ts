import { FatalError, LedgerError, OperationalError } from '../../errors.ts';

/** Primary result codes of SQLite (https://www.sqlite.org/rescode.html) that callers tell apart. */
const SQLITE = {
  busy: 5,
  locked: 6,
  nomem: 7,
  readonly: 8,
  ioerr: 10,
  corrupt: 11,
  full: 13,
  cantopen: 14,
  constraint: 19,
  notadb: 26,
} as const;

const OPERATIONAL: ReadonlyMap<number, readonly [code: string, advice: string]> = new Map([
  [SQLITE.busy, ['store_busy', 'another process holds the database; only one server may use a data folder']],
  [SQLITE.locked, ['store_busy', 'another connection holds the table']],
  [SQLITE.nomem, ['store_memory', 'the process is out of memory']],
  [SQLITE.readonly, ['store_readonly', 'the data folder or its files are not writable']],
  [SQLITE.ioerr, ['store_io', 'the disk reported an error; see the system log']],
  [SQLITE.full, ['store_full', 'the disk is full; free some space, nothing was written']],
  [
    SQLITE.cantopen,
    ['store_open', 'a database file cannot be opened; check that it exists and its permissions'],
  ],
]);

/** Extended codes of a row that is already there: after the fence was passed that contradicts the head. */
const ROW_EXISTS = new Set([1555, 2067, 2579]);

function sqliteCode(error: unknown): number | undefined {
  const code = error instanceof Error ? (error as { readonly errcode?: unknown }).errcode : undefined;
  return typeof code === 'number' ? code : undefined;
}

/**
 * Sorts what `node:sqlite` throws into the ledger's kinds of error.
 *
 * @param doing what was tried, for the message: `appending`, `reading records`
 * @returns the error itself when it already is one of ours
 */
export function toStoreError(error: unknown, doing: string): LedgerError {
  if (error instanceof LedgerError) return error;
  const code = sqliteCode(error);
  const said = error instanceof Error ? error.message : String(error);
  if (code === undefined) return new OperationalError('store_failed', `${doing}: ${said}`, { cause: error });
  const known = OPERATIONAL.get(code & 255);
  if (known !== undefined) {
    return new OperationalError(known[0], `${doing}: ${known[1]} (SQLite: ${said}, ${code})`, {
      cause: error,
    });
  }
  if ((code & 255) === SQLITE.corrupt || (code & 255) === SQLITE.notadb) {
    const advice =
      'the database file is damaged; stop the server, run `attestry verify --data` and restore a copy';
    return new FatalError('store_corrupt', `${doing}: ${advice} (SQLite: ${said}, ${code})`, {
      cause: error,
    });
  }
  if (ROW_EXISTS.has(code)) {
    const advice = 'a row that must not exist yet is there: rows and head contradict each other';
    return new FatalError('store_inconsistent', `${doing}: ${advice} (SQLite: ${said}, ${code})`, {
      cause: error,
    });
  }
  return new OperationalError('store_failed', `${doing}: ${said} (SQLite ${code})`, { cause: error });
}

/** An error as it travels between threads, where classes are lost. */
export interface ErrorMessage {
  readonly kind: 'operational' | 'fatal' | 'ledger';
  readonly code: string;
  readonly message: string;
}

/** Takes an error apart for the way to another thread. */
export function packError(error: unknown): ErrorMessage {
  const known = toStoreError(error, 'in the store thread');
  const kind =
    known instanceof FatalError ? 'fatal' : known instanceof OperationalError ? 'operational' : 'ledger';
  return { kind, code: known.code, message: known.message };
}

/** Puts an error of another thread together again. */
export function unpackError(message: ErrorMessage): LedgerError {
  if (message.kind === 'fatal') return new FatalError(message.code, message.message);
  if (message.kind === 'operational') return new OperationalError(message.code, message.message);
  return new LedgerError(message.code, message.message);
}
