import type { EmbeddedLedger } from '@attestry/ledger';
import { GrowthChannel } from './growth-channel.ts';
import { RecentCache } from './recent-cache.ts';
import { RedisConnection } from './redis-connection.ts';

interface CacheParts {
  readonly url: string;
  readonly now: () => number;
  readonly logger: {
    warn(fields: object, message: string): void;
    info(fields: object, message: string): void;
  };
}

/** What Redis does for the server; whatever is asked of it, the answer may be that it is away. */
export interface Cache {
  readonly recent: RecentCache;
  readonly isUp: () => boolean;
  close(): void;
}

/** Begins to connect to Redis; the server does not wait for it. */
export async function openCache(embedded: EmbeddedLedger, { url, now, logger }: CacheParts): Promise<Cache> {
  const { ledger } = embedded;
  const redis = await RedisConnection.open(url, logger);
  const growth = new GrowthChannel(redis, { ledger, key: embedded.deriveKey('redis-growth'), logger });
  return {
    recent: new RecentCache(redis, { ledger, key: embedded.deriveKey('redis-recent'), now }),
    isUp: () => redis.isUp,
    close: () => {
      growth.close();
      redis.close();
    },
  };
}
