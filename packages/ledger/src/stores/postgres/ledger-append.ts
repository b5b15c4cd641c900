import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { FatalError, LedgerError, OperationalError } from '../../errors.ts';
import type { AppendOutcome, LogAppend } from '../../ports/ledger-store.ts';
import { encodeAppend, type NumberedAppend, type RowTypes } from './append-encoding.ts';
import type { DataKeyNumbers } from './data-key-numbers.ts';
import type { LedgerReading } from './ledger-reading.ts';
import { type ConnectionOptions, openClient } from './postgres-connection.ts';
import { isConnectionLost, RAISED, sqlState, toStoreError } from './postgres-error.ts';
import { SETTLE_MS_MAX } from './postgres-limits.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { functionSql, tableSql } from './schema-names.ts';
import type { TenantNumbers } from './tenant-numbers.ts';

const SETTLE_PAUSE_MS = 20;
const ROW_TYPES = ['head_move', 'records', 'event_ids', 'tiles'] as const;

export interface AppendParts {
  readonly connection: ConnectionOptions;
  readonly schema: string;
  /** For what has to be there before an append: tenants, partitions. */
  readonly pool: PostgresPool;
  readonly tenants: TenantNumbers;
  readonly keys: DataKeyNumbers;
  readonly reading: LedgerReading;
}

/** The connection that appends, with what is known of its database. */
interface Writer {
  readonly client: pg.Client;
  /** The name of the connection on the server. */
  readonly name: string;
  readonly types: RowTypes;
}

/**
 * Appends, in the order in which they are called, on one connection. Each is one statement, and therefore one
 * transaction that needs no second message to be committed; the next one is sent while the one before commits.
 *
 * When the connection is lost, nobody knows whether what was sent has been done or is still being done. So the server is
 * asked to end what is left of it, and nothing is read of the log before that is seen to have happened (`settled`): what
 * the caller finds in the head stays so.
 */
export class LedgerAppend {
  readonly #parts: AppendParts;
  /** The appends before the next one have been sent when this resolves. */
  #turn: Promise<void> = Promise.resolve();
  #writer: Promise<Writer> | undefined;
  /** Connections that were lost, and the names of those whose end on the server has not been seen yet. */
  readonly #lost = new WeakSet<Writer>();
  readonly #unsettled = new Set<string>();
  readonly #months = new Set<number>();
  readonly #inFlight = new Set<Promise<unknown>>();

  constructor(parts: AppendParts) {
    this.#parts = parts;
  }

