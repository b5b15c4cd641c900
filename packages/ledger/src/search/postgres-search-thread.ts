import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { errorText, OperationalError } from '../errors.ts';
import { FollowerRunner } from '../followers/follower-runner.ts';
import { TextsAtHand } from '../followers/texts-at-hand.ts';
import { LeaseKeeper } from '../nodes/lease-keeper.ts';
import { openReadOnly } from '../read-only.ts';
import { PostgresLeaseStore } from '../stores/postgres/lease-store.ts';
import { WRITE_MS_MAX } from '../stores/postgres/postgres-limits.ts';
import { PostgresPool } from '../stores/postgres/postgres-pool.ts';
import { tableSql } from '../stores/postgres/schema-names.ts';
import { PostgresSearchIndex } from '../stores/postgres/search-index.ts';
import { TenantNumbers } from '../stores/postgres/tenant-numbers.ts';
import { eventTexts } from './event-texts.ts';
import type { PostgresSearchData } from './postgres-search.ts';
import type { SearchOrder, SearchReport } from './search-follower.ts';

// Entry of the search thread over PostgreSQL: of all nodes the one with the lease reads the ledger and writes documents.

const LEASE = 'search';
const BATCH_RECORDS = 500;
const POLL_MS = 1_000;
/** How often it is looked whether the lease is still ours, and the lag is told. */
const WATCH_MS = 500;
const BACKOFF_MS = { first: 200, max: 30_000 };
/** One for the lease, one for documents. */
const CONNECTIONS = 2;

const { place, url, schema, holder } = workerData as PostgresSearchData;

function tell(report: SearchReport): void {
  parentPort?.postMessage(report);
}

function fail(message: string, error: unknown): void {
  tell({ kind: 'error', message: `${message}: ${errorText(error)}` });
}

// Documents are made of what is committed, which a replica may not have yet.
const ledger = await openReadOnly(place.dataDir, { ...place, readStore: undefined });
const pool = new PostgresPool({
  url,
  use: 'write',
  statementMsMax: WRITE_MS_MAX,
  connectionsMax: CONNECTIONS,
});
const tenants = new TenantNumbers(pool, schema);
const textsOf = eventTexts(ledger);
const atHand = new TextsAtHand((bytes) => tell({ kind: 'released', bytes }));
const keeper = new LeaseKeeper({
  leases: new PostgresLeaseStore(pool, schema),
  name: LEASE,
  holder,
  onTrouble: fail,
});
let runner: FollowerRunner | undefined;

async function begin(): Promise<void> {
  const follower = await PostgresSearchIndex.open({
    pool,
    schema,
    tenants,
    textsOf,
    atHand,
    fence: () => {
      const { fence } = keeper;
      if (fence === undefined) throw new OperationalError('lease_lost', 'another node feeds the index now');
      return fence;
    },
  });
  runner = new FollowerRunner({
    ledger: ledger.stores.ledger,
    follower,
    batchRecords: BATCH_RECORDS,
    pollMs: POLL_MS,
    backoffMs: BACKOFF_MS,
    onError: (message) => {
      // Whoever has the lease now goes on; that is no trouble.
      if (keeper.fence !== undefined) tell({ kind: 'error', message });
    },
  });
  runner.start();
  tell({ kind: 'texts', wanted: true });
}

async function end(): Promise<void> {
  const ending = runner;
  runner = undefined;
  tell({ kind: 'texts', wanted: false });
  await ending?.stop();
  atHand.clear();
}

/** Records that no document was made of yet, whoever makes them, and those that have been passed. */
async function progress(): Promise<{ readonly lag: number; readonly passed: number }> {
  const [heads, cursors] = [tableSql(schema, 'heads'), tableSql(schema, 'cursors')];
  const { rows } = await pool.read('reading the lag of search', { tenantNos: '*' }, (run) =>
    run<{ lag: number; passed: number }>({
      text: `SELECT coalesce(sum(size - coalesce(next_seq, 0)), 0)::int8 AS lag,
        coalesce(sum(next_seq), 0)::int8 AS passed FROM ${heads}
        LEFT JOIN ${cursors} ON cursors.tenant_no = heads.tenant_no AND follower = 'search'`,
    }),
  );
  return rows[0] ?? { lag: 0, passed: 0 };
}

const stopping = new AbortController();

async function watch(): Promise<void> {
  while (!stopping.signal.aborted) {
    try {
      if (keeper.fence !== undefined && runner === undefined) await begin();
      if (keeper.fence === undefined && runner !== undefined) await end();
      const known = runner?.passed() ?? 0;
      const { lag, passed } = await progress();
      tell({ kind: 'lag', lag });
      // Somebody removed documents, and with them the cursors: begun again, the runner makes what is missing.
      if (passed < known) await end();
    } catch (error) {
      fail('search', error);
    }
    await sleep(WATCH_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
  }
}

parentPort?.on('message', (order: SearchOrder) => {
  if (order.kind === 'stop') {
    void stop();
    return;
  }
  for (const run of order.runs) atHand.add(run);
  if (runner === undefined) atHand.clear();
  else runner.wake(order.heads);
});

async function stop(): Promise<void> {
  stopping.abort();
  await watching;
  await end();
  await keeper.stop();
  await pool.close();
  await ledger.close();
  parentPort?.close();
}

await keeper.start();
const watching = watch();
tell({ kind: 'ready' });
