import { OperationalError } from '../../errors.ts';
import type { Fence, Lease, LeaseStore } from '../../ports/lease-store.ts';
import type { PostgresPool, Run } from './postgres-pool.ts';
import { tableSql } from './schema-names.ts';

/**
 * Checks the token of a write in the write's own transaction. The row is held until that has ended, so that nobody can
 * be given the lease in between.
 *
 * @throws {OperationalError} `lease_lost`
 */
export async function checkFence(run: Run, schema: string, fence: Fence): Promise<void> {
  const { rowCount } = await run({
    name: 'fence',
    text: `SELECT FROM ${tableSql(schema, 'leases')} WHERE name = $1 AND token = $2 FOR SHARE`,
    values: [fence.name, fence.token],
  });
  if (rowCount !== 1) {
    throw new OperationalError(
      'lease_lost',
      `the lease ${fence.name} was given to somebody else; nothing was written`,
    );
  }
}

/** `LeaseStore` in PostgreSQL: one row per name, changed by comparing, timed by the database's clock. */
export class PostgresLeaseStore implements LeaseStore {
  readonly #pool: PostgresPool;
  readonly #table: string;

  constructor(pool: PostgresPool, schema: string) {
    this.#pool = pool;
    this.#table = tableSql(schema, 'leases');
  }

  async acquire(name: string, holder: string, ttlMs: number): Promise<Lease | undefined> {
    // clock_timestamp, not now(): the statement may have waited for the row.
    const { rows } = await this.#pool.write('taking a lease', {}, (run) =>
      run<Lease>({
        name: 'acquire-lease',
        text: `INSERT INTO ${this.#table} AS l (name, holder, token, until)
          VALUES ($1, $2, 1, clock_timestamp() + make_interval(secs => $3::float8 / 1000))
          ON CONFLICT (name) DO UPDATE SET
            holder = excluded.holder,
            token = CASE WHEN l.holder = excluded.holder AND l.until > '-infinity' THEN l.token ELSE l.token + 1 END,
            until = clock_timestamp() + make_interval(secs => $3::float8 / 1000)
          WHERE l.holder = excluded.holder OR l.until <= clock_timestamp()
          RETURNING name, holder, token`,
        values: [name, holder, ttlMs],
      }),
    );
    return rows[0];
  }

  async release(lease: Lease): Promise<void> {
    // The row stays, and with it the token: the next holder gets a larger one.
    await this.#pool.write('releasing a lease', {}, (run) =>
      run({
        name: 'release-lease',
        text: `UPDATE ${this.#table} SET until = '-infinity' WHERE name = $1 AND holder = $2 AND token = $3`,
        values: [lease.name, lease.holder, lease.token],
      }),
    );
  }

  async find(name: string): Promise<Lease | undefined> {
    const { rows } = await this.#pool.read('reading a lease', {}, (run) =>
      run<Lease>({
        name: 'find-lease',
        text: `SELECT name, holder, token FROM ${this.#table} WHERE name = $1 AND until > clock_timestamp()`,
        values: [name],
      }),
    );
    return rows[0];
  }

  async list(prefix: string): Promise<readonly Lease[]> {
    const { rows } = await this.#pool.read('reading leases', {}, (run) =>
      run<Lease>({
        text: `SELECT name, holder, token FROM ${this.#table}
          WHERE starts_with(name, $1) AND until > clock_timestamp() ORDER BY name`,
        values: [prefix],
      }),
    );
    return rows;
  }
}
