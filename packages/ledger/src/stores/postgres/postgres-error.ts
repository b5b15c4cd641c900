import { FatalError, LedgerError, OperationalError } from '../../errors.ts';

/** Codes that our own functions raise (0001_ledger.sql). */
export const RAISED = {
  appendOnly: 'ATA01',
  duplicate: 'ATD01',
  moved: 'ATM01',
  leaseLost: 'ATL01',
} as const;

type Advice = readonly [code: string, advice: string];

/** What may succeed later, by SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const OPERATIONAL: ReadonlyMap<string, Advice> = new Map([
  ['40001', ['store_conflict', 'another transaction changed the same rows']],
  ['40P01', ['store_conflict', 'two transactions waited for each other']],
  ['53100', ['store_full', 'the disk of the database is full; free some space, nothing was written']],
  [
    '53200',
    [
      'store_memory',
      'the database is out of memory; of shared memory: raise max_locks_per_transaction (docs/postgres.md, Partitions)',
    ],
  ],
  ['53300', ['store_busy', 'the database has no connection left; raise max_connections or lower the pools']],
  ['55P03', ['store_busy', 'a lock is held by somebody else']],
  ['55006', ['store_busy', 'somebody else uses the object']],
  ['57014', ['store_timeout', 'the statement took too long and was ended']],
  ['25006', ['store_readonly', 'the database takes no writes: it is a standby, or set to read only']],
  ['25P03', ['store_timeout', 'the transaction was idle for too long and was ended']],
  ['57P01', ['store_restarting', 'the database server is stopping']],
  ['57P02', ['store_restarting', 'the database server has crashed and is recovering']],
  ['57P03', ['store_restarting', 'the database server is starting and takes no connection yet']],
  ['57P05', ['store_restarting', 'the connection was idle for too long']],
  ['58030', ['store_io', 'the disk of the database reported an error; see its log']],
  ['28000', ['store_denied', 'the database refuses the user; check ATTESTRY_STORE and pg_hba.conf']],
  ['28P01', ['store_denied', 'the password is not that of the user']],
  ['3D000', ['store_open', 'there is no such database; make it with createdb']],
  ['42501', ['store_denied', 'the role may not do this; attestry migrate --roles sets the grants']],
]);

const FATAL: ReadonlyMap<string, Advice> = new Map([
  [
    'XX001',
    ['store_corrupt', 'the database reports damaged data; stop, run attestry verify, restore a copy'],
  ],
  ['XX002', ['store_corrupt', 'the database reports a damaged index; stop, run attestry verify, REINDEX']],
  [
    '23505',
    ['store_inconsistent', 'a row that must not exist yet is there: rows and head contradict each other'],
  ],
  [RAISED.appendOnly, ['store_append_only', 'a record, id, key or checkpoint must not be changed']],
  ['3F000', ['store_schema', 'the schema is not there; run attestry migrate']],
  ['42P01', ['store_schema', 'a table is not there; run attestry migrate']],
  ['42883', ['store_schema', 'a function is not there; run attestry migrate']],
]);

const CONNECTION_CLASSES = /^(08|57P)/;
const NODE_CODES = /^(E[A-Z]+|ERR_(SSL|TLS)_.+|CERT_.+|[A-Z_]*CERT[A-Z_]*)$/;
/** What Node says of a certificate that it does not trust. */
const CERTIFICATE_CODES = /^(UNABLE_TO_(GET|VERIFY)|SELF_SIGNED|DEPTH_ZERO|CERT_|ERR_TLS_CERT)/;
const LOST =
  /connection (terminated|error|ended)|timeout exceeded|read timeout|client was closed|not queryable/i;

/** SQLSTATE of what the driver threw. */
export function sqlState(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as { readonly code?: unknown }).code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !NODE_CODES.test(code) ? code : undefined;
}

/** Whether the connection is gone, so that what was sent on it may or may not have been done. */
export function isConnectionLost(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return CONNECTION_CLASSES.test(state) && state !== '57P03';
  if (!(error instanceof Error) || error instanceof LedgerError) return false;
  const { code } = error as { readonly code?: unknown };
  return (typeof code === 'string' && NODE_CODES.test(code)) || LOST.test(error.message);
}

/**
 * What of an error may be passed on: its sentence and its code. The driver's error also carries rows ("Failing row
 * contains ...") and the query, which hold personal data.
 */
function withoutRows(error: unknown): Error {
  const said = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error ? (error as { readonly code?: unknown }).code : undefined;
  return Object.assign(new Error(said), typeof code === 'string' ? { code } : {});
}

/**
 * Sorts what `pg` throws into the ledger's kinds of error.
 *
 * @param doing what was tried, for the message: `appending`, `reading records`
 * @returns the error itself when it already is one of ours
 */
export function toStoreError(error: unknown, doing: string): LedgerError {
  if (error instanceof LedgerError) return error;
  const cause = withoutRows(error);
  const state = sqlState(error);
  const detail = `(PostgreSQL: ${cause.message}${state === undefined ? '' : `, ${state}`})`;
  const fatal = state === undefined ? undefined : FATAL.get(state);
  if (fatal !== undefined) return new FatalError(fatal[0], `${doing}: ${fatal[1]} ${detail}`, { cause });
  const known = state === undefined ? undefined : OPERATIONAL.get(state);
  if (known !== undefined)
    return new OperationalError(known[0], `${doing}: ${known[1]} ${detail}`, { cause });
  if (state?.startsWith('53') === true) {
    return new OperationalError('store_busy', `${doing}: the database is short of resources ${detail}`, {
      cause,
    });
  }
  if (CERTIFICATE_CODES.test(String((cause as { readonly code?: unknown }).code))) {
    const advice = 'its certificate is not trusted here; name its authority with sslrootcert=FILE in the URL';
    return new OperationalError('store_unreachable', `${doing}: ${advice} ${detail}`, { cause });
  }
  if (isConnectionLost(error)) {
    const advice = /unsupported startup parameter/.test(cause.message)
      ? 'a pooler such as PgBouncer is between; give the address of the database itself (docs/postgres.md)'
      : 'the database cannot be reached, or the connection was lost';
    return new OperationalError('store_unreachable', `${doing}: ${advice} ${detail}`, { cause });
  }
  return new OperationalError('store_failed', `${doing}: ${cause.message} ${detail}`, { cause });
}
