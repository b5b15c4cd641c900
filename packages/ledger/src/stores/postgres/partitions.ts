import type { Fence } from '../../ports/lease-store.ts';
import { checkFence } from './lease-store.ts';
import { MONTHS_AHEAD } from './postgres-limits.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { functionSql } from './schema-names.ts';

/** Makes the partitions of this month and the coming ones, as far as they are not there. */
export function partitionsAheadSql(schema: string): string {
  return `SELECT ${functionSql(schema, 'make_partition')}((now() + make_interval(months => n))::date)
    FROM generate_series(0, ${MONTHS_AHEAD}) AS n`;
}

/**
 * Makes the partitions of the coming months under a lease: the one node that has it does.
 *
 * @throws {OperationalError} `lease_lost`
 */
export async function makePartitionsAhead(writes: PostgresPool, schema: string, fence: Fence): Promise<void> {
  await writes.write('making partitions ahead of time', {}, async (run) => {
    await checkFence(run, schema, fence);
    await run({ text: partitionsAheadSql(schema) });
  });
}
