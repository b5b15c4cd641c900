import { FatalError, LedgerError } from '../../errors.ts';
import { RecentCache } from '../../keys/recent-cache.ts';
import { KEY_NAMES_CACHED_MAX } from './postgres-limits.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { tableSql } from './schema-names.ts';

/** The names of a data key, which its number stands for in the seals of a record. */
export interface KeyNames {
  readonly sub: string;
  readonly kid: string;
}

interface KeyNumber {
  readonly tenantNo: number;
  readonly keyNo: number;
}

/** Numbers of data keys and what they stand for. Neither ever changes, not even when a key is destroyed. */
export class DataKeyNumbers {
  readonly #pool: PostgresPool;
  readonly #table: string;
  /** By `kid`, which is random: the tenant beside it is what makes sure. */
  readonly #numbers = new RecentCache<string, KeyNumber>(KEY_NAMES_CACHED_MAX);
  readonly #names = new RecentCache<number, KeyNames>(KEY_NAMES_CACHED_MAX);

  constructor(pool: PostgresPool, schema: string) {
    this.#pool = pool;
    this.#table = tableSql(schema, 'data_keys');
  }

  /**
   * Numbers of keys by their ids.
   *
   * @throws {LedgerError} `unknown_key` when one is not stored
   */
  async numbersOf(tenantNo: number, kids: Iterable<string>): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>();
    const missing = new Set<string>();
    for (const kid of kids) {
      const known = this.#numbers.get(kid);
      if (known?.tenantNo === tenantNo) found.set(kid, known.keyNo);
      else missing.add(kid);
    }
    if (missing.size === 0) return found;
    const { rows } = await this.#pool.read('reading data keys', { tenantNos: [tenantNo] }, (run) =>
      run<{ kid: string; key_no: number }>({
        name: 'key-numbers',
        text: `SELECT kid, key_no FROM ${this.#table} WHERE tenant_no = $1 AND kid = ANY ($2)`,
        values: [tenantNo, [...missing]],
      }),
    );
    for (const { kid, key_no } of rows) {
      this.#numbers.set(kid, { tenantNo, keyNo: key_no });
      found.set(kid, key_no);
      missing.delete(kid);
    }
    for (const kid of missing) throw new LedgerError('unknown_key', `data key ${kid} is not stored`);
    return found;
  }

  /** Takes over what was read of a key elsewhere. */
  remember(tenantNo: number, { kid, sub, keyNo }: KeyNames & { readonly keyNo: number }): void {
    this.#numbers.set(kid, { tenantNo, keyNo });
    this.#names.set(keyNo, { sub, kid });
  }

  /**
   * What numbers stand for.
   *
   * @throws {FatalError} `store_inconsistent` when one stands for nothing of this tenant
   */
  async namesOf(tenantNo: number, numbers: Iterable<number>): Promise<ReadonlyMap<number, KeyNames>> {
    const found = new Map<number, KeyNames>();
    const missing = new Set<number>();
    for (const number of numbers) {
      const known = this.#names.get(number);
      if (known === undefined) missing.add(number);
      else found.set(number, known);
    }
    if (missing.size === 0) return found;
    const { rows } = await this.#pool.read('reading data keys', { tenantNos: [tenantNo] }, (run) =>
      run<KeyNames & { key_no: number }>({
        name: 'key-names',
        text: `SELECT key_no, sub, kid FROM ${this.#table} WHERE tenant_no = $1 AND key_no = ANY ($2)`,
        values: [tenantNo, [...missing]],
      }),
    );
    for (const { key_no, sub, kid } of rows) {
      this.#names.set(key_no, { sub, kid });
      found.set(key_no, { sub, kid });
      missing.delete(key_no);
    }
    for (const number of missing) {
      throw new FatalError('store_inconsistent', `a record names data key ${number}, which is not there`);
    }
    return found;
  }
}
