import { Attestry } from '@attestry/client';

/**
 * Calls `capture` many times in a process of its own, as an app would: within the context of a request, a hundred calls
 * per turn of the event loop. The server is a function that takes everything at once.
 *
 * Run with `--expose-gc`. Message in: `{ calls }`. Message out: `CaptureResult`.
 */
export interface CaptureResult {
  readonly callsNs: { readonly p50: number; readonly p99: number; readonly p999: number };
  /** `JSON.stringify` of the same events, the least that has to be done. */
  readonly stringifyNsP50: number;
  /** Heap in use after a full collection, at a fifth of the calls and after all. */
  readonly heapBytes: readonly [early: number, late: number];
  readonly sent: number;
}

const WARM_CALLS = 20_000;
const CALLS_PER_TURN = 100;

const collect = (globalThis as { gc?: () => void }).gc ?? (() => undefined);
const sink: typeof fetch = async (_url, init) => {
  const body = init?.body;
  const text =
    typeof body === 'string'
      ? body
      : await new Response(
          new Blob([body as ArrayBuffer]).stream().pipeThrough(new DecompressionStream('gzip')),
        ).text();
  const { events } = JSON.parse(text) as { events: { id: string }[] };
  return Response.json(
    { receipts: events.map(({ id }, seq) => ({ id, seq, hash: '', recorded_at: '', duplicate: false })) },
    { status: 201 },
  );
};

function eventOf(n: number) {
  return {
    type: 'document.edited',
    target: { type: 'document', id: `d-${n % 5_000}`, name: 'Quarterly plan.pdf' },
    action: { verb: 'update', status: 'success' },
    http: {
      method: 'PUT',
      route: '/documents/:id',
      path: `/documents/d-${n % 5_000}`,
      status_code: 200,
      duration_ms: 12,
    },
    data: { before: { title: 'Plan', version: n }, after: { title: 'Plan B', version: n + 1 } },
    metadata: { source: 'web', plan: 'enterprise', tags: ['finance', 'q4'] },
  } as const;
}

async function measure(calls: number): Promise<CaptureResult> {
  const audit = new Attestry({
    url: 'http://server.invalid',
    key: 'att_bench',
    fetch: sink,
    batchEvents: 1_000,
    defaults: { service: 'bench', environment: 'production' },
  });
  const times = new Float64Array(calls);
  let heapEarly = 0;
  const actor = { type: 'user', id: 'u-17', name: 'Alice Example', ip_address: '192.0.2.17' } as const;
  const turn = (from: number, count: number): void =>
    audit.run({ actor, request_id: `r-${from}` }, () => {
      for (let n = from; n < from + count; n += 1) {
        const event = eventOf(n);
        const startedNs = process.hrtime.bigint();
        audit.capture(event);
        if (n >= 0) times[n] = Number(process.hrtime.bigint() - startedNs);
      }
    });
  for (let n = -WARM_CALLS; n < calls; n += CALLS_PER_TURN) {
    turn(n, Math.min(CALLS_PER_TURN, calls - n));
    if (audit.stats().queued.events > 5_000) await audit.flush();
    if (n === Math.floor(calls / 5 / CALLS_PER_TURN) * CALLS_PER_TURN) {
      await audit.flush();
      collect();
      heapEarly = process.memoryUsage().heapUsed;
    }
  }
  await audit.flush();
  collect();
  const heapLate = process.memoryUsage().heapUsed;
  const { sent } = audit.stats();
  await audit.close();
  const texts = new Float64Array(20_000);
  for (const n of texts.keys()) {
    const event = { ...eventOf(n), actor };
    const startedNs = process.hrtime.bigint();
    JSON.stringify(event);
    texts[n] = Number(process.hrtime.bigint() - startedNs);
  }
  times.sort();
  texts.sort();
  const at = (share: number): number => times[Math.floor(times.length * share)] as number;
  return {
    callsNs: { p50: at(0.5), p99: at(0.99), p999: at(0.999) },
    stringifyNsP50: texts[10_000] as number,
    heapBytes: [heapEarly, heapLate],
    sent: sent - WARM_CALLS,
  };
}

process.once('message', (order: { readonly calls: number }) => {
  void measure(order.calls).then((result) => process.send?.(result, () => process.disconnect()));
});
