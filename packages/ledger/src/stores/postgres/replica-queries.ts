import { setTimeout as sleep } from 'node:timers/promises';
import { FatalError, type LedgerError, OperationalError } from '../../errors.ts';
import { RecentCache } from '../../keys/recent-cache.ts';
import type { EventQuery, EventQueryStore } from '../../ports/event-query-store.ts';
import type { LedgerStore } from '../../ports/ledger-store.ts';
import type { LedgerReading } from './ledger-reading.ts';
import { pendingMigrations } from './migrations.ts';
import { openClient } from './postgres-connection.ts';
import { sqlState, toStoreError } from './postgres-error.ts';
import {
  READ_MS_MAX,
  REPLICA_HELD_MS,
  REPLICA_START_MS,
  REPLICA_TRY_MS,
  TENANT_NUMBERS_CACHED_MAX,
} from './postgres-limits.ts';

/** The log that every installation has. */
const COMMON_LOG = '_system';

/** What does not go away by waiting for the replica to receive more. */
const NEVER_RIGHT: ReadonlySet<string> = new Set(['28000', '28P01']);

/** What may be the state of a database that was made a moment ago and has not come to the replica yet. */
const NOT_YET: ReadonlySet<string> = new Set(['store_denied', 'store_open', 'store_schema']);

/**
 * Queries that a replica answers. Before each it is held to the database itself: the last record that it has of a log must
 * be the one that this log has there, so neither another installation's database nor a copy that has gone its own way is
 * taken for a replica. A log that the replica does not have is not asked for by its number, which may be another's there.
 */
export class ReplicaQueries implements EventQueryStore {
  readonly #query: EventQueryStore;
  readonly #replica: Pick<LedgerReading, 'readHead'>;
  readonly #primary: Pick<LedgerStore, 'readLeafHashes'>;
  readonly #held = new RecentCache<string, { readonly size: number; readonly untilMs: number }>(
    TENANT_NUMBERS_CACHED_MAX,
  );

  constructor(
    query: EventQueryStore,
    replica: Pick<LedgerReading, 'readHead'>,
    primary: Pick<LedgerStore, 'readLeafHashes'>,
  ) {
    this.#query = query;
    this.#replica = replica;
    this.#primary = primary;
  }

  /**
   * How far the replica has come.
   *
   * @throws {OperationalError} `replica_wrong`
   */
  readonly readTo = async (tenant: string): Promise<number> => {
    if (tenant !== COMMON_LOG) await this.#reach(COMMON_LOG);
    return this.#reach(tenant);
  };

  /** Says how far the replica had come; asked before, so that the page has at least that. */
  async page(...[asked, request]: Parameters<EventQueryStore['page']>): ReturnType<EventQueryStore['page']> {
    const readTo = await this.readTo(asked.tenant);
    const page = readTo === 0 ? { rows: [], more: false } : await this.#query.page(asked, request);
    return { ...page, readTo };
  }

  async count(asked: EventQuery): Promise<number> {
    return (await this.readTo(asked.tenant)) === 0 ? 0 : this.#query.count(asked);
  }

  async estimate(asked: EventQuery): ReturnType<EventQueryStore['estimate']> {
    if ((await this.readTo(asked.tenant)) === 0) return { count: 0, exact: true };
    return this.#query.estimate(asked);
  }

  async stats(
    ...[asked, by, limit]: Parameters<EventQueryStore['stats']>
  ): ReturnType<EventQueryStore['stats']> {
    if ((await this.readTo(asked.tenant)) === 0) return { total: 0, buckets: [] };
    return this.#query.stats(asked, by, limit);
  }

  async #reach(tenant: string): Promise<number> {
    const head = await this.#replica.readHead(tenant);
    if (head === undefined || head.size === 0) return 0;
    const held = this.#held.get(tenant);
    const uptimeMs = performance.now();
    if (held !== undefined && held.untilMs > uptimeMs && held.size <= head.size) return head.size;
    const hash = await this.#primary.readLeafHashes(tenant, head.size - 1, head.size);
    if (!Buffer.from(hash).equals(head.lastHash)) {
      throw new OperationalError(
        'replica_wrong',
        `the database of ATTESTRY_STORE_READ_URL is no replica of ATTESTRY_STORE: its log ${head.origin} ends with another ` +
          `record ${head.size - 1}`,
      );
    }
    this.#held.set(tenant, { size: head.size, untilMs: uptimeMs + REPLICA_HELD_MS });
    return head.size;
  }
}

/**
 * Refuses a replica that could never answer. One that is away is left to be asked later; what was made a moment ago in the
 * database itself is waited for.
 *
 * @throws {FatalError} `replica_wrong`
 */
export async function assertReplica(
  url: string,
  schema: string,
  patienceMs = REPLICA_START_MS,
): Promise<void> {
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    const trouble = await lookAt(url, schema);
    if (trouble === undefined || (!trouble.isFinal && !NOT_YET.has(trouble.error.code))) return;
    if (trouble.isFinal || performance.now() > untilMs) {
      const message = `ATTESTRY_STORE_READ_URL: ${trouble.error.message}`;
      throw new FatalError('replica_wrong', message, { cause: trouble.error });
    }
    await sleep(REPLICA_TRY_MS);
  }
}

async function lookAt(
  url: string,
  schema: string,
): Promise<{ readonly error: LedgerError; readonly isFinal: boolean } | undefined> {
  const doing = 'opening the replica';
  try {
    const client = await openClient({ url, use: 'query', statementMsMax: READ_MS_MAX });
    try {
      const { length } = await pendingMigrations(client, schema);
      if (length === 0) return undefined;
      const message = `${doing}: it lacks ${length} migrations of the schema ${schema}`;
      return { error: new FatalError('store_schema', message), isFinal: false };
    } finally {
      await client.end();
    }
  } catch (error) {
    const isFinal = NEVER_RIGHT.has(sqlState(error) ?? '') || error instanceof FatalError;
    return { error: toStoreError(error, doing), isFinal };
  }
}
