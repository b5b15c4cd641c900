import { startPostgres } from '@attestry/testkit';
import pg from 'pg';
import type { BenchCase, Figure } from '../case.ts';
import { prepareLoad } from '../load/start-load.ts';
import { startServerProcess } from '../server-process.ts';
import { singleInsertRate } from '../single-insert-rate.ts';
import { perSecond, quantile } from '../statistics.ts';

const CONNECTIONS = 32;
const EVENT_BYTES = 1_024;
const INSERT_SECONDS = 10;
const REACH = 0.7;

/** Bytes of what one event is stored as, without its columns. */
async function recordBytes(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ bytes: number }>(
    `SELECT avg(length(text) + pg_column_size(seal_envelopes))::int AS bytes FROM attestry.records WHERE occurred_at IS NOT NULL`,
  );
  await client.end();
  return (rows[0] as (typeof rows)[0]).bytes;
}

/** One durable event per request, against one durable row per statement. */
export const postgresSingle: BenchCase = {
  name: 'postgres-single',
  async run({ quick }): Promise<readonly Figure[]> {
    const events = quick ? 20_000 : 60_000;
    const postgres = await startPostgres({ settings: { shared_buffers: '256MB', max_wal_size: '4GB' } });
    try {
      const store = await postgres.createDatabase();
      const node = await startServerProcess({ environment: { ATTESTRY_STORE: store } });
      const go = await prepareLoad({
        url: node.url,
        key: node.key,
        events,
        batch: 1,
        connections: CONNECTIONS,
        eventBytes: EVENT_BYTES,
        seed: 6,
        startMs: Date.UTC(2026, 0, 1),
      });
      const result = await go();
      await node.stop();
      if (result.accepted !== events) throw new Error(`not all accepted: ${JSON.stringify(result.statuses)}`);
      const rowBytes = await recordBytes(store);
      const bare = await singleInsertRate({
        url: await postgres.createDatabase(),
        clients: CONNECTIONS,
        rowBytes,
        seconds: INSERT_SECONDS,
      });
      const ms = (share: number): string => `${quantile(result.latenciesMs, share).toFixed(1)} ms`;
      return [
        {
          name: `PostgreSQL: single durable POST, ${CONNECTIONS} connections`,
          value: events / result.seconds / bare.perSecond,
          unit: 'x',
          target: REACH,
          better: 'more',
          detail: `${perSecond(events, result.seconds)}, p50 ${ms(0.5)}, p99 ${ms(0.99)}; rows of ${rowBytes} bytes by ${bare.by} ${perSecond(bare.perSecond, 1)}`,
        },
      ];
    } finally {
      await postgres.remove();
    }
  },
};
