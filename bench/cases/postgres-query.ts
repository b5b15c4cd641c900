import { setTimeout as sleep } from 'node:timers/promises';
import { type EventFilters, openReadOnly } from '@attestry/ledger';
import { type RunningPostgres, startPostgres } from '@attestry/testkit';
import pg from 'pg';
import type { BenchCase, BenchContext, Figure } from '../case.ts';
import { fillMillion } from '../million.ts';
import { quantile } from '../statistics.ts';

const PAGE = 100;
const RATIO_MAX = 2;
const EVENT_BYTES_MAX = 2_200;
const ROUNDS = 60;
const PASSES = 5;
const EVENTS = { quick: 100_000, whole: 1_000_000 } as const;
/** How long the search index may take to catch up after a full ingest. */
const CATCH_UP_MS_MAX = 900_000;
const DATABASE = 'audit';
/** Neither superuser nor past row-level security, as a server's user should be. */
const USER = 'app';

/** The rows of a page in plain tables, without partitions and row-level security, with the index each question wants. */
const BARE_TABLES = [
  'CREATE SCHEMA bare',
  `CREATE TABLE bare.events AS SELECT seq, recorded_at, occurred_at, actor, type, category, status, hash, text
    FROM attestry.records WHERE occurred_at IS NOT NULL
    AND tenant_no = (SELECT tenant_no FROM attestry.tenants WHERE tenant = 'default')`,
  'CREATE INDEX ON bare.events (actor, status, occurred_at, seq)',
  'CREATE INDEX ON bare.events (type, status, occurred_at, seq)',
  'CREATE INDEX ON bare.events (category, status, occurred_at, seq)',
  `CREATE TABLE bare.seals AS SELECT r.seq, k.sub, k.kid, s.envelope FROM attestry.records AS r
    CROSS JOIN LATERAL unnest(r.seal_key_nos, r.seal_envelopes) AS s (key_no, envelope)
    JOIN attestry.data_keys AS k USING (key_no) WHERE r.occurred_at IS NOT NULL
    AND r.tenant_no = (SELECT tenant_no FROM attestry.tenants WHERE tenant = 'default')`,
  'CREATE INDEX ON bare.seals (seq)',
  'VACUUM ANALYZE bare.events, bare.seals',
] as const;

/** Pairs of filters that people combine; the same as for the embedded store. */
function filtersOf(n: number): EventFilters {
  if (n % 3 === 0) return { actor: [`u-${(n * 37) % 2_000}`], status: ['success'] };
  if (n % 3 === 1) return { type: ['document.viewed'], status: ['success'] };
  return { category: ['auth'], status: ['failure'] };
}

/** Each question once to warm the caches, then timed `PASSES` times: 95 of 100 take no longer, in milliseconds. */
async function p95Of(ask: (n: number) => Promise<number>): Promise<number> {
  const taken: number[] = [];
  for (let n = 0; n < (PASSES + 1) * ROUNDS; n += 1) {
    const startedAt = performance.now();
    const rows = await ask(n % ROUNDS);
    if (n >= ROUNDS) taken.push(performance.now() - startedAt);
    if (rows === 0) throw new Error(`no rows for question ${n % ROUNDS}`);
  }
  return quantile(taken, 0.95);
}

async function bareP95(client: pg.Client): Promise<number> {
  for (const statement of BARE_TABLES) await client.query(statement);
  const { rows: actors } = await client.query<{ actor: string }>(
    'SELECT DISTINCT actor FROM bare.events WHERE actor IS NOT NULL LIMIT $1',
    [ROUNDS],
  );
  const page = (column: 'actor' | 'type' | 'category', value: string | undefined, status: string) =>
    client.query(
      `SELECT e.seq, e.hash, convert_from(e.text, 'UTF8') AS text, e.recorded_at, e.occurred_at, s.sub, s.kid, s.envelope
        FROM (SELECT * FROM bare.events WHERE ${column} = $1 AND status = $2
          ORDER BY occurred_at DESC, seq DESC LIMIT ${PAGE}) AS e
        LEFT JOIN bare.seals AS s ON s.seq = e.seq ORDER BY e.occurred_at DESC, e.seq DESC`,
      [value, status],
    );
  return p95Of(async (n) => {
    if (n % 3 === 0) return (await page('actor', actors[n % actors.length]?.actor, 'success')).rows.length;
    if (n % 3 === 1) return (await page('type', 'document.viewed', 'success')).rows.length;
    return (await page('category', 'auth', 'failure')).rows.length;
  });
}

