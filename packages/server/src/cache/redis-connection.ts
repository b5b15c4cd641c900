import type { createClient } from '@redis/client';
import { REDIS_ANSWER_MS, REDIS_CONNECT_MS, REDIS_RECONNECT_MS } from '../limits.ts';

export type RedisClient = ReturnType<typeof createClient>;

interface RedisLogger {
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
}

/**
 * A connection to Redis that may be away at any time: nothing waits for it for long, nothing is queued for it, and it
 * comes back by itself. What is kept there is never the only copy of anything.
 */
export class RedisConnection {
  readonly #client: RedisClient;
  readonly #logger: RedisLogger;
  #isAway = false;

  private constructor(client: RedisClient, logger: RedisLogger) {
    this.#client = client;
    this.#logger = logger;
    client.on('error', (error: unknown) => {
      // Each attempt to come back says so again.
      if (!this.#isAway) logger.warn({ err: error }, 'Redis is away; the server goes on without it');
      this.#isAway = true;
    });
    client.on('ready', () => {
      if (this.#isAway) logger.info({}, 'Redis is back');
      this.#isAway = false;
    });
  }

  /** Loads the client, begins to connect, and waits for neither success nor failure. */
  static async open(url: string, logger: RedisLogger): Promise<RedisConnection> {
    // Loaded by who has configured it.
    const { createClient: create } = await import('@redis/client');
    const client = create({
      url,
      disableOfflineQueue: true,
      socket: { connectTimeout: REDIS_CONNECT_MS, reconnectStrategy: () => REDIS_RECONNECT_MS },
    });
    const connection = new RedisConnection(client as RedisClient, logger);
    connection.#connect(connection.#client);
    return connection;
  }

  get isUp(): boolean {
    return this.#client.isReady;
  }

  /** @returns the answer; `undefined` while Redis is away, or when it takes too long or refuses */
  async ask<T>(question: (client: RedisClient) => Promise<T>): Promise<T | undefined> {
    if (!this.#client.isReady) return undefined;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), REDIS_ANSWER_MS);
    });
    try {
      const answer = question(this.#client);
      // An answer that comes too late may be an error too.
      answer.catch(() => undefined);
      return await Promise.race([answer, late]);
    } catch (error) {
      if (this.#client.isReady) this.#logger.warn({ err: error }, 'Redis refused');
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Calls back for each message of a channel, on a connection of its own, whenever Redis is there. */
  listen(channel: string, listener: (message: string) => void): () => void {
    const client = this.#client.duplicate() as RedisClient;
    client.on('error', () => undefined);
    this.#connect(client, () => client.subscribe(channel, listener));
    return () => client.destroy();
  }

  close(): void {
    this.#client.destroy();
  }

  #connect(client: RedisClient, then: () => Promise<unknown> = async () => undefined): void {
    // Subscriptions are renewed by the client when it comes back.
    client
      .connect()
      .then(then)
      .catch(() => undefined);
  }
}
