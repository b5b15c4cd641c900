import { createHash } from 'node:crypto';
import type pg from 'pg';
import { RecentCache } from '../../keys/recent-cache.ts';
import type { ChangeHint } from '../../ports/shared-store.ts';
import { openClient } from './postgres-connection.ts';
import { HINT_INTERVAL_MS, READ_MS_MAX, RECONNECT_MS, TENANT_NUMBERS_CACHED_MAX } from './postgres-limits.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { quoteIdentifier } from './schema-names.ts';
import type { TenantNumbers } from './tenant-numbers.ts';

const SETTINGS = 'settings';

export interface HintParts {
  readonly url: string;
  readonly schema: string;
  readonly writes: PostgresPool;
  readonly tenants: TenantNumbers;
}

/**
 * Tells all nodes, by NOTIFY, what this one has committed. Not in the transaction that did it: NOTIFY holds a lock of
 * the whole database until its transaction is on disk, so that all appends of all nodes would commit one after the other.
 * Hints go out a little later, together, in a transaction that waits for no disk. Any user of the database can listen,
 * so they carry numbers, no names.
 */
export class ChangeHints {
  readonly #parts: HintParts;
  readonly #channel: string;
  readonly #grown = new Map<string, number>();
  /** How far this node has brought each log: what it hears of that is what it has told itself. */
  readonly #own = new RecentCache<string, number>(TENANT_NUMBERS_CACHED_MAX);
  #settings = false;
  #timer: NodeJS.Timeout | undefined;
  readonly #listeners = new Set<(hint: ChangeHint) => void>();
  #listening: pg.Client | undefined;
  #reconnect: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: HintParts) {
    this.#parts = parts;
    this.#channel = `attestry_${createHash('sha256').update(parts.schema).digest('hex').slice(0, 16)}`;
  }

  /** Call after a commit. */
  grown(tenant: string, size: number): void {
    this.#grown.set(tenant, size);
    this.#own.set(tenant, size);
    this.#schedule();
  }

  /** Call after a commit. */
  settingsChanged(): void {
    this.#settings = true;
    this.#schedule();
  }

  /** See `SharedStore.listen`. */
  listen(listener: (hint: ChangeHint) => void): () => void {
    this.#listeners.add(listener);
    if (this.#listening === undefined && this.#reconnect === undefined) void this.#connect(false);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#reconnect);
    this.#listeners.clear();
    await this.#listening?.end().catch(() => undefined);
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      // A hint that is lost is made up for by who listens: it looks for itself from time to time.
      this.#send().catch(() => undefined);
    }, HINT_INTERVAL_MS);
  }

  async #send(): Promise<void> {
    const grown = [...this.#grown];
    const payloads = this.#settings ? [SETTINGS] : [];
    this.#grown.clear();
    this.#settings = false;
    const { tenants, writes } = this.#parts;
    const numbers = await tenants.ofAll(grown.map(([tenant]) => tenant));
    for (const [tenant, size] of grown) payloads.push(`${numbers.get(tenant)} ${size}`);
    await writes.write('telling other nodes', { isDurable: false }, (run) =>
      run({
        name: 'notify',
        text: 'SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload',
        values: [this.#channel, payloads],
      }),
    );
  }

  async #connect(again: boolean): Promise<void> {
    this.#reconnect = undefined;
    let client: pg.Client | undefined;
    try {
      client = await openClient({ url: this.#parts.url, use: 'listen', statementMsMax: READ_MS_MAX });
      client.on('end', () => this.#lost(client));
      client.on('notification', ({ payload }) => {
        this.#heard(payload ?? '').catch(() => this.#tell({ kind: 'gap' }));
      });
      await client.query(`LISTEN ${quoteIdentifier(this.#channel)}`);
      this.#listening = client;
      if (this.#closed) await client.end();
      else if (again) this.#tell({ kind: 'gap' });
    } catch {
      // Said by whatever else uses the database, which is just as unreachable.
      client?.end().catch(() => undefined);
      this.#lost(client);
    }
  }

  #lost(client: pg.Client | undefined): void {
    if (this.#closed || this.#reconnect !== undefined) return;
    if (this.#listening !== undefined && this.#listening !== client) return;
    this.#listening = undefined;
    this.#reconnect = setTimeout(() => void this.#connect(true), RECONNECT_MS);
  }

  async #heard(payload: string): Promise<void> {
    if (payload === SETTINGS) return this.#tell({ kind: 'settings' });
    const [tenantNo, size] = payload.split(' ').map(Number);
    const tenant = await this.#parts.tenants.nameOf(tenantNo as number);
    if (tenant === undefined || (size as number) <= (this.#own.get(tenant) ?? 0)) return;
    this.#tell({ kind: 'grown', tenant, size: size as number });
  }

  #tell(hint: ChangeHint): void {
    for (const listener of this.#listeners) listener(hint);
  }
}
