import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateStore } from '@attestry/ledger';
import {
  openSession,
  postgresBinaries,
  type SharedPostgres,
  sharedPostgres,
  valueIn,
} from '@attestry/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, openTestServer, type TestServer } from './server-harness.ts';

const binaries = postgresBinaries(18);
const skipped = binaries.folder === undefined ? ` (skipped: ${binaries.skip})` : '';

/** Tables that grow with the log; partitions of records are named after their month. */
const GROWING = '^(records_.*|event_ids|search_documents|tiles|checkpoints|data_keys|time_marks)$';

const EVENT = {
  type: 'document.viewed',
  actor: {
    type: 'user',
    id: 'alice',
    email: 'alice@example.com',
    ip_address: '192.0.2.7',
    session_id: 's-1',
  },
  action: { verb: 'read', status: 'failure', description: 'the merger contract' },
  target: { type: 'document', id: 'd-1' },
  context: { project_id: 'p-1', request_id: 'r-1', correlation_id: 'c-1', parent_id: 'pa-1' },
  http: { method: 'GET', status_code: 404 },
  ai: { execution_id: 'x-1' },
  compliance: { regulations_checked: ['GDPR'], traffic_light_status: 'red' },
  metadata: { tag: 't-1' },
};

/** A value for each filter of docs/query.md. */
const FILTERS = [
  'project=p-1 actor=alice actor_type=user actor_email=alice%40example.com type=document.viewed type=document.*',
  'category=data severity=%3E%3Dhigh verb=read status=failure target_type=document target=d-1 ip=192.0.2.7',
  'ip=192.0.2.0/24 ip=192.0.0.0/16 session=s-1 request_id=r-1 correlation_id=c-1 parent_id=pa-1 execution_id=x-1',
  'http_status=404 http_status=5xx regulation=GDPR traffic_light=red metadata.tag=t-1 from=-24h',
  'q=contract q=%22merger%20contract%22 q=-draft q=mer* q=actor%3Aalice%20-status%3Asuccess',
].flatMap((line) => line.split(' '));

const FILTERED = FILTERS.flatMap((filter) => [
  `/v1/events?${filter}&count=exact`,
  `/v1/stats?group_by=type&${filter}`,
]);

const GROUPS = 'type category severity status actor target ip project session day hour minute'.split(' ');

/** Every other query, of one event or about one. */
function pathsOf(id: string, seq: number): readonly string[] {
  return [
    ...GROUPS.map((group) => `/v1/stats?group_by=${group}`),
    ...['time', 'request', 'session', 'actor'].map((by) => `/v1/events/${id}/context?by=${by}`),
    ...['', '/proof', '/record', '/history'].map((part) => `/v1/events/${id}${part}`),
    '/v1/events?actor=alice&status=failure&limit=2&time=recorded&order=asc&count=estimate',
    '/v1/actors/alice/activity',
    '/v1/targets/document/d-1/activity',
    '/v1/recent?actor=alice',
    ...['actor', 'type', 'target', 'metadata.tag'].map((field) => `/v1/suggest?field=${field}`),
    '/v1/export?q=contract',
    '/v1/checkpoints',
    '/v1/checkpoints/latest',
    `/v1/proofs/inclusion?seq=${seq}`,
    '/v1/proofs/consistency?from=1',
    '/v1/logs/scanned/checkpoint',
    '/v1/logs/scanned/tile/0/000',
    '/v1/logs/scanned/tile/entries/000',
    '/v1/integrity',
    '/v1/keys',
  ];
}

describe.skipIf(binaries.folder === undefined)(`what a server asks of PostgreSQL${skipped}`, () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'attestry-scans-'));
  let postgres: SharedPostgres;
  let database: Awaited<ReturnType<SharedPostgres['createDatabase']>>;

  beforeAll(async () => {
    postgres = await sharedPostgres();
    database = await postgres.createDatabase();
    await migrateStore({ store: database.url, roles: true });
    // Where an index can answer it does, however small the table is.
    await valueIn(database.url, `ALTER DATABASE ${database.name} SET enable_seqscan = off`);
  });
  afterAll(async () => {
    await database?.drop();
    postgres?.release();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const open = (): Promise<TestServer> =>
    openTestServer({ dataDir, env: { ATTESTRY_STORE: postgres.url(database.name, 'attestry_write') } });

  /** How often each growing table was read from end to end, once nobody is connected any more. */
  async function scans(): Promise<Readonly<Record<string, number>>> {
    const others = 'FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()';
    await eventually(
      () => valueIn(database.url, `SELECT count(*)::int ${others}`),
      (count) => count === 0,
    );
    const session = await openSession(database.url);
    const { rows } = (await session.run(
      `SELECT relname, seq_scan::int FROM pg_stat_user_tables WHERE relname ~ '${GROWING}' ORDER BY relname`,
    )) as { rows: { relname: string; seq_scan: number }[] };
    await session.end();
    return Object.fromEntries(rows.map(({ relname, seq_scan }) => [relname, seq_scan]));
  }

  it('reads no table that grows from end to end: neither a start nor any documented query (trap 37)', async () => {
    const first = await open();
    const token = await first.makeTenant('scanned');
    const events = Array.from({ length: 300 }, () => EVENT);
    const { receipts } = (await first.post('/v1/events', { events }, token)).json();
    await first.close();
    const before = await scans();
    expect(Object.keys(before)).toContain('event_ids');
    const server = await open();
    const paths = [...FILTERED, ...pathsOf(receipts[7].id, receipts[7].seq)];
    const answers = await Promise.all(paths.map((path) => server.get(path, token)));
    const refused = answers.flatMap(({ statusCode, body }, i) =>
      statusCode === 200 ? [] : [[paths[i], body]],
    );
    expect(refused).toEqual([]);
    await server.close();
    expect(await scans()).toEqual(before);
  });
});