  /** See `LedgerStore.append`. */
  append(batches: readonly LogAppend[]): Promise<AppendOutcome> {
    const sent = this.#turn.then(() => this.#send(batches));
    // `answer` is wrapped, so that the next append waits for the sending and not for the commit.
    this.#turn = sent.then(
      () => undefined,
      () => undefined,
    );
    const outcome = sent.then(({ answer }) => answer);
    this.#inFlight.add(outcome);
    const done = (): void => void this.#inFlight.delete(outcome);
    outcome.then(done, done);
    return outcome;
  }

  /**
   * Nothing that was sent on a lost connection will still be done when this resolves.
   *
   * @throws {OperationalError} when the server cannot be asked
   */
  async settled(): Promise<void> {
    if (this.#unsettled.size === 0) return;
    try {
      await this.#connected();
    } catch (error) {
      throw toStoreError(error, 'finding out what was written');
    }
  }

  /** Finishes what was called. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#inFlight);
    const writer = await this.#writer?.catch(() => undefined);
    await writer?.client.end().catch(() => undefined);
  }

  async #send(batches: readonly LogAppend[]): Promise<{ readonly answer: Promise<AppendOutcome> }> {
    const doing = 'appending';
    try {
      const moved = await this.#unknownLogs(batches);
      if (moved.length > 0) return { answer: Promise.resolve({ kind: 'moved', tenants: moved }) };
      const logs = await Promise.all(batches.map((append) => this.#number(append)));
      await this.#makePartitions(batches);
      const writer = await this.#connected();
      const values = encodeAppend(logs, writer.types);
      const text = `SELECT ${functionSql(this.#parts.schema, 'append')}($1, $2, $3, $4)`;
      // Commit point. Before its answer nobody has a receipt; after it the batch is durable.
      const answered = writer.client.query({ name: 'append', text, values });
      return { answer: this.#outcome(answered, writer, logs) };
    } catch (error) {
      throw toStoreError(error, doing);
    }
  }

  /** Tenants that have no number, but whose log the caller believes to have records. */
  async #unknownLogs(batches: readonly LogAppend[]): Promise<string[]> {
    const tenants = batches.map(({ before }) => before.tenant);
    const known = await this.#parts.tenants.ofAll(tenants);
    return batches
      .filter(({ before }) => before.size > 0 && !known.has(before.tenant))
      .map(({ before }) => before.tenant);
  }

  async #number(append: LogAppend): Promise<NumberedAppend> {
    const { tenants, keys, pool } = this.#parts;
    const kids = new Set<string>();
    for (const { seals } of append.records) for (const { kid } of seals) kids.add(kid);
    const tenantNo = await tenants.make(pool, append.before.tenant);
    return { append, tenantNo, keyNos: await keys.numbersOf(tenantNo, kids) };
  }

  /** Partitions of the months that the records belong to. Nearly always they were made ahead of time. */
  async #makePartitions(batches: readonly LogAppend[]): Promise<void> {
    for (const { records } of batches) {
      for (const { atMs } of records) {
        const at = new Date(atMs);
        const month = at.getUTCFullYear() * 12 + at.getUTCMonth();
        if (this.#months.has(month)) continue;
        const call = functionSql(this.#parts.schema, 'make_partition');
        const day = at.toISOString().slice(0, 10);
        await this.#parts.pool.write('making a partition', {}, (run) =>
          run({ text: `SELECT ${call}($1::date)`, values: [day] }),
        );
        this.#months.add(month);
      }
    }
  }

  async #outcome(
    answered: Promise<unknown>,
    writer: Writer,
    logs: readonly NumberedAppend[],
  ): Promise<AppendOutcome> {
    try {
      await answered;
      return { kind: 'committed' };
    } catch (error) {
      const state = sqlState(error);
      if (state === RAISED.moved) return { kind: 'moved', tenants: movedTenants(error, logs) };
      if (state === RAISED.duplicate) return this.#duplicates(logs);
      if (isConnectionLost(error)) await this.#settle(writer);
      throw toStoreError(error, 'appending');
    }
  }

  async #duplicates(logs: readonly NumberedAppend[]): Promise<AppendOutcome> {
    const ids: { tenant: string; id: string; seq: number }[] = [];
    for (const { append } of logs) {
      const { tenant } = append.before;
      const offered = append.records.flatMap(({ id }) => id ?? []);
      const seqs = await this.#parts.reading.findSeqs(tenant, offered);
      for (const id of offered) {
        const seq = seqs.get(id);
        if (seq !== undefined) ids.push({ tenant, id, seq });
      }
    }
    if (ids.length > 0) return { kind: 'duplicate', ids };
    throw new LedgerError('repeated_id', 'append: an event id is twice in one batch');
  }

  #connected(): Promise<Writer> {
    this.#writer ??= this.#connect().catch((error: unknown) => {
      this.#writer = undefined;
      throw error;
    });
    return this.#writer;
  }

  async #connect(): Promise<Writer> {
    const { connection, schema } = this.#parts;
    const client = await openClient(connection);
    client.on('end', () => this.#forget(client));
    try {
      await this.#endLost(client);
      const { rows } = await client.query(
        `SELECT current_setting('application_name') AS name, ${ROW_TYPES.map(
          (type, i) => `$${i + 1}::regtype::oid AS ${type}`,
        ).join(', ')}`,
        ROW_TYPES.map((type) => tableSql(schema, type)),
      );
      const [row] = rows as ({ name: string } & RowTypes)[];
      if (row === undefined) throw new FatalError('store_schema', `schema ${schema} has no row types`);
      return { client, name: row.name, types: row };
    } catch (error) {
      client.end().catch(() => undefined);
      throw error;
    }
  }

  #forget(client: pg.Client): void {
    const writer = this.#writer;
    writer?.then(
      (known) => {
        if (known.client === client && this.#writer === writer) this.#writer = undefined;
      },
      () => undefined,
    );
  }

  /** Tries at once to seal the fate of what was sent on a lost connection; `settled` tries again. */
  async #settle(lost: Writer): Promise<void> {
    if (!this.#lost.has(lost)) {
      this.#lost.add(lost);
      this.#unsettled.add(lost.name);
      this.#writer = undefined;
      lost.client.end().catch(() => undefined);
    }
    await this.#connected().catch(() => undefined);
  }

  /** Ends what is left of lost connections on the server, and sees them gone. */
  async #endLost(client: pg.Client): Promise<void> {
    const giveUpAt = performance.now() + SETTLE_MS_MAX;
    while (this.#unsettled.size > 0) {
      const { rows } = await client.query(
        `SELECT application_name AS name, pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = ANY ($1)`,
        [[...this.#unsettled]],
      );
      const alive = new Set((rows as { name: string }[]).map(({ name }) => name));
      for (const name of this.#unsettled) if (!alive.has(name)) this.#unsettled.delete(name);
      if (this.#unsettled.size === 0) return;
      if (performance.now() > giveUpAt) {
        throw new OperationalError(
          'store_unsettled',
          'a lost connection is still busy on the database server: what it was appending is not known yet',
        );
      }
      await sleep(SETTLE_PAUSE_MS);
    }
  }
}

function movedTenants(error: unknown, logs: readonly NumberedAppend[]): string[] {
  const { detail } = error as { readonly detail?: string };
  const numbers = new Set((detail ?? '').replace(/[{}]/g, '').split(',').map(Number));
  const moved = logs.filter(({ tenantNo }) => numbers.has(tenantNo));
  return (moved.length > 0 ? moved : logs).map(({ append }) => append.before.tenant);
}
