import type pg from 'pg';
import type { Turn } from '../../ports/shared-store.ts';
import { type ConnectionOptions, openClient } from './postgres-connection.ts';
import { sqlState, toStoreError } from './postgres-error.ts';

const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Turns at appending, first come, first served: an advisory lock of the session, on a connection of its own. A process
 * that ends loses its connection, and with it the turn.
 */
export class AppendTurns {
  readonly #connection: ConnectionOptions;
  readonly #key: string;
  #client: Promise<pg.Client> | undefined;

  /**
   * @param connection its `lockMs` is how long a turn is waited for
   * @param schema nodes over the same one are in each other's way
   */
  constructor(connection: ConnectionOptions, schema: string) {
    this.#connection = connection;
    this.#key = `${schema}.append`;
  }

  /**
   * See `SharedStore.takeTurn`.
   *
   * @throws {OperationalError} when the server cannot be asked
   */
  async take(): Promise<Turn | undefined> {
    try {
      const client = await this.#connected();
      await client.query({
        name: 'take-turn',
        text: 'SELECT pg_advisory_lock(hashtextextended($1, 0))',
        values: [this.#key],
      });
      return { end: () => this.#end(client) };
    } catch (error) {
      if (sqlState(error) === LOCK_NOT_AVAILABLE) return undefined;
      this.#forget();
      throw toStoreError(error, 'waiting for a turn to append');
    }
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    await client?.end().catch(() => undefined);
  }

  async #end(client: pg.Client): Promise<void> {
    try {
      await client.query({
        name: 'end-turn',
        text: 'SELECT pg_advisory_unlock(hashtextextended($1, 0))',
        values: [this.#key],
      });
    } catch {
      // The connection is lost, and the turn with it; the next one is taken on another.
      this.#forget();
    }
  }

  #connected(): Promise<pg.Client> {
    if (this.#client === undefined) {
      this.#client = openClient(this.#connection);
      this.#client.then(
        (client) => client.on('end', () => this.#forget()),
        () => this.#forget(),
      );
    }
    return this.#client;
  }

  #forget(): void {
    this.#client?.then((client) => client.end()).catch(() => undefined);
    this.#client = undefined;
  }
}
