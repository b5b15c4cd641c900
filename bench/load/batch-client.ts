import http from 'node:http';
import { workload } from '../workload/events.ts';

/**
 * A load generator that runs in a process of its own: it makes all bodies first, says `ready`, and on `go` sends
 * them over a few kept-alive connections as fast as the server takes them.
 *
 * Messages in: `{ url, key, events, batch, connections, eventBytes, seed, startMs, nodes?, keys? }`, then `'go'`.
 * Messages out: `'ready'`, then `{ seconds, accepted, refused, statuses, latenciesMs }`.
 */
interface LoadOrder {
  readonly url: string;
  readonly key: string;
  readonly events: number;
  readonly batch: number;
  readonly connections: number;
  readonly eventBytes: number;
  readonly seed: number;
  readonly startMs: number;
  readonly nodes?: readonly string[];
  readonly keys?: readonly string[];
}

export interface LoadResult {
  readonly seconds: number;
  readonly accepted: number;
  readonly statuses: Record<string, number>;
  readonly latenciesMs: readonly number[];
}

const RETRIES_MAX = 1_000;

function bodiesOf(order: LoadOrder): { body: Buffer; count: number }[] {
  const event = workload({
    seed: order.seed,
    eventBytes: order.eventBytes,
    actors: 2_000,
    startMs: order.startMs,
  });
  const bodies: { body: Buffer; count: number }[] = [];
  for (let at = 0; at < order.events; at += order.batch) {
    const count = Math.min(order.batch, order.events - at);
    const texts = Array.from({ length: count }, (_, i) => JSON.stringify(event(at + i)));
    const text = order.batch === 1 ? (texts[0] as string) : `{"events":[${texts.join(',')}]}`;
    bodies.push({ body: Buffer.from(text), count });
  }
  return bodies;
}

function post(agent: http.Agent, url: URL, key: string, body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      url,
      {
        agent,
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'content-length': body.length,
        },
      },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

async function run(
  order: LoadOrder,
  bodies: readonly { body: Buffer; count: number }[],
): Promise<LoadResult> {
  const urls = (order.nodes ?? [order.url]).map((node) => new URL('/v1/events', node));
  const keys = order.keys ?? [order.key];
  const agent = new http.Agent({ keepAlive: true, maxSockets: order.connections });
  const statuses: Record<string, number> = {};
  const latenciesMs: number[] = [];
  let next = 0;
  let accepted = 0;
  const startedAt = performance.now();
  const lane = async (number: number): Promise<void> => {
    const url = urls[number % urls.length] as URL;
    while (next < bodies.length) {
      const key = keys[next % keys.length] as string;
      const { body, count } = bodies[next++] as { body: Buffer; count: number };
      for (let attempt = 0; attempt < RETRIES_MAX; attempt++) {
        const sentAt = performance.now();
        const status = await post(agent, url, key, body);
        latenciesMs.push(performance.now() - sentAt);
        statuses[status] = (statuses[status] ?? 0) + 1;
        if (status === 201) accepted += count;
        if (status !== 503 && status !== 429) break;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  };
  await Promise.all(Array.from({ length: order.connections }, (_, number) => lane(number)));
  const seconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  return { seconds, accepted, statuses, latenciesMs };
}

let pending: { order: LoadOrder; bodies: { body: Buffer; count: number }[] } | undefined;
process.on('message', (message: LoadOrder | 'go') => {
  if (message !== 'go') {
    pending = { order: message, bodies: bodiesOf(message) };
    process.send?.('ready');
    return;
  }
  if (pending === undefined) throw new Error('go came before the order');
  run(pending.order, pending.bodies).then(
    (result) => process.send?.(result, () => process.disconnect()),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
