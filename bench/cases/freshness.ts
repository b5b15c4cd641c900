import type { BenchCase, Figure } from '../case.ts';
import { prepareLoad } from '../load/start-load.ts';
import { type ServerProcess, startServerProcess } from '../server-process.ts';
import { quantile } from '../statistics.ts';

const SEARCHABLE_S_MAX = 1;
const SIGNED_S_MAX = 2;
const PROBES = 12;
const POLL_MS = 20;
const GIVE_UP_S = 30;

/** Time from the receipt of an event to the moment `done` says so. */
async function waitFor(done: () => Promise<boolean>): Promise<number> {
  const startedAt = performance.now();
  while (!(await done())) {
    if (performance.now() - startedAt > GIVE_UP_S * 1000) return GIVE_UP_S;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return (performance.now() - startedAt) / 1000;
}

async function probe(server: ServerProcess, n: number): Promise<{ searchable: number; signed: number }> {
  const word = `probe${n}x${Date.now()}`;
  const answer = await fetch(new URL('/v1/events', server.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      type: 'document.viewed',
      actor: { type: 'service', id: 'probe' },
      metadata: { word },
    }),
  });
  const { seq } = (await answer.json()) as { seq: number };
  const [searchable, signed] = await Promise.all([
    waitFor(async () => {
      const found = await server.get(`/v1/events?q=${word}&limit=1`);
      return found.ok && ((await found.json()) as { events: unknown[] }).events.length === 1;
    }),
    waitFor(async () => {
      const latest = await server.get('/v1/checkpoints/latest');
      return latest.ok && ((await latest.json()) as { size: number }).size > seq;
    }),
  ]);
  return { searchable, signed };
}

/** How soon an event is searchable and signed while the server takes all it can. */
export const freshness: BenchCase = {
  name: 'freshness',
  run: async (context): Promise<readonly Figure[]> => {
    const server = await startServerProcess();
    const go = await prepareLoad({
      url: server.url,
      key: server.key,
      events: context.quick ? 200_000 : 600_000,
      batch: 500,
      connections: 4,
      eventBytes: 540,
      seed: 4,
      startMs: Date.UTC(2026, 0, 1),
    });
    const load = go();
    let loading = true;
    void load.finally(() => {
      loading = false;
    });
    const probes: { searchable: number; signed: number }[] = [];
    while (loading && probes.length < PROBES) probes.push(await probe(server, probes.length));
    await load;
    await server.stop();
    if (probes.length === 0) throw new Error('the load ended before the first probe');
    const searchable = quantile(
      probes.map((one) => one.searchable),
      0.95,
    );
    const signed = quantile(
      probes.map((one) => one.signed),
      0.95,
    );
    const detail = `p95 of ${probes.length} probes at full load`;
    return [
      {
        name: 'commit to searchable',
        value: searchable,
        unit: 's',
        target: SEARCHABLE_S_MAX,
        better: 'less',
        detail,
      },
      {
        name: 'commit to signed checkpoint',
        value: signed,
        unit: 's',
        target: SIGNED_S_MAX,
        better: 'less',
        detail,
      },
    ];
  },
};
