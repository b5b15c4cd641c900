import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { CollectedEvent } from '../../src/testing/collecting-client.ts';

/** Takes the place of our server for apps in other processes: keeps what their clients send. */
export interface EventCollector {
  readonly url: string;
  readonly events: CollectedEvent[];
  close(): Promise<void>;
}

/** Starts a collector on a free port of the loopback address. */
export async function startCollector(): Promise<EventCollector> {
  const events: CollectedEvent[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
      const sent = (JSON.parse(text) as { events: CollectedEvent[] }).events;
      events.push(...sent);
      const receipts = sent.map(({ id }, seq) => ({
        id,
        seq,
        hash: '0'.repeat(64),
        recorded_at: new Date().toISOString(),
        duplicate: false,
      }));
      response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ receipts }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    events,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
