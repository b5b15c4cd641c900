import { createHmac } from 'node:crypto';
import type { Ledger } from '@attestry/ledger';
import { GROWTH_GATHER_MS } from '../limits.ts';
import type { RedisConnection } from './redis-connection.ts';

interface GrowthParts {
  readonly ledger: Pick<Ledger, 'onCommit' | 'noteGrown'>;
  readonly key: Uint8Array;
  readonly logger: { warn(fields: object, message: string): void };
}

/**
 * Tells the other nodes over Redis which logs have grown, so that their streams go on at once. Only hints: what a stream
 * sends is read from the log, and without Redis the database tells, or the streams look for themselves.
 */
export class GrowthChannel {
  readonly #redis: RedisConnection;
  readonly #channel: string;
  readonly #grown = new Set<string>();
  readonly #stops: readonly (() => void)[];
  #timer: NodeJS.Timeout | undefined;

  constructor(redis: RedisConnection, { ledger, key, logger }: GrowthParts) {
    this.#redis = redis;
    this.#channel = `attestry:grown:${createHmac('sha256', key).update('grown').digest('base64url')}`;
    this.#stops = [
      ledger.onCommit(({ tenant }) => this.#note(tenant)),
      redis.listen(this.#channel, (message) => {
        const tenants = tenantsOf(message);
        if (tenants === undefined) return;
        ledger.noteGrown(tenants).catch((error: unknown) => {
          logger.warn({ err: error }, 'heads of logs that grew could not be read');
        });
      }),
    ];
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const stop of this.#stops) stop();
  }

  /** Commits come by the hundred; they are gathered for a moment. */
  #note(tenant: string): void {
    this.#grown.add(tenant);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const message = JSON.stringify([...this.#grown]);
      this.#grown.clear();
      void this.#redis.ask((client) => client.publish(this.#channel, message));
    }, GROWTH_GATHER_MS).unref();
  }
}

/** Whoever may write to Redis may send anything. */
function tenantsOf(message: string): ReadonlySet<string> | undefined {
  try {
    const tenants: unknown = JSON.parse(message);
    if (Array.isArray(tenants) && tenants.every((tenant) => typeof tenant === 'string'))
      return new Set(tenants);
  } catch {
    // Not one of our messages.
  }
  return undefined;
}
