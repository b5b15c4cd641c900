import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { LedgerError } from '../../errors.ts';
import {
  ANSWER_GRACE_MS,
  CONNECT_MS_MAX,
  IDLE_IN_TRANSACTION_MS_MAX,
  KEEP_ALIVE_MS,
  LOCK_MS_MAX,
} from './postgres-limits.ts';
import { RESULT_TYPES } from './result-types.ts';

/** What a connection is for; part of the name by which the server knows it. */
export type ConnectionUse = 'append' | 'write' | 'read' | 'query' | 'listen' | 'migrate' | 'verify';

/** How long one connection waits for what, in milliseconds; each has a default in postgres-limits.ts. */
export interface Patience {
  readonly connectMs?: number;
  readonly lockMs?: number;
  /** For an answer after the server should have ended the statement. */
  readonly answerMs?: number;
}

export interface ConnectionOptions extends Patience {
  /** `postgres://user:password@host:port/database?sslmode=…` */
  readonly url: string;
  readonly use: ConnectionUse;
  /** After this long a statement is ended by the server; 0: never. */
  readonly statementMsMax: number;
  /** What a commit waits for, whatever the server is told later; as the server has it when absent. */
  readonly synchronousCommit?: string | undefined;
}

/** Settings of a session that no statement of ours leaves to chance. The path holds nothing that a user can write to. */
const SESSION = {
  search_path: 'pg_catalog, pg_temp',
  timezone: 'UTC',
  datestyle: 'ISO',
  bytea_output: 'hex',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  idle_in_transaction_session_timeout: String(IDLE_IN_TRANSACTION_MS_MAX),
} as const;

/**
 * Splits a URL into what goes to the driver: our session settings are added to the `options` the user may have given.
 *
 * @throws {LedgerError} `store_url_invalid`, which does not repeat the URL: it may hold a password
 */
function parseUrl({ url, lockMs = LOCK_MS_MAX, synchronousCommit }: ConnectionOptions): {
  readonly url: string;
  readonly options: string;
} {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new LedgerError(
      'store_url_invalid',
      'the URL of the database is not one: postgres://user@host:5432/database',
    );
  }
  if (parsed.protocol !== 'postgres:' && parsed.protocol !== 'postgresql:') {
    throw new LedgerError('store_url_invalid', `${parsed.protocol} is not the URL of a PostgreSQL database`);
  }
  const given = parsed.searchParams.get('options') ?? '';
  for (const name of ['options', 'application_name', 'statement_timeout']) parsed.searchParams.delete(name);
  const settings = {
    ...SESSION,
    lock_timeout: String(lockMs),
    ...(synchronousCommit === undefined ? {} : { synchronous_commit: synchronousCommit }),
  };
  const ours = Object.entries(settings).map(([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`);
  return { url: parsed.href, options: [given, ...ours].join(' ').trim() };
}

/**
 * The driver's settings of one connection. Queries are pipelined: several may be sent before the first is answered, and
 * the server executes them in that order. Each connection has a name of its own, so that another one can see on the
 * server whether it has ended.
 */
export function clientConfig(
  options: ConnectionOptions,
): pg.ClientConfig & { readonly application_name: string } {
  const parsed = parseUrl(options);
  const { statementMsMax, answerMs = ANSWER_GRACE_MS } = options;
  return {
    connectionString: parsed.url,
    options: parsed.options,
    application_name: `attestry ${options.use} ${randomUUID()}`,
    statement_timeout: statementMsMax,
    // The server ends what takes too long; when not even that answer comes, the connection is given up.
    query_timeout: statementMsMax === 0 ? undefined : statementMsMax + answerMs,
    connectionTimeoutMillis: options.connectMs ?? CONNECT_MS_MAX,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    types: RESULT_TYPES,
    pipeline: true,
  };
}

/** Opens one connection, which the caller ends. Errors are the driver's own. */
export async function openClient(options: ConnectionOptions): Promise<pg.Client> {
  const client = new pg.Client(clientConfig(options));
  // An idle connection that breaks says so by this event; whoever uses it next gets the error.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
