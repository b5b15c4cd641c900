import type { Writable } from 'node:stream';
import pg from 'pg';
import { OverloadedError } from '../../errors.ts';
import { type ConnectionOptions, clientConfig } from './postgres-connection.ts';
import { isConnectionLost, sqlState, toStoreError } from './postgres-error.ts';
import { CALLS_WAITING_MAX, IDLE_CONNECTION_MS } from './postgres-limits.ts';
import { quoteLiteral } from './schema-names.ts';

/** Tenants whose rows a transaction sees; without any of them it sees none. `*` for what concerns all. */
export interface Scope {
  /** For every table with `tenant_no`. */
  readonly tenantNos?: readonly number[] | '*';
  /** For `tenants` and `admin`, which hold the name. */
  readonly tenants?: readonly string[] | '*';
  /** Further settings of the transaction, by their whole name. */
  readonly settings?: Readonly<Record<`attestry.${string}`, string>>;
  /** `false`: what it commits may be lost when the server ends at once. */
  readonly isDurable?: false;
  /** How the planner is to work in it. */
  readonly planner?: Readonly<Record<`enable_${string}` | `max_${string}` | 'jit', string>>;
}

export interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[];
  /** Under this name the server keeps the statement prepared; one text per name and schema. */
  readonly name?: string;
}

/** Rows of a statement, their columns by name. */
export type Run = <Row extends pg.QueryResultRow = pg.QueryResultRow>(
  statement: Statement,
) => Promise<pg.QueryResult<Row>>;

export interface PoolOptions extends ConnectionOptions {
  readonly connectionsMax: number;
}

const IN_FAILED_TRANSACTION = '25P02';

function textArray(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

/** `SET LOCAL` of what row-level security asks for: it ends with the transaction, whatever becomes of it. */
function scopeSql(scope: Scope): string {
  const settings: Record<string, string> = { ...scope.settings, ...scope.planner };
  if (scope.isDurable === false) settings['synchronous_commit'] = 'off';
  if (scope.tenantNos !== undefined) {
    settings['attestry.tenant_nos'] = scope.tenantNos === '*' ? '*' : `{${scope.tenantNos.join(',')}}`;
  }
  if (scope.tenants !== undefined) {
    settings['attestry.tenants'] = scope.tenants === '*' ? '*' : textArray(scope.tenants);
  }
  return Object.entries(settings)
    .map(([name, value]) => `; SET LOCAL ${name} = ${quoteLiteral(value)}`)
    .join('');
}

/** Connections to one database, each used by one transaction at a time. */
export class PostgresPool {
  readonly #pool: pg.Pool;

  constructor(options: PoolOptions) {
    this.#pool = new pg.Pool({
      ...clientConfig(options),
      max: options.connectionsMax,
      idleTimeoutMillis: IDLE_CONNECTION_MS,
    });
    // An idle connection that breaks is taken out of the pool; the next call opens another.
    this.#pool.on('error', () => undefined);
    // One that breaks while it is used also tells whoever waits for an answer.
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  /**
   * Runs statements in a transaction that cannot write.
   *
   * @param doing what is done, for the message of an error: `reading records`
   * @param work sends statements; they may be sent without waiting for one another
   */
  read<Result>(doing: string, scope: Scope, work: (run: Run) => Promise<Result>): Promise<Result> {
    return this.#transaction('BEGIN READ ONLY', doing, scope, work);
  }

  /** The same, seeing one moment of the database however many statements there are. */
  readSnapshot<Result>(doing: string, scope: Scope, work: (run: Run) => Promise<Result>): Promise<Result> {
    return this.#transaction('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', doing, scope, work);
  }

  /** Runs statements in a transaction that is durable when this resolves. Whatever `work` throws undoes it. */
  write<Result>(doing: string, scope: Scope, work: (run: Run) => Promise<Result>): Promise<Result> {
    return this.#transaction('BEGIN', doing, scope, work);
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  async #transaction<Result>(
    begin: string,
    doing: string,
    scope: Scope,
    work: (run: Run) => Promise<Result>,
  ): Promise<Result> {
    if (this.#pool.waitingCount >= CALLS_WAITING_MAX) {
      throw new OverloadedError(
        `${doing}: ${CALLS_WAITING_MAX} calls wait for a connection to the database`,
        1,
      );
    }
    let client: pg.PoolClient;
    try {
      client = await this.#pool.connect();
    } catch (error) {
      throw toStoreError(error, doing);
    }
    const transaction = new Transaction(client);
    try {
      const result = await transaction.run(`${begin}${scopeSql(scope)}`, work);
      client.release();
      return result;
    } catch (error) {
      client.release(isConnectionLost(error) || transaction.isStuck);
      throw toStoreError(error, doing);
    }
  }
}

/** The stream on which the driver itself holds back the messages of one statement. */
interface PipelinedClient {
  readonly connection: { readonly stream: Pick<Writable, 'cork' | 'uncork'> };
}

/** One transaction: its beginning and the first statements travel together. */
class Transaction {
  readonly #client: pg.PoolClient;
  /** The first error of a statement: those after it only say that the transaction has failed. */
  #failure: unknown;
  /** Neither committed nor rolled back: the connection cannot be used again. */
  isStuck = true;

  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  async run<Result>(begin: string, work: (run: Run) => Promise<Result>): Promise<Result> {
    this.#cork();
    const began = this.#send({ text: begin });
    try {
      const [result] = await Promise.all([work((statement) => this.#send(statement)), began]);
      if (begin.includes('READ ONLY')) {
        // Nothing depends on its end: whoever uses the connection next sends behind it.
        this.#client.query('COMMIT').catch(() => undefined);
        this.isStuck = false;
        return result;
      }
      const { command } = await this.#send({ text: 'COMMIT' });
      // A transaction in which a statement failed answers COMMIT with ROLLBACK, and no error.
      if (command !== 'COMMIT') throw new Error('the transaction was rolled back');
      this.isStuck = false;
      return result;
    } catch (error) {
      await this.#rollBack();
      throw this.#failure ?? error;
    }
  }

  /** What is sent in this turn of the event loop goes to the server in one piece, which then has one answer to wait for. */
  #cork(): void {
    const { stream } = (this.#client as unknown as PipelinedClient).connection;
    stream.cork();
    process.nextTick(() => stream.uncork());
  }

  async #rollBack(): Promise<void> {
    try {
      await this.#client.query('ROLLBACK');
      this.isStuck = false;
    } catch (error) {
      // The connection is lost, and with it the transaction; it is closed by who reads `isStuck`.
      this.#failure ??= error;
    }
  }

  async #send<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    statement: Statement,
  ): Promise<pg.QueryResult<Row>> {
    try {
      return await this.#client.query<Row>(statement as pg.QueryConfig);
    } catch (error) {
      if (sqlState(error) !== IN_FAILED_TRANSACTION) this.#failure ??= error;
      throw error;
    }
  }
}
