import { createHmac } from 'node:crypto';
import type { EventView } from '@attestry/core';
import type { Ledger, LogHead } from '@attestry/ledger';
import { RECENT_EVENTS_MAX, RECENT_GAP_RECORDS_MAX, RECENT_MS } from '../limits.ts';
import type { RedisConnection } from './redis-connection.ts';

/** The part of the ledger that the cache reads. */
export type RecentLedger = Pick<Ledger, 'head' | 'readRecords' | 'readEvents'>;

/** An event by its number and time; nothing of what it says. */
export interface RecentRow {
  readonly seq: number;
  readonly occurredAtMs: number;
}

/** What Redis keeps for an actor. */
interface Entry {
  /** Size of the log up to which this is all there is. */
  readonly size: number;
  /** Newest first. */
  readonly rows: readonly (readonly [seq: number, occurredAtMs: number])[];
}

/** Records that lie this near are read at once. */
const NEAR_RECORDS = 16;

/**
 * Which events an actor had within a day: their numbers, not what they say. So there is no personal data in Redis, and
 * what was erased since is not shown: the events are read from the log each time, and an entry that does not fit the log
 * any more counts as absent. Its name is a keyed fingerprint of log and actor.
 */
export class RecentCache {
  readonly #redis: RedisConnection;
  readonly #ledger: RecentLedger;
  readonly #key: Uint8Array;
  readonly #now: () => number;

  /** @param parts `key`: 32 bytes, the same on every node */
  constructor(
    redis: RedisConnection,
    parts: { readonly ledger: RecentLedger; readonly key: Uint8Array; readonly now: () => number },
  ) {
    this.#redis = redis;
    this.#ledger = parts.ledger;
    this.#key = parts.key;
    this.#now = parts.now;
  }

  /**
   * The events of an actor as somebody sees them who may see all of them.
   *
   * @returns `undefined` when it is not known here
   */
  async read(
    { origin, tenant, size }: LogHead,
    actor: string,
    limit: number,
  ): Promise<readonly EventView[] | undefined> {
    const name = this.#nameOf(origin, actor);
    const text = await this.#redis.ask((client) => client.get(name));
    if (text == null) return undefined;
    const entry = JSON.parse(text) as Entry;
    if (entry.size > size || size - entry.size > RECENT_GAP_RECORDS_MAX) return undefined;
    const known = entry.rows.map(([seq, occurredAtMs]) => ({ seq, occurredAtMs }));
    const rows = this.#newest([...known, ...(await this.#since(tenant, entry.size, size, actor))]);
    const views = await this.#read(tenant, rows.slice(0, limit));
    // Erased since: the log gives others in its place.
    if (views.some((view) => view?.actor?.id !== actor)) {
      await this.#redis.ask((client) => client.del(name));
      return undefined;
    }
    if (size > entry.size) await this.#write(name, { size, rows: rows.map(pairOf) });
    return views as readonly EventView[];
  }

  /** Keeps what the log answered: all there is of the first `size` records. */
  async keep(origin: string, actor: string, size: number, rows: readonly RecentRow[]): Promise<void> {
    const within = rows.filter(({ seq }) => seq < size);
    await this.#write(this.#nameOf(origin, actor), { size, rows: within.map(pairOf) });
  }

  #write(name: string, entry: Entry): Promise<unknown> {
    return this.#redis.ask((client) => client.set(name, JSON.stringify(entry), { PX: RECENT_MS }));
  }

  #nameOf(origin: string, actor: string): string {
    return `attestry:recent:${createHmac('sha256', this.#key).update(`${origin}\n${actor}`).digest('base64url')}`;
  }

  #newest(rows: readonly RecentRow[]): readonly RecentRow[] {
    const fromMs = this.#now() - RECENT_MS;
    return rows
      .filter(({ occurredAtMs }) => occurredAtMs >= fromMs)
      .sort((a, b) => b.occurredAtMs - a.occurredAtMs || b.seq - a.seq)
      .slice(0, RECENT_EVENTS_MAX);
  }

  /** What came since, of this actor. */
  async #since(tenant: string, from: number, to: number, actor: string): Promise<readonly RecentRow[]> {
    if (from === to) return [];
    const records = await this.#ledger.readRecords(tenant, from, to);
    const views = await this.#ledger.readEvents(tenant, records, { personal: true });
    return views
      .filter((view) => view.actor?.id === actor)
      .map(({ seq, occurred_at }) => ({ seq, occurredAtMs: Date.parse(occurred_at) }));
  }

  /** In the order of the rows; `undefined` for what is not there any more. */
  async #read(tenant: string, rows: readonly RecentRow[]): Promise<readonly (EventView | undefined)[]> {
    const wanted = new Set(rows.map(({ seq }) => seq));
    const ranges = rangesOf([...wanted]);
    const records = await Promise.all(ranges.map(([from, to]) => this.#ledger.readRecords(tenant, from, to)));
    const found = records.flat().filter((record) => wanted.has(record.seq));
    const views = await this.#ledger.readEvents(tenant, found, { personal: true });
    const bySeq = new Map(views.map((view) => [view.seq, view]));
    return rows.map(({ seq }) => bySeq.get(seq));
  }
}

function pairOf({ seq, occurredAtMs }: RecentRow): readonly [number, number] {
  return [seq, occurredAtMs];
}

function rangesOf(seqs: readonly number[]): readonly (readonly [from: number, to: number])[] {
  const ranges: [number, number][] = [];
  for (const seq of [...seqs].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && seq - last[1] < NEAR_RECORDS) last[1] = seq + 1;
    else ranges.push([seq, seq + 1]);
  }
  return ranges;
}