async function ourP95(dataDir: string, store: string): Promise<number> {
  const ledger = await openReadOnly(dataDir, { store });
  try {
    return await p95Of(async (n) => {
      const query = await ledger.compileQuery('default', filtersOf(n), { personal: true });
      return (await ledger.query.page(query, { order: 'desc', limit: PAGE })).rows.length;
    });
  } finally {
    await ledger.close();
  }
}

/** Bytes of all tables and indexes of the ledger per event, once everything is searchable. */
async function disk(client: pg.Client, events: number): Promise<Figure> {
  const deadline = performance.now() + CATCH_UP_MS_MAX;
  for (;;) {
    const { rows } = await client.query<{ n: number }>(
      'SELECT count(*)::float8 AS n FROM attestry.search_documents',
    );
    if ((rows[0]?.n ?? 0) >= events) break;
    if (performance.now() > deadline)
      throw new Error(`the search index has ${rows[0]?.n} of ${events} events`);
    await sleep(500);
  }
  const { rows } = await client.query<{ part: string; bytes: number }>(`SELECT
      CASE WHEN t.relname LIKE 'records%' AND c.relkind = 'r' THEN 'records' WHEN t.relname LIKE 'records%' THEN 'their indexes'
        WHEN t.relname = 'search_documents' THEN 'search' ELSE t.relname END AS part,
      sum(pg_relation_size(c.oid))::float8 AS bytes
    FROM pg_class AS c LEFT JOIN pg_index AS i ON i.indexrelid = c.oid
    LEFT JOIN pg_class AS toast ON toast.reltoastrelid = coalesce(i.indrelid, c.oid)
    JOIN pg_class AS t ON t.oid = coalesce(toast.oid, i.indrelid, c.oid)
    WHERE t.relnamespace = 'attestry'::regnamespace AND c.relkind IN ('r', 'i', 't') GROUP BY 1 ORDER BY 2 DESC`);
  const total = rows.reduce((sum, { bytes }) => sum + bytes, 0);
  const parts = rows.filter(({ bytes }) => bytes > events);
  return {
    name: 'bytes per 540-byte event on PostgreSQL, indexes and search included',
    value: total / events,
    unit: 'bytes',
    target: EVENT_BYTES_MAX,
    better: 'less',
    detail: parts.map(({ part, bytes }) => `${part} ${Math.round(bytes / events)}`).join(', '),
  };
}

async function measure(postgres: RunningPostgres, context: BenchContext): Promise<readonly Figure[]> {
  const store = postgres.url(DATABASE, USER);
  const events = context.quick ? EVENTS.quick : EVENTS.whole;
  const { server } = await fillMillion(events, (line) => context.say(line), { ATTESTRY_STORE: store });
  const client = new pg.Client({ connectionString: postgres.url(DATABASE) });
  await client.connect();
  try {
    const bytes = await disk(client, events);
    await client.query('VACUUM ANALYZE');
    const ourMs = await ourP95(server.dataDir, store);
    const bareMs = await bareP95(client);
    const page: Figure = {
      name: `page of ${PAGE} with two filters on PostgreSQL, p95`,
      value: ourMs / bareMs,
      unit: 'x',
      target: RATIO_MAX,
      better: 'less',
      detail: `${ourMs.toFixed(2)} ms at ${events} events; bare SQL ${bareMs.toFixed(2)} ms`,
    };
    return [page, bytes];
  } finally {
    await client.end();
    await server.stop();
  }
}

export const postgresQuery: BenchCase = {
  name: 'postgres-query',
  run: async (context) => {
    const postgres = await startPostgres({ settings: { shared_buffers: '512MB', max_wal_size: '4GB' } });
    try {
      const client = new pg.Client({ connectionString: postgres.url() });
      await client.connect();
      await client.query(`CREATE ROLE ${USER} LOGIN`);
      await client.query(`CREATE DATABASE ${DATABASE} OWNER ${USER}`);
      await client.end();
      return await measure(postgres, context);
    } finally {
      await postgres.remove();
    }
  },
};
