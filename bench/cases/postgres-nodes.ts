import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningPostgres, startPostgres } from '@attestry/testkit';
import type { BenchCase, BenchContext, Figure } from '../case.ts';
import { prepareLoad } from '../load/start-load.ts';
import { type ServerProcess, startServerProcess } from '../server-process.ts';
import { perSecond } from '../statistics.ts';

const NODES = 3;
const TENANTS = 50;
const BATCH = 100;
const CONNECTIONS = 12;
const EVENT_BYTES = 1_024;
const REACH = { many: 1.0, hot: 0.8 } as const;
/** What the nodes of one installation have in common beside the database. */
const KEYS = ['master.key', 'signing.key'] as const;

interface Installation {
  readonly nodes: readonly ServerProcess[];
  /** One of each tenant. */
  readonly keys: readonly string[];
  remove(): Promise<void>;
}

/** Nodes over one fresh database, and tenants with a key each, whom all of them know. */
async function install(
  postgres: RunningPostgres,
  nodes: number,
  tenants: readonly string[],
): Promise<Installation> {
  const environment = { ATTESTRY_STORE: await postgres.createDatabase() };
  const folder = mkdtempSync(join(tmpdir(), 'attestry-bench-'));
  const first = await startServerProcess({ environment });
  const running = [first];
  const keys: string[] = [];
  for (const id of tenants) {
    await post(first, '/v1/tenants', { id });
    const { token } = await post(first, `/v1/keys?tenant=${id}`, { name: 'bench', roles: ['admin'] });
    keys.push(token as string);
  }
  while (running.length < nodes) {
    const dataDir = join(folder, String(running.length));
    mkdirSync(dataDir, { mode: 0o700 });
    for (const name of KEYS) copyFileSync(join(first.dataDir, name), join(dataDir, name));
    running.push(await startServerProcess({ dataDir, environment }));
  }
  return {
    nodes: running,
    keys,
    remove: async () => {
      await Promise.all(running.map((node) => node.stop()));
      rmSync(folder, { recursive: true });
    },
  };
}

async function post(node: ServerProcess, path: string, body: object): Promise<Record<string, unknown>> {
  const answer = await fetch(new URL(path, node.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${node.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (answer.status !== 201) throw new Error(`POST ${path}: ${await answer.text()}`);
  return (await answer.json()) as Record<string, unknown>;
}

/** Events per second that so many nodes take, and how many requests had to be sent again. */
async function rateOf(
  postgres: RunningPostgres,
  options: { readonly nodes: number; readonly tenants: readonly string[]; readonly events: number },
): Promise<{ readonly perSecond: number; readonly again: number }> {
  const { nodes, tenants, events } = options;
  const installation = await install(postgres, nodes, tenants);
  try {
    const [{ url, key }] = installation.nodes as [ServerProcess];
    const go = await prepareLoad({
      url,
      key,
      events,
      batch: BATCH,
      connections: CONNECTIONS,
      eventBytes: EVENT_BYTES,
      seed: 7,
      startMs: Date.UTC(2026, 0, 1),
      nodes: installation.nodes.map((node) => node.url),
      keys: installation.keys,
    });
    const result = await go();
    if (result.accepted !== events) throw new Error(`not all accepted: ${JSON.stringify(result.statuses)}`);
    const again = Object.values(result.statuses).reduce((sum, n) => sum + n, 0) - events / BATCH;
    return { perSecond: events / result.seconds, again };
  } finally {
    await installation.remove();
  }
}

async function compare(
  postgres: RunningPostgres,
  name: string,
  tenants: readonly string[],
  { quick }: BenchContext,
): Promise<Omit<Figure, 'target'>> {
  const events = quick ? 30_000 : 150_000;
  const one = await rateOf(postgres, { nodes: 1, tenants, events });
  const several = await rateOf(postgres, { nodes: NODES, tenants, events });
  return {
    name: `PostgreSQL: three nodes, ${name}`,
    value: several.perSecond / one.perSecond,
    unit: 'x',
    better: 'more',
    detail: `${perSecond(several.perSecond, 1)} of 1 KB in batches of ${BATCH} over ${CONNECTIONS} connections, ${several.again} requests sent again; one node ${perSecond(one.perSecond, 1)}`,
  };
}

/** Three nodes that all take events of the same tenants, against one, everything on the same machine. */
export const postgresNodes: BenchCase = {
  name: 'postgres-nodes',
  async run(context): Promise<readonly Figure[]> {
    const postgres = await startPostgres({ settings: { shared_buffers: '256MB', max_wal_size: '4GB' } });
    try {
      const many = Array.from({ length: TENANTS }, (_, n) => `tenant-${n}`);
      return [
        { ...(await compare(postgres, `${TENANTS} tenants`, many, context)), target: REACH.many },
        { ...(await compare(postgres, 'one hot tenant', ['hot'], context)), target: REACH.hot },
      ];
    } finally {
      await postgres.remove();
    }
  },
};
